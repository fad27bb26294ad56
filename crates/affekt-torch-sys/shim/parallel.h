#pragma once
#include <ATen/ATen.h>
#include <ATen/TensorIterator.h>

#include <cstdint>

namespace affekt {

// Calls `f(i)` for every i below `n`, on the library's threads, at least `grain` calls a thread.
//
// Through a TensorIterator and not through at::parallel_for: that one is inline, and would bring an OpenMP of our own
// compiler beside the library's.
template <typename F>
void each(int64_t n, int64_t grain, const F& f) {
    const at::Tensor index = at::arange(n, at::kLong);
    auto iter = at::TensorIteratorConfig().add_input(index).build();
    iter.for_each(
        [&](char** at, const int64_t* strides, int64_t count) {
            for (int64_t i = 0; i < count; ++i) f(*reinterpret_cast<const int64_t*>(at[0] + i * strides[0]));
        },
        grain);
}

}  // namespace affekt

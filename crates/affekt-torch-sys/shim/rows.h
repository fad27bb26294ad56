// Kernels over rows of a matrix [rows, channels]: a channels-last picture is one row of channels per pixel.
//
// This file and rows.cpp know nothing of LibTorch. rows.cpp is compiled once per instruction set, so it may include
// nothing whose inline functions the linker could merge with a build for another set.
#pragma once
#include <cstdint>

namespace affekt {

// A bfloat16 by its bits.
struct Brain {
    uint16_t bits;
};

// The kernels on elements of one kind; sums are in f32 whatever the elements are.
template <typename E>
struct Kernels {
    // What one chunk of rows says of its channels: per channel the mean, and the sum of squares about it.
    void (*moments)(const E* x, int64_t rows, int64_t channels, float* mean, float* squares);

    // y = act((x - mean) * scale + shift [+ add]); `add` may be null, act is ReLU or nothing.
    void (*apply)(const E* x, const E* add, E* y, int64_t rows, int64_t channels, const float* mean, const float* scale,
                  const float* shift, bool relu);

    // Per channel of one chunk the sums of g and g (x - mean), where g = grad, zero where y is not above zero
    // (`y` may be null: no ReLU). `passed` may be null, else it receives g.
    void (*grad_sums)(const E* grad, const E* y, const E* x, E* passed, int64_t rows, int64_t channels, const float* mean,
                      float* sum, float* sum_x);

    // dx = a (g - b - (x - mean) c).
    void (*grad_apply)(const E* grad, const E* y, const E* x, E* dx, int64_t rows, int64_t channels, const float* mean,
                       const float* a, const float* b, const float* c);
};

struct KernelSet {
    Kernels<Brain> brain;
    Kernels<float> single;
};

// One set of kernels per build of rows.cpp.
extern const KernelSet kernels_base;
#ifdef AFFEKT_X86
extern const KernelSet kernels_v3;
extern const KernelSet kernels_v4;
#endif

}  // namespace affekt

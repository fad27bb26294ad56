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

// What one chunk of rows says of its channels: per channel the mean, and the sum of squares about it.
template <typename T>
using Moments = void (*)(const T* x, int64_t rows, int64_t channels, float* mean, float* squares);

// y = act((x - mean) * scale + shift [+ add]); `add` may be null, act is ReLU or nothing.
template <typename T>
using Apply = void (*)(const T* x, const T* add, T* y, int64_t rows, int64_t channels, const float* mean,
                       const float* scale, const float* shift, bool relu);

// Per channel of one chunk the sums of g and g (x - mean), where g = grad, zero where y is not above zero
// (`y` may be null: no ReLU). `passed` may be null, else it receives g.
template <typename T>
using GradSums = void (*)(const T* grad, const T* y, const T* x, T* passed, int64_t rows, int64_t channels,
                          const float* mean, float* sum, float* sum_x);

// dx = a (g - b - (x - mean) c).
template <typename T>
using GradApply = void (*)(const T* grad, const T* y, const T* x, T* dx, int64_t rows, int64_t channels,
                           const float* mean, const float* a, const float* b, const float* c);

template <typename T>
struct Kernels {
    Moments<T> moments;
    Apply<T> apply;
    GradSums<T> grad_sums;
    GradApply<T> grad_apply;
};

// One set of kernels per build of rows.cpp.
struct KernelSet {
    Kernels<float> single;
    Kernels<Brain> brain;
};

extern const KernelSet kernels_base;
#ifdef AFFEKT_X86
extern const KernelSet kernels_v3;
extern const KernelSet kernels_v4;
#endif

}  // namespace affekt

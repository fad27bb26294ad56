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
using Moments = void (*)(const Brain* x, int64_t rows, int64_t channels, float* mean, float* squares);

// y = act((x - mean) * scale + shift [+ add]); `add` may be null, act is ReLU or nothing.
using Apply = void (*)(const Brain* x, const Brain* add, Brain* y, int64_t rows, int64_t channels, const float* mean,
                       const float* scale, const float* shift, bool relu);

// Per channel of one chunk the sums of g and g (x - mean), where g = grad, zero where y is not above zero
// (`y` may be null: no ReLU). `passed` may be null, else it receives g.
using GradSums = void (*)(const Brain* grad, const Brain* y, const Brain* x, Brain* passed, int64_t rows, int64_t channels,
                          const float* mean, float* sum, float* sum_x);

// dx = a (g - b - (x - mean) c).
using GradApply = void (*)(const Brain* grad, const Brain* y, const Brain* x, Brain* dx, int64_t rows, int64_t channels,
                           const float* mean, const float* a, const float* b, const float* c);

struct Kernels {
    Moments moments;
    Apply apply;
    GradSums grad_sums;
    GradApply grad_apply;
};

// One set of kernels per build of rows.cpp.
extern const Kernels kernels_base;
#ifdef AFFEKT_X86
extern const Kernels kernels_v3;
extern const Kernels kernels_v4;
#endif

}  // namespace affekt

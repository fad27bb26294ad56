// Batch normalisation, addition and ReLU as one differentiable operation.
#pragma once
#include <ATen/core/Tensor.h>

namespace affekt {

struct Norm {
    const at::Tensor& weight;
    const at::Tensor& bias;
    const at::Tensor& running_mean;
    const at::Tensor& running_var;
    bool train;
    double momentum;
    double eps;
};

// True where the kernels of rows.h can do it: channels-last f32 or bf16 on the CPU, statistics in f32; in evaluation
// only while nothing asks for a gradient.
bool fits(const at::Tensor& x, const at::Tensor& add, const Norm& norm);

at::Tensor norm_act_fused(const at::Tensor& x, const at::Tensor& add, const Norm& norm, bool relu);

// The same by the library's operators.
at::Tensor norm_act_composed(const at::Tensor& x, const at::Tensor& add, const Norm& norm, bool relu);

}  // namespace affekt

// Everything Rust calls. A function that can fail returns null, or a message the caller frees with
// `affekt_free_message`; on a message nothing was written to its outputs.
#pragma once
#include <cstdint>

#if defined(_MSC_VER)
#define AFFEKT_API __declspec(dllexport)
#else
#define AFFEKT_API __attribute__((visibility("default")))
#endif

namespace at {
class Tensor;
}

extern "C" {

AFFEKT_API void affekt_free_message(char* message);

// Batch normalisation, an optional addition and an optional ReLU. `add` may be null. `fused` receives 1 where one of
// the kernels of rows.h did the work, 0 where the library's own operators did.
AFFEKT_API char* affekt_norm_act(at::Tensor** out, int32_t* fused, const at::Tensor* x, const at::Tensor* add,
                                 const at::Tensor* weight, const at::Tensor* bias, const at::Tensor* running_mean,
                                 const at::Tensor* running_var, int32_t train, double momentum, double eps,
                                 int32_t relu);

// Cross-correlation with a square kernel, zero-padded, without bias. `route` receives the sum of 1 where the map and 2
// where the gradient of the weights is a matrix product over columns, 0 where the library's own operator does both.
AFFEKT_API char* affekt_conv2d(at::Tensor** out, int32_t* route, const at::Tensor* x, const at::Tensor* weight,
                               int64_t stride, int64_t padding);

// Forgets the gradient of a leaf: the next backward pass puts its own tensor there instead of adding to a zeroed one.
AFFEKT_API char* affekt_clear_grad(const at::Tensor* leaf);

// One step of Adam or AdamW over `n` parameters with the library's fused kernel; `step` counts from 1.
AFFEKT_API char* affekt_fused_adam(int32_t decoupled, int64_t n, const at::Tensor* const* parameters,
                                   const at::Tensor* const* gradients, const at::Tensor* const* first,
                                   const at::Tensor* const* second, double step, double lr, double beta1,
                                   double beta2, double weight_decay, double eps);

// One step of stochastic gradient descent over `n` parameters with the library's fused kernel; `buffers` is read and
// written only where `momentum` is not 0.
AFFEKT_API char* affekt_fused_sgd(int64_t n, const at::Tensor* const* parameters, const at::Tensor* const* gradients,
                                  const at::Tensor* const* buffers, double lr, double momentum, double weight_decay,
                                  int32_t nesterov);

// Operators with one result for one input, on devices where the library's fastest ones have several.
AFFEKT_API char* affekt_set_deterministic(int32_t on);

// `peak` receives the most bytes that were allocated at once on CUDA device `index`; a message where there is none.
AFFEKT_API char* affekt_device_peak(int32_t index, int64_t* peak);
}

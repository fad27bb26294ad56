#include "shim.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstdlib>
#include <cstring>
#include <exception>

#include "conv.h"
#include "norm_act.h"

namespace {

// Runs `f`; an exception becomes a message.
template <typename F>
char* guarded(const F& f) {
    try {
        f();
        return nullptr;
    } catch (const c10::Error& error) {
        return strdup(error.what_without_backtrace());
    } catch (const std::exception& error) {
        return strdup(error.what());
    } catch (...) {
        return strdup("an exception that is no std::exception");
    }
}

std::vector<at::Tensor> list(const at::Tensor* const* tensors, int64_t n) {
    std::vector<at::Tensor> owned;
    owned.reserve(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) owned.push_back(*tensors[i]);
    return owned;
}

}  // namespace

extern "C" {

void affekt_free_message(char* message) { free(message); }

char* affekt_norm_act(at::Tensor** out, int32_t* fused, const at::Tensor* x, const at::Tensor* add,
                      const at::Tensor* weight, const at::Tensor* bias, const at::Tensor* running_mean,
                      const at::Tensor* running_var, int32_t train, double momentum, double eps, int32_t relu) {
    return guarded([&] {
        const affekt::Norm norm{*weight, *bias, *running_mean, *running_var, train != 0, momentum, eps};
        const at::Tensor other = add == nullptr ? at::Tensor() : *add;
        const bool fits = affekt::fits(*x, other, norm);
        at::Tensor y = fits ? affekt::norm_act_fused(*x, other, norm, relu != 0)
                            : affekt::norm_act_composed(*x, other, norm, relu != 0);
        *fused = fits ? 1 : 0;
        *out = new at::Tensor(std::move(y));
    });
}

char* affekt_conv2d(at::Tensor** out, int32_t* route, const at::Tensor* x, const at::Tensor* weight, int64_t stride,
                    int64_t padding) {
    return guarded([&] {
        const affekt::ConvRoute taken = affekt::conv_route(*x, *weight, stride, padding);
        at::Tensor y = taken ? affekt::conv2d_columns(*x, *weight, stride, padding, taken)
                             : at::conv2d(*x, *weight, {}, {stride, stride}, {padding, padding});
        *route = (taken.forward ? 1 : 0) + (taken.weight ? 2 : 0);
        *out = new at::Tensor(std::move(y));
    });
}

char* affekt_clear_grad(const at::Tensor* leaf) {
    return guarded([&] { leaf->mutable_grad() = at::Tensor(); });
}

char* affekt_fused_adam(int32_t decoupled, int64_t n, const at::Tensor* const* parameters,
                        const at::Tensor* const* gradients, const at::Tensor* const* first,
                        const at::Tensor* const* second, double step, double lr, double beta1, double beta2,
                        double weight_decay, double eps) {
    return guarded([&] {
        const at::NoGradGuard no_grad;
        const auto p = list(parameters, n), g = list(gradients, n), m = list(first, n), v = list(second, n);
        // The library wants one tensor a parameter; it only reads them.
        const std::vector<at::Tensor> t(static_cast<size_t>(n), at::scalar_tensor(step, at::kFloat));
        const auto update = [&](auto kernel) {
            kernel(p, g, m, v, at::TensorList(), t, lr, beta1, beta2, weight_decay, eps, false, false, std::nullopt,
                   std::nullopt);
        };
        const auto adam = [](auto&&... args) { at::_fused_adam_(args...); };
        const auto adam_w = [](auto&&... args) { at::_fused_adamw_(args...); };
        if (decoupled != 0) {
            update(adam_w);
        } else {
            update(adam);
        }
    });
}

char* affekt_fused_sgd(int64_t n, const at::Tensor* const* parameters, const at::Tensor* const* gradients,
                       const at::Tensor* const* buffers, double lr, double momentum, double weight_decay,
                       int32_t nesterov) {
    return guarded([&] {
        const at::NoGradGuard no_grad;
        // The kernel demands an empty list where there is no momentum. A buffer of zeros makes its first step like
        // any other, for nothing is dampened.
        const auto b = list(buffers, momentum == 0.0 ? 0 : n);
        at::_fused_sgd_(list(parameters, n), list(gradients, n), b, weight_decay, momentum, lr, 0.0, nesterov != 0,
                        false, false, std::nullopt, std::nullopt);
    });
}

char* affekt_set_deterministic(int32_t on) {
    return guarded([&] {
        at::Context& context = at::globalContext();
        context.setDeterministicAlgorithms(on != 0, false);
        context.setDeterministicCuDNN(on != 0);
        context.setBenchmarkCuDNN(false);
    });
}

char* affekt_device_peak(int32_t index, int64_t* peak) {
    return guarded([&] {
        TORCH_CHECK(at::hasCUDA(), "no CUDA device");
        const auto stats = c10::getDeviceAllocator(c10::kCUDA)->getDeviceStats(static_cast<c10::DeviceIndex>(index));
        constexpr auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        *peak = stats.allocated_bytes[all].peak;
    });
}
}

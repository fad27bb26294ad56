#include "norm_act.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <cmath>
#include <type_traits>
#include <vector>

#include "parallel.h"
#include "rows.h"

namespace affekt {
namespace {

// Rows of one chunk. Sums run in f32 within a chunk and in f64 over chunks, in order: no sum depends on the number of
// threads.
constexpr int64_t CHUNK = 128;

const KernelSet& kernel_set() {
#ifdef AFFEKT_X86
    static const KernelSet& best = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")
                                       ? kernels_v4
                                   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                                           __builtin_cpu_supports("bmi2")
                                       ? kernels_v3
                                       : kernels_base;
    return best;
#else
    return kernels_base;
#endif
}

template <typename E>
const Kernels<E>& kernels() {
    if constexpr (std::is_same_v<E, float>) {
        return kernel_set().single;
    } else {
        return kernel_set().brain;
    }
}

template <typename E>
E* data(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<E*>(tensor.data_ptr()) : nullptr;
}

// Calls `f` with an element of the kind of `x`, which `fits`.
template <typename F>
auto by_kind(const at::Tensor& x, const F& f) {
    return x.scalar_type() == at::kFloat ? f(float{}) : f(Brain{});
}

float* floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

// Calls `f(first row, rows, chunk)` for every chunk, on the library's threads.
template <typename F>
void over_chunks(int64_t rows, const F& f) {
    // A unit of work worth handing to another thread: 16 chunks, a few thousand rows.
    each((rows + CHUNK - 1) / CHUNK, 16, [&](int64_t chunk) {
        const int64_t first = chunk * CHUNK;
        f(first, std::min(CHUNK, rows - first), chunk);
    });
}

// Mean and sum of squares about it of each channel, from those of the chunks (Chan, Golub and LeVeque 1983, eq. 2.1).
void combine(const at::Tensor& means, const at::Tensor& squares, int64_t rows, std::vector<double>& mean,
             std::vector<double>& sum_of_squares) {
    const int64_t chunks = means.size(0), channels = means.size(1);
    const float *m = floats(means), *s = floats(squares);
    for (int64_t k = 0; k < chunks; ++k) {
        const double before = static_cast<double>(k * CHUNK);
        const double here = static_cast<double>(std::min(CHUNK, rows - k * CHUNK));
        const double share = here / (before + here);
        for (int64_t c = 0; c < channels; ++c) {
            const double delta = m[k * channels + c] - mean[c];
            mean[c] += delta * share;
            sum_of_squares[c] += s[k * channels + c] + delta * delta * before * share;
        }
    }
}

// Sums over chunks in f64.
std::vector<double> total(const at::Tensor& parts) {
    const int64_t chunks = parts.size(0), channels = parts.size(1);
    std::vector<double> sums(channels, 0.0);
    const float* p = floats(parts);
    for (int64_t k = 0; k < chunks; ++k) {
        for (int64_t c = 0; c < channels; ++c) sums[c] += p[k * channels + c];
    }
    return sums;
}

int64_t rows_of(const at::Tensor& x) { return x.size(0) * x.size(2) * x.size(3); }

struct Statistics {
    at::Tensor mean, inverse_sd;
};

template <typename E>
Statistics batch_statistics(const at::Tensor& x, const Norm& norm) {
    const int64_t rows = rows_of(x), channels = x.size(1), chunks = (rows + CHUNK - 1) / CHUNK;
    const at::Tensor means = at::empty({chunks, channels}, at::kFloat), squares = at::empty_like(means);
    over_chunks(rows, [&](int64_t first, int64_t n, int64_t chunk) {
        kernels<E>().moments(data<E>(x) + first * channels, n, channels, floats(means) + chunk * channels,
                             floats(squares) + chunk * channels);
    });
    std::vector<double> mean(channels, 0.0), sum_of_squares(channels, 0.0);
    combine(means, squares, rows, mean, sum_of_squares);
    Statistics found{at::empty({channels}, at::kFloat), at::empty({channels}, at::kFloat)};
    float *running_mean = floats(norm.running_mean), *running_var = floats(norm.running_var);
    const double n = static_cast<double>(rows);
    for (int64_t c = 0; c < channels; ++c) {
        const double var = sum_of_squares[c] / n;
        floats(found.mean)[c] = static_cast<float>(mean[c]);
        floats(found.inverse_sd)[c] = static_cast<float>(1.0 / std::sqrt(var + norm.eps));
        const double unbiased = sum_of_squares[c] / (n - 1.0);
        running_mean[c] = static_cast<float>((1.0 - norm.momentum) * running_mean[c] + norm.momentum * mean[c]);
        running_var[c] = static_cast<float>((1.0 - norm.momentum) * running_var[c] + norm.momentum * unbiased);
    }
    return found;
}

template <typename E>
at::Tensor transform(const at::Tensor& x, const at::Tensor& add, const at::Tensor& mean, const at::Tensor& scale,
                     const at::Tensor& shift, bool relu) {
    const at::Tensor y = at::empty_like(x);
    const int64_t channels = x.size(1);
    over_chunks(rows_of(x), [&](int64_t first, int64_t n, int64_t) {
        const E* other = data<E>(add);
        kernels<E>().apply(data<E>(x) + first * channels, other == nullptr ? nullptr : other + first * channels,
                           data<E>(y) + first * channels, n, channels, floats(mean), floats(scale), floats(shift),
                           relu);
    });
    return y;
}

at::Tensor transformed(const at::Tensor& x, const at::Tensor& add, const at::Tensor& mean, const at::Tensor& scale,
                       const at::Tensor& shift, bool relu) {
    return by_kind(x, [&](auto e) { return transform<decltype(e)>(x, add, mean, scale, shift, relu); });
}

struct Gradients {
    at::Tensor x, add, weight, bias;
};

// Ioffe and Szegedy 2015, the gradients after eq. 3, with xhat = (x - mean) inverse_sd:
// dx = weight inverse_sd (g - mean(g) - xhat mean(g xhat))
template <typename E>
Gradients gradients(const at::Tensor& grad, const at::Tensor& y, const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& mean, const at::Tensor& inverse_sd, bool with_add) {
    const int64_t rows = rows_of(x), channels = x.size(1), chunks = (rows + CHUNK - 1) / CHUNK;
    const at::Tensor sums = at::empty({chunks, channels}, at::kFloat), sums_x = at::empty_like(sums);
    const at::Tensor passed = with_add ? at::empty_like(x) : at::Tensor();
    const auto from = [&](const at::Tensor& tensor, int64_t first) {
        E* start = data<E>(tensor);
        return start == nullptr ? nullptr : start + first * channels;
    };
    over_chunks(rows, [&](int64_t first, int64_t n, int64_t chunk) {
        kernels<E>().grad_sums(from(grad, first), from(y, first), from(x, first), from(passed, first), n, channels,
                               floats(mean), floats(sums) + chunk * channels, floats(sums_x) + chunk * channels);
    });
    const std::vector<double> sum = total(sums), sum_x = total(sums_x);
    Gradients found{at::empty_like(x), passed, at::empty({channels}, at::kFloat), at::empty({channels}, at::kFloat)};
    const at::Tensor a = at::empty({channels}, at::kFloat), b = at::empty_like(a), k = at::empty_like(a);
    const double n = static_cast<double>(rows);
    for (int64_t c = 0; c < channels; ++c) {
        const double inverse = floats(inverse_sd)[c];
        floats(found.bias)[c] = static_cast<float>(sum[c]);
        floats(found.weight)[c] = static_cast<float>(sum_x[c] * inverse);
        floats(a)[c] = static_cast<float>(floats(weight)[c] * inverse);
        floats(b)[c] = static_cast<float>(sum[c] / n);
        floats(k)[c] = static_cast<float>(sum_x[c] / n * inverse * inverse);
    }
    // Where g was written out, it need not be masked again.
    const at::Tensor& g = with_add ? passed : grad;
    const at::Tensor mask = with_add ? at::Tensor() : y;
    over_chunks(rows, [&](int64_t first, int64_t n_rows, int64_t) {
        kernels<E>().grad_apply(from(g, first), from(mask, first), from(x, first), from(found.x, first), n_rows,
                                channels, floats(mean), floats(a), floats(b), floats(k));
    });
    return found;
}

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct NormAct : torch::autograd::Function<NormAct> {
    static Variable forward(AutogradContext* ctx, const Variable& x, const std::optional<Variable>& other,
                            const Variable& weight, const Variable& bias, const Norm& norm, bool relu) {
        const Variable add = other.value_or(Variable());
        const Statistics found = by_kind(x, [&](auto e) { return batch_statistics<decltype(e)>(x, norm); });
        const at::Tensor scale = weight.detach() * found.inverse_sd;
        const at::Tensor y = transformed(x, add, found.mean, scale, bias.detach(), relu);
        ctx->saved_data["add"] = add.defined();
        ctx->save_for_backward({x, relu ? y : at::Tensor(), weight, found.mean, found.inverse_sd});
        return y;
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        const variable_list saved = ctx->get_saved_variables();
        const at::Tensor &x = saved[0], y = saved[1], weight = saved[2].contiguous();
        const at::Tensor grad = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
        const bool with_add = ctx->saved_data["add"].toBool();
        const Gradients found = by_kind(
            x, [&](auto e) { return gradients<decltype(e)>(grad, y, x, weight, saved[3], saved[4], with_add); });
        return {found.x, found.add, found.weight, found.bias, Variable(), Variable()};
    }
};

bool plain(const at::Tensor& tensor, int64_t channels) {
    return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.dim() == 1 &&
           tensor.size(0) == channels && tensor.is_contiguous();
}

bool asks_for_gradient(const at::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); }

}  // namespace

bool fits(const at::Tensor& x, const at::Tensor& add, const Norm& norm) {
    // A recording knows the library's operators alone.
    if (torch::jit::tracer::isTracing()) return false;
    const bool has_kernels = x.scalar_type() == at::kBFloat16 || x.scalar_type() == at::kFloat;
    if (!x.is_cpu() || !has_kernels || x.dim() != 4 || !x.is_contiguous(at::MemoryFormat::ChannelsLast)) return false;
    const int64_t channels = x.size(1);
    if (add.defined() && (!add.is_cpu() || add.scalar_type() != x.scalar_type() || add.sizes() != x.sizes() ||
                          !add.is_contiguous(at::MemoryFormat::ChannelsLast))) {
        return false;
    }
    if (!plain(norm.weight, channels) || !plain(norm.bias, channels) || !plain(norm.running_mean, channels) ||
        !plain(norm.running_var, channels)) {
        return false;
    }
    // One value has no variance: the library's own operator says so.
    if (norm.train) return rows_of(x) > 1;
    return x.numel() > 0 && !(at::GradMode::is_enabled() && (asks_for_gradient(x) || asks_for_gradient(add) ||
                                                             asks_for_gradient(norm.weight) ||
                                                             asks_for_gradient(norm.bias)));
}

at::Tensor norm_act_fused(const at::Tensor& x, const at::Tensor& add, const Norm& norm, bool relu) {
    if (norm.train) {
        const auto other = add.defined() ? std::optional<at::Tensor>(add) : std::nullopt;
        return NormAct::apply(x, other, norm.weight, norm.bias, norm, relu);
    }
    const at::NoGradGuard no_grad;
    const at::Tensor scale = norm.weight * at::rsqrt(norm.running_var + norm.eps);
    return transformed(x, add, norm.running_mean, scale, norm.bias, relu);
}

at::Tensor norm_act_composed(const at::Tensor& x, const at::Tensor& add, const Norm& norm, bool relu) {
    at::Tensor y = at::batch_norm(x, norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.train,
                                  norm.momentum, norm.eps, false);
    if (add.defined()) y = y + add;
    return relu ? at::relu_(y) : y;
}

}  // namespace affekt

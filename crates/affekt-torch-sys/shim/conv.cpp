#include "conv.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <array>
#include <cstring>

#include "parallel.h"

namespace affekt {
namespace {

using at::MemoryFormat;

// Largest map at which oneDNN's bf16 gradient of weights is slower than columns and a matrix product: it sums over the
// pixels of one image at a time, and there are few.
constexpr int64_t SMALL_MAP = 64;

int64_t out_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
    return (size + 2 * padding - kernel) / stride + 1;
}

// The pixels under each position of the kernel, a row for each output pixel: [n oh ow, kh kw c]. Every run of c numbers
// lies together in memory on both sides.
at::Tensor columns(const at::Tensor& x, int64_t kernel, int64_t stride, int64_t padding) {
    const int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
    const int64_t oh = out_size(h, kernel, stride, padding), ow = out_size(w, kernel, stride, padding);
    if (kernel == 1 && stride == 1 && padding == 0) return x.permute({0, 2, 3, 1}).reshape({n * h * w, c});
    const at::Tensor rows = at::empty({n * oh * ow, kernel * kernel * c}, x.options().memory_format(MemoryFormat::Contiguous));
    const size_t run = static_cast<size_t>(c * x.element_size());
    const char* from = static_cast<const char*>(x.data_ptr());
    char* to = static_cast<char*>(rows.data_ptr());
    const size_t of_image = static_cast<size_t>(oh * ow * kernel * kernel) * run;
    // Four images are work worth handing to another thread.
    each(n, 4, [&](int64_t image) {
        char* out = to + static_cast<size_t>(image) * of_image;
        for (int64_t position = 0; position < oh * ow * kernel * kernel; ++position, out += run) {
            const int64_t pixel = position / (kernel * kernel), tap = position % (kernel * kernel);
            const int64_t row = pixel / ow * stride + tap / kernel - padding;
            const int64_t column = pixel % ow * stride + tap % kernel - padding;
            if (row < 0 || row >= h || column < 0 || column >= w) {
                std::memset(out, 0, run);
            } else {
                std::memcpy(out, from + static_cast<size_t>((image * h + row) * w + column) * run, run);
            }
        }
    });
    return rows;
}

// [n oh ow, c] as the map it is, channels last.
at::Tensor as_map(const at::Tensor& rows, int64_t n, int64_t oh, int64_t ow) {
    return rows.view({n, oh, ow, rows.size(1)}).permute({0, 3, 1, 2});
}

// [c_out, c_in, k, k] as [c_out, k k c_in].
at::Tensor flat(const at::Tensor& weight) { return weight.permute({0, 2, 3, 1}).reshape({weight.size(0), -1}); }

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct ConvColumns : torch::autograd::Function<ConvColumns> {
    static Variable forward(AutogradContext* ctx, const Variable& x, const Variable& weight, int64_t stride,
                            int64_t padding, bool forward_too, bool weight_too) {
        at::Tensor rows, y;
        if (forward_too) {
            const int64_t kernel = weight.size(2);
            rows = columns(x, kernel, stride, padding);
            y = as_map(rows.mm(flat(weight).t()), x.size(0), out_size(x.size(2), kernel, stride, padding),
                       out_size(x.size(3), kernel, stride, padding));
        } else {
            y = at::conv2d(x, weight, {}, {stride, stride}, {padding, padding});
        }
        ctx->saved_data["stride"] = stride;
        ctx->saved_data["padding"] = padding;
        ctx->saved_data["weight_too"] = weight_too;
        // The columns are at hand where they were needed, and made again where they were not: they are up to nine
        // times the map.
        ctx->save_for_backward({x, weight, weight_too ? rows : at::Tensor()});
        return y;
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        const variable_list saved = ctx->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1];
        const int64_t stride = ctx->saved_data["stride"].toInt(), padding = ctx->saved_data["padding"].toInt();
        const bool weight_too = ctx->saved_data["weight_too"].toBool();
        const at::Tensor grad = grads[0].contiguous(MemoryFormat::ChannelsLast);
        const bool wants_x = ctx->needs_input_grad(0), wants_weight = ctx->needs_input_grad(1);
        at::Tensor of_x, of_weight;
        if (wants_x || (wants_weight && !weight_too)) {
            const std::array<bool, 3> mask{wants_x, wants_weight && !weight_too, false};
            std::tie(of_x, of_weight, std::ignore) =
                at::convolution_backward(grad, x, weight, c10::nullopt, {stride, stride}, {padding, padding}, {1, 1},
                                         false, {0, 0}, 1, mask);
        }
        if (wants_weight && weight_too) {
            const at::Tensor rows = saved[2].defined() ? saved[2] : columns(x, weight.size(2), stride, padding);
            const at::Tensor of_rows = grad.permute({0, 2, 3, 1}).reshape({rows.size(0), weight.size(0)});
            of_weight = of_rows.t()
                            .mm(rows)
                            .view({weight.size(0), weight.size(2), weight.size(3), weight.size(1)})
                            .permute({0, 3, 1, 2});
        }
        return {of_x, of_weight, Variable(), Variable(), Variable(), Variable()};
    }
};

}  // namespace

ConvRoute conv_route(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding) {
    const ConvRoute none{false, false};
    // A recording knows the library's operators alone: what is written into memory here would be a constant in it.
    if (torch::jit::tracer::isTracing()) return none;
    const auto kind = x.scalar_type();
    if (!x.is_cpu() || !weight.is_cpu() || kind != weight.scalar_type() || x.dim() != 4 || weight.dim() != 4 ||
        (kind != at::kBFloat16 && kind != at::kFloat) || !x.is_contiguous(MemoryFormat::ChannelsLast) ||
        weight.size(1) != x.size(1) || weight.size(2) != weight.size(3) || stride < 1 || padding < 0 || x.numel() == 0) {
        return none;
    }
    const int64_t kernel = weight.size(2);
    const int64_t oh = out_size(x.size(2), kernel, stride, padding), ow = out_size(x.size(3), kernel, stride, padding);
    if (oh < 1 || ow < 1) return none;
    // With no more output pixels than output channels the weights outnumber the columns, and bringing them into oneDNN's
    // blocks costs it more than the product itself.
    const bool heavy = x.size(0) * oh * ow <= weight.size(0);
    const bool small = kind == at::kBFloat16 && oh * ow <= SMALL_MAP;
    return {heavy, heavy || small};
}

at::Tensor conv2d_columns(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding,
                          ConvRoute route) {
    return ConvColumns::apply(x, weight, stride, padding, route.forward, route.weight);
}

}  // namespace affekt

#pragma once
#include <cstdint>

namespace at {
class Tensor;
}

namespace affekt {

// Which parts of a convolution are matrix products over columns.
struct ConvRoute {
    bool forward, weight;
    explicit operator bool() const { return forward || weight; }
};

ConvRoute conv_route(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding);

at::Tensor conv2d_columns(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding,
                          ConvRoute route);

}  // namespace affekt

// The kernels of rows.h, for one instruction set: AFFEKT_KERNELS names the set this build defines.
//
// Channels are taken in blocks of a fixed width, so that the compiler keeps a block's sums in registers. A sum runs over
// rows in order, one lane per channel: every instruction set gives the same bits.
#include "rows.h"

namespace affekt {
namespace {

inline float load(Brain x) {
    const uint32_t wide = static_cast<uint32_t>(x.bits) << 16;
    float value;
    __builtin_memcpy(&value, &wide, sizeof value);
    return value;
}

inline float load(float x) { return x; }

inline void store(float value, float* to) { *to = value; }

// Rounds to the nearest, ties to even; a NaN stays one.
inline void store(float value, Brain* to) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    to->bits = static_cast<uint16_t>(value != value ? 0x7fc0U : rounded);
}

template <typename E, int WIDTH>
void moments_of(const E* x, int64_t rows, int64_t channels, float* mean, float* squares) {
    float sum[WIDTH] = {};
    for (int64_t r = 0; r < rows; ++r) {
        const E* row = x + r * channels;
        for (int c = 0; c < WIDTH; ++c) sum[c] += load(row[c]);
    }
    float centre[WIDTH], spread[WIDTH] = {};
    for (int c = 0; c < WIDTH; ++c) centre[c] = sum[c] / static_cast<float>(rows);
    for (int64_t r = 0; r < rows; ++r) {
        const E* row = x + r * channels;
        for (int c = 0; c < WIDTH; ++c) {
            const float d = load(row[c]) - centre[c];
            spread[c] += d * d;
        }
    }
    for (int c = 0; c < WIDTH; ++c) {
        mean[c] = centre[c];
        squares[c] = spread[c];
    }
}

template <typename E, int WIDTH, bool ADD, bool RELU>
void apply_to(const E* x, const E* add, E* __restrict y, int64_t rows, int64_t channels, const float* mean_,
              const float* scale_, const float* shift_) {
    float mean[WIDTH], scale[WIDTH], shift[WIDTH];
    for (int c = 0; c < WIDTH; ++c) {
        mean[c] = mean_[c];
        scale[c] = scale_[c];
        shift[c] = shift_[c];
    }
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t at = r * channels;
        for (int c = 0; c < WIDTH; ++c) {
            float value = (load(x[at + c]) - mean[c]) * scale[c] + shift[c];
            if (ADD) value += load(add[at + c]);
            // Written so that a NaN passes.
            if (RELU) value = value < 0.0F ? 0.0F : value;
            store(value, y + at + c);
        }
    }
}

template <typename E, int WIDTH, bool RELU, bool PASS>
void grad_sums_of(const E* grad, const E* y, const E* x, E* __restrict passed, int64_t rows, int64_t channels,
                  const float* mean_, float* sum_, float* sum_x_) {
    float mean[WIDTH], sum[WIDTH] = {}, sum_x[WIDTH] = {};
    for (int c = 0; c < WIDTH; ++c) mean[c] = mean_[c];
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t at = r * channels;
        for (int c = 0; c < WIDTH; ++c) {
            float g = load(grad[at + c]);
            if (RELU) g = load(y[at + c]) <= 0.0F ? 0.0F : g;
            if (PASS) store(g, passed + at + c);
            sum[c] += g;
            sum_x[c] += g * (load(x[at + c]) - mean[c]);
        }
    }
    for (int c = 0; c < WIDTH; ++c) {
        sum_[c] = sum[c];
        sum_x_[c] = sum_x[c];
    }
}

template <typename E, int WIDTH, bool RELU>
void grad_apply_to(const E* grad, const E* y, const E* x, E* __restrict dx, int64_t rows, int64_t channels,
                   const float* mean_, const float* a_, const float* b_, const float* c_) {
    float mean[WIDTH], a[WIDTH], b[WIDTH], k[WIDTH];
    for (int c = 0; c < WIDTH; ++c) {
        mean[c] = mean_[c];
        a[c] = a_[c];
        b[c] = b_[c];
        k[c] = c_[c];
    }
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t at = r * channels;
        for (int c = 0; c < WIDTH; ++c) {
            float g = load(grad[at + c]);
            if (RELU) g = load(y[at + c]) <= 0.0F ? 0.0F : g;
            store(a[c] * (g - b[c] - (load(x[at + c]) - mean[c]) * k[c]), dx + at + c);
        }
    }
}

// A block's width, as a type.
template <int WIDTH>
struct Width {
    static constexpr int value = WIDTH;
};

// Calls `f(width, first channel)` for blocks that cover all channels.
template <typename F>
void over_blocks(int64_t channels, const F& f) {
    int64_t c = 0;
    for (; c + 32 <= channels; c += 32) f(Width<32>{}, c);
    for (; c + 16 <= channels; c += 16) f(Width<16>{}, c);
    for (; c < channels; ++c) f(Width<1>{}, c);
}

template <typename T>
T* maybe(T* pointer, int64_t offset) {
    return pointer == nullptr ? nullptr : pointer + offset;
}

template <typename E>
void moments(const E* x, int64_t rows, int64_t channels, float* mean, float* squares) {
    over_blocks(channels, [=](auto width, int64_t c) {
        moments_of<E, decltype(width)::value>(x + c, rows, channels, mean + c, squares + c);
    });
}

template <typename E>
void apply(const E* x, const E* add, E* y, int64_t rows, int64_t channels, const float* mean, const float* scale,
           const float* shift, bool relu) {
    over_blocks(channels, [=](auto width, int64_t c) {
        constexpr int W = decltype(width)::value;
        const auto run = add != nullptr ? (relu ? apply_to<E, W, true, true> : apply_to<E, W, true, false>)
                                        : (relu ? apply_to<E, W, false, true> : apply_to<E, W, false, false>);
        run(x + c, maybe(add, c), y + c, rows, channels, mean + c, scale + c, shift + c);
    });
}

template <typename E>
void grad_sums(const E* grad, const E* y, const E* x, E* passed, int64_t rows, int64_t channels, const float* mean,
               float* sum, float* sum_x) {
    over_blocks(channels, [=](auto width, int64_t c) {
        constexpr int W = decltype(width)::value;
        const auto run = y != nullptr
                             ? (passed != nullptr ? grad_sums_of<E, W, true, true> : grad_sums_of<E, W, true, false>)
                             : (passed != nullptr ? grad_sums_of<E, W, false, true> : grad_sums_of<E, W, false, false>);
        run(grad + c, maybe(y, c), x + c, maybe(passed, c), rows, channels, mean + c, sum + c, sum_x + c);
    });
}

template <typename E>
void grad_apply(const E* grad, const E* y, const E* x, E* dx, int64_t rows, int64_t channels, const float* mean,
                const float* a, const float* b, const float* c) {
    over_blocks(channels, [=](auto width, int64_t k) {
        constexpr int W = decltype(width)::value;
        const auto run = y != nullptr ? grad_apply_to<E, W, true> : grad_apply_to<E, W, false>;
        run(grad + k, maybe(y, k), x + k, dx + k, rows, channels, mean + k, a + k, b + k, c + k);
    });
}

}  // namespace

const KernelSet AFFEKT_KERNELS = {
    {moments<Brain>, apply<Brain>, grad_sums<Brain>, grad_apply<Brain>},
    {moments<float>, apply<float>, grad_sums<float>, grad_apply<float>},
};

}  // namespace affekt

//! Tensors that tests are made of.

use tch::{Kind, Tensor};

/// Random numbers that do not depend on the library's generator.
pub(crate) fn numbers(shape: &[i64], seed: u64, kind: Kind) -> Tensor {
    let n: i64 = shape.iter().product();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let values: Vec<f32> = (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        })
        .collect();
    Tensor::from_slice(&values).reshape(shape).to_kind(kind)
}

pub(crate) fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

/// Largest difference as a share of the largest value.
pub(crate) fn apart(a: &Tensor, b: &Tensor) -> f64 {
    let wide = |x: &Tensor| x.to_kind(Kind::Double);
    let scale = wide(b).abs().max().double_value(&[]) + 1e-12;
    (wide(a) - wide(b)).abs().max().double_value(&[]) / scale
}

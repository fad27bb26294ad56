//! Images and targets of a batch mixed in pairs.

use affekt_core::{Seed, Stream};
use affekt_learn::{Batch, Target};
use affekt_tensor::{Kind, Tensor};

/// Mixes every item of a batch with another one, all in one proportion.
///
/// # Equation
/// `x = l x_i + (1 - l) x_j`, targets alike, l ~ Beta(alpha, alpha), j a shuffle of the batch
/// # Masks
/// a task of a mixed item is labelled where it is on both sides
/// # Source
/// Zhang et al. 2018, eq. 1; one l a batch, as in the authors' code
pub(crate) fn mix(batch: Batch, n_classes: i64, alpha: f64, seed: Seed, step: u64) -> Batch {
    let mut stream = seed.stream("mixup", &[step]);
    let share = beta(alpha, &mut stream);
    let n = batch.target.expression.size()[0];
    let mut order: Vec<i64> = (0..n).collect();
    stream.shuffle(&mut order);
    let partner = Tensor::from_slice(&order).to_device(batch.images.device());
    let of = |x: &Tensor| x.index_select(0, &partner);
    let blend = |x: &Tensor| x * share + of(x) * (1.0 - share);
    let both = |mask: &Tensor| mask * of(mask);
    let Target { expression, soft, expression_mask, va, va_mask, aus, au_mask, posterior } = batch.target;
    let one_hot = || expression.one_hot(n_classes).to_kind(Kind::Float);
    let target = Target {
        soft: Some(blend(&soft.unwrap_or_else(one_hot))),
        expression_mask: both(&expression_mask),
        va: blend(&va),
        va_mask: both(&va_mask),
        aus: blend(&aus),
        au_mask: both(&au_mask),
        posterior: posterior.map(|eta| blend(&eta)),
        expression,
    };
    Batch { images: blend(&batch.images), target }
}

/// A draw from Beta(alpha, alpha), alpha in (0, 1], by Joehnk's method.
fn beta(alpha: f64, stream: &mut Stream) -> f64 {
    loop {
        let (x, y) = (stream.uniform().powf(1.0 / alpha), stream.uniform().powf(1.0 / alpha));
        let sum = x + y;
        // Both may underflow to 0 where alpha is small.
        if sum > 0.0 && sum <= 1.0 {
            return x / sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_the_moments_of_a_beta_distribution() {
        for alpha in [0.1, 0.2, 0.4, 1.0] {
            let mut stream = Seed(3).stream("beta", &[]);
            let draws: Vec<f64> = (0..20_000).map(|_| beta(alpha, &mut stream)).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            // Var Beta(a, a) = 1 / (4 (2a + 1)); four standard errors of 20,000 draws.
            assert!((mean - 0.5).abs() < 4.0 * (variance / 20_000.0).sqrt(), "alpha {alpha}: mean {mean}");
            assert!((variance - 0.25 / (2.0 * alpha + 1.0)).abs() < 0.005, "alpha {alpha}: {variance}");
        }
    }
}

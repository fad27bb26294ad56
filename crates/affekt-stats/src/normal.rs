//! The standard normal distribution, accurate in both tails.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc_inv;

/// Beyond this point the continued fraction converges faster than the series loses digits.
const TAIL_START: f64 = 3.0;

/// `Phi(x)`.
///
/// Not taken from statrs, whose complementary error function holds about ten digits: the bias correction of
/// a bootstrap and the power of a test are compared with references to more.
pub(crate) fn cdf(x: f64) -> f64 {
    if x < -TAIL_START {
        upper_tail(-x)
    } else if x > TAIL_START {
        1.0 - upper_tail(x)
    } else {
        0.5 + density(x) * centre_series(x)
    }
}

/// `1 - Phi(x)` without the subtraction.
pub(crate) fn sf(x: f64) -> f64 {
    cdf(-x)
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// `x + x^3/3 + x^5/(3*5) + ...` (Marsaglia 2004): terms of one sign, so nothing cancels.
fn centre_series(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    let mut odd = 1.0;
    while term.abs() > f64::EPSILON * 0.25 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    sum
}

/// `density / (x + 1/(x + 2/(x + 3/...)))`, evaluated from a depth that suffices for `x >= 3`.
fn upper_tail(x: f64) -> f64 {
    let mut denominator = x;
    for k in (1..=120).rev() {
        denominator = x + f64::from(k) / denominator;
    }
    density(x) / denominator
}

/// `Phi^{-1}(p)` for `0 < p < 1`.
pub(crate) fn quantile(p: f64) -> f64 {
    // The lower half only: there `cdf` has full relative precision.
    if p > 0.5 {
        return -quantile(1.0 - p);
    }
    let start = -SQRT_2 * erfc_inv(2.0 * p);
    // One Halley step takes the rational start value to the precision of `cdf` itself.
    let step = (cdf(start) - p) * (2.0 * PI).sqrt() * (0.5 * start * start).exp();
    let polished = start - step / (1.0 + 0.5 * start * step);
    if polished.is_finite() { polished } else { start }
}

#[cfg(test)]
mod tests {
    use super::{cdf, quantile, sf};

    #[test]
    fn quantile_inverts_cdf_from_tail_to_centre() {
        for p in [1e-12, 1e-5, 0.025, 0.3, 0.5, 0.7, 0.975, 0.99999] {
            let back = cdf(quantile(p));
            assert!((back - p).abs() <= 4e-15 * (1.0 + p), "{p}: {back}");
        }
    }

    #[test]
    fn both_branches_match_tabled_values() {
        // scipy.stats.norm.cdf
        for (x, p) in [
            (-8.0, 6.220_960_574_271_74e-16),
            (-5.0, 2.866_515_718_791_933e-7),
            (-3.0, 0.001_349_898_031_630_093_3),
            (-1.0, 0.158_655_253_931_457_07),
            (-0.1, 0.460_172_162_722_971),
            (0.9, 0.815_939_874_653_240_5),
        ] {
            assert!((cdf(x) / p - 1.0).abs() < 2e-13, "{x}: {}", cdf(x));
            assert!((sf(x) + cdf(x) - 1.0).abs() < 1e-15);
        }
        assert!((cdf(-3.000_000_001) - cdf(-2.999_999_999)).abs() < 1e-11);
    }

    #[test]
    fn quantile_matches_tabled_values() {
        // scipy.stats.norm.ppf
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((quantile(0.95) - 1.644_853_626_951_472_2).abs() < 1e-14);
    }
}

//! The range of independent standard normal variables: the studentized range at infinite degrees of freedom.

use crate::normal;
use crate::quadrature::integrate;

/// `P(range of k standard normals > q)`, for `k >= 2` and `q >= 0`.
pub(crate) fn sf(q: f64, k: usize) -> f64 {
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    // 1 - k int phi(z) (Phi(z) - Phi(z - q))^(k-1) dz, with the one taken into the integral: the integral of
    // k phi Phi^(k-1) is 1, and so a small tail keeps its digits.
    let tail = k as f64
        * integrate(-9.0, 9.0, 9, |z| {
            let (upper, lower) = (normal::cdf(z), normal::cdf(z - q));
            density(z) * power_difference(upper, upper - lower, lower, k - 1)
        });
    tail.clamp(0.0, 1.0)
}

/// `x^m - y^m` for `x - y = gap`, without cancellation.
fn power_difference(x: f64, y: f64, gap: f64, m: usize) -> f64 {
    let (mut sum, mut power) = (0.0, 1.0);
    for _ in 0..m {
        sum = sum * x + power;
        power *= y;
    }
    sum * gap
}

/// The `q` with `sf(q, k) = upper`, for `0 < upper < 1`.
pub(crate) fn upper_quantile(upper: f64, k: usize) -> f64 {
    let (mut low, mut high) = (0.0, 8.0);
    while sf(high, k) > upper {
        low = high;
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = low + 0.5 * (high - low);
        if sf(middle, k) > upper {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::{sf, upper_quantile};
    use crate::normal;

    #[test]
    fn two_variables_differ_by_a_normal() {
        for q in [0.0, 0.3, 2.0, 5.0, 9.0] {
            let exact = 2.0 * normal::sf(q / std::f64::consts::SQRT_2);
            assert!((sf(q, 2) - exact).abs() < 1e-13 * (1.0 + exact), "{q}: {} {exact}", sf(q, 2));
        }
        assert!((upper_quantile(0.05, 2) / std::f64::consts::SQRT_2 - normal::quantile(0.975)).abs() < 1e-11);
    }
}

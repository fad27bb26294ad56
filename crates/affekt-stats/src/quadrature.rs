//! Gauss-Legendre quadrature of smooth integrands.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Points of a panel.
const POINTS: usize = 24;

/// Nodes on `[-1, 1]` and their weights.
static RULE: LazyLock<[(f64, f64); POINTS]> = LazyLock::new(|| std::array::from_fn(node));

/// The integral of `f` over `[low, high]`, cut into `panels` equal parts.
pub(crate) fn integrate(low: f64, high: f64, panels: u32, f: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * (high - low) / f64::from(panels);
    (0..panels)
        .map(|panel| {
            let centre = low + half * (2.0 * f64::from(panel) + 1.0);
            half * RULE.iter().map(|(x, weight)| weight * f(centre + half * x)).sum::<f64>()
        })
        .sum()
}

/// The `i`-th root of the Legendre polynomial by Newton's method, and its weight.
fn node(i: usize) -> (f64, f64) {
    let mut x = (PI * (i as f64 + 0.75) / (POINTS as f64 + 0.5)).cos();
    let mut slope = 1.0;
    // The start is good to three digits; six steps reach the last one with two to spare.
    for _ in 0..6 {
        let (mut before, mut value) = (1.0, x);
        for k in 2..=POINTS {
            let k = k as f64;
            (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
        }
        slope = POINTS as f64 * (x * value - before) / (x * x - 1.0);
        x -= value / slope;
    }
    (x, 2.0 / ((1.0 - x * x) * slope * slope))
}

#[cfg(test)]
mod tests {
    use super::integrate;

    #[test]
    fn polynomials_and_bells_are_exact() {
        assert!((integrate(-1.0, 2.0, 1, |x| x.powi(47)) - (2_f64.powi(48) - 1.0) / 48.0).abs() < 10.0);
        assert!((integrate(0.0, 1.0, 1, |x| 7.0 * x.powi(6)) - 1.0).abs() < 1e-15);
        let bell = integrate(-9.0, 9.0, 6, |x| (-0.5 * x * x).exp());
        assert!((bell - (2.0 * std::f64::consts::PI).sqrt()).abs() < 1e-13, "{bell}");
    }
}

//! Power of the paired t test, which the sign-flip test approaches as pairs become many.

use statrs::function::gamma::ln_gamma;

use crate::error::check_open_unit;
use crate::quadrature::integrate;
use crate::{StatsError, normal, student};

/// Power of the two-sided paired t test for normal differences.
///
/// # Equation
/// `P(|T'| > t_{n-1, 1-level/2})` for noncentral `T'` with `n - 1` degrees of freedom and noncentrality
/// `d_z sqrt n`: `P(T' > c) = E Phi(d_z sqrt n - c S)`, `S^2 = chi^2_{n-1} / (n - 1)`.
///
/// # Range
/// `[level, 1)`, even in `d_z` and equal to the level at 0.
///
/// # Numerics
/// Gauss-Legendre quadrature over `S`; agrees with the noncentral t distribution of scipy to 1e-10.
///
/// # Source
/// Cohen, *Statistical Power Analysis for the Behavioral Sciences* (2nd ed. 1988), chapter 2.
///
/// # Errors
/// [`StatsError::TooFew`] below two pairs, [`StatsError::OutOfRange`] for a level outside `(0, 1)` or a `d_z` that
/// is not finite.
///
/// # Example
/// ```
/// // Without an effect the power is the level.
/// assert!((affekt_stats::t_power(6, 0.0, 0.05)? - 0.05).abs() < 1e-12);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn t_power(n: usize, dz: f64, level: f64) -> Result<f64, StatsError> {
    let level = check_open_unit("level", level)?;
    if n < 2 {
        return Err(StatsError::TooFew { method: "power of the t test", needed: 2, n });
    }
    if !dz.is_finite() {
        return Err(StatsError::OutOfRange { name: "dz", range: "the finite reals", value: dz });
    }
    let df = (n - 1) as f64;
    let critical = student::upper_quantile(0.5 * level, df);
    let noncentrality = dz * (n as f64).sqrt();
    // ln of the density of S at s, without its s-dependent part.
    let constant = std::f64::consts::LN_2 + 0.5 * df * (0.5 * df).ln() - ln_gamma(0.5 * df);
    let spread = 11.0 / (2.0 * df).sqrt();
    let low = (1.0 - spread).clamp(0.0, 1.0);
    let power = integrate(low, 1.0 + spread, 24, |s| {
        let density = (constant + (df - 1.0) * s.ln() - 0.5 * df * s * s).exp();
        density * (normal::cdf(noncentrality - critical * s) + normal::cdf(-noncentrality - critical * s))
    });
    Ok(power.clamp(0.0, 1.0))
}

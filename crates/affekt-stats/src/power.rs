//! Power of the exact two-sided tests where it has a closed form.

use crate::error::check_open_unit;
use crate::{StatsError, min_attainable_p, normal};

/// Exact power of the two-sided sign-flip and Wilcoxon tests when only unanimity rejects.
///
/// # Equation
/// METHODS 8.5: for normal differences with standardised mean `d_z`, all `n` share a sign with probability
/// `Phi(d_z)^n + Phi(-d_z)^n`. Unanimity is the whole rejection region iff `2^(1-n) <= level < 2^(2-n)`; at
/// level 0.05 that is n = 6.
///
/// # Range
/// `[2^(1-n), 1]`, or 0 when even unanimity does not reach the level (n = 5 at 0.05).
///
/// # Numerics
/// Products of normal probabilities; even in `d_z`.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a level outside `(0, 1)` or a `d_z` that is not finite,
/// [`StatsError::NoClosedForm`] when further outcomes reject too.
///
/// # Example
/// ```
/// // Without an effect the power is the size of the test, 2/64.
/// assert_eq!(affekt_stats::unanimity_power(6, 0.0, 0.05)?, 0.03125);
/// assert_eq!(affekt_stats::unanimity_power(5, 3.0, 0.05)?, 0.0);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn unanimity_power(n: usize, dz: f64, level: f64) -> Result<f64, StatsError> {
    let level = check_open_unit("level", level)?;
    if !dz.is_finite() {
        return Err(StatsError::OutOfRange { name: "dz", range: "the finite reals", value: dz });
    }
    if min_attainable_p(n) > level {
        return Ok(0.0);
    }
    // The next outcome flips the smallest difference and doubles the count.
    if 2.0 * min_attainable_p(n) <= level {
        return Err(StatsError::NoClosedForm { n, level });
    }
    Ok(unanimity(n, dz))
}

/// The standardised mean at which [`unanimity_power`] reaches `power`.
///
/// # Equation
/// The root `d_z >= 0` of `Phi(d_z)^n + Phi(-d_z)^n = power`.
///
/// # Range
/// `>= 0`; zero for a power at or below the size of the test.
///
/// # Numerics
/// Bisection to the last digits; the left side grows with `d_z >= 0`.
///
/// # Errors
/// As [`unanimity_power`], and [`StatsError::OutOfRange`] for a power outside `(0, 1)` or one that `n` pairs
/// cannot have at that level.
///
/// # Example
/// ```
/// let dz = affekt_stats::required_effect(6, 0.8, 0.05)?;
/// assert!((dz - 1.793).abs() < 5e-4);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn required_effect(n: usize, power: f64, level: f64) -> Result<f64, StatsError> {
    let power = check_open_unit("power", power)?;
    // At d_z = 0 the power is 2^(1-n), so zero says that nothing ever rejects.
    if unanimity_power(n, 0.0, level)? <= 0.0 {
        return Err(StatsError::OutOfRange { name: "power", range: "{0}: no outcome rejects", value: power });
    }
    let (mut low, mut high) = (0.0, 1.0);
    while unanimity(n, high) < power {
        low = high;
        high *= 2.0;
    }
    // A hundred halvings exhaust the digits of any bracket this small.
    for _ in 0..100 {
        let middle = low + 0.5 * (high - low);
        if unanimity(n, middle) < power {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

fn unanimity(n: usize, dz: f64) -> f64 {
    let exponent = i32::try_from(n).unwrap_or(i32::MAX);
    normal::cdf(dz).powi(exponent) + normal::cdf(-dz).powi(exponent)
}

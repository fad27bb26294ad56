//! What so few pairs can show at all.

use crate::StatsError;
use crate::error::check_open_unit;

/// Smallest two-sided p-value any exact paired test can give for `n` pairs.
///
/// # Equation
/// METHODS 8.1: `2^(1-n)`: the observed sign pattern and its mirror image out of `2^n`.
///
/// # Range
/// `(0, 1]`; 1 for one pair or none.
///
/// # Numerics
/// Exact powers of two; zero only once `2^(1-n)` underflows, beyond a thousand pairs.
///
/// # Example
/// ```
/// assert_eq!(affekt_stats::min_attainable_p(6), 0.03125);
/// assert_eq!(affekt_stats::min_attainable_p(1), 1.0);
/// ```
pub fn min_attainable_p(n: usize) -> f64 {
    let halvings = i32::try_from(n.saturating_sub(1)).unwrap_or(i32::MAX);
    0.5_f64.powi(halvings)
}

/// Smallest number of pairs at which one of `m` Holm-corrected contrasts can reach `level` on its own.
///
/// # Equation
/// METHODS 8.1: the least `n` with `2^(1-n) <= level / m`.
///
/// # Range
/// At least 2.
///
/// # Numerics
/// Exact comparison against powers of two.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a level outside `(0, 1)`, [`StatsError::Empty`] for no contrast.
///
/// # Example
/// ```
/// assert_eq!(affekt_stats::smallest_n(0.05, 1)?, 6);
/// assert_eq!(affekt_stats::smallest_n(0.05, 3)?, 7);
/// assert_eq!(affekt_stats::smallest_n(0.05, 6)?, 8);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn smallest_n(level: f64, contrasts: usize) -> Result<usize, StatsError> {
    let level = check_open_unit("level", level)?;
    if contrasts == 0 {
        return Err(StatsError::Empty { what: "contrasts" });
    }
    let share = level / contrasts as f64;
    let mut n = 1;
    // The share is positive and 2^(1-n) reaches zero, so this ends.
    while min_attainable_p(n) > share {
        n += 1;
    }
    Ok(n)
}

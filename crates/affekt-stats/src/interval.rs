//! Intervals and quantiles of a plain sample, for tables and error bars.

use serde::{Deserialize, Serialize};

use crate::error::check_open_unit;
use crate::{Differences, StatsError, student};

/// A mean with its t interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TInterval {
    /// The mean.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The t interval of a mean.
///
/// # Equation
/// `mean -+ t_{n-1, (1+confidence)/2} sd / sqrt n`.
///
/// # Range
/// `low <= mean <= high`; a sample without spread gives a single point.
///
/// # Numerics
/// The quantile is bisected to the last digits. Assumes normal data, which few seeds cannot check.
///
/// # Errors
/// [`StatsError::TooFew`] below two values, [`StatsError::OutOfRange`] for a confidence outside `(0, 1)`,
/// and the errors of [`Differences`] for the values.
///
/// # Example
/// ```
/// // One degree of freedom (Cauchy): the 50 % quantile pair is -+1; mean 1, se 1.
/// let interval = affekt_stats::t_interval(&[0.0, 2.0], 0.5)?;
/// assert!((interval.low - 0.0).abs() < 1e-12 && (interval.high - 2.0).abs() < 1e-12);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn t_interval(values: &[f64], confidence: f64) -> Result<TInterval, StatsError> {
    let tail = 0.5 * (1.0 - check_open_unit("confidence", confidence)?);
    let sample = Differences::new(values.to_vec())?;
    let n = sample.n();
    let sd = sample.sd().ok_or(StatsError::TooFew { method: "t interval", needed: 2, n })?;
    let half = student::upper_quantile(tail, (n - 1) as f64) * sd / (n as f64).sqrt();
    let mean = sample.mean();
    Ok(TInterval { mean, low: mean - half, high: mean + half })
}

/// A sample quantile by linear interpolation.
///
/// # Equation
/// Position `(n - 1) q` in the ascending sample, linear between neighbours (type 7, the numpy default).
///
/// # Range
/// From the smallest value (`q = 0`) to the largest (`q = 1`).
///
/// # Numerics
/// Exact at sample positions.
///
/// # Errors
/// [`StatsError::OutOfRange`] for `q` outside `[0, 1]`, and the errors of [`Differences`] for the values.
///
/// # Example
/// ```
/// assert_eq!(affekt_stats::quantile(&[4.0, 0.0, 2.0], 0.25)?, 1.0);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn quantile(values: &[f64], q: f64) -> Result<f64, StatsError> {
    if !(0.0..=1.0).contains(&q) {
        return Err(StatsError::OutOfRange { name: "q", range: "[0, 1]", value: q });
    }
    let sample = Differences::new(values.to_vec())?;
    let mut sorted = sample.values().to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted_quantile(&sorted, q))
}

/// The quantile of an ascending sample that is not empty.
pub(crate) fn sorted_quantile(sorted: &[f64], q: f64) -> f64 {
    let (below, fraction) = split_position((sorted.len() - 1) as f64 * q);
    let below = usize::try_from(below).unwrap_or(usize::MAX);
    let low = sorted[below.min(sorted.len() - 1)];
    let high = sorted[below.saturating_add(1).min(sorted.len() - 1)];
    low + (high - low) * fraction
}

/// Splits a non-negative position into its whole part and its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are non-negative and far below 2^53"
)]
pub(crate) fn split_position(position: f64) -> (u64, f64) {
    let whole = position.floor();
    (whole as u64, position - whole)
}

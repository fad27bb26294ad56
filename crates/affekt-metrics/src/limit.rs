//! The accuracy no rule can pass when the true posterior is known.

use crate::MetricError;
use crate::rows::{argmax, check_row};

/// Expected accuracy of the best rule given the true posterior of every sample.
///
/// # Equation
/// `E max_c eta_c`, estimated by `(1/m) sum_i max_c eta_ic`
///
/// # Shape
/// `eta [m][n]`, rows on the simplex -> scalar
///
/// # Range
/// `[1/n, 1]`
///
/// # Numerics
/// The limit of accuracy only. A rule that re-weights rare classes can beat this rule's macro-F1, so the
/// macro-F1 limit is a different computation and is not done here.
///
/// # Errors
/// [`MetricError::Empty`], [`MetricError::Length`], [`MetricError::OutOfRange`],
/// [`MetricError::NotOnSimplex`].
///
/// # Example
/// ```
/// assert_eq!(affekt_metrics::accuracy_limit(&[[0.5, 0.5], [1.0, 0.0]])?, 0.75);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn accuracy_limit<R: AsRef<[f64]>>(eta: &[R]) -> Result<f64, MetricError> {
    let Some(first) = eta.first() else { return Err(MetricError::Empty { what: "accuracy limit" }) };
    let n_classes = first.as_ref().len();
    let mut sum = 0.0;
    for row in eta {
        let row = row.as_ref();
        check_row("eta", row, n_classes)?;
        sum += row[argmax(row)];
    }
    Ok(sum / eta.len() as f64)
}

//! Distance of predicted probabilities from a known true posterior.

use crate::MetricError;
use crate::rows::check_row;

/// Kullback-Leibler divergence of a prediction from the true posterior.
///
/// # Equation
/// `KL(eta || p) = sum_j eta_j ln(eta_j / p_j)`
///
/// # Shape
/// `eta [n]`, `p [n]`, both on the simplex -> scalar
///
/// # Range
/// nats, `[0, inf]`; 0 iff the rows agree
///
/// # Numerics
/// `0 ln 0 = 0`; infinite when the prediction rules out a class the truth allows. Rounding may leave a value
/// of the order of -1e-16 for equal rows.
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::OutOfRange`], [`MetricError::NotOnSimplex`].
///
/// # Example
/// ```
/// let kl = affekt_metrics::kl_divergence(&[1.0, 0.0], &[0.5, 0.5])?;
/// assert!((kl - std::f64::consts::LN_2).abs() < 1e-15);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn kl_divergence(eta: &[f64], p: &[f64]) -> Result<f64, MetricError> {
    check_row("eta", eta, eta.len())?;
    check_row("p", p, eta.len())?;
    Ok(eta.iter().zip(p).filter(|(eta, _)| **eta > 0.0).map(|(eta, p)| eta * (eta / p).ln()).sum())
}

/// Mean of [`kl_divergence`] over samples.
///
/// # Equation
/// `(1/m) sum_i KL(eta_i || p_i)`
///
/// # Shape
/// `eta [m][n]`, `p [m][n]` -> scalar
///
/// # Range
/// nats, `[0, inf]`
///
/// # Numerics
/// as [`kl_divergence`]
///
/// # Errors
/// As [`kl_divergence`]; [`MetricError::Empty`] for no rows.
///
/// # Example
/// ```
/// let kl = affekt_metrics::mean_kl(&[[1.0, 0.0], [0.5, 0.5]], &[[0.5, 0.5], [0.5, 0.5]])?;
/// assert!((kl - std::f64::consts::LN_2 / 2.0).abs() < 1e-15);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn mean_kl<R: AsRef<[f64]>>(eta: &[R], p: &[R]) -> Result<f64, MetricError> {
    if eta.len() != p.len() {
        return Err(MetricError::Length { what: "p", expected: eta.len(), got: p.len() });
    }
    if eta.is_empty() {
        return Err(MetricError::Empty { what: "mean KL" });
    }
    let mut sum = 0.0;
    for (eta, p) in eta.iter().zip(p) {
        sum += kl_divergence(eta.as_ref(), p.as_ref())?;
    }
    Ok(sum / eta.len() as f64)
}

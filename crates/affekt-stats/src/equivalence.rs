//! Equivalence of two arms within a margin.

use serde::{Deserialize, Serialize};

use crate::error::check_positive;
use crate::paired_t::standard_error;
use crate::{Differences, StatsError, student};

/// Two one-sided t tests against the ends of a margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tost {
    /// t against the lower end, `(mean + margin) / se`.
    pub t_lower: f64,
    /// t against the upper end, `(mean - margin) / se`.
    pub t_upper: f64,
    /// p of "the mean is at or below the lower end".
    pub p_lower: f64,
    /// p of "the mean is at or above the upper end".
    pub p_upper: f64,
    /// The larger of both: small means equivalent.
    pub p_value: f64,
}

/// Paired equivalence test: is the mean difference inside `(-margin, margin)`?
///
/// # Null hypothesis
/// The mean difference is at or beyond one end of the margin: the arms do *not* match.
///
/// # Assumes
/// Independent pairs with normal differences, and a margin that was declared before the data were seen.
///
/// # Not for
/// A margin chosen after the data; two or three seeds, whose spread says little about normality. A large p of a
/// test of difference is no substitute for it.
///
/// # Equation
/// METHODS 8.4: `t1 = (mean + D)/se`, `t2 = (mean - D)/se`, `p = max(1 - F(t1), F(t2))` on `n - 1` degrees
/// of freedom. `p < alpha` iff the `1 - 2 alpha` t interval lies inside `(-D, D)`.
///
/// # Range
/// `[0, 1]`; above 1/2 whenever the mean itself lies outside the margin.
///
/// # Numerics
/// Each tail without cancellation. Half the smallest effect that the study claims is a usual margin.
///
/// # Source
/// Schuirmann, J. Pharmacokin. Biopharm. 15 (1987).
///
/// # Errors
/// [`StatsError::OutOfRange`] for a margin that is not positive, [`StatsError::TooFew`] below two pairs,
/// [`StatsError::NoSpread`] for equal differences.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, paired_tost};
/// // mean 0, se 1, one degree of freedom (Cauchy): both tails beyond 1 hold 1/4.
/// let tost = paired_tost(&Differences::new(vec![-1.0, 1.0])?, 1.0)?;
/// assert!((tost.p_value - 0.25).abs() < 1e-12);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn paired_tost(differences: &Differences, margin: f64) -> Result<Tost, StatsError> {
    let margin = check_positive("margin", margin)?;
    let se = standard_error(differences, "equivalence test")?;
    let df = (differences.n() - 1) as f64;
    let mean = differences.mean();
    let t_lower = (mean + margin) / se;
    let t_upper = (mean - margin) / se;
    let p_lower = student::sf(t_lower, df);
    let p_upper = student::cdf(t_upper, df);
    let p_value = if p_lower > p_upper { p_lower } else { p_upper };
    Ok(Tost { t_lower, t_upper, p_lower, p_upper, p_value })
}

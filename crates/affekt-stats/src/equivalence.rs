//! Equivalence of two arms within a margin.

use serde::{Deserialize, Serialize};

use crate::error::check_positive;
use crate::paired_t::standard_error;
use crate::{Alternative, Differences, PairedTest, SignFlip, StatsError, student};

/// Two one-sided sign-flip tests against the ends of a margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignFlipTost {
    /// p of "the centre of the differences is at or below the lower end".
    pub p_lower: f64,
    /// p of "it is at or above the upper end".
    pub p_upper: f64,
    /// The larger of both: small means equivalent.
    pub p_value: f64,
}

/// Paired equivalence test without an assumption of shape: is the centre of the differences inside `(-margin, margin)`?
///
/// # Null hypothesis
/// The differences lie symmetrically about a centre at or beyond one end of the margin: the arms do *not* match.
///
/// # Assumes
/// Independent pairs, each difference symmetric about the common centre, and a margin that was declared before the data
/// were seen. No normality, no spread: equal differences are no trouble.
///
/// # Not for
/// A margin chosen after the data; fewer than five pairs at level 0.05, where no p that small exists. A large p of a
/// test of difference is no substitute for it.
///
/// # Equation
/// `p = max(p+(d + D), p-(d - D))`, `p+` and `p-` the one-sided [`crate::sign_flip`].
///
/// # Range
/// `[2^-n, 1]`.
///
/// # Numerics
/// As [`SignFlip`]: counted up to [`crate::MAX_SIGN_FLIP`] pairs, drawn beyond.
///
/// # Source
/// Schuirmann, J. Pharmacokin. Biopharm. 15 (1987), for two one-sided tests; Fisher, *The Design of Experiments* (1935), for
/// the test.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a margin that is not positive.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, sign_flip_tost};
/// // Six differences well inside the margin: of 64 sign patterns only their own is as far from either end.
/// let d = Differences::new(vec![0.1, -0.2, 0.0, 0.2, -0.1, 0.1])?;
/// assert_eq!(sign_flip_tost(&d, 1.0)?.p_value, 1.0 / 64.0);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn sign_flip_tost(differences: &Differences, margin: f64) -> Result<SignFlipTost, StatsError> {
    let margin = check_positive("margin", margin)?;
    let against = |end: f64, alternative| {
        let from_end = Differences::new(differences.values().iter().map(|d| d - end).collect())?;
        SignFlip.test(&from_end, alternative).map(|found| found.p_value)
    };
    let p_lower = against(-margin, Alternative::Greater)?;
    let p_upper = against(margin, Alternative::Less)?;
    let p_value = if p_lower > p_upper { p_lower } else { p_upper };
    Ok(SignFlipTost { p_lower, p_upper, p_value })
}

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
/// A margin chosen after the data; two or three seeds, whose spread says little about normality; differences with many
/// ties, on which it errs in up to 6 % at level 5 % (`docs/stats-calibration.md`): there [`sign_flip_tost`] holds. A large
/// p of a test of difference is no substitute for it.
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

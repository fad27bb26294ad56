//! Standardised effect sizes of paired differences.

use std::f64::consts::PI;

use crate::signed_ranks::{SignedRanks, ZeroMethod};
use crate::{Differences, StatsError};

/// Cohen's `d_z`: the mean difference in units of the standard deviation of the differences.
///
/// # Equation
/// METHODS 8.3: `d_z = mean(d) / sd(d)`, divisor `n - 1`.
///
/// # Range
/// Any real. None for one pair or for differences without spread.
///
/// # Numerics
/// Two-pass standard deviation; spread below [`Differences::tolerance`] is none. Biased upwards at few
/// pairs: report [`hedges_g`] beside it.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, cohen_dz};
/// // mean 2, sd 1
/// assert_eq!(cohen_dz(&Differences::new(vec![1.0, 2.0, 3.0])?), Some(2.0));
/// assert_eq!(cohen_dz(&Differences::new(vec![1.0, 1.0])?), None);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn cohen_dz(differences: &Differences) -> Option<f64> {
    let sd = differences.sd()?;
    (sd > 0.0).then(|| differences.mean() / sd)
}

/// Hedges' exact small-sample factor `J` for `n` pairs.
///
/// # Equation
/// METHODS 8.3: `J = Gamma(v/2) / (sqrt(v/2) Gamma((v-1)/2))`, `v = n - 1`.
///
/// # Range
/// `(0, 1)`, rising to 1.
///
/// # Numerics
/// `Gamma(v/2)/Gamma((v-1)/2)` by its two-step recurrence from `1/sqrt pi` and `sqrt pi / 2`: no gamma
/// function, no cancellation.
///
/// # Errors
/// [`StatsError::TooFew`] below three pairs, where the correction does not exist.
///
/// # Example
/// ```
/// // v = 2: Gamma(1) / (1 * Gamma(1/2)) = 1 / sqrt pi
/// let j = affekt_stats::hedges_correction(3)?;
/// assert!((j - 1.0 / std::f64::consts::PI.sqrt()).abs() < 1e-15);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn hedges_correction(n: usize) -> Result<f64, StatsError> {
    if n < 3 {
        return Err(StatsError::TooFew { method: "hedges correction", needed: 3, n });
    }
    let v = n - 1;
    let start = 2 + v % 2;
    let mut ratio = if v.is_multiple_of(2) { 1.0 / PI.sqrt() } else { 0.5 * PI.sqrt() };
    for step in (start..v).step_by(2) {
        ratio *= step as f64 / (step - 1) as f64;
    }
    Ok(ratio / (0.5 * v as f64).sqrt())
}

/// Hedges' `g_z`: [`cohen_dz`] times [`hedges_correction`].
///
/// # Equation
/// `g_z = J(n - 1) d_z`.
///
/// # Range
/// Any real, smaller in magnitude than `d_z`. None below three pairs or without spread.
///
/// # Numerics
/// As its factors; unbiased for normal differences.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, hedges_g};
/// // d_z = 2, J = 1 / sqrt pi
/// let g = hedges_g(&Differences::new(vec![1.0, 2.0, 3.0])?);
/// assert!(g.is_some_and(|g| (g - 2.0 / std::f64::consts::PI.sqrt()).abs() < 1e-15));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn hedges_g(differences: &Differences) -> Option<f64> {
    let correction = hedges_correction(differences.n()).ok()?;
    cohen_dz(differences).map(|d| correction * d)
}

/// Matched-pairs rank-biserial correlation.
///
/// # Equation
/// METHODS 8.3: `(R+ - R-) / (R+ + R-)` with the rank sums of [`crate::wilcoxon`].
///
/// # Range
/// `[-1, 1]`; 1 when every non-zero difference favours A. None when all differences are zero.
///
/// # Numerics
/// Exact integers until the last division. [`ZeroMethod::Zsplit`] counts zeros as half for each side, so
/// it pulls the value towards zero.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, ZeroMethod, rank_biserial};
/// // R+ = 1 + 3, R- = 2
/// let d = Differences::new(vec![0.1, -0.2, 0.3])?;
/// assert_eq!(rank_biserial(&d, ZeroMethod::Wilcox), Some(2.0 / 6.0));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn rank_biserial(differences: &Differences, zero_method: ZeroMethod) -> Option<f64> {
    let ranks = SignedRanks::new(differences, zero_method);
    let (r_plus, r_minus) = ranks.rank_sums(zero_method);
    (ranks.n_nonzero() > 0).then(|| (r_plus - r_minus) / (r_plus + r_minus))
}

//! Everything a report says about one contrast, in one record.

use affekt_core::Seed;
use serde::{Deserialize, Serialize};

use crate::{
    Alternative, DEFAULT_DRAWS, Differences, MAX_SIGN_FLIP, PRIOR_STRENGTH, PairedTest, StatsError, Wilcoxon,
    ZeroMethod, cohen_dz, hedges_g, hodges_lehmann, min_attainable_p, rank_biserial, sign_flip,
    sign_flip_sampled, sign_flip_tost, signed_rank_posterior,
};

/// One contrast `A - B` over paired runs. Undefined values are none, never NaN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedSummary {
    /// Number of pairs.
    pub n: usize,
    /// Mean difference.
    pub mean_difference: f64,
    /// Standard deviation of the differences, divisor `n - 1`; none for one pair.
    pub sd: Option<f64>,
    /// Hodges-Lehmann estimate of the shift.
    pub hodges_lehmann: f64,
    /// Lower end of the exact interval; none when so few pairs cannot reach the confidence (n = 5 at 95 %).
    pub ci_low: Option<f64>,
    /// Upper end of the exact interval; none with `ci_low`.
    pub ci_high: Option<f64>,
    /// Confidence the interval attains, at least the one asked for; none with `ci_low`.
    pub ci_confidence: Option<f64>,
    /// Two-sided sign-flip p-value, exact up to [`MAX_SIGN_FLIP`] pairs.
    pub sign_flip_p: f64,
    /// Standard error of that p where sign patterns were drawn; none where they were counted.
    pub sign_flip_se: Option<f64>,
    /// Two-sided Wilcoxon p-value, zeros dropped; exact up to [`crate::MAX_EXACT_RANKS`] pairs.
    pub wilcoxon_p: f64,
    /// Cohen's `d_z`; none for one pair or without spread.
    pub d_z: Option<f64>,
    /// Hedges' `g_z`; none below three pairs or without spread.
    pub hedges_g: Option<f64>,
    /// Matched rank-biserial correlation, zeros dropped; none when all differences are zero.
    pub rank_biserial: Option<f64>,
    /// Equivalence p-value by [`sign_flip_tost`]; none without a margin.
    pub tost_p: Option<f64>,
    /// p of "the centre is at or above the margin", `p_upper` of [`sign_flip_tost`]: small where A is not better than B by
    /// as much as the margin; none without one.
    pub below_margin_p: Option<f64>,
    /// Posterior mean share below the region of practical equivalence; none without a region.
    pub rope_left: Option<f64>,
    /// Posterior mean share within the region; none without a region.
    pub rope: Option<f64>,
    /// Posterior mean share above the region; none without a region.
    pub rope_right: Option<f64>,
    /// Smallest two-sided p-value that this many pairs can give.
    pub min_attainable_p: f64,
}

/// Computes the whole record of one contrast.
///
/// # Equation
/// METHODS 8.1, 8.3 and 8.4, by the functions of this crate under the same names. The Bayesian shares use
/// [`PRIOR_STRENGTH`].
///
/// # Range
/// See each field; p-values of exact tests lie in `[min_attainable_p, 1]`.
///
/// # Numerics
/// A value that does not exist for these data is none; only a wrong request is an error.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a confidence outside `(0, 1)`, a margin that is not positive or a negative
/// `rope`; [`StatsError::TooManyForExact`] beyond [`crate::MAX_WALSH`] pairs.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, paired_summary};
/// let d = Differences::new(vec![1.0, 2.0, 3.0])?;
/// let summary = paired_summary(&d, 0.75, None, None)?;
/// assert_eq!((summary.hodges_lehmann, summary.d_z, summary.sign_flip_p), (2.0, Some(2.0), 0.25));
/// assert_eq!((summary.ci_low, summary.ci_high, summary.tost_p), (Some(1.0), Some(3.0), None));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn paired_summary(
    differences: &Differences,
    confidence: f64,
    equivalence_margin: Option<f64>,
    rope: Option<f64>,
) -> Result<PairedSummary, StatsError> {
    let shift = hodges_lehmann(differences, confidence)?;
    let tost = equivalence_margin.map(|margin| sign_flip_tost(differences, margin)).transpose()?;
    let tost_p = tost.map(|tost| tost.p_value);
    let shares =
        rope.map(|half_width| signed_rank_posterior(differences, half_width, PRIOR_STRENGTH)).transpose()?;
    let (sign_flip_p, sign_flip_se) = if differences.n() <= MAX_SIGN_FLIP {
        (sign_flip(differences, Alternative::TwoSided)?.p_value(), None)
    } else {
        let drawn = sign_flip_sampled(differences, Alternative::TwoSided, DEFAULT_DRAWS, Seed(0))?;
        (drawn.p_value(), Some(drawn.standard_error()))
    };
    let wilcoxon = Wilcoxon { zero_method: ZeroMethod::Wilcox };
    Ok(PairedSummary {
        n: differences.n(),
        mean_difference: differences.mean(),
        sd: differences.sd(),
        hodges_lehmann: shift.estimate,
        ci_low: shift.interval.map(|interval| interval.low),
        ci_high: shift.interval.map(|interval| interval.high),
        ci_confidence: shift.interval.map(|interval| interval.confidence),
        sign_flip_p,
        sign_flip_se,
        wilcoxon_p: wilcoxon.test(differences, Alternative::TwoSided)?.p_value,
        d_z: cohen_dz(differences),
        hedges_g: hedges_g(differences),
        rank_biserial: rank_biserial(differences, ZeroMethod::Wilcox),
        tost_p,
        below_margin_p: tost.map(|tost| tost.p_upper),
        rope_left: shares.map(|shares| shares.left),
        rope: shares.map(|shares| shares.rope),
        rope_right: shares.map(|shares| shares.right),
        min_attainable_p: min_attainable_p(differences.n()),
    })
}

//! Which of several arms differ, once Friedman's test has spoken.

use serde::{Deserialize, Serialize};

use crate::error::check_open_unit;
use crate::{Alternative, Blocks, Correction, Differences, PairedTest, StatsError, studentized_range};

/// One pair of arms after a test of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairOfArms {
    /// Position of the first arm.
    pub first: usize,
    /// Position of the second arm.
    pub second: usize,
    /// Mean rank of the first minus that of the second; negative where the first is better.
    pub rank_difference: f64,
    /// p before correction; for Nemenyi, whose p is joint, the same as `adjusted_p`.
    pub p_value: f64,
    /// p that accounts for all pairs compared.
    pub adjusted_p: f64,
}

/// Nemenyi's test of all pairs of arms.
///
/// # Null hypothesis
/// Of each pair: both arms have the same mean rank, as they have when all orders within a block are equally likely.
///
/// # Assumes
/// As [`crate::friedman()`], and blocks enough for mean ranks to be normal: about ten.
///
/// # Not for
/// Comparison with one control: it pays for all pairs. Few blocks, where it is approximate: with three arms and nine or
/// eleven of them it errs in 6 % at level 5 % (`docs/stats-calibration.md`). Deciding on a pair when
/// the other arms are arbitrary: their presence changes the ranks ([`holm_post_hoc`] compares a pair by itself).
///
/// # Equation
/// `p = P(Q_k > |R_i - R_j| sqrt(2) / sqrt(k(k+1)/(6n)))`, `Q_k` the studentized range of `k` variables at infinite
/// degrees of freedom.
///
/// # Range
/// `(0, 1]`.
///
/// # Numerics
/// Quadrature to 1e-12. Ties are not corrected for, which makes it conservative.
///
/// # Source
/// Nemenyi, thesis, Princeton 1963; Demsar, JMLR 7 (2006). Against mean ranks for single pairs: Benavoli, Corani and
/// Mangili, JMLR 17 (2016).
///
/// # Example
/// ```
/// use affekt_stats::{Blocks, nemenyi};
/// let pairs = nemenyi(&Blocks::new(vec![vec![3.0, 2.0, 1.0]; 6])?);
/// // Mean ranks 1, 2, 3: first and last are two ranks apart, sqrt(1/3) being the standard error.
/// assert_eq!((pairs.len(), pairs[1].rank_difference), (3, -2.0));
/// assert!((pairs[1].adjusted_p - 0.0015).abs() < 2e-4);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn nemenyi(blocks: &Blocks) -> Vec<PairOfArms> {
    let (k, ranks) = (blocks.n_arms(), blocks.average_ranks());
    let se = rank_error(blocks.n(), k);
    pairs(k)
        .map(|(first, second)| {
            let rank_difference = ranks[first] - ranks[second];
            let p = studentized_range::sf(rank_difference.abs() * std::f64::consts::SQRT_2 / se, k);
            PairOfArms { first, second, rank_difference, p_value: p, adjusted_p: p }
        })
        .collect()
}

/// The difference of mean ranks beyond which Nemenyi's test rejects.
///
/// # Equation
/// `CD = q_{level, k} / sqrt(2) * sqrt(k (k + 1) / (6 n))`.
///
/// # Range
/// `> 0`; where it exceeds `k - 1`, nothing can be found.
///
/// # Numerics
/// Bisection of the quadrature of [`nemenyi`].
///
/// # Errors
/// [`StatsError::OutOfRange`] for a level outside `(0, 1)`, [`StatsError::TooFew`] below two arms,
/// [`StatsError::Empty`] for no blocks.
///
/// # Example
/// ```
/// // Demsar's table 5: q_0.05 / sqrt 2 is 2.343 for three arms.
/// let cd = affekt_stats::critical_difference(3, 12, 0.05)?;
/// assert!((cd - 2.343 * (12.0_f64 / 72.0).sqrt()).abs() < 5e-4);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn critical_difference(n_arms: usize, n_blocks: usize, level: f64) -> Result<f64, StatsError> {
    let level = check_open_unit("level", level)?;
    if n_arms < 2 {
        return Err(StatsError::TooFew { method: "critical difference", needed: 2, n: n_arms });
    }
    if n_blocks == 0 {
        return Err(StatsError::Empty { what: "blocks" });
    }
    let q = studentized_range::upper_quantile(level, n_arms);
    Ok(q / std::f64::consts::SQRT_2 * rank_error(n_blocks, n_arms))
}

/// Pairs of arms by a paired test each, Holm-corrected: all pairs, or each arm against one control.
///
/// # Null hypothesis
/// Of each pair: that of `test`.
///
/// # Assumes
/// What `test` assumes. The family-wise error holds whether or not Friedman's test came first.
///
/// # Not for
/// More pairs than the blocks can carry: with `m` pairs the smallest attainable p is `m 2^(1-n)`.
///
/// # Equation
/// `test` two-sided on the differences of each pair, then [`Correction::Holm`] over the pairs.
///
/// # Range
/// `(0, 1]` for exact tests.
///
/// # Numerics
/// As `test`.
///
/// # Source
/// Holm, Scand. J. Stat. 6 (1979); Benavoli, Corani and Mangili, JMLR 17 (2016), for paired tests in place of mean
/// ranks.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a control that is no arm, and those of `test`.
///
/// # Example
/// ```
/// use affekt_stats::{Blocks, SignFlip, holm_post_hoc};
/// let blocks = Blocks::new((0..8).map(|i| vec![3.0 + f64::from(i), 2.0, 1.9 + f64::from(i)]).collect())?;
/// let found = holm_post_hoc(&blocks, &SignFlip, Some(0))?;
/// // Two pairs with the control, each at the smallest p of eight blocks.
/// assert_eq!((found.len(), found[1].p_value, found[1].adjusted_p), (2, 0.0078125, 0.015625));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn holm_post_hoc(
    blocks: &Blocks,
    test: &dyn PairedTest,
    control: Option<usize>,
) -> Result<Vec<PairOfArms>, StatsError> {
    let (k, ranks) = (blocks.n_arms(), blocks.average_ranks());
    if let Some(arm) = control.filter(|&arm| arm >= k) {
        return Err(StatsError::OutOfRange { name: "control", range: "the arms", value: arm as f64 });
    }
    let compared = pairs(k).filter(|&(i, j)| control.is_none_or(|c| i == c || j == c));
    let mut found = Vec::new();
    for (first, second) in compared {
        let differences = Differences::paired(&blocks.arm(first), &blocks.arm(second))?;
        let p = test.test(&differences, Alternative::TwoSided)?.p_value;
        let rank_difference = ranks[first] - ranks[second];
        found.push(PairOfArms { first, second, rank_difference, p_value: p, adjusted_p: p });
    }
    let p_values: Vec<f64> = found.iter().map(|pair| pair.p_value).collect();
    for (pair, p) in found.iter_mut().zip(Correction::Holm.adjust(&p_values)?) {
        pair.adjusted_p = p;
    }
    Ok(found)
}

/// Standard error of a difference of two mean ranks.
fn rank_error(n: usize, k: usize) -> f64 {
    let k = k as f64;
    (k * (k + 1.0) / (6.0 * n as f64)).sqrt()
}

/// Pairs of positions, the smaller first.
fn pairs(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(move |i| (i + 1..k).map(move |j| (i, j)))
}

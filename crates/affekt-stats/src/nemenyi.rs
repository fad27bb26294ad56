//! Nemenyi's test of all pairs of arms: counted, and by its normal approximation.

use serde::{Deserialize, Serialize};

use crate::error::check_open_unit;
use crate::post_hoc::pairs;
use crate::rank_null::RankNull;
use crate::{Blocks, PairOfArms, StatsError, studentized_range};

/// Nemenyi's test of all pairs of arms, by its own permutation distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nemenyi {
    /// Every pair, the smaller position first.
    pub pairs: Vec<PairOfArms>,
    /// Largest standard error of a p where permutations were drawn; none where all were counted.
    pub standard_error: Option<f64>,
    /// Largest difference of mean ranks that is *not* rejected at the level asked for: beyond it, every one is.
    pub critical_difference: f64,
}

/// Nemenyi's test of all pairs of arms.
///
/// # Null hypothesis
/// Within each block every order of the arms is equally likely. A pair is rejected where its mean ranks lie further
/// apart than the best and the worst of all arms would by chance.
///
/// # Assumes
/// As [`crate::friedman()`]; no number of blocks: the distribution is counted, not approximated.
///
/// # Not for
/// Comparison with one control: it pays for all pairs. Deciding on a pair when the other arms are arbitrary: their
/// presence changes the ranks ([`crate::holm_post_hoc`] compares a pair by itself).
///
/// # Equation
/// `p_ij = P(max R - min R >= |R_i - R_j|)` over all `(k!)^n` permutations within blocks.
///
/// # Range
/// `(0, 1]`.
///
/// # Numerics
/// As [`crate::friedman()`]: counted exactly where that takes few steps, else drawn from seed 0. Rank sums are compared
/// as integers, ties keep their midranks.
///
/// # Source
/// Nemenyi, thesis, Princeton 1963; Demsar, JMLR 7 (2006). Against mean ranks for single pairs: Benavoli, Corani and
/// Mangili, JMLR 17 (2016).
///
/// # Errors
/// [`StatsError::OutOfRange`] for a level outside `(0, 1)`.
///
/// # Example
/// ```
/// use affekt_stats::{Blocks, nemenyi};
/// // Two blocks that agree on the order of three arms: the extremes are two mean ranks apart in 6 of 36 pairs of
/// // orders, and nothing can be rejected at 0.05.
/// let found = nemenyi(&Blocks::new(vec![vec![3.0, 2.0, 1.0]; 2])?, 0.05)?;
/// assert_eq!((found.pairs[1].rank_difference, found.critical_difference), (-2.0, 2.0));
/// assert!((found.pairs[1].adjusted_p - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn nemenyi(blocks: &Blocks, level: f64) -> Result<Nemenyi, StatsError> {
    let level = check_open_unit("level", level)?;
    let sums = blocks.rank_sums();
    let null = RankNull::new(blocks, "nemenyi", |sums| {
        let (low, high) = sums.iter().fold((u32::MAX, 0), |(low, high), &s| (low.min(s), high.max(s)));
        u64::from(high - low)
    })?;
    // Sums are of doubled ranks.
    let mean = |difference: u64| difference as f64 / (2.0 * blocks.n() as f64);
    let ranks = blocks.average_ranks();
    let mut standard_error = None;
    let mut all = Vec::new();
    for (first, second) in pairs(blocks.n_arms()) {
        let (p, error) = null.p(sums[first].abs_diff(sums[second]));
        if error > standard_error {
            standard_error = error;
        }
        let rank_difference = ranks[first] - ranks[second];
        all.push(PairOfArms { first, second, rank_difference, p_value: p, adjusted_p: p });
    }
    let kept = null.support().rev().find(|&difference| null.p(difference).0 > level);
    Ok(Nemenyi { pairs: all, standard_error, critical_difference: kept.map_or(0.0, mean) })
}

/// Nemenyi's test of all pairs of arms by its normal approximation, as other tools print it.
///
/// # Null hypothesis
/// Of each pair: both arms have the same mean rank, as they have when all orders within a block are equally likely.
///
/// # Assumes
/// As [`crate::friedman()`], and blocks enough for mean ranks to be normal: about ten.
///
/// # Not for
/// A verdict: with three arms and nine or eleven blocks it errs in 6 % at level 5 % (`docs/stats-calibration.md`). That is
/// what [`nemenyi`] is for; this one is here to check a table that another tool made.
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
/// use affekt_stats::{Blocks, nemenyi_normal};
/// let pairs = nemenyi_normal(&Blocks::new(vec![vec![3.0, 2.0, 1.0]; 6])?);
/// // Mean ranks 1, 2, 3: first and last are two ranks apart, sqrt(1/3) being the standard error.
/// assert_eq!((pairs.len(), pairs[1].rank_difference), (3, -2.0));
/// assert!((pairs[1].adjusted_p - 0.0015).abs() < 2e-4);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn nemenyi_normal(blocks: &Blocks) -> Vec<PairOfArms> {
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

/// The difference of mean ranks beyond which [`nemenyi_normal`] rejects.
///
/// # Equation
/// `CD = q_{level, k} / sqrt(2) * sqrt(k (k + 1) / (6 n))`.
///
/// # Range
/// `> 0`; where it exceeds `k - 1`, nothing can be found.
///
/// # Numerics
/// Bisection of the quadrature of [`nemenyi_normal`].
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

/// Standard error of a difference of two mean ranks.
fn rank_error(n: usize, k: usize) -> f64 {
    let k = k as f64;
    (k * (k + 1.0) / (6.0 * n as f64)).sqrt()
}

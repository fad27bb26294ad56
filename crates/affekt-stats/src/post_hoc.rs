//! Which of several arms differ, once Friedman's test has spoken.

use serde::{Deserialize, Serialize};

use crate::{Alternative, Blocks, Correction, Differences, PairedTest, StatsError};

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

/// Pairs of positions, the smaller first.
pub(crate) fn pairs(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(move |i| (i + 1..k).map(move |j| (i, j)))
}

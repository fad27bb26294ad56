//! Friedman's test that several arms are equal, by its own permutation distribution.

use serde::{Deserialize, Serialize};
use statrs::function::gamma::gamma_ur;

use crate::rank_null::RankNull;
use crate::{Blocks, StatsError};

/// Outcome of Friedman's test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Friedman {
    /// Number of blocks.
    pub n: usize,
    /// Mean rank of each arm; 1 is best.
    pub average_ranks: Vec<f64>,
    /// The statistic, corrected for ties.
    pub chi_squared: f64,
    /// p of the permutation distribution: the one to use.
    pub p_value: f64,
    /// Its standard error where permutations were drawn; none where all were counted.
    pub standard_error: Option<f64>,
    /// p of the chi-squared approximation, for comparison with other tools.
    pub p_chi_squared: f64,
}

/// Friedman's test over blocks.
///
/// # Null hypothesis
/// Within each block every order of the arms is equally likely: no arm tends to rank above another.
///
/// # Assumes
/// Independent blocks (seeds, datasets). Values are compared only within their block.
///
/// # Not for
/// Two arms: use a paired test. Finding out *which* arms differ: follow it with [`crate::nemenyi`] or
/// [`crate::holm_post_hoc`]. Its p of the chi-squared approximation at few blocks: with three arms and four blocks it
/// rejects at 0.05 in 6.9 % of all cases without a difference.
///
/// # Equation
/// `chi^2 = 12 n / (k(k+1)) sum_j (R_j - (k+1)/2)^2 / (1 - sum(t^3 - t) / (n (k^3 - k)))`, `t` the sizes of groups of
/// tied values; `p` is the share of all `(k!)^n` permutations within blocks with a statistic at least as large.
///
/// # Range
/// `p` in `(0, 1]`; blocks of ties alone give 1.
///
/// # Numerics
/// Counted exactly over multisets of rank sums where that takes few steps (three arms up to some dozens of blocks,
/// four up to about ten), else [`crate::DEFAULT_DRAWS`] permutations drawn from seed 0 and `(1 + count) / (1 + draws)`.
/// Statistics are compared as integers.
///
/// # Source
/// Friedman, JASA 32 (1937); Demsar, JMLR 7 (2006), for its use on learners.
///
/// # Errors
/// [`StatsError::TooFew`] below three arms.
///
/// # Example
/// ```
/// use affekt_stats::{Blocks, friedman};
/// // Two blocks that agree on the order of three arms: 6 of 36 pairs of orders agree.
/// let found = friedman(&Blocks::new(vec![vec![3.0, 2.0, 1.0], vec![0.9, 0.8, 0.7]])?)?;
/// assert_eq!((found.chi_squared, found.standard_error), (4.0, None));
/// assert!((found.p_value - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn friedman(blocks: &Blocks) -> Result<Friedman, StatsError> {
    let (n, k) = (blocks.n(), blocks.n_arms());
    if k < 3 {
        return Err(StatsError::TooFew { method: "Friedman test", needed: 3, n: k });
    }
    let average_ranks = blocks.average_ranks();
    let observed = squares(blocks.rank_sums().into_iter());
    let spread = spread(blocks);
    if spread <= 0.0 {
        let (p_value, p_chi_squared, standard_error) = (1.0, 1.0, None);
        return Ok(Friedman { n, average_ranks, chi_squared: 0.0, p_value, standard_error, p_chi_squared });
    }
    let centre = 0.5 * (k as f64 + 1.0);
    let deviation: f64 = average_ranks.iter().map(|r| (r - centre) * (r - centre)).sum();
    let chi_squared = n as f64 * deviation / spread;
    let null = RankNull::new(blocks, "friedman", |sums| squares(sums.iter().copied().map(u64::from)))?;
    let (p_value, standard_error) = null.p(observed);
    // The incomplete gamma function is not defined at zero, where nothing is more extreme.
    let p_chi_squared =
        if chi_squared > 0.0 { gamma_ur(0.5 * (k as f64 - 1.0), 0.5 * chi_squared) } else { 1.0 };
    Ok(Friedman { n, average_ranks, chi_squared, p_value, standard_error, p_chi_squared })
}

/// `k(k+1)/12` reduced by ties: the variance of a rank within its block times `k / (k - 1)`, mean over blocks.
fn spread(blocks: &Blocks) -> f64 {
    let k = blocks.n_arms() as f64;
    let squared: f64 = blocks.doubled().iter().flatten().map(|&r| 0.25 * f64::from(r) * f64::from(r)).sum();
    let n = blocks.n() as f64;
    (squared / n - k * (k + 1.0) * (k + 1.0) / 4.0) / (k - 1.0)
}

/// Sum of squares: the statistic up to constants that no permutation within blocks changes.
fn squares(sums: impl Iterator<Item = u64>) -> u128 {
    sums.map(|sum| u128::from(sum) * u128::from(sum)).sum()
}

//! The exact Wilcoxon signed-rank test, ties and zeros included.

use crate::signed_ranks::{SignedRanks, ZeroMethod};
use crate::subset_sums::{counts, tails};
use crate::{Alternative, Differences, PairedTest, StatsError, TestOutcome, wilcoxon_normal};

/// Most non-zero differences the exact rank tests accept: their counts must fit 128 bits.
pub const MAX_EXACT_RANKS: usize = 120;

/// The Wilcoxon test as a [`PairedTest`], with its policy for zeros: exact up to [`MAX_EXACT_RANKS`] pairs, beyond
/// them [`wilcoxon_normal()`] with the continuity correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wilcoxon {
    /// What becomes of zero differences.
    pub zero_method: ZeroMethod,
}

impl PairedTest for Wilcoxon {
    fn name(&self) -> &'static str {
        match self.zero_method {
            ZeroMethod::Wilcox => "wilcoxon",
            ZeroMethod::Pratt => "wilcoxon_pratt",
            ZeroMethod::Zsplit => "wilcoxon_zsplit",
        }
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        if differences.n() > MAX_EXACT_RANKS {
            let ranks = SignedRanks::new(differences, self.zero_method);
            return Ok(TestOutcome {
                statistic: ranks.rank_sums(self.zero_method).0,
                p_value: wilcoxon_normal(differences, self.zero_method, true, alternative).p_value,
                alternative,
                n_effective: ranks.n_ranked,
                exact: false,
            });
        }
        let counted = wilcoxon(differences, self.zero_method)?;
        Ok(TestOutcome {
            statistic: counted.r_plus,
            p_value: counted.p_value(alternative),
            alternative,
            n_effective: counted.n_effective,
            exact: true,
        })
    }
}

/// Rank sums and how many sign patterns reach them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WilcoxonExact {
    /// Number of differences that were ranked.
    pub n_effective: usize,
    /// Rank sum of the positive differences.
    pub r_plus: f64,
    /// Rank sum of the negative differences.
    pub r_minus: f64,
    /// Patterns with a positive rank sum of at least `r_plus`.
    pub count_greater: u128,
    /// Patterns with a positive rank sum of at most `r_plus`.
    pub count_less: u128,
    /// All patterns, two to the number of non-zero differences.
    pub total: u128,
}

impl WilcoxonExact {
    /// The exact p-value of a direction.
    ///
    /// # Equation
    /// `count_greater / total`, `count_less / total`, or twice the smaller of both, at most 1.
    ///
    /// # Range
    /// `(0, 1]`.
    ///
    /// # Numerics
    /// Integers are rounded to doubles only for the division.
    ///
    /// # Example
    /// ```
    /// use affekt_stats::{Alternative, Differences, ZeroMethod, wilcoxon};
    /// let counted = wilcoxon(&Differences::new(vec![0.1, 0.2])?, ZeroMethod::Wilcox)?;
    /// assert_eq!(counted.p_value(Alternative::Greater), 0.25);
    /// assert_eq!(counted.p_value(Alternative::TwoSided), 0.5);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        let total = self.total as f64;
        alternative.pick(self.count_greater as f64 / total, self.count_less as f64 / total)
    }
}

/// Exact Wilcoxon signed-rank test of the paired differences.
///
/// # Null hypothesis
/// The differences are symmetric about zero: a difference of a given size favours A as often as B.
///
/// # Assumes
/// Independent pairs, and differences whose sizes can be ranked against each other. No normality. A shift is
/// assumed only where the result is read as one ([`crate::hodges_lehmann`]).
///
/// # Not for
/// Claims about the mean where a few pairs matter most: ranks do not see how large the largest is
/// ([`crate::sign_flip`] does). Fewer than six pairs at level 0.05 two-sided, where no p that small exists.
/// Frames of a video or folds of one cross-validation.
///
/// # Equation
/// METHODS 8.1: midranks `r_i` of `|d_i|`, `R+ = sum r_i [d_i > 0]`; the null distribution of `R+` runs
/// over all `2^m` sign patterns of the `m` non-zero differences. Two-sided
/// `p = min(1, 2 min(P(R+* >= R+), P(R+* <= R+)))`.
///
/// # Range
/// `p` in `(0, 1]`; all-zero differences give 1 under every [`ZeroMethod`].
///
/// # Numerics
/// Exact: subset sums of doubled midranks are counted in integers, ties need no enumeration. Magnitudes
/// within [`Differences::tolerance`] are tied, those within it of zero are zeros. Prefer
/// [`ZeroMethod::Wilcox`] unless zeros carry information about the effect. (scipy's `method="exact"` with
/// `zero_method="pratt"` gives 0.03125 for six zeros; here all-zero differences have p = 1.)
///
/// # Source
/// Wilcoxon, Biometrics Bulletin 1 (1945); Pratt, JASA 54 (1959), for zeros.
///
/// # Errors
/// [`StatsError::TooManyForExact`] beyond [`MAX_EXACT_RANKS`] differences; then use
/// [`crate::wilcoxon_normal`].
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, ZeroMethod, wilcoxon};
/// // Ranks 1, 2, 3 with signs + + -: R+ = 3; subset sums of {1,2,3} reach 3 in 5 of 8 cases.
/// let d = Differences::new(vec![0.1, 0.2, -0.3])?;
/// let w = wilcoxon(&d, ZeroMethod::Wilcox)?;
/// assert_eq!((w.r_plus, w.r_minus), (3.0, 3.0));
/// assert_eq!(w.p_value(Alternative::Greater), 0.625);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn wilcoxon(differences: &Differences, zero_method: ZeroMethod) -> Result<WilcoxonExact, StatsError> {
    check_rank_count(differences.n())?;
    let ranks = SignedRanks::new(differences, zero_method);
    let (r_plus, r_minus) = ranks.rank_sums(zero_method);
    let flippable: Vec<usize> = ranks.flippable().collect();
    // The share of the zeros is the same in every pattern, so the comparison leaves it out.
    let tails = tails(&flippable, ranks.doubled_plus());
    Ok(WilcoxonExact {
        n_effective: ranks.n_ranked,
        r_plus,
        r_minus,
        count_greater: tails.at_least,
        count_less: tails.at_most,
        total: 1 << flippable.len(),
    })
}

/// Cumulative counts of the signed-rank statistic without ties: entry `w` is `2^n P(T+ <= w)`.
///
/// # Equation
/// METHODS 8.1: `c[t] += c[t - k]` for `k = 1..n`, then running sums over `t = 0..n(n+1)/2`.
///
/// # Range
/// From 1 (only the empty set sums to 0) to `2^n`.
///
/// # Numerics
/// Exact integers.
///
/// # Errors
/// [`StatsError::TooManyForExact`] beyond [`MAX_EXACT_RANKS`].
///
/// # Example
/// ```
/// // Subset sums of {1, 2}: 0, 1, 2, 3, once each.
/// assert_eq!(affekt_stats::wilcoxon_null_cumulative(2)?, [1, 2, 3, 4]);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn wilcoxon_null_cumulative(n: usize) -> Result<Vec<u128>, StatsError> {
    check_rank_count(n)?;
    let mut seen = 0;
    let cumulative = counts(1..=n).into_iter().map(|ways| {
        seen += ways;
        seen
    });
    Ok(cumulative.collect())
}

fn check_rank_count(n: usize) -> Result<(), StatsError> {
    if n > MAX_EXACT_RANKS {
        return Err(StatsError::TooManyForExact {
            method: "signed-rank distribution",
            n,
            limit: MAX_EXACT_RANKS,
        });
    }
    Ok(())
}

//! The sign-flip (paired randomisation) test of the mean: counted up to thirty pairs, drawn beyond.

use affekt_core::Seed;

use crate::sampled::{DEFAULT_DRAWS, SampledCount, count_draws};
use crate::subset_sums::{tail_cost, tails};
use crate::{Alternative, Differences, PairedTest, StatsError, TestOutcome};

/// Most differences the exact sign-flip test accepts: `2^30` patterns are counted from two lists of `2^15`.
pub const MAX_SIGN_FLIP: usize = 30;

/// The sign-flip test as a [`PairedTest`]: exact up to [`MAX_SIGN_FLIP`] pairs, beyond them
/// [`sign_flip_sampled`] with [`DEFAULT_DRAWS`] draws from seed 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignFlip;

impl PairedTest for SignFlip {
    fn name(&self) -> &'static str {
        "sign_flip"
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        let exact = differences.n() <= MAX_SIGN_FLIP;
        let p_value = if exact {
            sign_flip(differences, alternative)?.p_value()
        } else {
            sign_flip_sampled(differences, alternative, DEFAULT_DRAWS, Seed(0))?.p_value()
        };
        let n_effective = differences.n();
        Ok(TestOutcome { statistic: differences.mean(), p_value, alternative, n_effective, exact })
    }
}

/// How many sign patterns are as extreme as the observed one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlipCount {
    /// Observed mean difference.
    pub mean: f64,
    /// Patterns at least as extreme as the observed one, itself included.
    pub count: u64,
    /// All patterns, `2^n`.
    pub total: u64,
}

impl SignFlipCount {
    /// The exact p-value of the direction that was counted.
    ///
    /// # Equation
    /// `count / total`.
    ///
    /// # Range
    /// `(0, 1]`.
    ///
    /// # Numerics
    /// The nearest double; both integers are below `2^53`.
    ///
    /// # Example
    /// ```
    /// let counted = affekt_stats::SignFlipCount { mean: 2.0, count: 2, total: 8 };
    /// assert_eq!(counted.p_value(), 0.25);
    /// ```
    pub fn p_value(&self) -> f64 {
        self.count as f64 / self.total as f64
    }
}

/// Counts the sign patterns whose mean is at least as extreme as the observed mean.
///
/// # Null hypothesis
/// Which arm is called A makes no difference within a pair: each difference is as likely to be `d_i` as `-d_i`.
///
/// # Assumes
/// Pairs are independent, and under the null each difference is symmetric about zero. No shape, no equal
/// spread. Ties and zeros are no trouble.
///
/// # Not for
/// Frames of one video or folds of one cross-validation, which are no independent pairs
/// (see [`crate::cluster_sign_flip`]); fewer than six pairs at level 0.05 two-sided, where no p that small
/// exists ([`crate::min_attainable_p`]).
///
/// # Equation
/// METHODS 8.1: `T = sum d_i`, `p = #{|T*| >= |T|} / 2^n` over all sign patterns `T* = sum s_i d_i`, the
/// identity included; one-sided `#{T* >= T}` or `#{T* <= T}`.
///
/// # Range
/// `p` in `[2^-n, 1]`; two-sided at least `2^(1-n)`. All-zero differences and, two-sided, a single pair give 1.
///
/// # Numerics
/// Exact counts. Differences that are small whole numbers of a decimal unit, as those of printed scores are, go
/// by convolution; others by all sums of either half, merged in order and counted with two pointers. `T*` within
/// [`Differences::tolerance`] of `T` is a tie, hence counted.
///
/// # Source
/// Fisher, *The Design of Experiments* (1935), section 21; Pagano and Tritchler, JASA 78 (1983), for counting
/// without enumeration.
///
/// # Errors
/// [`StatsError::TooManyForExact`] beyond [`MAX_SIGN_FLIP`] differences; then use [`sign_flip_sampled`].
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, sign_flip};
/// // 1+2+3 = 6 is reached by one pattern of eight, -6 by another.
/// let d = Differences::new(vec![1.0, 2.0, 3.0])?;
/// assert_eq!(sign_flip(&d, Alternative::TwoSided)?.count, 2);
/// assert_eq!(sign_flip(&d, Alternative::Greater)?.p_value(), 0.125);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn sign_flip(differences: &Differences, alternative: Alternative) -> Result<SignFlipCount, StatsError> {
    let n = differences.n();
    if n > MAX_SIGN_FLIP {
        return Err(StatsError::TooManyForExact { method: "sign-flip test", n, limit: MAX_SIGN_FLIP });
    }
    let total = 1_u64 << n;
    let sum = differences.sum();
    // Patterns come in pairs of opposite sums, so the lower tail at T is the upper tail at -T.
    let count = match alternative {
        Alternative::Greater => at_least(differences, sum),
        Alternative::Less => at_least(differences, -sum),
        Alternative::TwoSided if sum.abs() <= differences.tolerance() => total,
        Alternative::TwoSided => 2 * at_least(differences, sum.abs()),
    };
    Ok(SignFlipCount { mean: differences.mean(), count, total })
}

/// The sign-flip test by random sign patterns, for more pairs than [`sign_flip`] accepts.
///
/// # Null hypothesis
/// As [`sign_flip`].
///
/// # Assumes
/// As [`sign_flip`].
///
/// # Not for
/// Few pairs: the exact test is faster and has no sampling error.
///
/// # Equation
/// `p = (1 + #{draws as extreme as T}) / (1 + draws)`: the observed pattern counts as one of the draws, so the
/// level holds for any number of them.
///
/// # Range
/// `[1 / (1 + draws), 1]`, never 0.
///
/// # Numerics
/// A function of differences and seed, whatever the number of threads; see [`SampledCount::standard_error`].
///
/// # Source
/// Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010), for the one that is added.
///
/// # Errors
/// [`StatsError::Empty`] for no draws.
///
/// # Example
/// ```
/// use affekt_core::Seed;
/// use affekt_stats::{Alternative, Differences, sign_flip_sampled};
/// let d = Differences::new((1..=40).map(f64::from).collect())?;
/// let drawn = sign_flip_sampled(&d, Alternative::TwoSided, 999, Seed(1))?;
/// // No random pattern of forty signs is as extreme as "all agree".
/// assert_eq!((drawn.count, drawn.p_value()), (0, 0.001));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn sign_flip_sampled(
    differences: &Differences,
    alternative: Alternative,
    draws: u64,
    seed: Seed,
) -> Result<SampledCount, StatsError> {
    let (sum, tolerance) = (differences.sum(), differences.tolerance());
    let values = differences.values();
    count_draws(draws, seed, "sign-flip", |stream| {
        let mut plus = 0.0;
        for chunk in values.chunks(64) {
            let mut bits = stream.next_u64();
            for d in chunk {
                // A mask, not a branch: the bits are random, and a branch on them is mispredicted half the time.
                plus += d * (bits & 1) as f64;
                bits >>= 1;
            }
        }
        let drawn = 2.0 * plus - sum;
        Ok(match alternative {
            Alternative::Greater => drawn >= sum - tolerance,
            Alternative::Less => drawn <= sum + tolerance,
            Alternative::TwoSided => drawn.abs() >= sum.abs() - tolerance,
        })
    })
}

/// Number of sign patterns with a sum of at least `threshold`, which is the sum of one of them.
fn at_least(differences: &Differences, threshold: f64) -> u64 {
    let tolerance = differences.tolerance();
    if let Some(units) = Units::of(differences) {
        let observed = units.plus_at(threshold);
        // Additions that convolution takes, against steps of merging and walking both halves.
        if tail_cost(&units.parts, observed) <= 4 << differences.n().div_ceil(2) {
            let count = tails(&units.parts, observed).at_least;
            return u64::try_from(count).expect("because thirty signs have 2^30 patterns");
        }
    }
    let (first, second) = differences.values().split_at(differences.n() / 2);
    count_at_least(&signed_sums(first), &signed_sums(second), threshold - tolerance)
}

/// Differences as whole numbers of one decimal unit.
struct Units {
    /// Absolute differences.
    parts: Vec<usize>,
    /// Units in one.
    scale: f64,
}

impl Units {
    /// None when some difference is no whole number of any unit from 1 to 1e-6, or the numbers are large.
    fn of(differences: &Differences) -> Option<Self> {
        const SCALES: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
        // All roundings together stay below the tolerance that makes a tie, and units far above it.
        let slack = differences.tolerance() / (2.0 * differences.n() as f64);
        SCALES.into_iter().find_map(|scale| {
            let units = differences.values().iter().map(|d| {
                let scaled = (d * scale).abs();
                let whole = scaled.round();
                ((scaled - whole).abs() <= slack * scale && whole <= 1e6).then_some(whole)
            });
            let units: Option<Vec<f64>> = units.collect();
            let fine = differences.tolerance() * scale < 0.25;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, from 0 to 1e6"
            )]
            units
                .filter(|_| fine)
                .map(|units| Self { parts: units.iter().map(|&u| u as usize).collect(), scale })
        })
    }

    /// The sum of the positive parts in a pattern whose signed sum is `signed`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of parts: whole, from 0 on"
    )]
    fn plus_at(&self, signed: f64) -> usize {
        let total: usize = self.parts.iter().sum();
        let plus = 0.5 * (signed * self.scale + total as f64);
        plus.round().clamp(0.0, total as f64) as usize
    }
}

/// All `2^m` signed sums of `values`, ascending.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for d in values.iter().map(|d| d.abs()) {
        // Both halves are ascending already: merged, they need no sort.
        let mut merged = Vec::with_capacity(2 * sums.len());
        let mut next = 0;
        for low in &sums {
            let high = low + d;
            while next < sums.len() && sums[next] - d <= high {
                merged.push(sums[next] - d);
                next += 1;
            }
            merged.push(high);
        }
        sums = merged;
    }
    sums
}

/// Number of pairs, one from each ascending list, whose sum reaches `threshold`.
fn count_at_least(first: &[f64], second: &[f64], threshold: f64) -> u64 {
    let mut count = 0;
    let mut start = second.len();
    for x in first {
        // As x grows, ever more of the second list suffices: `start` only moves down.
        while start > 0 && x + second[start - 1] >= threshold {
            start -= 1;
        }
        count += (second.len() - start) as u64;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{Units, count_at_least, signed_sums};
    use crate::Differences;
    use crate::subset_sums::tails;

    #[test]
    fn merged_sums_are_all_sums_in_order() {
        let sums = signed_sums(&[0.5, -2.0, 1.25]);
        assert_eq!(sums, [-3.75, -2.75, -1.25, -0.25, 0.25, 1.25, 2.75, 3.75]);
    }

    #[test]
    fn convolution_and_halves_count_the_same() {
        let d = Differences::new(vec![0.011, -0.024, 0.008, 0.031, 0.017, -0.022, 0.008]).unwrap();
        let units = Units::of(&d).expect("thousandths");
        assert_eq!((units.parts[1], units.scale), (24, 1e3));
        let (first, second) = d.values().split_at(3);
        let halves = count_at_least(&signed_sums(first), &signed_sums(second), d.sum() - d.tolerance());
        assert_eq!(tails(&units.parts, units.plus_at(d.sum())).at_least, u128::from(halves));
        assert!(Units::of(&Differences::new(vec![1.0 / 3.0, 0.1]).unwrap()).is_none());
    }
}

//! The exact sign-flip (paired randomisation) test of the mean.

use crate::{Alternative, Differences, PairedTest, StatsError, TestOutcome};

/// Most differences the sign-flip test accepts: `2^30` patterns are counted from two lists of `2^15`.
pub const MAX_SIGN_FLIP: usize = 30;

/// The sign-flip test as a [`PairedTest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignFlip;

impl PairedTest for SignFlip {
    fn name(&self) -> &'static str {
        "sign_flip"
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        let counted = sign_flip(differences, alternative)?;
        Ok(TestOutcome {
            statistic: counted.mean,
            p_value: counted.p_value(),
            alternative,
            n_effective: differences.n(),
            exact: true,
        })
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
/// # Equation
/// METHODS 8.1: `T = sum d_i`, `p = #{|T*| >= |T|} / 2^n` over all sign patterns `T* = sum s_i d_i`, the
/// identity included; one-sided `#{T* >= T}` or `#{T* <= T}`. Null hypothesis: each `d_i` is symmetric
/// about zero, or the labels A and B are exchangeable within a pair.
///
/// # Range
/// `p` in `[2^-n, 1]`; two-sided at least `2^(1-n)`, see [`crate::min_attainable_p`]. All-zero differences
/// and, two-sided, a single pair give 1.
///
/// # Numerics
/// Exact counts: all sums of either half are sorted, then pairs of halves are counted with two pointers.
/// `T*` within [`Differences::tolerance`] of `T` is a tie, hence counted.
///
/// # Errors
/// [`StatsError::TooManyForExact`] beyond [`MAX_SIGN_FLIP`] differences.
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
    let tolerance = differences.tolerance();
    let (first, second) = differences.values().split_at(n / 2);
    let (first, second) = (signed_sums(first), signed_sums(second));
    let at_least = |threshold: f64| count_at_least(&first, &second, threshold - tolerance);
    let sum = differences.sum();
    // Patterns come in pairs of opposite sums, so the lower tail at T is the upper tail at -T.
    let count = match alternative {
        Alternative::Greater => at_least(sum),
        Alternative::Less => at_least(-sum),
        Alternative::TwoSided if sum.abs() <= tolerance => total,
        Alternative::TwoSided => 2 * at_least(sum.abs()),
    };
    Ok(SignFlipCount { mean: differences.mean(), count, total })
}

/// All `2^m` signed sums of `values`, ascending.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for &d in values {
        sums = sums.iter().flat_map(|s| [s - d, s + d]).collect();
    }
    sums.sort_by(f64::total_cmp);
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

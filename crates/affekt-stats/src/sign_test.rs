//! The sign test: how many pairs favour A.

use statrs::function::beta::beta_reg;

use crate::wilcoxon::MAX_EXACT_RANKS;
use crate::{Alternative, Differences, PairedTest, StatsError, TestOutcome};

/// The sign test as a [`PairedTest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignTest;

impl PairedTest for SignTest {
    fn name(&self) -> &'static str {
        "sign_test"
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        let counted = sign_test(differences);
        Ok(TestOutcome {
            statistic: counted.positive as f64,
            p_value: counted.p_value(alternative),
            alternative,
            n_effective: counted.positive + counted.negative,
            exact: true,
        })
    }
}

/// How many differences are positive and how many negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignTestCount {
    /// Differences above zero.
    pub positive: usize,
    /// Differences below zero.
    pub negative: usize,
}

impl SignTestCount {
    /// The binomial p-value of a direction.
    ///
    /// # Equation
    /// `P(X >= positive)`, `P(X >= negative)`, or twice the smaller of both, at most 1, for
    /// `X ~ Binomial(positive + negative, 1/2)`.
    ///
    /// # Range
    /// `(0, 1]`; beyond a thousand signs it may underflow to zero.
    ///
    /// # Numerics
    /// See [`sign_test`].
    ///
    /// # Example
    /// ```
    /// use affekt_stats::{Alternative, SignTestCount};
    /// let counted = SignTestCount { positive: 2, negative: 0 };
    /// assert_eq!(counted.p_value(Alternative::Greater), 0.25);
    /// ```
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        let n = self.positive + self.negative;
        alternative.pick(upper_tail(n, self.positive), upper_tail(n, self.negative))
    }
}

/// Counts the signs of the differences; zeros say nothing and are left out.
///
/// # Null hypothesis
/// A pair that is not tied favours A as often as B: the median difference is zero.
///
/// # Assumes
/// Independent pairs; nothing else. The sizes of the differences may have any distribution, a skewed one too.
///
/// # Not for
/// Differences whose size can be trusted: the sign test throws it away, and with it power. Many ties.
///
/// # Equation
/// METHODS 8.1: `positive ~ Binomial(positive + negative, 1/2)` under the null of a zero median.
///
/// # Range
/// `p` in `(0, 1]`; no non-zero difference gives 1.
///
/// # Numerics
/// Integer counts up to [`MAX_EXACT_RANKS`] non-zero differences, the incomplete beta function beyond. A
/// difference within [`Differences::tolerance`] of zero is a zero.
///
/// # Source
/// Arbuthnott 1710; Dixon and Mood, JASA 41 (1946).
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, sign_test};
/// // Three heads of three: one outcome of eight, two for both sides.
/// let counted = sign_test(&Differences::new(vec![0.1, 0.2, 0.0, 0.3])?);
/// assert_eq!((counted.positive, counted.negative), (3, 0));
/// assert_eq!(counted.p_value(Alternative::TwoSided), 0.25);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn sign_test(differences: &Differences) -> SignTestCount {
    let tolerance = differences.tolerance();
    let values = differences.values();
    SignTestCount {
        positive: values.iter().filter(|d| **d > tolerance).count(),
        negative: values.iter().filter(|d| **d < -tolerance).count(),
    }
}

/// `P(X >= k)` for `X ~ Binomial(n, 1/2)`.
fn upper_tail(n: usize, k: usize) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if n > MAX_EXACT_RANKS {
        return beta_reg(k as f64, (n - k + 1) as f64, 0.5);
    }
    // Pascal's rule by multiplication: each product is a binomial coefficient times an integer, so the
    // division is exact. C(120, 60) * 120 still fits.
    let mut ways = 1_u128;
    let mut favourable = 1_u128;
    for chosen in (k + 1..=n).rev() {
        ways = ways * chosen as u128 / (n - chosen + 1) as u128;
        favourable += ways;
    }
    favourable as f64 / (1_u128 << n) as f64
}

#[cfg(test)]
mod tests {
    use super::upper_tail;

    #[test]
    fn both_branches_agree_with_the_symmetry() {
        for n in [1_usize, 7, 120, 121, 400] {
            for k in [1, n / 2, n] {
                let both = upper_tail(n, k) + upper_tail(n, n + 1 - k);
                assert!((both - 1.0).abs() < 1e-12 || k == 0, "{n} {k}: {both}");
            }
        }
        assert!((upper_tail(5, 4) - 6.0 / 32.0).abs() < 1e-16);
    }
}

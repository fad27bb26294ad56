//! The paired t test.

use crate::{Alternative, Differences, PairedTest, StatsError, TestOutcome, student};

/// The paired t test as a [`PairedTest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairedT;

impl PairedTest for PairedT {
    fn name(&self) -> &'static str {
        "paired_t"
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        let t_test = paired_t(differences)?;
        Ok(TestOutcome {
            statistic: t_test.t,
            p_value: t_test.p_value(alternative),
            alternative,
            n_effective: differences.n(),
            exact: false,
        })
    }
}

/// A t statistic and its degrees of freedom; all-zero data are `t = 0` with a p-value of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// `mean / (sd / sqrt n)`.
    pub t: f64,
    /// `n - 1`.
    pub df: f64,
    /// Whether the data were all zero, where every p-value is one by convention.
    pub all_zero: bool,
}

impl TTest {
    /// The p-value of a direction.
    ///
    /// # Equation
    /// `1 - F(t)`, `F(t)`, or twice the smaller of both, on `df` degrees of freedom.
    ///
    /// # Range
    /// `[0, 1]`; 1 for all-zero data.
    ///
    /// # Numerics
    /// Each tail by itself, so a small p keeps its digits.
    ///
    /// # Example
    /// ```
    /// use affekt_stats::{Alternative, TTest};
    /// // One degree of freedom (Cauchy): P(|T| > 1) = 1/2.
    /// let t_test = TTest { t: -1.0, df: 1.0, all_zero: false };
    /// assert!((t_test.p_value(Alternative::TwoSided) - 0.5).abs() < 1e-12);
    /// ```
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        if self.all_zero {
            return 1.0;
        }
        alternative.pick(student::sf(self.t, self.df), student::cdf(self.t, self.df))
    }
}

/// The paired t test.
///
/// # Null hypothesis
/// The mean of the differences is zero.
///
/// # Assumes
/// Independent pairs whose differences are normal.
///
/// # Not for
/// Few seeds whose differences nobody can call normal; differences with ties or of few values; folds of one
/// cross-validation, which share training data. Prefer [`crate::sign_flip`], which tests the same mean.
///
/// # Equation
/// METHODS 8.1: `t = mean(d) / (sd(d) / sqrt n)` on `n - 1` degrees of freedom.
///
/// # Range
/// `p` in `[0, 1]`: it can underflow to zero, for the tail is not counted. All-zero differences give 1.
///
/// # Numerics
/// Both tails come from the incomplete beta function without cancellation.
///
/// # Source
/// Student, Biometrika 6 (1908).
///
/// # Errors
/// [`StatsError::TooFew`] below two pairs, [`StatsError::NoSpread`] for equal non-zero differences.
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, paired_t};
/// // mean 1, sd sqrt 2, se 1: t = 1 on one degree of freedom (Cauchy), upper tail 1/4.
/// let t_test = paired_t(&Differences::new(vec![0.0, 2.0])?)?;
/// assert!((t_test.t - 1.0).abs() < 1e-15);
/// assert!((t_test.p_value(Alternative::Greater) - 0.25).abs() < 1e-12);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn paired_t(differences: &Differences) -> Result<TTest, StatsError> {
    let df = differences.n() as f64 - 1.0;
    if differences.is_all_zero() {
        return Ok(TTest { t: 0.0, df, all_zero: true });
    }
    let se = standard_error(differences, "paired t test")?;
    Ok(TTest { t: differences.mean() / se, df, all_zero: false })
}

/// `sd / sqrt n`, or the reason why `method` cannot divide by it.
pub(crate) fn standard_error(differences: &Differences, method: &'static str) -> Result<f64, StatsError> {
    let n = differences.n();
    let sd = differences.sd().ok_or(StatsError::TooFew { method, needed: 2, n })?;
    if sd > 0.0 {
        Ok(sd / (n as f64).sqrt())
    } else {
        Err(StatsError::NoSpread { method, value: differences.values()[0] })
    }
}

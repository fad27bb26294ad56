//! The seam: any test of paired differences, and the registry of those provided here.

use serde::{Deserialize, Serialize};

use crate::{Alternative, Differences, PairedT, SignFlip, SignTest, StatsError, Wilcoxon, ZeroMethod};

/// A test of the hypothesis that paired differences centre on zero.
pub trait PairedTest: Send + Sync {
    /// Stable name, unique in the registry; it is what reports print.
    fn name(&self) -> &str;

    /// Tests the differences `A - B` against the alternative.
    ///
    /// # Errors
    /// [`StatsError`] when the test is undefined or not feasible for these differences.
    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError>;
}

/// What a [`PairedTest`] found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestOutcome {
    /// The statistic of the test: mean difference, `R+`, number of positives, or t.
    pub statistic: f64,
    /// The p-value, in `(0, 1]` for exact tests and `[0, 1]` otherwise.
    pub p_value: f64,
    /// The direction that was tested.
    pub alternative: Alternative,
    /// Number of differences that entered the statistic.
    pub n_effective: usize,
    /// Whether the null distribution was counted rather than assumed.
    pub exact: bool,
}

/// Every paired test of this crate.
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, PAIRED_TESTS};
/// let d = Differences::new(vec![0.0; 6])?;
/// for test in PAIRED_TESTS {
///     assert_eq!(test.test(&d, Alternative::TwoSided)?.p_value, 1.0, "{}", test.name());
/// }
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub const PAIRED_TESTS: &[&dyn PairedTest] = &[
    &SignFlip,
    &Wilcoxon { zero_method: ZeroMethod::Wilcox },
    &Wilcoxon { zero_method: ZeroMethod::Pratt },
    &Wilcoxon { zero_method: ZeroMethod::Zsplit },
    &SignTest,
    &PairedT,
];

//! The seam every streaming metric implements.

use crate::MetricError;

/// A metric that is fed sample by sample and can be combined across workers.
///
/// The law a conforming type obeys: for any split of a sample sequence into two parts, accumulating each
/// part and merging gives what one accumulator gives for the whole sequence (exactly for counts, to rounding
/// for sums of `f64`). A mean of per-batch scores does not obey it, which is why batches are accumulated.
pub trait Accumulator {
    /// One observation.
    type Sample<'a>;
    /// The finished metric.
    type Summary;

    /// Adds one observation; on `Err` the state is unchanged.
    ///
    /// # Errors
    /// A sample of the wrong shape, out of range or not finite.
    fn update(&mut self, sample: Self::Sample<'_>) -> Result<(), MetricError>;

    /// Adds everything `other` has seen.
    ///
    /// # Errors
    /// [`MetricError::MergeMismatch`] when the two were set up differently.
    fn merge(&mut self, other: &Self) -> Result<(), MetricError>;

    /// The metric over everything seen so far.
    ///
    /// # Errors
    /// [`MetricError::Empty`] when nothing was seen and the metric has no value for that.
    fn finish(&self) -> Result<Self::Summary, MetricError>;
}

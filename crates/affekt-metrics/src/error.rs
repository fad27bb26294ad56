//! What can be wrong with the input of a metric.

use crate::ClassScore;

/// Input that no metric value can be given for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// There is nothing to average.
    #[error("{what}: expected at least one sample, got none")]
    Empty {
        /// The metric or argument that was empty.
        what: &'static str,
    },
    /// A class index lies outside the label set.
    #[error("class index out of range: expected less than {n_classes}, got {got}")]
    ClassOutOfRange {
        /// Number of classes.
        n_classes: usize,
        /// The offending index.
        got: usize,
    },
    /// Two arguments that describe the same samples or classes differ in length.
    #[error("{what}: expected length {expected}, got {got}")]
    Length {
        /// The argument.
        what: &'static str,
        /// Length demanded by the other arguments.
        expected: usize,
        /// Length found.
        got: usize,
    },
    /// A value is not a finite number.
    #[error("{what}: expected a finite value at index {index}, got {got}")]
    NonFinite {
        /// The argument.
        what: &'static str,
        /// Position in the argument.
        index: usize,
        /// The value.
        got: f64,
    },
    /// A value lies outside its range.
    #[error("{what}: expected {expected} at index {index}, got {got}")]
    OutOfRange {
        /// The argument.
        what: &'static str,
        /// The range in words.
        expected: &'static str,
        /// Position in the argument.
        index: usize,
        /// The value.
        got: f64,
    },
    /// A row of probabilities does not sum to one.
    #[error("{what}: expected a row sum of 1 within {tolerance:e}, got {got}")]
    NotOnSimplex {
        /// The argument.
        what: &'static str,
        /// Permitted deviation.
        tolerance: f64,
        /// The sum found.
        got: f64,
    },
    /// A class has an empty denominator and the policy is [`crate::UndefinedClass::Error`].
    #[error("{score} of class {class}: expected a non-empty denominator, got zero")]
    UndefinedClass {
        /// Which score.
        score: ClassScore,
        /// Which class.
        class: usize,
    },
    /// Two accumulators were set up differently and cannot be merged.
    #[error("merge of {what}: expected {expected}, got {got}")]
    MergeMismatch {
        /// The setting.
        what: &'static str,
        /// Value on the receiving side.
        expected: String,
        /// Value on the merged side.
        got: String,
    },
    /// The quasi-independence fit stopped at its iteration limit.
    #[error(
        "quasi-independence fit: expected a margin error below {tolerance:e}, got {got:e} after {sweeps} iterations"
    )]
    NotConverged {
        /// Permitted relative margin error.
        tolerance: f64,
        /// Relative margin error reached.
        got: f64,
        /// Iterations spent.
        sweeps: usize,
    },
}

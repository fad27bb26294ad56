//! What can be wrong with a cost matrix or a transport problem.

use crate::{OtSolution, UnbalancedSolution};

/// A matrix that prices nothing meaningful.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CostError {
    /// No classes.
    #[error("cost matrix: expected at least one class, got none")]
    Empty,
    /// A row, vector or permutation has the wrong length.
    #[error("{what} {index}: expected length {expected}, got {got}")]
    Length {
        /// The argument.
        what: &'static str,
        /// Which of them.
        index: usize,
        /// Length demanded.
        expected: usize,
        /// Length found.
        got: usize,
    },
    /// An entry is negative, infinite or NaN.
    #[error("cost[{row}][{column}]: expected a finite value >= 0, got {got}")]
    Entry {
        /// Predicted class.
        row: usize,
        /// True class.
        column: usize,
        /// The entry.
        got: f64,
    },
    /// A correct prediction is priced.
    #[error("cost[{class}][{class}]: expected 0, got {got}")]
    Diagonal {
        /// The class.
        class: usize,
        /// The entry.
        got: f64,
    },
    /// A coordinate is not a finite number.
    #[error("{what} of class {class}: expected finite coordinates, got {got}")]
    Coordinate {
        /// The argument.
        what: &'static str,
        /// The class.
        class: usize,
        /// The coordinate.
        got: f64,
    },
    /// A covariance that is none, or that cannot be inverted.
    #[error("covariance of class {class}: expected {expected}, got {got:?} (variance, covariance, variance)")]
    Covariance {
        /// The class; 0 where it belongs to none.
        class: usize,
        /// What would do.
        expected: &'static str,
        /// The matrix.
        got: [f64; 3],
    },
    /// An index list is not a permutation of the classes.
    #[error("{what}: expected each class below {n_classes} once, got {got} at position {position}")]
    Permutation {
        /// The argument.
        what: &'static str,
        /// Number of classes.
        n_classes: usize,
        /// Position of the offending index.
        position: usize,
        /// The index.
        got: usize,
    },
    /// A scale factor, exponent or mixing weight is out of range.
    #[error("{what}: expected {expected}, got {got}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Its range in words.
        expected: &'static str,
        /// The value.
        got: f64,
    },
    /// The matrix cannot be scaled, because all its costs are 0.
    #[error("normalisation by {by}: expected a positive scale, got 0")]
    ZeroScale {
        /// The statistic.
        by: &'static str,
    },
}

/// A transport problem that has no solution, or that was not solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OtError {
    /// A histogram does not have one entry per class.
    #[error("{what}: expected {expected} entries, got {got}")]
    Length {
        /// The argument.
        what: &'static str,
        /// Number of classes.
        expected: usize,
        /// Entries found.
        got: usize,
    },
    /// An entry is negative, infinite or NaN.
    #[error("{what}[{index}]: expected a finite value >= 0, got {got}")]
    Entry {
        /// The argument.
        what: &'static str,
        /// Its position.
        index: usize,
        /// The value.
        got: f64,
    },
    /// A histogram without mass.
    #[error("{what}: expected positive mass, got 0")]
    NoMass {
        /// The argument.
        what: &'static str,
    },
    /// The two histograms carry different mass.
    #[error("mass of q: expected that of p, {expected}, got {got}")]
    Mass {
        /// Mass of the first.
        expected: f64,
        /// Mass of the second.
        got: f64,
    },
    /// A class index lies outside the label set.
    #[error("class index: expected less than {n_classes}, got {got}")]
    Class {
        /// Number of classes.
        n_classes: usize,
        /// The index.
        got: usize,
    },
    /// A parameter is out of range.
    #[error("{what}: expected {expected}, got {got}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Its range in words.
        expected: &'static str,
        /// The value.
        got: f64,
    },
    /// The simplex did not terminate. Exact arithmetic excludes it; it guards against rounding.
    #[error("transportation simplex: expected optimality, got {got} pivots without it")]
    PivotLimit {
        /// Pivots spent.
        got: usize,
    },
}

/// A batch of transport problems that could not be solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The histograms do not come in pairs of the right size.
    #[error(
        "batch over {n_classes} classes: expected p and q of one length, a multiple of {n_classes}; got {p} and {q}"
    )]
    Shape {
        /// Number of classes.
        n_classes: usize,
        /// Length of p.
        p: usize,
        /// Length of q.
        q: usize,
    },
    /// A problem of the batch is invalid; the first one, whatever the number of threads.
    #[error("item {item} of the batch")]
    Item {
        /// Its position.
        item: usize,
        /// The cause.
        #[source]
        source: OtError,
    },
}

/// Failure of an entropic solver.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SinkhornError {
    /// The problem itself is invalid.
    #[error(transparent)]
    Problem(#[from] OtError),
    /// The iteration limit came first.
    #[error(
        "sinkhorn: expected a marginal error of at most {tolerance:e}, got {:e} after {} iterations",
        last.marginal_error, last.iterations
    )]
    NotConverged {
        /// Marginal error asked for.
        tolerance: f64,
        /// The last iterate.
        last: Box<OtSolution>,
    },
    /// The iteration limit came first, in the unbalanced problem.
    #[error(
        "unbalanced sinkhorn: expected potentials to move by at most {tolerance:e}, got {:e} after {} iterations",
        last.potential_change, last.iterations
    )]
    UnbalancedNotConverged {
        /// Potential change asked for.
        tolerance: f64,
        /// The last iterate.
        last: Box<UnbalancedSolution>,
    },
}

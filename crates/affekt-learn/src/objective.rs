//! What a loss must offer.

use affekt_tensor::Tensor;

use crate::{ModelOutput, Target};

/// A loss with its parts.
#[derive(Debug)]
pub struct LossValue {
    /// The scalar to differentiate.
    pub total: Tensor,
    /// Named parts for the log, before weighting; NaN-free when the total is.
    pub parts: Vec<(&'static str, f64)>,
}

/// An objective was built or called with something it cannot use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectiveError {
    /// Model and objective disagree on a size.
    #[error("{what}: got {got}; expected {expected}")]
    Size {
        /// Which size.
        what: &'static str,
        /// Size demanded.
        expected: i64,
        /// Size found.
        got: i64,
    },
    /// A weight is out of range.
    #[error("{what} is {got}; expected a finite number >= 0")]
    Weight {
        /// Which weight.
        what: &'static str,
        /// Its value.
        got: f64,
    },
}

/// A loss over a model's output.
pub trait Objective: Send {
    /// The loss of one batch.
    ///
    /// # Errors
    /// [`ObjectiveError::Size`] when the output does not fit the targets.
    fn forward(&self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError>;
}

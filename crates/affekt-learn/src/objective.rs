//! What a loss must offer.

use std::collections::BTreeMap;

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
    /// The model lacks an output.
    #[error("the model gives no {what}; {way_out}")]
    Output {
        /// Which output.
        what: &'static str,
        /// Which model gives it.
        way_out: &'static str,
    },
    /// A constant is out of range.
    #[error("{what} is {got}; expected {expected}")]
    Range {
        /// Which constant.
        what: &'static str,
        /// Its value.
        got: f64,
        /// Its range.
        expected: &'static str,
    },
    /// The expression loss knows classes only.
    #[error(
        "targets are distributions (mixup or votes), which only cross-entropy learns: drop one of the two"
    )]
    SoftTarget,
    /// The transport problem of an item has no solution.
    #[error("the transport term of an item cannot be solved: {reason}")]
    Transport {
        /// What the solver says.
        reason: String,
    },
    /// A saved state is not of this objective.
    #[error(
        "saved state of the objective: {name} does not fit; delete the checkpoint to train from the start"
    )]
    State {
        /// What is missing or has another shape.
        name: &'static str,
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

/// A loss over a model's output, with what it learns from one epoch to the next.
pub trait Objective: Send {
    /// Called before each epoch, the first of which is 1.
    fn begin_epoch(&mut self, _epoch: u32) {}

    /// The loss of one training batch.
    ///
    /// # Errors
    /// [`ObjectiveError`] when the output does not fit the targets.
    fn forward(&mut self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError>;

    /// Called after each epoch; `survey` shows what the model now says of the training set, to those who ask.
    ///
    /// # Errors
    /// [`ObjectiveError`] when an output does not fit its targets.
    fn end_epoch(&mut self, _survey: &mut dyn Survey) -> Result<EpochNotes, ObjectiveError> {
        Ok(EpochNotes::default())
    }

    /// What it has learned and counted so far, for [`Objective::restore`]; nothing where [`Objective::begin_epoch`] and
    /// the model's own parameters say it all.
    fn state(&self) -> BTreeMap<String, Tensor> {
        BTreeMap::new()
    }

    /// Takes the state of an objective that was made the same way.
    ///
    /// # Errors
    /// [`ObjectiveError::State`] when it does not fit.
    fn restore(&mut self, _state: &BTreeMap<String, Tensor>) -> Result<(), ObjectiveError> {
        Ok(())
    }
}

/// Which training images a survey shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surveyed {
    /// Every image, as it is.
    Whole,
    /// Those of the last epoch, augmented and without the last short batch.
    AsTrained,
}

/// A pass over the training set in evaluation mode and without gradients.
pub trait Survey {
    /// Calls `see` with each batch.
    ///
    /// # Errors
    /// The first error of `see`, which ends the pass.
    fn each(
        &mut self,
        which: Surveyed,
        see: &mut dyn FnMut(&ModelOutput, &Target) -> Result<(), ObjectiveError>,
    ) -> Result<(), ObjectiveError>;
}

/// What an objective has to say of an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochNotes {
    /// Named numbers for the log.
    pub numbers: BTreeMap<&'static str, f64>,
    /// Class distributions after the epoch, row c that of class c; empty without any.
    pub class_distributions: Vec<Vec<f64>>,
    /// What looks wrong, each with its number.
    pub warnings: Vec<String>,
}

//! The traits and batch types between models, losses and the training loop.
//!
//! A backbone, a model or an objective of your own implements a trait of this crate and is named in the binary
//! only; the loop in `affekt-train` never learns its name. Everything that holds a tensor is `Send`, never `Sync`.

mod batch;
mod objective;
mod schedule;
mod traits;

pub use batch::{Batch, Target};
pub use objective::{EpochNotes, LossValue, Objective, ObjectiveError, Survey, Surveyed};
pub use schedule::{CosineError, CosineSchedule, ExponentialError, ExponentialSchedule, Schedule};
pub use traits::{AffectModel, AuxiliaryOutput, Backbone, ModelOutput};

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

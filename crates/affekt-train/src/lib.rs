//! The training loop, evaluation and the guard around the test split.
//!
//! The loop receives a model, an objective, a schedule and an augmentation as trait objects and knows none by
//! name. Randomness is a pure function of (run seed, epoch, sample), so arms that share a seed see the same
//! batches, and a run done again gives the same bits.

mod assemble;
mod error;
mod evaluate;
mod fit;
mod mixup;
mod order;
mod pixels;
mod prefetch;
mod resume;
mod running;
mod seal;
mod sets;
mod survey;
mod views;

pub use error::TrainError;
pub use evaluate::{Evaluator, expression_scores};
pub use fit::{EpochRecord, FitParams, Fitted, FrozenWarmup, Training};
pub use order::{EpochOrder, Shuffled};
pub use pixels::{Crop, NetworkInput};
pub use resume::{Keeper, TrainState, Wish};
pub use seal::{FrozenSelection, SealedTest, TestSet};
pub use sets::{FaceSet, Splits, TrainSet, ValidSet};
pub use views::{FaceSaid, Views};

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

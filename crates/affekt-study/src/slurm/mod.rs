//! Runs as a Slurm array: files that say everything, and their submission.
//!
//! Nothing here watches jobs: a run's own folder says what became of it, whoever started it.

mod queue;
mod script;
mod spec;
mod submission;

pub use queue::{Queue, QueueError};
pub use spec::{SlurmError, SlurmSpec};
pub use submission::{Submission, Submitted};

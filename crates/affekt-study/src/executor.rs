//! The seam between a plan and the machines that run it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{LockOwner, StudyError};

/// Exit code of a training that was asked to stop and kept its state: whoever started it may start it again. Queues know it
/// as a code to requeue on.
pub const EXIT_KEPT: u8 = 85;

/// A run to execute: a folder with `run.json` and no `DONE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The run's id.
    pub id: String,
    /// The run's folder.
    pub folder: PathBuf,
}

/// How a job came out.
#[derive(Clone, Debug, PartialEq)]
pub enum JobStatus {
    /// `DONE` is there.
    Done {
        /// Wall seconds.
        seconds: f64,
    },
    /// Another study had finished it; it was taken over.
    Taken {
        /// Its folder there, below the output folder of all studies.
        from: String,
    },
    /// It ended without `DONE`.
    Failed {
        /// How it ended.
        how: String,
        /// Last lines of its log.
        log_tail: String,
    },
    /// Another process holds the run.
    Held {
        /// The holder.
        owner: LockOwner,
    },
    /// It was stopped, or never started because the study was stopped.
    Stopped,
}

/// A job and how it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct JobOutcome {
    /// The job.
    pub job: Job,
    /// How it came out.
    pub status: JobStatus,
}

/// One line of JSON on a training process's standard output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// Epochs finished.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Mean training loss of the epoch.
    pub loss: f64,
    /// Training speed.
    pub images_per_second: f64,
}

/// Where an executor tells what happens.
pub trait Progress {
    /// A job started.
    fn started(&mut self, job: &Job);
    /// A job finished an epoch.
    fn advanced(&mut self, job: &Job, report: &EpochReport);
    /// A job came out.
    fn finished(&mut self, outcome: &JobOutcome);
}

/// Something that runs jobs to their end: this machine, a cluster.
pub trait Executor {
    /// Runs every job it can and tells how each came out, in the order given.
    ///
    /// # Errors
    /// [`StudyError`] when jobs cannot be started at all; a job that fails is an outcome, not an error.
    fn execute(&self, jobs: &[Job], progress: &mut dyn Progress) -> Result<Vec<JobOutcome>, StudyError>;
}

//! Run matrix, run identity, executors, collection and claims of a study.
//!
//! A study file ([`StudySpec`]) and prepared datasets resolve to a plan and one [`ResolvedRun`] per dataset, arm
//! and seed. An [`Executor`] runs what is not done; [`collect`] turns the prediction files into `results.csv`,
//! `tests.csv` and `claims.json`, the training logs into `epochs.csv` and `warnings.csv`. Nothing here knows how a run trains: a run is a folder with `run.json` before
//! and `predictions.csv` and `DONE` after.

mod alike;
mod check;
mod collect;
mod compare;
mod contrast;
mod cost;
mod done;
mod error;
mod executor;
mod judge;
mod kubernetes;
mod local_pool;
mod lock;
mod measure;
mod merge;
mod metric_name;
mod names;
mod nearest;
mod overlay;
mod plan;
mod post_hoc;
mod prepared;
mod progress;
mod run;
mod schema;
mod slurm;
mod spec;
mod structure;
mod study;
mod training_tables;
mod transfer;
mod twin;

pub use check::Problem;
pub use collect::{Collected, Hole, collect, collection_key, run_folder};
pub use compare::{
    CompareError, CompareRequest, Comparison, Pair, PowerNote, RankedArm, Ranking, RowProblem, TableColumns,
    TableError, TextTable, compare, rank_arms,
};
pub use contrast::{lower_is_better, test_row};
pub use done::{Done, RUN_OUTPUTS, STATE_FILE, finish_run, is_done, is_intact};
pub use error::StudyError;
pub use executor::{EXIT_KEPT, EpochReport, Executor, Job, JobOutcome, JobStatus, Progress};
pub use kubernetes::{KubernetesSpec, relative_index};
pub use local_pool::LocalPool;
pub use lock::{LockError, LockOwner, RunLock};
pub use merge::{Merged, merge};
pub use metric_name::METRICS;
pub use names::check_classes;
pub use overlay::{OverlayError, Place};
pub use plan::{PlanContext, PlannedStudy, PreparedDataset, plan_study};
pub use prepared::{FaceOrigin, Prepared, RealisedNoise};
pub use progress::{Console, duration};
pub use run::{PostHoc, PostHocRule, ResolvedRun, TransferTarget};
pub use schema::study_schema;
pub use slurm::{Queue, QueueError, SlurmError, SlurmSpec, Submission, Submitted};
pub use spec::*;
pub use study::{LocatedWeights, Study};
pub use twin::{Twins, take_twin};

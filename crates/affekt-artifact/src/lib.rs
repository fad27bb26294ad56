//! The files at which the stages of a study meet.
//!
//! Each kind is a plain table or document with a schema name, read and written here only: `manifest`,
//! `quarantine`, `limits`, `plan`, `predictions`, `metrics`, `results`, `epochs`, `warnings`, `embeddings`,
//! `representation`, `degeneracy`, `machines`, `tests` and `claims`. A team may write any of them from another language. Everything is written atomically; a reader never sees half a file.

mod atomic;
mod claims;
mod degeneracy;
mod document;
mod embeddings;
mod epochs;
mod error;
mod failure;
mod hash;
mod limits;
mod machine;
mod manifest;
mod number;
mod plan;
mod predictions;
mod quarantine;
mod representation;
mod results;
mod settings;
mod table;
mod tests_table;
mod training_log;
mod warnings;

pub use atomic::{remove_dead_strays, remove_strays, write_atomic, write_atomic_with};
pub use claims::{Claim, ClaimSet, Evidence, Verdict};
pub use degeneracy::{DegeneracyRow, DegeneracyTable};
pub use document::{expect_schema, load_json, save_json};
pub use embeddings::Embeddings;
pub use epochs::{EpochRow, Epochs};
pub use error::ArtifactError;
pub use failure::{Failure, FailureClass};
pub use hash::{Digest, Hasher};
pub use limits::{Limits, is_above};
pub use machine::{Machine, Machines};
pub use manifest::{Manifest, ManifestRow};
pub use number::{fixed, percent, signed};
pub use plan::{Plan, PlannedArm, PlannedDataset, PlannedRun, Provenance, Transfer};
pub use predictions::{PredictionRow, Predictions, Selection};
pub use quarantine::{ParseReasonError, Quarantine, QuarantineItem, QuarantineReason};
pub use representation::{RepresentationRow, RepresentationTable};
pub use results::{ResultRow, Results};
pub use settings::{PaperSettings, SettingPair, Settings};
pub use tests_table::{TestRow, Tests};
pub use training_log::{EpochLine, TrainingLog};
pub use warnings::{WarningRow, Warnings};

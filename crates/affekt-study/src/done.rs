//! The mark of a finished run: `DONE`.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Digest, expect_schema, load_json, save_json};
use serde::{Deserialize, Serialize};

use crate::StudyError;

/// The output every number of a study is computed from.
const PREDICTIONS: &str = "predictions.csv";

/// Files every finished run holds.
pub const RUN_OUTPUTS: [&str; 4] = ["run.json", "metrics.jsonl", "checkpoint.safetensors", "predictions.csv"];

/// Content of `DONE`: hashes of the run's outputs, written after all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// `affekt-done/1`.
    pub schema: String,
    /// BLAKE3 of each output file.
    pub files: BTreeMap<String, Digest>,
    /// Wall seconds from taking the lock to the last output; of the last sitting, when the run was resumed.
    pub seconds: Option<f64>,
}

impl Done {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-done/1";

    /// Reads `DONE` of a run folder.
    ///
    /// # Errors
    /// [`StudyError`] when it is missing, malformed or of another schema.
    pub fn load(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join("DONE");
        let done: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &done.schema)?;
        Ok(done)
    }
}

/// True when the run in `folder` is finished: `DONE` can be read and every output is there.
pub fn is_done(folder: &Path) -> bool {
    Done::load(folder).is_ok() && RUN_OUTPUTS.iter().all(|name| folder.join(name).is_file())
}

/// True when the run in `folder` is finished and its predictions are those it left, by their hash.
pub fn is_intact(folder: &Path) -> bool {
    let recorded = |done: Done| done.files.get(PREDICTIONS).cloned();
    let is_same = |digest| Digest::of_file(&folder.join(PREDICTIONS)).is_ok_and(|found| found == digest);
    is_done(folder) && Done::load(folder).ok().and_then(recorded).is_some_and(is_same)
}

/// Marks the run in `folder` finished: hashes [`RUN_OUTPUTS`] and writes `DONE`. The last act of a run.
///
/// # Errors
/// [`StudyError::Artifact`] when an output is missing or `DONE` cannot be written.
pub fn finish_run(folder: &Path) -> Result<Done, StudyError> {
    let mut files = BTreeMap::new();
    for name in RUN_OUTPUTS {
        files.insert(name.to_owned(), Digest::of_file(&folder.join(name))?);
    }
    let done = Done { schema: Done::SCHEMA.to_owned(), files, seconds: seconds_taken(folder) };
    save_json(&folder.join("DONE"), &done)?;
    Ok(done)
}

/// From the file system's own clock: the lock is written first, the predictions last.
fn seconds_taken(folder: &Path) -> Option<f64> {
    let modified = |name: &str| folder.join(name).metadata().and_then(|m| m.modified()).ok();
    let taken = modified("predictions.csv")?.duration_since(modified("lock")?).ok()?;
    Some(taken.as_secs_f64())
}

//! The mark of a finished run: `DONE`.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Digest, expect_schema, load_json, remove_strays, save_json};
use serde::{Deserialize, Serialize};

use crate::{RunLock, StudyError};

/// Files every finished run that trained holds.
pub const RUN_OUTPUTS: [&str; 4] = ["run.json", "metrics.jsonl", "checkpoint.safetensors", "predictions.csv"];

/// Files a run may leave that its `DONE` does not name: they are shown, but decide no number.
pub(crate) const BESIDE: [&str; 2] = ["distributions.csv", "weights.txt"];

/// State of a training that is not finished.
pub const STATE_FILE: &str = "resume.safetensors";

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

/// True when the run in `folder` is finished: `DONE` can be read and every output it names is there.
pub fn is_done(folder: &Path) -> bool {
    finished(folder).is_some()
}

/// True when the run in `folder` is finished and its predictions, which every number of a study is computed from, are
/// those it left, by their hash.
pub fn is_intact(folder: &Path) -> bool {
    let is_same =
        |name: &str, digest: &Digest| Digest::of_file(&folder.join(name)).is_ok_and(|found| found == *digest);
    finished(folder).is_some_and(|done| {
        let mut predictions = done.files.iter().filter(|(name, _)| name.starts_with("predictions"));
        predictions.all(|(name, digest)| is_same(name, digest))
    })
}

fn finished(folder: &Path) -> Option<Done> {
    let done = Done::load(folder).ok()?;
    let whole = !done.files.is_empty() && done.files.keys().all(|name| folder.join(name).is_file());
    whole.then_some(done)
}

/// Removes what a finished run does not need any more and a kill after `DONE` left: the state of its training, and the lock.
/// A run whose holder may be alive is left to it.
pub(crate) fn tidy(folder: &Path) {
    let left = [STATE_FILE, RunLock::FILE, RunLock::BEAT];
    if left.iter().any(|name| folder.join(name).exists())
        && let Ok(_lock) = RunLock::acquire(folder)
        && is_done(folder)
    {
        // What stays is never read again.
        let _ = std::fs::remove_file(folder.join(STATE_FILE));
        remove_strays(folder);
    }
}

/// Marks the run in `folder` finished: hashes [`RUN_OUTPUTS`] and its predictions on other datasets (`transfers`, as file
/// names) and writes `DONE`. The last act of a run.
///
/// # Errors
/// [`StudyError::Artifact`] when an output is missing or `DONE` cannot be written.
pub fn finish_run(folder: &Path, transfers: &[String]) -> Result<Done, StudyError> {
    let outputs: Vec<String> =
        RUN_OUTPUTS.map(str::to_owned).into_iter().chain(transfers.iter().cloned()).collect();
    finish(folder, &outputs)
}

/// Marks a run finished whose outputs are these files.
pub(crate) fn finish(folder: &Path, outputs: &[String]) -> Result<Done, StudyError> {
    let mut files = BTreeMap::new();
    for name in outputs {
        files.insert(name.clone(), Digest::of_file(&folder.join(name))?);
    }
    let done = Done { schema: Done::SCHEMA.to_owned(), files, seconds: seconds_taken(folder) };
    save_json(&folder.join("DONE"), &done)?;
    Ok(done)
}

/// From the file system's own clock: the lock is written first, the predictions last.
fn seconds_taken(folder: &Path) -> Option<f64> {
    let modified = |name: &str| folder.join(name).metadata().and_then(|m| m.modified()).ok();
    let taken = modified("predictions.csv")?.duration_since(modified(RunLock::FILE)?).ok()?;
    Some(taken.as_secs_f64())
}

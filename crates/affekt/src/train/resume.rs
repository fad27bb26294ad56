//! The file a run goes on from after a kill.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use affekt_artifact::write_atomic;
use affekt_study::{ResolvedRun, STATE_FILE};
use affekt_tensor::{Device, read_saved, save_tensors};
use affekt_train::{Keeper, TrainState, Wish};
use anyhow::Context;
use serde_json::Value;

/// Key of the metadata.
const CARD: &str = "affekt";

/// Keeps the state of a run in its folder, every so often and when it is asked to stop.
pub(super) struct ResumeFile {
    path: PathBuf,
    card: BTreeMap<String, String>,
    every: Duration,
    kept: Instant,
    stop: Arc<AtomicBool>,
}

impl ResumeFile {
    /// The file of a run, and the state in it, if there is one.
    ///
    /// A file that another run, other data or another program kept is refused.
    pub(super) fn open(
        folder: &Path,
        run: &ResolvedRun,
        device: Device,
        every: Duration,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<(Self, Option<TrainState>)> {
        let path = folder.join(STATE_FILE);
        let card = card(run, device);
        let state = if path.exists() { Some(read(&path, &card)?) } else { None };
        let card = BTreeMap::from([(CARD.to_owned(), card.to_string())]);
        Ok((Self { path, card, every, kept: Instant::now(), stop }, state))
    }

    /// Removes the file: the run is done.
    pub(super) fn remove(folder: &Path) {
        // Without the file there is nothing to remove, and with it a run that is done is not begun again.
        let _ = fs::remove_file(folder.join(STATE_FILE));
    }
}

impl Keeper for ResumeFile {
    fn wish(&mut self) -> Wish {
        if self.stop.load(Ordering::Relaxed) {
            Wish::KeepAndStop
        } else if self.kept.elapsed() >= self.every {
            Wish::Keep
        } else {
            Wish::GoOn
        }
    }

    fn keep(&mut self, state: &TrainState) -> Result<(), Box<dyn Error + Send + Sync>> {
        write_atomic(&self.path, &save_tensors(&state.0, &self.card)?)?;
        self.kept = Instant::now();
        Ok(())
    }
}

/// What must be the same for a state to be gone on from.
fn card(run: &ResolvedRun, device: Device) -> Value {
    serde_json::json!({
        "schema": "affekt-resume/1",
        "run": run.id,
        "label_set": run.label_set,
        "aus": run.aus,
        "input": run.input,
        "data_digest": run.data_digest,
        "threads": run.threads,
        "device": format!("{device:?}"),
        "code": run.code,
        "libtorch": run.libtorch,
    })
}

fn read(path: &Path, expected: &Value) -> anyhow::Result<TrainState> {
    let way_out = || format!("{}: delete it to train the run from the start", path.display());
    let (tensors, metadata) = read_saved(path).with_context(way_out)?;
    let found: Value =
        metadata.get(CARD).and_then(|card| serde_json::from_str(card).ok()).unwrap_or_default();
    let differences: Vec<String> = expected
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| found.get(key) != Some(value))
        .map(|(key, value)| format!("{key} is {}, expected {value}", found.get(key).unwrap_or(&Value::Null)))
        .collect();
    anyhow::ensure!(
        differences.is_empty(),
        "{}: kept by another run ({}); delete it to train this one from the start",
        path.display(),
        differences.join("; ")
    );
    Ok(TrainState(tensors))
}

//! A run that another study has finished already is taken over, not trained again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{Digest, Failure, Machines, save_json, write_atomic};

use crate::done::is_unchanged;
use crate::{Done, ResolvedRun, RunLock, StudyError, is_done};

/// The run folders of every other study below one output folder, by the end of their names: seed and hash of what decides their
/// numbers.
///
/// Two runs of one hash have the same data, network, losses, seed, code and `LibTorch`; they differ in names only, hence
/// (on one kind of device) not in one bit of what they leave.
#[derive(Debug, Default)]
pub struct Twins {
    by_hash: BTreeMap<String, Vec<PathBuf>>,
}

impl Twins {
    /// Lists what lies below the output folder but in the study of that name, which trains each of its arms itself; a
    /// folder that cannot be read has no runs.
    pub fn below(out_root: &Path, study: &str) -> Self {
        let mut twins = Self::default();
        let others = folders_in(out_root).filter(|folder| !folder.ends_with(study));
        let mut folders: Vec<PathBuf> = others.flat_map(|other| folders_in(&other.join("runs"))).collect();
        folders.sort();
        for folder in folders {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if let Some((_, hash)) = name.rsplit_once('-') {
                twins.by_hash.entry(hash.to_owned()).or_default().push(folder.clone());
            }
        }
        twins
    }

    /// A finished run with the inputs of `run`, computed on `device` where one is given, whose files are all as it left
    /// them.
    pub fn of(&self, run: &ResolvedRun, device: Option<&str>) -> Option<&Path> {
        let digest = run.digest();
        let same = |other: &&PathBuf| {
            ResolvedRun::load(other).is_ok_and(|found| found.digest() == digest)
                && device.is_none_or(|device| was_on(other, device))
                && is_unchanged(other, |_| true)
        };
        self.by_hash.get(digest.short())?.iter().find(same).map(PathBuf::as_path)
    }
}

/// Takes the outputs of a finished run of another study into `folder`, where a run of the same inputs is to be made: copies,
/// under the lock of the run, `DONE` last. Says where they come from; none where there is no such run.
///
/// A run that cannot be copied whole, say because its study is being removed, is none.
///
/// # Errors
/// [`StudyError`] when the run in `folder` cannot be read.
pub fn take_twin(folder: &Path, device: &str) -> Result<Option<String>, StudyError> {
    let run = ResolvedRun::load(folder)?;
    if is_done(folder) || run.post_hoc.is_some() {
        return Ok(None);
    }
    let out_root = ResolvedRun::out_root(folder)?;
    let twins = Twins::below(&out_root, &run.study);
    let Some(twin) = twins.of(&run, Some(device)) else { return Ok(None) };
    // Who holds the run is told to whoever goes on to train it.
    let Ok(_lock) = RunLock::acquire(folder) else { return Ok(None) };
    if is_done(folder) {
        return Ok(None);
    }
    let from = twin.strip_prefix(&out_root).unwrap_or(twin).to_string_lossy().into_owned();
    Ok(copy(twin, folder, &from).is_ok().then_some(from))
}

fn copy(twin: &Path, folder: &Path, from: &str) -> Result<(), StudyError> {
    let mut done = Done::load(twin)?;
    for (name, digest) in &mut done.files {
        let own = folder.join(name);
        if name == RUN_FILE {
            // It names the study, dataset and arm the run has here.
            *digest = Digest::of_file(&own)?;
        } else {
            let other = twin.join(name);
            let content = fs::read(&other).map_err(StudyError::io("read", &other))?;
            write_atomic(&own, &content)?;
        }
    }
    // What is shown, but decides nothing.
    for name in BESIDE {
        if let Ok(content) = fs::read(twin.join(name)) {
            write_atomic(&folder.join(name), &content)?;
        }
    }
    let machines = Machines::of(twin)?;
    let first = machines.taken_from.clone().unwrap_or_else(|| from.to_owned());
    Machines { taken_from: Some(first), ..machines }.save(folder)?;
    Failure::forget(folder);
    Ok(save_json(&folder.join("DONE"), &done)?)
}

const RUN_FILE: &str = "run.json";
/// Files of a run that `DONE` does not name.
const BESIDE: [&str; 1] = ["distributions.csv"];

/// True when the run in `folder` was on this kind of device only, as far as it says.
fn was_on(folder: &Path, device: &str) -> bool {
    let machines = Machines::of(folder).map(|found| found.machines).unwrap_or_default();
    !machines.is_empty() && machines.iter().all(|machine| kind(&machine.device) == kind(device))
}

/// `cuda` of `cuda(0)`.
fn kind(device: &str) -> &str {
    device.split('(').next().unwrap_or(device)
}

fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    // Its kind comes with an entry: on the file systems of clusters asking for each would take long.
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(is_folder).map(|entry| entry.path())
}

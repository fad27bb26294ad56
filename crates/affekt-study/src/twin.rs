//! A run that another study has finished already is taken over, not trained again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{Digest, Failure, Machine, Machines, save_json, write_atomic};

use crate::done::BESIDE;
use crate::{Done, ResolvedRun, RunLock, STATE_FILE, StudyError, is_done};

/// The run folders of every other study below one output folder, by the end of their names: the hash of what decides their
/// numbers.
///
/// Two runs of one hash have the same data, network, losses, seed, code and `LibTorch`: on the same kind of machine their
/// predictions and weights have the same bits (a GPU's as far as it repeats itself). They differ in names, which the card of
/// a checkpoint holds too: a run that was taken keeps the card of the run that was trained.
#[derive(Debug, Default)]
pub struct Twins {
    by_hash: BTreeMap<String, Vec<PathBuf>>,
}

impl Twins {
    /// Lists what lies below the output folder for the study in the folder of that name. A folder that cannot be read has
    /// no runs.
    ///
    /// Arms of one study that have the same inputs are all trained by it, from no other study and not from each other:
    /// that they come out equal is then seen and not assumed.
    pub fn below(out_root: &Path, study: &str) -> Self {
        let mut twins = Self::default();
        let others = folders_in(out_root).filter(|folder| !folder.ends_with(study));
        let mut folders: Vec<PathBuf> = others.flat_map(|other| folders_in(&other.join("runs"))).collect();
        folders.sort();
        for folder in folders {
            twins.by_hash.entry(hash_of(&folder)).or_default().push(folder);
        }
        let mut own = BTreeSet::new();
        for folder in folders_in(&out_root.join(study).join("runs")) {
            let hash = hash_of(&folder);
            if !own.insert(hash.clone()) {
                twins.by_hash.remove(&hash);
            }
        }
        twins
    }

    /// A finished run with the inputs of `run` that `is_wanted` by its folder.
    pub fn of(&self, run: &ResolvedRun, is_wanted: impl Fn(&Path) -> bool) -> Option<&Path> {
        let found = self.by_hash.get(end_of(&run.id))?;
        // A name holds the first digits only.
        let digest = run.digest();
        let same = |other: &&PathBuf| {
            is_done(other)
                && ResolvedRun::load(other).is_ok_and(|found| found.digest() == digest)
                && is_wanted(other)
        };
        found.iter().find(same).map(PathBuf::as_path)
    }
}

/// The hash that a run's id ends in.
fn end_of(id: &str) -> &str {
    id.rsplit('-').next().unwrap_or(id)
}

fn hash_of(folder: &Path) -> String {
    end_of(&folder.file_name().unwrap_or_default().to_string_lossy()).to_owned()
}

/// Takes the outputs of a finished run of another study into `folder`, where a run of the same inputs is to be made: copies,
/// under the lock of the run, `DONE` last. Says where they come from; none where there is no such run on such a machine.
///
/// # Errors
/// [`StudyError`] when the other could not be copied whole; what is in `folder` then is nothing that a training would go on
/// from.
pub fn take_twin(folder: &Path, machine: &Machine) -> Result<Option<String>, StudyError> {
    // A folder without a run is for the training to speak of.
    let Ok(run) = ResolvedRun::load(folder) else { return Ok(None) };
    if is_done(folder) || run.post_hoc.is_some() {
        return Ok(None);
    }
    let out_root = ResolvedRun::out_root(folder)?;
    let twins = Twins::below(&out_root, &study_of(folder)?);
    let Some(twin) = twins.of(&run, |other| was_on(other, machine)) else { return Ok(None) };
    // Who holds the run is told to whoever goes on to train it.
    let Ok(_lock) = RunLock::acquire(folder) else { return Ok(None) };
    if is_done(folder) {
        return Ok(None);
    }
    let Some(taken) = Taken::read(twin)? else { return Ok(None) };
    let from = twin.strip_prefix(&out_root).unwrap_or(twin).to_string_lossy().into_owned();
    taken.write(folder, &from)?;
    Ok(Some(from))
}

/// The folder of the study that a run's folder lies in, by name.
fn study_of(folder: &Path) -> Result<String, StudyError> {
    let whole = folder.canonicalize().map_err(StudyError::io("find", folder))?;
    let study = whole.ancestors().nth(2).and_then(Path::file_name).unwrap_or_default();
    Ok(study.to_string_lossy().into_owned())
}

/// A finished run, read whole.
struct Taken {
    done: Done,
    files: Vec<(String, Vec<u8>)>,
    machines: Machines,
}

impl Taken {
    /// None when a file is not the one the run left: it was changed, or is being made again.
    fn read(twin: &Path) -> Result<Option<Self>, StudyError> {
        let done = Done::load(twin)?;
        let mut files = Vec::new();
        for (name, digest) in done.files.iter().filter(|(name, _)| *name != RUN_FILE) {
            let path = twin.join(name);
            let content = fs::read(&path).map_err(StudyError::io("read", &path))?;
            if Digest::of_bytes(&content) != *digest {
                return Ok(None);
            }
            files.push((name.clone(), content));
        }
        for name in BESIDE {
            if let Ok(content) = fs::read(twin.join(name)) {
                files.push((name.to_owned(), content));
            }
        }
        Ok(Some(Self { done, files, machines: Machines::of(twin)? }))
    }

    fn write(mut self, folder: &Path, from: &str) -> Result<(), StudyError> {
        // A training that was begun here must not go on between another's files.
        let state = folder.join(STATE_FILE);
        if state.exists() {
            fs::remove_file(&state).map_err(StudyError::io("remove", &state))?;
        }
        for (name, content) in &self.files {
            write_atomic(&folder.join(name), content)?;
        }
        // It names the study, dataset and arm the run has here.
        self.done.files.insert(RUN_FILE.to_owned(), Digest::of_file(&folder.join(RUN_FILE))?);
        self.machines.taken_from.get_or_insert_with(|| from.to_owned());
        self.machines.save(folder)?;
        Failure::forget(folder);
        Ok(save_json(&folder.join("DONE"), &self.done)?)
    }
}

const RUN_FILE: &str = "run.json";

/// True when the run in `folder` was computed on such a machine only, as far as it says.
fn was_on(folder: &Path, machine: &Machine) -> bool {
    let kind = |m: &Machine| {
        // `cuda` of `cuda(0)`: which of several alike does not matter.
        let device = m.device.split('(').next().unwrap_or_default().to_owned();
        (device, m.gpu.clone(), m.driver.clone(), m.cpu.clone())
    };
    let machines = Machines::of(folder).map(|found| found.machines).unwrap_or_default();
    !machines.is_empty() && machines.iter().all(|other| kind(other) == kind(machine))
}

fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    // Its kind comes with an entry: on the file systems of clusters asking for each would take long.
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(is_folder).map(|entry| entry.path())
}

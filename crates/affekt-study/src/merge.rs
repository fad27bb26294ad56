//! Runs that were done elsewhere come into a study.

use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{Machines, PlannedRun};

use crate::collect::run_folder;
use crate::done::BESIDE;
use crate::{Done, RunLock, StudyError, is_done, is_intact};

/// Begin of the name of a folder that is being copied; it is never taken for a run.
const COMING: &str = ".coming-";

/// What [`merge`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Runs that came.
    pub taken: usize,
    /// Runs that both had, alike.
    pub alike: usize,
}

/// Takes the finished ones of `runs` from another folder of the same study, such as one that another machine made.
///
/// Runs are told by their ids, which hold their inputs, and compared by the digests of their predictions. A run is copied
/// beside and renamed when whole, so that being killed leaves nothing half-done.
///
/// # Errors
/// [`StudyError::Conflict`] for a run that both finished with other predictions: nothing is taken then.
/// [`StudyError::Lock`] for one that a process is writing here, [`StudyError::Io`].
pub fn merge(study_dir: &Path, runs: &[PlannedRun], other: &Path) -> Result<Merged, StudyError> {
    let mut merged = Merged::default();
    let mut coming = Vec::new();
    for run in runs {
        let (here, there) = (run_folder(study_dir, run), run_folder(other, run));
        if !is_intact(&there) {
            continue;
        }
        if !is_done(&here) {
            coming.push((here, there));
        } else if predictions(&here)? == predictions(&there)? {
            merged.alike += 1;
        } else {
            return Err(StudyError::Conflict { id: run.id.clone(), here, there });
        }
    }
    for (here, there) in coming {
        take(&here, &there)?;
        merged.taken += 1;
    }
    Ok(merged)
}

/// Digests of a run's prediction files by name.
fn predictions(folder: &Path) -> Result<Vec<(String, String)>, StudyError> {
    let done = Done::load(folder)?;
    let kept = done.files.into_iter().filter(|(name, _)| name.starts_with("predictions"));
    Ok(kept.map(|(name, digest)| (name, digest.as_str().to_owned())).collect())
}

fn take(here: &Path, there: &Path) -> Result<(), StudyError> {
    let parent = here.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(StudyError::io("create folder", parent))?;
    let name = here.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = parent.join(format!("{COMING}{name}"));
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(StudyError::io("remove", &beside))?;
    }
    fs::create_dir(&beside).map_err(StudyError::io("create folder", &beside))?;
    let done = Done::load(there)?;
    let more = ["DONE", "log.txt", Machines::FILE].into_iter().chain(BESIDE);
    for file in done.files.keys().map(String::as_str).chain(more) {
        let from = there.join(file);
        if from.is_file() {
            let to: PathBuf = beside.join(file);
            fs::copy(&from, &to).map_err(StudyError::io("copy", &from))?;
            fs::File::open(&to).and_then(|file| file.sync_all()).map_err(StudyError::io("write", &to))?;
        }
    }
    if here.exists() {
        // A run that was begun here: its owner, if there is one, goes on writing.
        let _lock = RunLock::acquire(here)?;
        fs::remove_dir_all(here).map_err(StudyError::io("remove", here))?;
    }
    fs::rename(&beside, here).map_err(StudyError::io("rename", &beside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finish_run;

    fn finished(folder: &Path, predictions: &str) {
        fs::create_dir_all(folder).unwrap();
        for name in crate::RUN_OUTPUTS {
            fs::write(folder.join(name), if name == "predictions.csv" { predictions } else { name }).unwrap();
        }
        finish_run(folder, &[]).unwrap();
    }

    #[test]
    fn runs_of_two_machines_become_one_study_unless_they_disagree() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let run = |id: &str| PlannedRun { id: id.to_owned(), dataset: "d".into(), arm: "x".into(), seed: 0 };
        let runs = ["one", "two", "three"].map(run).to_vec();
        finished(&a.join("runs/one"), "1");
        finished(&b.join("runs/one"), "1");
        finished(&b.join("runs/two"), "2");
        fs::create_dir_all(a.join("runs/two")).unwrap();
        fs::create_dir_all(b.join("runs/three")).unwrap();
        assert_eq!(merge(&a, &runs, &b).unwrap(), Merged { taken: 1, alike: 1 });
        assert!(is_intact(&a.join("runs/two")) && !a.join("runs/three").exists());
        assert_eq!(merge(&a, &runs, &b).unwrap(), Merged { taken: 0, alike: 2 });

        finished(&b.join("runs/one"), "other");
        finished(&b.join("runs/three"), "3");
        let error = merge(&a, &runs, &b).unwrap_err().to_string();
        assert!(error.contains("one") && error.contains("other predictions"), "{error}");
        assert!(!a.join("runs/three").exists(), "nothing is taken");
        fs::write(b.join("runs/three/predictions.csv"), "changed").unwrap();
        finished(&b.join("runs/one"), "1");
        assert_eq!(merge(&a, &runs, &b).unwrap(), Merged { taken: 0, alike: 2 }, "a changed run is no run");
    }
}

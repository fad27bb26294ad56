//! A submission: its files, and its jobs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use affekt_artifact::{save_json, write_atomic};
use serde::{Deserialize, Serialize};

use super::{Queue, QueueError, SlurmSpec, script};
use crate::{Job, StudyError};

/// The files of a submission, in `<study>/slurm/<number>/`: `array.sbatch`, `report.sbatch`, `index.tsv` (run id and folder
/// of each task), frozen when they are written. Later changes of the study change other submissions.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Its folder.
    pub folder: PathBuf,
    /// Runs.
    n_runs: usize,
    array_parallelism: u32,
}

/// Numbers of the jobs of a submission: `jobs.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submitted {
    /// Arrays of runs.
    pub arrays: Vec<u64>,
    /// The report, which waits for them.
    pub report: u64,
}

impl Submission {
    /// Writes the files for `jobs` of the study in `study_dir`; `program` is affekt, and must be where the nodes see it.
    ///
    /// # Errors
    /// [`StudyError`] on I/O.
    pub fn write(
        study_dir: &Path,
        name: &str,
        jobs: &[Job],
        threads: u32,
        program: &Path,
        spec: &SlurmSpec,
    ) -> Result<Self, StudyError> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(StudyError::io("find", path));
        let study_dir = absolute(study_dir)?;
        let folder = fresh(&study_dir.join("slurm"))?;
        for below in ["logs", "timeouts"] {
            let path = folder.join(below);
            std::fs::create_dir(&path).map_err(StudyError::io("create folder", &path))?;
        }
        let mut index = String::new();
        for job in jobs {
            let run = absolute(&job.folder)?;
            writeln!(index, "{}\t{}", job.id, run.display()).expect("because a String takes every write");
        }
        let put = |file: &str, text: &str| write_atomic(&folder.join(file), text.as_bytes());
        put("index.tsv", &index)?;
        put("array.sbatch", &script::array(name, &folder, program, threads, spec))?;
        put("report.sbatch", &script::report(name, &folder, program, &study_dir, spec))?;
        Ok(Self { folder, n_runs: jobs.len(), array_parallelism: spec.array_parallelism })
    }

    /// Words of `sbatch` for each chunk of at most `max_array_size` runs, without those that say what it waits for.
    pub fn chunks(&self, max_array_size: usize) -> Vec<Vec<String>> {
        let size = max_array_size.clamp(1, self.n_runs.max(1));
        (0..self.n_runs)
            .step_by(size)
            .map(|offset| {
                let last = size.min(self.n_runs - offset) - 1;
                vec![
                    format!("--array=0-{last}%{}", self.array_parallelism),
                    format!("--export=ALL,AFFEKT_OFFSET={offset}"),
                ]
            })
            .collect()
    }

    /// The commands of [`Self::submit`], for a person to give.
    pub fn commands(&self, max_array_size: usize) -> Vec<String> {
        let array = self.folder.join("array.sbatch").display().to_string();
        let mut lines: Vec<String> = self
            .chunks(max_array_size)
            .iter()
            .map(|words| format!("sbatch --parsable {} {}", words.join(" "), script::quoted(&array)))
            .collect();
        let report = self.folder.join("report.sbatch").display().to_string();
        lines.push(format!("sbatch -d afterany:ID[:ID...] {}", script::quoted(&report)));
        lines
    }

    /// Hands the arrays to Slurm, and the report to run after them; notes the jobs in `jobs.json`.
    ///
    /// Chunks run one after the other, so that no more runs than `array_parallelism` do.
    ///
    /// # Errors
    /// [`QueueError`]; arrays that were taken before stay in the queue, and their numbers are in the message.
    pub fn submit(&self, queue: Queue) -> Result<Submitted, QueueError> {
        let mut arrays: Vec<u64> = Vec::new();
        let told = |error: QueueError, arrays: &[u64]| match (error, arrays) {
            (QueueError::Refused { command, message }, [_, ..]) => {
                let message = format!("{message} (jobs {arrays:?} are in the queue already)");
                QueueError::Refused { command, message }
            }
            (error, _) => error,
        };
        for mut words in self.chunks(queue.max_array_size()?) {
            words.extend(arrays.last().map(|before| format!("--dependency=afterany:{before}")));
            let job = queue.submit(&words, &self.folder.join("array.sbatch"));
            arrays.push(job.map_err(|error| told(error, &arrays))?);
        }
        let list: Vec<String> = arrays.iter().map(ToString::to_string).collect();
        let after = [format!("--dependency=afterany:{}", list.join(":"))];
        let report = queue.submit(&after, &self.folder.join("report.sbatch"));
        let report = report.map_err(|error| told(error, &arrays))?;
        let submitted = Submitted { arrays, report };
        save_json(&self.folder.join("jobs.json"), &submitted).map_err(|error| QueueError::Refused {
            command: "sbatch",
            message: format!("jobs {submitted:?} are in the queue, but could not be noted: {error}"),
        })?;
        Ok(submitted)
    }
}

impl Submitted {
    /// All of its jobs.
    pub fn jobs(&self) -> Vec<u64> {
        self.arrays.iter().copied().chain([self.report]).collect()
    }
}

/// The first folder `0001`, `0002`, ... below `parent` that is not there yet; it is made.
fn fresh(parent: &Path) -> Result<PathBuf, StudyError> {
    std::fs::create_dir_all(parent).map_err(StudyError::io("create folder", parent))?;
    for number in 1..=9999 {
        let folder = parent.join(format!("{number:04}"));
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StudyError::io("create folder", &folder)(error)),
        }
    }
    Err(StudyError::io("create another submission in", parent)(std::io::ErrorKind::AlreadyExists.into()))
}

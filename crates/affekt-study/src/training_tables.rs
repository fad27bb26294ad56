//! The logs of all trainings as two tables: `epochs.csv` and `warnings.csv`.

use std::error::Error;
use std::path::Path;

use affekt_artifact::{ArtifactError, EpochRow, Epochs, PlannedRun, TrainingLog, WarningRow, Warnings};

use crate::{StudyError, run_folder};

/// What the logs of the finished runs say, in the order of the plan, then by epoch and name.
#[derive(Debug, Default)]
pub(crate) struct TrainingTables {
    epochs: Epochs,
    warnings: Warnings,
    /// Logs that could not be read, one sentence each; their runs are in neither table.
    pub(crate) notes: Vec<String>,
}

impl TrainingTables {
    /// Reads the log of every run.
    pub(crate) fn gather(study_dir: &Path, runs: &[&PlannedRun]) -> Self {
        let mut tables = Self::default();
        for run in runs {
            match TrainingLog::load(&run_folder(study_dir, run).join("metrics.jsonl")) {
                Ok(log) => tables.add(run, &log),
                Err(error) => tables.notes.push(note(study_dir, run, &error)),
            }
        }
        tables
    }

    fn add(&mut self, run: &PlannedRun, log: &TrainingLog) {
        for line in &log.epochs {
            self.epochs.rows.extend(line.values().into_iter().map(|(name, value)| EpochRow {
                dataset: run.dataset.clone(),
                arm: run.arm.clone(),
                seed: run.seed,
                epoch: line.epoch,
                name,
                value,
            }));
            self.warnings.rows.extend(line.warnings.iter().map(|warning| WarningRow {
                dataset: run.dataset.clone(),
                arm: run.arm.clone(),
                seed: run.seed,
                epoch: line.epoch,
                warning: warning.clone(),
            }));
        }
    }

    /// Writes both tables into the study folder.
    pub(crate) fn save(&self, study_dir: &Path) -> Result<(), StudyError> {
        self.epochs.save(&study_dir.join("epochs.csv"))?;
        Ok(self.warnings.save(&study_dir.join("warnings.csv"))?)
    }
}

/// What is wrong with a log, its path relative to the study so that the note is the same wherever the study lies.
fn note(study_dir: &Path, run: &PlannedRun, error: &ArtifactError) -> String {
    let told = error.to_string().replace(&format!("{}/", study_dir.display()), "");
    let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
    format!(
        "the training log of {} on {}, seed {}, is left out of epochs.csv and warnings.csv: {told}{cause}",
        run.arm, run.dataset, run.seed
    )
}

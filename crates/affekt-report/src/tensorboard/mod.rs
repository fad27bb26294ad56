//! A study for TensorBoard: a folder and an event file per run.

mod curves;
mod scalars;

use std::io::{self, Write};
use std::path::Path;

use affekt_artifact::{
    Plan, PlannedDataset, PlannedRun, Predictions, Results, Selection, TrainingLog, remove_strays,
    write_atomic_with,
};
use affekt_tensorboard::{EventWriter, SummaryValue};

use crate::ReportError;
use crate::study::selection;

/// Name of each run's event file. TensorBoard looks for `tfevents`; a fixed name makes the next export replace this one.
const FILE_NAME: &str = "events.out.tfevents.0000000000.affekt";

/// What was laid out for TensorBoard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TensorBoardRuns {
    /// Runs with an event file, by id.
    pub written: Vec<String>,
    /// Planned runs that have neither a log nor results yet.
    pub missing: Vec<String>,
}

/// Writes an event file for each run of a study to `<folder>/<run id>/`.
///
/// Each epoch of `metrics.jsonl` is a step: losses, validation scores, learning rate, speed. At the last one stand the run's
/// test scores from `results.csv` and, from its predictions, precision and recall of each class (one against the rest) and
/// action unit on the test split. A run that decides again from another's predictions stands at that one's last epoch. Wall
/// times are seconds since the start of the run, so that the same files give the same bytes.
///
/// # Errors
/// [`ReportError`], naming the path: a file is missing, malformed or disagrees with the plan, or cannot be written.
pub fn write_tensorboard(study_dir: &Path, folder: &Path) -> Result<TensorBoardRuns, ReportError> {
    let plan_path = study_dir.join("plan.toml");
    let plan = Plan::load(&plan_path)?;
    let selection = selection(&plan, &plan_path)?;
    let results = Results::load(&study_dir.join("results.csv"))?;
    let mut runs = TensorBoardRuns::default();
    for run in &plan.runs {
        let log = load_log(study_dir, run)?;
        let mut last = scores(&plan, &results, run);
        for dataset in datasets(&plan, run) {
            last.extend(curves_of(study_dir, run, dataset, selection)?);
        }
        if log.epochs.is_empty() && last.is_empty() {
            runs.missing.push(run.id.clone());
            continue;
        }
        let end = match trained_by(&plan, run) {
            Some(other) => End::of(&load_log(study_dir, other)?),
            None => End::of(&log),
        };
        let path = folder.join(&run.id).join(FILE_NAME);
        // TensorBoard would read a half-written file of an export that was killed.
        remove_strays(&folder.join(&run.id));
        write_atomic_with(&path, |out| events(out, &log, end, &last))?;
        runs.written.push(run.id.clone());
    }
    Ok(runs)
}

/// The log of a run; one without any is empty.
fn load_log(study_dir: &Path, run: &PlannedRun) -> Result<TrainingLog, ReportError> {
    let path = study_dir.join("runs").join(&run.id).join("metrics.jsonl");
    Ok(if path.is_file() { TrainingLog::load(&path)? } else { TrainingLog::default() })
}

/// Last epoch and the time it ended at.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    step: u64,
    wall_time: f64,
}

impl End {
    fn of(log: &TrainingLog) -> Self {
        Self {
            step: log.epochs.last().map_or(0, |epoch| epoch.epoch),
            wall_time: log.epochs.iter().map(scalars::seconds).sum(),
        }
    }
}

/// The run whose predictions a run without training decides again from.
fn trained_by<'a>(plan: &'a Plan, run: &PlannedRun) -> Option<&'a PlannedRun> {
    let source = plan.arm(&run.arm)?.post_hoc.as_ref()?;
    plan.runs.iter().find(|r| r.arm == *source && r.dataset == run.dataset && r.seed == run.seed)
}

/// The datasets whose test split a run predicts.
fn datasets<'a>(plan: &'a Plan, run: &'a PlannedRun) -> impl Iterator<Item = &'a PlannedDataset> {
    plan.datasets.iter().filter(move |dataset| dataset.runs(plan).any(|r| r.id == run.id))
}

/// Where the scores on a dataset's test split stand: `test`, and `test-on-<dataset>` for a transfer.
fn group(dataset: &PlannedDataset, name: &str) -> String {
    dataset
        .transfer
        .as_ref()
        .map_or_else(|| name.to_owned(), |transfer| format!("{name}-on-{}", transfer.test))
}

fn scores(plan: &Plan, results: &Results, run: &PlannedRun) -> Vec<SummaryValue> {
    let of_dataset = |dataset: &PlannedDataset| {
        let group = group(dataset, "test");
        let description = format!("Test split of {}, weights: {}", dataset.name, plan.selection);
        let rows = results.rows.iter().filter(|row| {
            row.dataset == dataset.name
                && (&row.arm, row.seed) == (&run.arm, run.seed)
                && (row.split.as_str(), &row.selection) == ("test", &plan.selection)
        });
        let values = rows.filter_map(|row| {
            Some(SummaryValue::scalar(&format!("{group}/{}", row.metric), &description, row.value?))
        });
        values.collect::<Vec<_>>()
    };
    datasets(plan, run).flat_map(of_dataset).collect()
}

fn curves_of(
    study_dir: &Path,
    run: &PlannedRun,
    dataset: &PlannedDataset,
    selection: Selection,
) -> Result<Vec<SummaryValue>, ReportError> {
    let path = study_dir.join("runs").join(&run.id).join(dataset.predictions_file());
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let predictions = Predictions::load(&path, &dataset.label_set, &dataset.aus)?;
    curves::curves(&predictions, selection, &group(dataset, "pr"))
        .map_err(|(class, source)| ReportError::Curve { path, class, source })
}

fn events(out: &mut dyn Write, log: &TrainingLog, end: End, last: &[SummaryValue]) -> io::Result<()> {
    let mut writer = EventWriter::new(out, 0.0)?;
    let mut wall_time = 0.0;
    for epoch in &log.epochs {
        wall_time += scalars::seconds(epoch);
        writer.write(epoch.epoch, wall_time, &scalars::scalars(epoch))?;
    }
    writer.write(end.step, end.wall_time, last)
}

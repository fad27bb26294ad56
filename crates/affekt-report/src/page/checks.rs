//! What is not in the numbers, and whether the numbers can be found again.

use std::collections::BTreeSet;

use affekt_artifact::is_above;
use affekt_metrics::MetricError;

use super::origins;
use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Study};
use crate::{Cell, DataTable, ReportError};

/// Largest difference between a stored and a recomputed score that rounding can explain.
const TOLERANCE: f64 = 1e-9;

/// The section's content.
pub(crate) struct Exclusions {
    /// Sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) tables: Vec<DataTable>,
}

/// Quarantined items, missing runs, unlabelled rows and the recomputation check.
pub(crate) fn exclusions(study: &Study) -> Result<Exclusions, ReportError> {
    let mut notes = Vec::new();
    let missing: usize = study.datasets.iter().map(|d| d.missing.len()).sum();
    notes.push(match missing {
        0 => "No run is missing: every planned run has predictions.".to_owned(),
        1 => "1 planned run has no predictions; it is a hole in every table and figure.".to_owned(),
        n => format!("{n} planned runs have no predictions; they are holes in every table and figure."),
    });
    let unlabelled: u64 = study.datasets.iter().flat_map(|d| d.runs.iter().map(|run| run.unlabelled)).sum();
    if unlabelled > 0 {
        notes.push(format!("{unlabelled} test predictions have no true class and enter no count."));
    }
    let ended: usize = study.datasets.iter().map(|d| d.failures.len()).sum();
    if ended > 0 {
        notes.push(format!(
            "Runs that ended in an error and were not begun again: {ended}; their reasons are below."
        ));
    }
    for dataset in study.datasets.iter().filter(|d| d.quarantine.is_none()) {
        notes.push(format!("{}: no quarantine table was kept.", dataset.name()));
    }
    for trouble in
        study.datasets.iter().flat_map(|d| d.runs.iter().filter_map(|run| run.log_trouble.as_ref()))
    {
        notes.push(format!("A training log could not be read, its learning curve is missing: {trouble}."));
    }
    for row in study.results.rows.iter().filter(|r| r.selection == "best-test").take(1) {
        notes.push(format!(
            "Flagged: results.csv has rows selected on the test split ({}, first for {}); they are optimistic and \
             appear in the seed tables only.",
            row.selection, row.arm
        ));
    }
    if study.origins.counts.len() > 1 {
        notes.extend(origins::sentence(&study.origins));
    }
    notes.extend(above_limit(study));
    let (agree, differ) = recomputed(study)?;
    let total = agree + differ.rows.len() as u64;
    notes.push(format!(
        "Macro-F1 recomputed from the predictions: {agree} of {total} runs agree with results.csv."
    ));
    let mut tables = vec![matrix(study), failures(study), quarantine(study)];
    if !differ.rows.is_empty() {
        tables.push(differ);
    }
    Ok(Exclusions { notes, tables })
}

/// Arms whose mean score lies above what any rule can expect, beyond what chance on the test split explains.
fn above_limit(study: &Study) -> Vec<String> {
    let mut notes = Vec::new();
    for dataset in &study.datasets {
        let Some(limits) = &dataset.limits else { continue };
        let scores = [
            ("macro_f1", limits.macro_f1, limits.macro_f1_sd),
            ("accuracy", limits.accuracy, limits.accuracy_sd),
        ];
        for (metric, limit, sd) in scores {
            for arm in study.arms() {
                let scores = study.scores(dataset.name(), arm, metric);
                let values: Vec<f64> = scores.into_iter().filter_map(|(_, value)| value).collect();
                let (Some(mean), spread) = mean_sd(&values) else { continue };
                let seed_error = spread.unwrap_or(0.0) / (values.len() as f64).sqrt();
                if !is_above(limit, sd, mean, seed_error) {
                    continue;
                }
                notes.push(format!(
                    "Suspicious: {metric} of {arm} on {} is {}, more than three standard errors above the limit {}; \
                     look for a leak between the splits.",
                    dataset.name(),
                    NumberKind::Score.print(mean),
                    NumberKind::Score.print(limit)
                ));
            }
        }
    }
    notes
}

/// Datasets and arms down, seeds across: finished, or a hole.
fn matrix(study: &Study) -> DataTable {
    let seeds: BTreeSet<u64> = study.plan.runs.iter().map(|run| run.seed).collect();
    let mut table =
        DataTable::new("runs-matrix", "Planned runs: done, failed, or missing (a hole)", &["dataset", "arm"]);
    table.columns.extend(seeds.iter().map(|seed| format!("seed {seed}")));
    for dataset in &study.datasets {
        for arm in study.arms() {
            let mut row = vec![Cell::text(dataset.name()), Cell::text(arm)];
            row.extend(seeds.iter().map(|seed| state(dataset, arm, *seed)));
            table.rows.push(row);
        }
    }
    table
}

fn state(dataset: &Dataset, arm: &str, seed: u64) -> Cell {
    if dataset.runs.iter().any(|run| run.arm == arm && run.seed == seed) {
        return Cell::text("✓ done");
    }
    let Some(run) = dataset.missing.iter().find(|run| run.arm == arm && run.seed == seed) else {
        return Cell::Hole;
    };
    let failed = dataset.failures.iter().any(|(id, _)| *id == run.id);
    Cell::text(if failed { "✗ failed" } else { "○ missing" })
}

/// What ended the runs that ended in an error.
fn failures(study: &Study) -> DataTable {
    let caption = "Runs that ended in an error, and the error";
    let mut table = DataTable::new("failures", caption, &["run", "dataset", "error"]);
    for dataset in &study.datasets {
        for (id, reason) in &dataset.failures {
            table.rows.push(vec![Cell::text(&**id), Cell::text(dataset.name()), Cell::text(&**reason)]);
        }
    }
    table
}

fn quarantine(study: &Study) -> DataTable {
    let caption = "Items set aside while reading the data, by reason";
    let mut table = DataTable::new("quarantine", caption, &["dataset", "reason", "items"]);
    for dataset in &study.datasets {
        let Some(counts) = &dataset.quarantine else { continue };
        if counts.is_empty() {
            table.rows.push(vec![Cell::text(dataset.name()), Cell::text("none"), Cell::Count(0)]);
        }
        for (reason, count) in counts {
            table.rows.push(vec![Cell::text(dataset.name()), Cell::text(&**reason), Cell::Count(*count)]);
        }
    }
    table
}

/// Compares the stored macro-F1 of each run with the one its predictions give.
fn recomputed(study: &Study) -> Result<(u64, DataTable), ReportError> {
    let columns = ["run", "macro-F1 in results.csv", "macro-F1 from predictions"];
    let caption = "Runs whose stored macro-F1 is not that of their predictions";
    let (mut agree, mut table) = (0, DataTable::new("disagreements", caption, &columns));
    for dataset in &study.datasets {
        for run in &dataset.runs {
            let stored = study.scores(dataset.name(), &run.arm, "macro_f1");
            let stored = stored.into_iter().find(|(seed, _)| *seed == run.seed).and_then(|(_, value)| value);
            let own = match run.confusion.macro_f1(study.policy) {
                Ok(value) => Some(value),
                Err(MetricError::UndefinedClass { .. } | MetricError::Empty { .. }) => None,
                Err(source) => return Err(ReportError::Metric { path: run.id.clone().into(), source }),
            };
            let equal = match (stored, own) {
                (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE,
                (None, None) => true,
                _ => false,
            };
            if equal {
                agree += 1;
            } else {
                let score = |value| Cell::Number(NumberKind::Score, value);
                table.rows.push(vec![Cell::text(&*run.id), score(stored), score(own)]);
            }
        }
    }
    Ok((agree, table))
}

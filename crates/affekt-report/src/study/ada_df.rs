//! What the trainings of Ada-DF left on one dataset.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use affekt_artifact::TrainingLog;

use super::faces::{Faces, load_faces};
use super::{Dataset, Study};
use crate::ReportError;

/// Numbers in `epochs.csv` that only Ada-DF gives, and their names for readers.
pub(crate) const ADA_DF_NUMBERS: [(&str, &str); 7] = [
    ("kl_label_distribution", "KL from the truth to the label distribution (nats)"),
    ("kl_class_distribution", "KL from the truth to the class distribution (nats)"),
    ("kl_fused_distribution", "KL from the truth to the fused distribution (nats)"),
    ("auxiliary_entropy", "entropy of the label distribution (nats)"),
    ("attention_spread", "attention, highest minus lowest in a batch"),
    ("attention_saturated", "share of faces with attention below 0.01 or above 0.99"),
    ("fusion_weight", "weight of the class distribution in the fusion"),
];

/// One number of one run: seed and `(epoch, value)` in epoch order.
pub(crate) type SeedCurve = (u64, Vec<(u64, f64)>);

/// The run whose single faces are shown.
#[derive(Clone, Debug)]
pub(crate) struct ShownRun {
    pub(crate) arm: String,
    pub(crate) seed: u64,
    /// Last epoch and the class distributions after it; none where the log has none.
    pub(crate) class_distributions: Option<(u64, Vec<Vec<f64>>)>,
    /// None where the run left no faces, or none that can be read.
    pub(crate) faces: Option<Faces>,
}

/// Ada-DF on one dataset.
#[derive(Clone, Debug)]
pub(crate) struct AdaDf {
    /// Arms with its numbers, in plan order.
    pub(crate) arms: Vec<String>,
    /// The first seed of the full arm; none when that arm has no finished run.
    pub(crate) shown: Option<ShownRun>,
    /// What could not be read, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl AdaDf {
    /// Reads what there is; none when no arm has the numbers.
    pub(crate) fn load(study: &Study, dataset: &Dataset, study_dir: &Path) -> Option<Self> {
        let arms: Vec<String> = study
            .arms()
            .filter(|arm| ADA_DF_NUMBERS.iter().any(|(name, _)| has(study, dataset, arm, name)))
            .map(str::to_owned)
            .collect();
        let full = full_arm(study, dataset, &arms)?;
        let mut notes = Vec::new();
        let shown = dataset.runs_of(full).first().map(|run| {
            let folder = Path::new("runs").join(&run.id);
            ShownRun {
                arm: full.to_owned(),
                seed: run.seed,
                class_distributions: class_distributions(study_dir, &folder, dataset, &mut notes),
                faces: faces(study_dir, &folder, dataset, &mut notes),
            }
        });
        Some(Self { arms, shown, notes })
    }
}

impl Study {
    /// A number by seed and epoch.
    pub(crate) fn epoch_curves(&self, dataset: &str, arm: &str, name: &str) -> Vec<SeedCurve> {
        let mut seeds: BTreeMap<u64, Vec<(u64, f64)>> = BTreeMap::new();
        for row in &self.epochs.rows {
            if row.dataset == dataset && row.arm == arm && row.name == name {
                seeds.entry(row.seed).or_default().push((row.epoch, row.value));
            }
        }
        for curve in seeds.values_mut() {
            curve.sort_by_key(|(epoch, _)| *epoch);
        }
        seeds.into_iter().collect()
    }
}

fn has(study: &Study, dataset: &Dataset, arm: &str, name: &str) -> bool {
    study.epochs.rows.iter().any(|r| r.name == name && r.dataset == dataset.name() && r.arm == arm)
}

/// The arm with everything in it: the treatment of the primary contrast, else the one with the most parts of the
/// loss, the first of several.
fn full_arm<'a>(study: &Study, dataset: &Dataset, arms: &'a [String]) -> Option<&'a str> {
    let primary = study.tests.rows.iter().find(|r| r.family == "primary" && r.dataset == dataset.name());
    if let Some(arm) = primary.and_then(|row| arms.iter().find(|arm| **arm == row.treatment)) {
        return Some(arm);
    }
    let parts = |arm: &str| {
        let rows = study.epochs.rows.iter().filter(|r| r.dataset == dataset.name() && r.arm == arm);
        let names: std::collections::BTreeSet<&str> =
            rows.map(|r| r.name.as_str()).filter(|name| name.starts_with("loss:")).collect();
        names.len()
    };
    // The last of several greatest is taken, hence the reversal.
    arms.iter().rev().max_by_key(|arm| parts(arm)).map(String::as_str)
}

fn class_distributions(
    study_dir: &Path,
    folder: &Path,
    dataset: &Dataset,
    notes: &mut Vec<String>,
) -> Option<(u64, Vec<Vec<f64>>)> {
    let name = folder.join("metrics.jsonl");
    // A log that cannot be read is told among the exclusions, with its learning curve.
    let last = TrainingLog::load(&study_dir.join(&name)).ok()?.epochs.pop()?;
    if last.class_distributions.is_empty() {
        return None;
    }
    let n = dataset.classes().len();
    let rows: Option<Vec<Vec<f64>>> =
        last.class_distributions.into_iter().map(|row| row.into_iter().collect()).collect();
    let square = rows.filter(|rows| {
        rows.len() == n && rows.iter().all(|r| r.len() == n && r.iter().copied().all(is_share))
    });
    if square.is_none() {
        notes.push(format!(
            "{}: the class distributions of epoch {} are not {n} rows of {n} shares; they are not shown.",
            name.display(),
            last.epoch
        ));
    }
    square.map(|rows| (last.epoch, rows))
}

fn is_share(value: f64) -> bool {
    (0.0..=1.000_001).contains(&value)
}

fn faces(study_dir: &Path, folder: &Path, dataset: &Dataset, notes: &mut Vec<String>) -> Option<Faces> {
    let name: PathBuf = folder.join("distributions.csv");
    let read = load_faces(&study_dir.join(&name), &name, dataset.classes());
    match read {
        Ok(Some(faces)) if !faces.list.is_empty() => {
            if faces.left_out > 0 {
                let (shown, all) = (faces.list.len(), faces.list.len() + faces.left_out);
                notes.push(format!("{}: the first {shown} of {all} faces are shown.", name.display()));
            }
            Some(faces)
        }
        Ok(_) => {
            notes.push(format!("{}: no faces, so none are shown.", name.display()));
            None
        }
        Err(error) => {
            notes.push(format!("Faces are not shown: {}.", told(&error)));
            None
        }
    }
}

/// An error with its cause.
pub(super) fn told(error: &ReportError) -> String {
    let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
    format!("{error}{cause}")
}

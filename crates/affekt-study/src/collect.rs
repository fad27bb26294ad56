//! From the prediction files and training logs of a study to its results, tests, claims and epochs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affekt_artifact::{
    ClaimSet, Digest, Hasher, Limits, Manifest, Plan, PlannedDataset, PlannedRun, PredictionRow, Predictions,
    ResultRow, Results, Selection, Tests, expect_schema, load_json, save_json,
};
use affekt_core::{LabelDistribution, SampleId, Split};
use affekt_stats::SignFlipPowers;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::alike::alike;
use crate::contrast::tests_of;
use crate::judge::claims_of;
use crate::measure::Yardstick;
use crate::structure::{Structure, StructureTables, structure_of};
use crate::training_tables::TrainingTables;
use crate::{AnalysisSpec, StudyError, is_done, post_hoc};

/// Files a collection writes into the study folder.
#[rustfmt::skip] // one kind a line
const OUTPUTS: [&str; 8] = [
    "results.csv", "tests.csv", "claims.json", "claims.md",
    "degeneracy.csv", "representation.csv",
    "epochs.csv", "warnings.csv",
];

/// A run of the plan that has no results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Seed.
    pub seed: u64,
}

/// What was collected, and from what: `collected.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// `affekt-collected/1`.
    pub schema: String,
    /// Digest of all finished runs, the plan and the collecting code.
    pub key: Digest,
    /// Finished runs.
    pub n_done: u64,
    /// Runs without results.
    pub holes: Vec<Hole>,
    /// What could not be gathered though its run is finished, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Key of the collection that the report shows; none before the first report.
    pub reported: Option<Digest>,
}

impl Collected {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-collected/1";

    /// Reads `collected.json` of a study folder; none when it is missing or of another version.
    pub fn load(study_dir: &Path) -> Option<Self> {
        let path = study_dir.join("collected.json");
        let collected: Self = load_json(&path).ok()?;
        expect_schema(&path, Self::SCHEMA, &collected.schema).ok()?;
        Some(collected)
    }

    /// Writes `collected.json` into a study folder.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] on I/O.
    pub fn save(&self, study_dir: &Path) -> Result<(), StudyError> {
        Ok(save_json(&study_dir.join("collected.json"), self)?)
    }

    /// True when this is the collection under `key` and every file of it is there.
    pub fn is_current(&self, study_dir: &Path, key: &Digest) -> bool {
        self.key == *key && OUTPUTS.iter().all(|name| study_dir.join(name).is_file())
    }
}

/// Digest of all that a collection depends on; `code` is the digest of the collecting code.
///
/// # Errors
/// [`StudyError::Io`] when the plan or a mark cannot be read.
pub fn collection_key(study_dir: &Path, plan: &Plan, code: &str) -> Result<Digest, StudyError> {
    let mut hasher = Hasher::new();
    hasher.part("code", code.as_bytes());
    for name in ["plan.toml", "study.toml"] {
        let path = study_dir.join(name);
        let bytes = std::fs::read(&path).map_err(StudyError::io("read", &path))?;
        hasher.part(name, &bytes);
    }
    for run in &plan.runs {
        let path = run_folder(study_dir, run).join("DONE");
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(StudyError::io("read", &path))?;
            hasher.part(&run.id, &bytes);
        }
    }
    Ok(hasher.finish())
}

/// Folder of a run.
pub fn run_folder(study_dir: &Path, run: &PlannedRun) -> PathBuf {
    study_dir.join("runs").join(&run.id)
}

/// Measures every finished run, gathers its training log and writes `results.csv`, `tests.csv`, `claims.json`,
/// `claims.md`, `epochs.csv`, `warnings.csv`, `degeneracy.csv`, `representation.csv` and, last, `collected.json`. Dataset folders are relative to `out_root`.
///
/// # Errors
/// [`StudyError`] for a prediction file that cannot be read or measured; a missing run is a hole, a training log
/// that cannot be read is a note, not an error.
pub fn collect(
    study_dir: &Path,
    out_root: &Path,
    plan: &Plan,
    analysis: &AnalysisSpec,
    code: &str,
) -> Result<Collected, StudyError> {
    post_hoc::compute(study_dir, plan)?;
    let key = collection_key(study_dir, plan, code)?;
    let (done, missing): (Vec<&PlannedRun>, Vec<&PlannedRun>) =
        plan.runs.iter().partition(|run| is_done(&run_folder(study_dir, run)));
    let (mut results, mut structure) = (Results::default(), StructureTables::default());
    for dataset in &plan.datasets {
        let finished = |run: &&PlannedRun| done.iter().any(|other| other.id == run.id);
        let runs: Vec<&PlannedRun> = dataset.runs(plan).filter(finished).collect();
        if !runs.is_empty() {
            let measured = measure_dataset(study_dir, out_root, plan, dataset, &runs)?;
            let (rows, structures): (Vec<_>, Vec<_>) = measured.into_iter().unzip();
            results.rows.extend(rows.concat());
            structure.add(dataset, &runs, structures);
            structure.compared(alike(study_dir, dataset, &runs, &analysis.primary.control));
        }
    }
    sort(&mut results);
    let mut tests = Tests::default();
    let mut claims = Vec::new();
    let mut powers = SignFlipPowers::new(plan.alpha);
    for dataset in &plan.datasets {
        let rows = tests_of(&dataset.name, analysis, plan, &results)
            .map_err(|source| StudyError::Statistics { dataset: dataset.name.clone(), source })?;
        tests.rows.extend(rows);
        let limits = limits_of(dataset, out_root)?;
        let dataset = (dataset, limits.as_ref());
        claims.extend(claims_of(dataset, analysis, plan, &results, &tests, &mut powers));
    }
    results.save(&study_dir.join("results.csv"))?;
    tests.save(&study_dir.join("tests.csv"))?;
    ClaimSet::new(plan.study.clone(), claims).save(study_dir)?;
    let trained: Vec<&PlannedRun> = done.iter().copied().filter(|run| plan.is_trained(run)).collect();
    let training = TrainingTables::gather(study_dir, &trained);
    training.save(study_dir)?;
    structure.save(study_dir)?;
    let hole =
        |run: &&PlannedRun| Hole { dataset: run.dataset.clone(), arm: run.arm.clone(), seed: run.seed };
    let collected = Collected {
        schema: Collected::SCHEMA.to_owned(),
        key,
        n_done: done.len() as u64,
        holes: missing.iter().map(hole).collect(),
        notes: [training.notes, structure.notes].concat(),
        reported: None,
    };
    collected.save(study_dir)?;
    Ok(collected)
}

/// What is known of the best rule.
fn limits_of(dataset: &PlannedDataset, out_root: &Path) -> Result<Option<Limits>, StudyError> {
    let path = out_root.join(&dataset.folder).join("limits.json");
    Ok(if dataset.has_limits { Some(Limits::load(&path)?) } else { None })
}

fn measure_dataset(
    study_dir: &Path,
    out_root: &Path,
    plan: &Plan,
    dataset: &PlannedDataset,
    runs: &[&PlannedRun],
) -> Result<Vec<(Vec<ResultRow>, Structure)>, StudyError> {
    let folder = out_root.join(&dataset.folder);
    let limits = limits_of(dataset, out_root)?;
    let posteriors = if dataset.has_limits { posteriors(&Manifest::load(&folder)?) } else { BTreeMap::new() };
    let yardstick = Yardstick::new(plan, dataset, limits.as_ref(), &posteriors);
    runs.par_iter().map(|run| measure_run(study_dir, plan, dataset, &yardstick, run)).collect()
}

fn measure_run(
    study_dir: &Path,
    plan: &Plan,
    dataset: &PlannedDataset,
    yardstick: &Yardstick<'_>,
    run: &PlannedRun,
) -> Result<(Vec<ResultRow>, Structure), StudyError> {
    let path = run_folder(study_dir, run).join(dataset.predictions_file());
    let predictions = Predictions::load(&path, &dataset.label_set, &dataset.aus)?;
    let mut groups: BTreeMap<(Split, Selection), Vec<&PredictionRow>> = BTreeMap::new();
    for row in &predictions.rows {
        groups.entry((row.split, row.selection)).or_default().push(row);
    }
    let mut rows = Vec::new();
    for ((split, selection), group) in groups {
        let values = yardstick.measure(&group).map_err(|source| StudyError::Metric {
            path: path.clone(),
            split: split.as_str(),
            source,
        })?;
        rows.extend(values.into_iter().map(|(metric, value)| ResultRow {
            study: plan.study.clone(),
            dataset: dataset.name.clone(),
            arm: run.arm.clone(),
            seed: run.seed,
            split: split.as_str().to_owned(),
            selection: selection.as_str().to_owned(),
            metric,
            value,
        }));
    }
    let structure = structure_of(study_dir, dataset, &plan.selection, run, &predictions)
        .map_err(|source| StudyError::Metric { path: path.clone(), split: Split::Test.as_str(), source })?;
    Ok((rows, structure))
}

fn posteriors(manifest: &Manifest) -> BTreeMap<SampleId, Vec<f64>> {
    let known = manifest.rows.iter().filter_map(|row| {
        let eta = row.posterior.as_ref().map(LabelDistribution::as_slice)?;
        Some((row.sample.clone(), eta.to_vec()))
    });
    known.collect()
}

fn sort(results: &mut Results) {
    results.rows.sort_by(|a, b| {
        let key = |row: &ResultRow| {
            (row.dataset.clone(), row.arm.clone(), row.seed, row.split.clone(), row.selection.clone())
        };
        key(a).cmp(&key(b)).then_with(|| a.metric.cmp(&b.metric))
    });
}

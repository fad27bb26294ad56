//! The resolved study, `plan.toml`: what runs, on which data, compared how.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::LabelSet;
use serde::{Deserialize, Serialize};

use crate::document::{load_toml, save_toml};
use crate::{ArtifactError, Digest, expect_schema};

/// A study with everything resolved; the collector and the report read this instead of the study file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `affekt-plan/1`.
    pub schema: String,
    /// Name of the study.
    pub study: String,
    /// The question it answers.
    pub question: String,
    /// Weights compared: `last` or `best-valid`.
    pub selection: String,
    /// Absent-class policy of macro-F1: `zero`, `skip` or `error`.
    pub absent_class: String,
    /// Level of every test.
    pub alpha: f64,
    /// Pair of classes called degenerate, on datasets without one of their own.
    pub pair: Option<[String; 2]>,
    /// Equivalence margin of each metric compared, declared beforehand.
    pub margins: BTreeMap<String, f64>,
    /// What produced the runs.
    pub provenance: Provenance,
    /// Arms in the order of the study file.
    pub arms: Vec<PlannedArm>,
    /// Datasets in the order of the study file.
    pub datasets: Vec<PlannedDataset>,
    /// Every run.
    pub runs: Vec<PlannedRun>,
}

/// Code, libraries and machine behind the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of affekt.
    pub version: String,
    /// Digest of the source files that decide numbers.
    pub code: String,
    /// Version of `LibTorch`.
    pub libtorch: String,
    /// Digest of the study file as resolved.
    pub config: Digest,
    /// Threads of one run.
    pub threads_per_run: u32,
    /// The command that makes this study again.
    pub command: String,
}

/// An arm as shown in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedArm {
    /// Name.
    pub name: String,
    /// What it isolates.
    pub isolates: String,
    /// For an arm that is not trained, the arm whose predictions it decides again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_hoc: Option<String>,
}

/// A prepared dataset of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDataset {
    /// Name.
    pub name: String,
    /// Folder with manifest, face cache, quarantine and limits, relative to the output folder of all studies.
    pub folder: String,
    /// Digest of manifest and face cache.
    pub digest: Digest,
    /// Where the prototypes come from: `empirical` or the table's name.
    pub prototype_source: String,
    /// Valence and arousal of each class, in class order.
    pub prototypes: Vec<[f64; 2]>,
    /// Action units with labels.
    pub aus: Vec<u8>,
    /// True when the true posterior is known and `limits.json` exists.
    pub has_limits: bool,
    /// Items per split and class: train, valid, test.
    pub class_counts: [Vec<u64>; 3],
    /// Expression classes.
    pub label_set: LabelSet,
    /// Pair of classes called degenerate here; none where it is the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<[String; 2]>,
    /// Share of the training labels that noise made wrong; none where none was put on them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_noise: Option<f64>,
    /// For a transfer, the dataset whose runs predict this one's test split; none where runs train on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
}

/// Trained on one dataset, tested on another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Dataset of the runs.
    pub train: String,
    /// Dataset of the test split.
    pub test: String,
}

impl Transfer {
    /// Name in tables: `<train>-to-<test>`.
    pub fn name(&self) -> String {
        format!("{}-to-{}", self.train, self.test)
    }

    /// Predictions of a run of `train` on the test split of `test`, within the run's folder.
    pub fn predictions_file(test: &str) -> String {
        format!("predictions-on-{test}.csv")
    }
}

impl PlannedDataset {
    /// The runs that predict this dataset's test split.
    pub fn runs<'a>(&self, plan: &'a Plan) -> impl Iterator<Item = &'a PlannedRun> {
        let trained_on = self.transfer.as_ref().map_or(&self.name, |transfer| &transfer.train).clone();
        plan.runs.iter().filter(move |run| run.dataset == trained_on)
    }

    /// Positions of the pair called degenerate; none where this dataset lacks one of its classes, or there is no pair.
    pub fn pair(&self, plan: &Plan) -> Option<[usize; 2]> {
        let [a, b] = self.pair.as_ref().or(plan.pair.as_ref())?;
        let place = |name: &String| self.label_set.classes().iter().position(|class| class == name);
        Some([place(a)?, place(b)?])
    }

    /// Their predictions, within each run's folder.
    pub fn predictions_file(&self) -> String {
        let transfer = self.transfer.as_ref();
        transfer.map_or_else(|| "predictions.csv".to_owned(), |t| Transfer::predictions_file(&t.test))
    }
}

/// A run of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRun {
    /// `<dataset>-<arm>-seed<k>-<hash>`; also its folder under `runs/`.
    pub id: String,
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Seed.
    pub seed: u64,
}

impl Plan {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-plan/1";

    /// Reads `plan.toml`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let plan: Self = load_toml(path)?;
        expect_schema(path, Self::SCHEMA, &plan.schema)?;
        Ok(plan)
    }

    /// Writes `plan.toml`.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        save_toml(path, self)
    }

    /// The arm of that name.
    pub fn arm(&self, name: &str) -> Option<&PlannedArm> {
        self.arms.iter().find(|arm| arm.name == name)
    }

    /// False for a run that decides again from another's predictions; one of an unknown arm trains.
    pub fn is_trained(&self, run: &PlannedRun) -> bool {
        self.arm(&run.arm).is_none_or(|arm| arm.post_hoc.is_none())
    }

    /// Number of runs to train, finished or not.
    pub fn n_trained(&self) -> usize {
        self.runs.iter().filter(|run| self.is_trained(run)).count()
    }

    /// The dataset of that name.
    pub fn dataset(&self, name: &str) -> Option<&PlannedDataset> {
        self.datasets.iter().find(|d| d.name == name)
    }
}

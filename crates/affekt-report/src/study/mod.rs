//! The files of a study, read once and reduced to what the report needs.

mod ada_df;
mod curve;
mod dataset;
mod exclusion;
mod faces;
mod features;
mod origin;
mod reliability;
mod run;
mod va;
mod videos;
mod wrong;

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{
    ClaimSet, DegeneracyTable, Digest, Epochs, Plan, RepresentationTable, Results, Selection, Settings,
    Tests, Warnings,
};
use affekt_metrics::UndefinedClass;

pub(crate) use ada_df::{ADA_DF_NUMBERS, AdaDf, SeedCurve, ShownRun};
pub(crate) use curve::Epoch;
pub(crate) use dataset::Dataset;
pub(crate) use faces::{Face, Faces};
pub(crate) use features::FeatureMaps;
pub(crate) use origin::{Origin, Origins};
pub(crate) use reliability::Reliability;
pub(crate) use run::Run;
pub(crate) use va::{ClassVa, VaErrors};
pub(crate) use videos::Concordance;
pub(crate) use wrong::{WrongFace, most_wrong};

use crate::ReportError;

/// Everything a report is made of.
#[derive(Debug)]
pub(crate) struct Study {
    pub(crate) plan: Plan,
    pub(crate) results: Results,
    pub(crate) tests: Tests,
    pub(crate) claims: ClaimSet,
    /// Empty in studies collected before there was `epochs.csv`.
    pub(crate) epochs: Epochs,
    /// Empty in studies collected before there was `warnings.csv`.
    pub(crate) warnings: Warnings,
    /// Empty in studies collected before there was `degeneracy.csv`.
    pub(crate) degeneracy: DegeneracyTable,
    /// Empty in studies collected before there was `representation.csv`, and without embeddings.
    pub(crate) representation: RepresentationTable,
    pub(crate) policy: UndefinedClass,
    pub(crate) datasets: Vec<Dataset>,
    /// By dataset; only where an arm is one of Ada-DF.
    pub(crate) ada_df: BTreeMap<String, AdaDf>,
    /// By dataset; only where a run kept its features.
    pub(crate) features: BTreeMap<String, FeatureMaps>,
    pub(crate) origins: Origins,
    /// None where the study file was not kept.
    pub(crate) settings: Option<Settings>,
    /// Digest of each input file that stands for the whole study.
    pub(crate) inputs: Vec<(String, Digest)>,
}

impl Study {
    /// Reads a study folder; dataset folders are relative to `out_root`.
    pub(crate) fn load(study_dir: &Path, out_root: &Path) -> Result<Self, ReportError> {
        let plan_path = study_dir.join("plan.toml");
        let plan = Plan::load(&plan_path)?;
        let field = |field: &str, expected: &str, got: &str| ReportError::Field {
            path: plan_path.clone(),
            field: field.to_owned(),
            expected: expected.to_owned(),
            got: format!("{got:?}"),
        };
        let selection = selection(&plan, &plan_path)?;
        let policy = match plan.absent_class.as_str() {
            "zero" => UndefinedClass::Zero,
            "skip" => UndefinedClass::Skip,
            "error" => UndefinedClass::Error,
            other => return Err(field("absent_class", "zero, skip or error", other)),
        };
        let datasets = plan
            .datasets
            .iter()
            .map(|planned| Dataset::load(&plan, planned, selection, study_dir, out_root))
            .collect::<Result<_, _>>()?;
        let results = Results::load(&study_dir.join("results.csv"))?;
        let tests = Tests::load(&study_dir.join("tests.csv"))?;
        let claims = ClaimSet::load(&study_dir.join("claims.json"))?;
        let there = |name: &str| study_dir.join(name).is_file();
        let epochs = if there("epochs.csv") {
            Epochs::load(&study_dir.join("epochs.csv"))?
        } else {
            Epochs::default()
        };
        let warnings = if there("warnings.csv") {
            Warnings::load(&study_dir.join("warnings.csv"))?
        } else {
            Warnings::default()
        };
        let degeneracy = if there("degeneracy.csv") {
            DegeneracyTable::load(&study_dir.join("degeneracy.csv"))?
        } else {
            DegeneracyTable::default()
        };
        let representation = if there("representation.csv") {
            RepresentationTable::load(&study_dir.join("representation.csv"))?
        } else {
            RepresentationTable::default()
        };
        let optional = ["study.toml", "epochs.csv", "warnings.csv", "degeneracy.csv", "representation.csv"]
            .into_iter()
            .filter(|name| there(name));
        let inputs = ["plan.toml", "results.csv", "tests.csv", "claims.json"]
            .into_iter()
            .chain(optional)
            .map(|name| Ok((name.to_owned(), Digest::of_file(&study_dir.join(name))?)))
            .collect::<Result<_, ReportError>>()?;
        let origins = Origins::load(&plan, study_dir)?;
        let settings = Settings::load(study_dir)?;
        let mut study = Self {
            plan,
            results,
            tests,
            claims,
            epochs,
            warnings,
            degeneracy,
            representation,
            policy,
            datasets,
            ada_df: BTreeMap::new(),
            features: BTreeMap::new(),
            origins,
            settings,
            inputs,
        };
        let details = study.datasets.iter().filter_map(|dataset| {
            Some((dataset.name().to_owned(), AdaDf::load(&study, dataset, study_dir)?))
        });
        study.ada_df = details.collect();
        let features = study.datasets.iter().map(|dataset| {
            let maps = FeatureMaps::load(dataset, &study.shown_arms(dataset), study_dir);
            (dataset.name().to_owned(), maps)
        });
        study.features = features.collect();
        Ok(study)
    }

    /// Test-split values of one metric under the plan's selection, `(seed, value)` in seed order.
    pub(crate) fn scores(&self, dataset: &str, arm: &str, metric: &str) -> Vec<(u64, Option<f64>)> {
        let mut list: Vec<_> = self
            .results
            .rows
            .iter()
            .filter(|r| r.dataset == dataset && r.arm == arm && r.metric == metric)
            .filter(|r| r.split == "test" && r.selection == self.plan.selection)
            .map(|r| (r.seed, r.value))
            .collect();
        list.sort_by_key(|(seed, _)| *seed);
        list
    }

    /// Metrics of a dataset's test split, in the order of `results.csv`.
    pub(crate) fn metrics(&self, dataset: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for row in &self.results.rows {
            if row.dataset == dataset
                && row.split == "test"
                && row.selection == self.plan.selection
                && !names.contains(&row.metric)
            {
                names.push(row.metric.clone());
            }
        }
        names
    }

    /// Names of the arms in plan order.
    pub(crate) fn arms(&self) -> impl Iterator<Item = &str> {
        self.plan.arms.iter().map(|arm| arm.name.as_str())
    }

    /// The arms that figures of single arms are drawn of: the plan's first and the primary treatment, which are base and
    /// circumplex in the study; those without a finished run are left out.
    pub(crate) fn shown_arms(&self, dataset: &Dataset) -> Vec<&str> {
        let primary = self.tests.rows.iter().find(|r| r.family == "primary" && r.dataset == dataset.name());
        let mut arms: Vec<&str> = self.arms().take(1).collect();
        arms.extend(primary.map(|row| row.treatment.as_str()));
        arms.dedup();
        arms.retain(|arm| !dataset.runs_of(arm).is_empty());
        arms
    }

    /// Position of an arm in the plan, for its look; unknown arms come last.
    pub(crate) fn arm_index(&self, name: &str) -> usize {
        self.arms().position(|arm| arm == name).unwrap_or(self.plan.arms.len())
    }

    /// The control arm of the primary contrast on a dataset, else of the plan's first arm.
    pub(crate) fn control(&self, dataset: &str) -> Option<&str> {
        let primary = self.tests.rows.iter().find(|r| r.family == "primary" && r.dataset == dataset);
        primary.map(|row| row.control.as_str()).or_else(|| self.arms().next())
    }
}

/// The weights a plan compares.
pub(crate) fn selection(plan: &Plan, path: &Path) -> Result<Selection, ReportError> {
    plan.selection.parse().map_err(|_| ReportError::Field {
        path: path.to_owned(),
        field: "selection".to_owned(),
        expected: "last or best-valid".to_owned(),
        got: format!("{:?}", plan.selection),
    })
}

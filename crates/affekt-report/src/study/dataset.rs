//! One dataset of a study with its finished and its missing runs.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Limits, Plan, PlannedDataset, PlannedRun, Selection};
use affekt_metrics::{Accumulator, Confusion};

use super::exclusion::{failure, quarantine_counts};
use super::reliability::Reliability;
use super::run::Run;
use super::va::VaErrors;
use crate::ReportError;

/// A dataset and what was measured on it.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) planned: PlannedDataset,
    pub(crate) limits: Option<Limits>,
    /// Items set aside per reason; none when no quarantine table was kept.
    pub(crate) quarantine: Option<BTreeMap<String, u64>>,
    /// Finished runs in plan order.
    pub(crate) runs: Vec<Run>,
    /// Planned runs without predictions.
    pub(crate) missing: Vec<PlannedRun>,
    /// Run and the reason its training ended for, where it ended in an error.
    pub(crate) failures: Vec<(String, String)>,
}

impl Dataset {
    pub(crate) fn load(
        plan: &Plan,
        planned: &PlannedDataset,
        selection: Selection,
        study_dir: &Path,
        out_root: &Path,
    ) -> Result<Self, ReportError> {
        let n_classes = planned.label_set.len();
        let check = |field: &str, got: usize| {
            if got == n_classes {
                return Ok(());
            }
            Err(ReportError::Field {
                path: study_dir.join("plan.toml"),
                field: format!("{field} of dataset {:?}", planned.name),
                expected: format!("{n_classes} entries, one per class"),
                got: format!("{got} entries"),
            })
        };
        check("prototypes", planned.prototypes.len())?;
        for counts in &planned.class_counts {
            check("class_counts", counts.len())?;
        }
        let folder = out_root.join(&planned.folder);
        let limits = planned.has_limits.then(|| Limits::load(&folder.join("limits.json"))).transpose()?;
        let quarantine = quarantine_counts(&folder.join("quarantine.csv"))?;
        let (mut runs, mut missing, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for run in planned.runs(plan) {
            let has_log = plan.is_trained(run);
            let of_run = study_dir.join("runs").join(&run.id);
            failures.extend(failure(&of_run).map(|reason| (run.id.clone(), reason)));
            match Run::load(run, planned, selection, &of_run, has_log)? {
                Some(finished) => runs.push(finished),
                None => missing.push(run.clone()),
            }
        }
        Ok(Self { planned: planned.clone(), limits, quarantine, runs, missing, failures })
    }

    /// Name of the dataset.
    pub(crate) fn name(&self) -> &str {
        &self.planned.name
    }

    /// Class names in order.
    pub(crate) fn classes(&self) -> &[String] {
        self.planned.label_set.classes()
    }

    /// Positions of the pair called degenerate, where this dataset has both classes.
    pub(crate) fn pair(&self, plan: &Plan) -> Option<[usize; 2]> {
        self.planned.pair(plan)
    }

    /// Finished runs of an arm, in seed order.
    pub(crate) fn runs_of(&self, arm: &str) -> Vec<&Run> {
        let mut runs: Vec<&Run> = self.runs.iter().filter(|run| run.arm == arm).collect();
        runs.sort_by_key(|run| run.seed);
        runs
    }

    /// Planned runs of an arm.
    pub(crate) fn n_planned(&self, arm: &str) -> usize {
        self.runs_of(arm).len() + self.missing.iter().filter(|run| run.arm == arm).count()
    }

    /// Confusion of an arm, all its seeds together.
    pub(crate) fn pooled_confusion(&self, arm: &str) -> Confusion {
        let mut pooled = Confusion::new(self.classes().len());
        for run in self.runs_of(arm) {
            pooled.merge(&run.confusion).expect("because all runs of a dataset share its label set");
        }
        pooled
    }

    /// Reliability of an arm, all its seeds together.
    pub(crate) fn pooled_reliability(&self, arm: &str) -> Reliability {
        let mut pooled = Reliability::default();
        for run in self.runs_of(arm) {
            pooled.merge(&run.reliability);
        }
        pooled
    }

    /// Valence and arousal of an arm, all its seeds together.
    pub(crate) fn pooled_va(&self, arm: &str) -> VaErrors {
        let mut pooled = VaErrors::new(self.classes().len());
        for run in self.runs_of(arm) {
            pooled.merge(&run.va);
        }
        pooled
    }
}

//! From a study and prepared datasets to every run.

use std::path::Path;

use affekt_artifact::{Plan, PlannedArm, PlannedDataset, PlannedRun, Provenance, remove_dead_strays};
use affekt_ot::CostMatrix;

use crate::cost::{Context, cost_of, prototypes, source_name};
use crate::done::tidy;
use crate::names::check_reported;
use crate::{
    ArmSpec, CostSpec, DatasetSpec, Job, LocatedWeights, ModelSpec, Prepared, RealisedNoise, ResolvedRun,
    Study, StudyError, is_done, is_intact, post_hoc, run_folder, transfer,
};

/// What decides numbers and is not in the study file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanContext {
    /// Version of affekt.
    pub version: String,
    /// Digest of the source files that decide numbers.
    pub code: String,
    /// Version of `LibTorch`.
    pub libtorch: String,
    /// The command that makes this study again.
    pub command: String,
}

/// A dataset in its folder.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedDataset {
    /// Folder relative to the output folder of all studies, `/` between folders.
    pub folder: String,
    /// Its summary.
    pub prepared: Prepared,
}

/// A plan and its runs, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStudy {
    /// Content of `plan.toml`.
    pub plan: Plan,
    /// Content of each `run.json`.
    pub runs: Vec<ResolvedRun>,
}

impl PlannedStudy {
    /// Writes `plan.toml` and the `run.json` of every run to do; finished runs are not touched.
    ///
    /// A run whose predictions are not those it left any more is opened again: its `DONE` goes, and with it the
    /// claim that these numbers came out of training.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] on I/O.
    pub fn save(&self, study_dir: &Path) -> Result<(), StudyError> {
        for (planned, run) in self.plan.runs.iter().zip(&self.runs) {
            let folder = run_folder(study_dir, planned);
            if is_done(&folder) && !is_intact(&folder) {
                let done = folder.join("DONE");
                std::fs::remove_file(&done).map_err(StudyError::io("remove", &done))?;
                tracing::warn!("{}: predictions.csv was changed after the run; it is run again", planned.id);
            }
            if is_done(&folder) {
                tidy(&folder);
            } else if !ResolvedRun::load(&folder).is_ok_and(|old| old == *run) {
                // The same numbers may come from a dataset folder of another name.
                run.save(&folder)?;
            }
        }
        remove_dead_strays(study_dir);
        let path = study_dir.join("plan.toml");
        if Plan::load(&path).is_ok_and(|old| old == self.plan) {
            return Ok(());
        }
        Ok(self.plan.save(&path)?)
    }

    /// The runs of the plan that are to be trained and are not finished.
    pub fn to_do(&self, study_dir: &Path) -> Vec<Job> {
        let trained = self.plan.runs.iter().filter(|run| self.plan.is_trained(run));
        let jobs = trained.map(|run| Job { id: run.id.clone(), folder: run_folder(study_dir, run) });
        jobs.filter(|job| !is_done(&job.folder)).collect()
    }
}

/// Resolves a study; `datasets` are in the order of the study file.
///
/// Runs are ordered by dataset, seed, arm, so that an interrupted study has whole seeds to compare.
///
/// # Errors
/// [`StudyError`] for a class without prototype, costs that cannot be scaled, names that do not fit a dataset, or weights
/// that are not there.
pub fn plan_study(
    study: &Study,
    datasets: &[PreparedDataset],
    context: &PlanContext,
) -> Result<PlannedStudy, StudyError> {
    let spec = study.spec();
    let weights = study.weights()?;
    let all: Vec<PlannedDataset> = spec
        .datasets
        .iter()
        .zip(datasets)
        .map(|(dataset, data)| plan_dataset(study, dataset, data))
        .collect::<Result<_, _>>()?;
    let trained_on = || {
        let both = all.iter().zip(datasets);
        spec.datasets.iter().zip(both).filter(|(dataset, _)| !dataset.tested_only).map(|(_, both)| both)
    };
    let mut runs = Vec::new();
    for (dataset, data) in trained_on() {
        let folder = study.folder();
        let targets = transfer::targets(spec, &all, &dataset.name);
        for &seed in &spec.seeds {
            let first = runs.len();
            for (arm, weights) in spec.arms.iter().zip(&weights).filter(|(arm, _)| arm.post_hoc.is_none()) {
                let cost = cost_of(&arm.cost, &priced((dataset, data), arm, &folder, seed))?;
                let run = resolve(study, dataset, (arm, cost), seed, weights.as_ref(), context);
                runs.push(ResolvedRun { transfers: targets.clone(), ..run }.identified());
            }
            // After the runs they take their predictions from.
            for arm in &spec.arms {
                let trained = &runs[first..];
                runs.extend(post_hoc::resolve(arm, &priced((dataset, data), arm, &folder, seed), trained)?);
            }
        }
    }
    let mut planned: Vec<PlannedDataset> = trained_on().map(|(dataset, _)| dataset.clone()).collect();
    planned.extend(transfer::planned(spec, &all)?);
    for dataset in &planned {
        check_reported(study, (&dataset.name, dataset.pair.as_ref()), &dataset.label_set)?;
    }
    let plan = Plan {
        schema: Plan::SCHEMA.to_owned(),
        study: spec.study.clone(),
        question: spec.question.clone(),
        selection: spec.analysis.selection.clone(),
        absent_class: spec.analysis.absent_class.as_str().to_owned(),
        alpha: spec.analysis.alpha,
        margins: spec.analysis.margins.clone(),
        pair: spec.analysis.pair.clone(),
        provenance: Provenance {
            version: context.version.clone(),
            code: context.code.clone(),
            libtorch: context.libtorch.clone(),
            config: study.digest(),
            threads_per_run: spec.threads_per_run,
            command: context.command.clone(),
        },
        arms: spec
            .arms
            .iter()
            .map(|arm| PlannedArm {
                name: arm.name.clone(),
                isolates: arm.isolates.clone(),
                post_hoc: arm.post_hoc.as_ref().map(|rule| rule.of.clone()),
            })
            .collect(),
        datasets: planned,
        runs: runs
            .iter()
            .map(|run| PlannedRun {
                id: run.id.clone(),
                dataset: run.dataset.clone(),
                arm: run.arm.clone(),
                seed: run.seed,
            })
            .collect(),
    };
    Ok(PlannedStudy { plan, runs })
}

/// What the cost of an arm is resolved against.
fn priced<'a>(
    (dataset, data): (&'a PlannedDataset, &'a PreparedDataset),
    arm: &'a ArmSpec,
    folder: &'a Path,
    seed: u64,
) -> Context<'a> {
    Context {
        dataset: &dataset.name,
        arm: &arm.name,
        prepared: &data.prepared,
        prototypes: &dataset.prototypes,
        folder,
        seed,
    }
}

fn plan_dataset(
    study: &Study,
    spec: &DatasetSpec,
    data: &PreparedDataset,
) -> Result<PlannedDataset, StudyError> {
    let prepared = &data.prepared;
    if !spec.tested_only {
        check_size(study, spec, prepared)?;
    }
    Ok(PlannedDataset {
        name: spec.name.clone(),
        folder: data.folder.clone(),
        digest: prepared.digest.clone(),
        prototype_source: source_name(&spec.prototypes),
        prototypes: prototypes(spec, prepared)?,
        aus: prepared.aus.clone(),
        has_limits: prepared.has_limits,
        class_counts: prepared.class_counts.clone(),
        label_set: prepared.label_set.clone(),
        pair: spec.pair.clone(),
        label_noise: prepared.noise.map(RealisedNoise::rate),
        transfer: None,
    })
}

/// An epoch must hold a step.
fn check_size(study: &Study, spec: &DatasetSpec, prepared: &Prepared) -> Result<(), StudyError> {
    let train: u64 = prepared.class_counts[0].iter().sum();
    let step = study.spec().train.samples_per_step();
    if train < step {
        return Err(StudyError::Mismatch {
            dataset: spec.name.clone(),
            what: "training items",
            got: train.to_string(),
            expected: format!("at least one step of {step}"),
        });
    }
    Ok(())
}

fn resolve(
    study: &Study,
    dataset: &PlannedDataset,
    (arm, cost): (&ArmSpec, Option<CostMatrix>),
    seed: u64,
    weights: Option<&LocatedWeights>,
    context: &PlanContext,
) -> ResolvedRun {
    let spec = study.spec();
    let (backbone, own_weights) = arm.network(&spec.model);
    let mut model = ModelSpec { backbone, weights: own_weights.cloned(), ..spec.model.clone() };
    if let Some((weights, located)) = model.weights.as_mut().zip(weights) {
        weights.file.clone_from(&located.path);
    }
    let mut train = spec.train.clone();
    train.sampling = arm.sampling.or(train.sampling);
    train.soft_targets |= arm.soft_targets;
    let lambda = arm.lambda.unwrap_or(spec.loss.lambda);
    ResolvedRun {
        schema: ResolvedRun::SCHEMA.to_owned(),
        id: String::new(),
        study: spec.study.clone(),
        dataset: dataset.name.clone(),
        data_folder: dataset.folder.clone(),
        data_digest: dataset.digest.clone(),
        arm: arm.name.clone(),
        seed,
        threads: spec.threads_per_run,
        label_set: dataset.label_set.clone(),
        aus: dataset.aus.clone(),
        input: spec.input.clone(),
        model,
        weights_digest: weights.map(|located| located.digest.clone()),
        train,
        augment: spec.augment,
        tasks: spec.loss.tasks,
        lambda: if arm.cost == (CostSpec::None {}) { 0.0 } else { lambda },
        cost: cost.map(|cost| cost.to_rows()),
        method: arm.method.clone(),
        expression: arm.expression,
        mixup: arm.mixup,
        second_stage: arm.second_stage,
        uncertainty: spec.loss.uncertainty,
        embeddings: spec.embeddings,
        post_hoc: None,
        transfers: Vec::new(),
        code: context.code.clone(),
        libtorch: context.libtorch.clone(),
    }
}

//! One training run: the only place that turns names of networks, losses and schedules into values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use affekt_artifact::{Manifest, Predictions, Selection, write_atomic};
use affekt_augment::AugmentParams;
use affekt_core::Seed;
use affekt_face::FaceCache;
use affekt_learn::{Backbone, CosineSchedule};
use affekt_losses::{MultiTaskObjective, TaskWeights};
use affekt_models::{HeadSizes, MultiTask, ResNet18, SmallResNet};
use affekt_ot::CostMatrix;
use affekt_study::{self as study, Head, OptimizerSpec, Prepared, ResolvedRun, RunLock, ScheduleSpec};
use affekt_tensor::{AdamWParams, Device, EmaDecay, ParamStore, Precision, save_weights, set_threads};
use affekt_train::{EpochRecord, FitParams, PixelScaling, Splits, fit};
use anyhow::Context as _;

/// Trains the run resolved in `folder` and leaves its outputs there, `DONE` last.
pub(crate) fn run(folder: &Path) -> anyhow::Result<()> {
    let run = ResolvedRun::load(folder)?;
    let lock = RunLock::acquire(folder)?;
    if let Some(owner) = lock.taken_over() {
        eprintln!("took over the stale lock of process {} on {}", owner.pid, owner.host);
    }
    if study::is_done(folder) {
        return Ok(());
    }
    set_threads(run.threads);

    let data = run.data_path(folder)?;
    let manifest = Manifest::load(&data)?;
    check_data(&run, &manifest, &data)?;
    let splits = Splits::new(&manifest, FaceCache::open(&data.join("faces"))?)?;
    let store = ParamStore::new(Seed(run.seed), Device::Cpu);
    let model = build_model(&run, &store)?;
    let cost = run
        .cost
        .as_ref()
        .map(|rows| CostMatrix::from_rows(rows))
        .transpose()
        .context("cost matrix of the run")?;
    let weights = TaskWeights { expression: run.tasks.expression, va: run.tasks.va, au: run.tasks.au };
    let objective = MultiTaskObjective::new(weights, run.lambda, cost.as_ref())?;
    let augment = AugmentParams::new(run.augment)?.pipeline(splits.train.faces().mean_colour());
    let params = fit_params(&run)?;
    let schedule = schedule(&run, splits.train.faces().len())?;

    let mut metrics = String::new();
    let mut broken = None;
    let fitted = fit(
        &model,
        &store,
        &objective,
        &schedule,
        &augment,
        &splits.train,
        &splits.valid,
        &params,
        &mut |record| {
            if let Err(error) = log_epoch(folder, &mut metrics, record) {
                broken.get_or_insert(error);
            }
        },
    )?;
    if let Some(error) = broken {
        return Err(error);
    }

    let best_epoch = fitted.selection.best_epoch();
    // The test split opens here, once, for the two states selection has already fixed.
    let test = splits.test.open(fitted.selection);
    let evaluator = params.evaluator(Device::Cpu);
    let card = weight_card(&run, best_epoch);
    write_atomic(&folder.join("checkpoint.safetensors"), &save_weights(&store.state(), &card)?)?;
    let mut rows = evaluator.predict(&model, test.faces(), Selection::Last)?;
    store.restore(&fitted.best_state);
    rows.extend(evaluator.predict(&model, test.faces(), Selection::BestValid)?);
    let predictions = Predictions { label_set: run.label_set.clone(), aus: run.aus.clone(), rows };
    predictions.save(&folder.join("predictions.csv"))?;
    study::finish_run(folder)?;
    Ok(())
}

/// Refuses data other than those the run was planned on: a class order that differs would train without a word.
fn check_data(run: &ResolvedRun, manifest: &Manifest, data: &Path) -> anyhow::Result<()> {
    let found = (&manifest.label_set, &manifest.aus);
    let expected = (&run.label_set, &run.aus);
    anyhow::ensure!(
        found == expected,
        "{}: classes and action units are {found:?}; the run expects {expected:?}: plan the study again",
        data.display()
    );
    let digest = Prepared::load(data)?.digest;
    anyhow::ensure!(
        digest == run.data_digest,
        "{}: data digest is {digest}; the run expects {}: plan the study again",
        data.display(),
        run.data_digest
    );
    Ok(())
}

fn build_model(run: &ResolvedRun, store: &ParamStore) -> anyhow::Result<MultiTask> {
    let path = store.root().sub("backbone");
    let backbone: Box<dyn Backbone> = match run.model.backbone {
        study::Backbone::SmallResnet { width } => Box::new(SmallResNet::new(&path, i64::from(width))),
        study::Backbone::Resnet18 {} => Box::new(ResNet18::new(&path)),
    };
    anyhow::ensure!(run.model.heads.contains(&Head::Expression), "model.heads must contain \"expression\"");
    let n_aus = if run.model.heads.contains(&Head::Au) { run.aus.len() } else { 0 };
    let heads = HeadSizes {
        n_classes: i64::try_from(run.label_set.len())?,
        va: run.model.heads.contains(&Head::Va),
        n_aus: i64::try_from(n_aus)?,
    };
    Ok(MultiTask::new(&store.root(), backbone, heads, run.model.dropout))
}

fn fit_params(run: &ResolvedRun) -> anyhow::Result<FitParams> {
    let OptimizerSpec::AdamW { lr, beta1, beta2, eps, weight_decay } = run.train.optimizer;
    Ok(FitParams {
        epochs: run.train.epochs,
        batch_size: usize::try_from(run.train.batch_size)?,
        lr,
        adam_w: AdamWParams::new(beta1, beta2, eps, weight_decay)?,
        ema: run.train.ema.map(EmaDecay::new).transpose()?,
        precision: match run.train.precision {
            study::Precision::Fp32 => Precision::Fp32,
            study::Precision::Bf16 => Precision::Bf16,
        },
        scaling: PixelScaling { mean: run.input.mean, std: run.input.std },
        mirror: run.input.mirror,
        seed: Seed(run.seed),
    })
}

fn schedule(run: &ResolvedRun, n_train: usize) -> anyhow::Result<CosineSchedule> {
    let ScheduleSpec::Cosine { warmup_epochs, final_fraction } = run.train.schedule;
    let steps_per_epoch = n_train as u64 / u64::from(run.train.batch_size.max(1));
    let total = steps_per_epoch * u64::from(run.train.epochs);
    Ok(CosineSchedule::new(warmup_epochs * steps_per_epoch as f64, total, final_fraction)?)
}

/// Appends a line to `metrics.jsonl` and tells the parent process on stdout.
fn log_epoch(folder: &Path, metrics: &mut String, record: &EpochRecord) -> anyhow::Result<()> {
    writeln!(metrics, "{}", serde_json::to_string(record)?)?;
    write_atomic(&folder.join("metrics.jsonl"), metrics.as_bytes())?;
    let progress = serde_json::json!({
        "epoch": record.epoch,
        "epochs": record.epochs,
        "loss": record.train_loss,
        "images_per_second": record.images_per_second,
    });
    let mut out = std::io::stdout().lock();
    // A parent that has gone away is no reason to lose the run.
    let _ = writeln!(out, "{progress}").and_then(|()| out.flush());
    Ok(())
}

/// What the weights are for: label order, preprocessing, task heads and provenance, as one JSON document.
fn weight_card(run: &ResolvedRun, best_epoch: u32) -> BTreeMap<String, String> {
    let card = serde_json::json!({
        "schema": "affekt-weights/1",
        "run": run.id,
        "selection": "last",
        "best_valid_epoch": best_epoch,
        "label_set": run.label_set,
        "aus": run.aus,
        "model": run.model,
        "input": run.input,
        "data_digest": run.data_digest,
        "code": run.code,
        "libtorch": run.libtorch,
    });
    BTreeMap::from([("affekt".to_owned(), card.to_string())])
}

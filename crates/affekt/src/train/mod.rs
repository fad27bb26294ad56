//! One training run.

mod build;
mod distributions;
pub(crate) mod step;
mod weights;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use affekt_artifact::{Manifest, Predictions, Selection, write_atomic};
use affekt_augment::AugmentParams;
use affekt_core::Seed;
use affekt_face::FaceCache;
use affekt_study::{self as study, Prepared, ResolvedRun, RunLock};
use affekt_tensor::{Device, ParamStore, save_weights, set_threads};
use affekt_train::{EpochOrder as _, EpochRecord, Splits, Training};

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
    let model = build::model(&run, &store)?;
    weights::load(&run, &store, folder)?;
    let mut objective = build::objective(&run)?;
    let faces = splits.train.faces();
    let augment = AugmentParams::new(run.augment)?.pipeline(faces.mean_colour());
    let params = build::fit_params(&run)?;
    let order = build::order(&run, faces);
    let schedule = build::schedule(&run, order.len())?;

    let mut metrics = String::new();
    let mut broken = None;
    let training = Training {
        model: &*model,
        store: &store,
        objective: &mut *objective,
        schedule: &*schedule,
        augment: &augment,
        order: &order,
        train: &splits.train,
        valid: &splits.valid,
        params,
    };
    let fitted = training.run(&mut |record| {
        if let Err(error) = log_epoch(folder, &mut metrics, record) {
            broken.get_or_insert(error);
        }
    })?;
    if let Some(error) = broken {
        return Err(error);
    }

    let best_epoch = fitted.selection.best_epoch();
    // The test split opens here, once, for the two states selection has already fixed.
    let test = splits.test.open(fitted.selection);
    let evaluator = params.evaluator(Device::Cpu);
    let card = weight_card(&run, best_epoch);
    write_atomic(&folder.join("checkpoint.safetensors"), &save_weights(&store.state(), &card)?)?;
    let shown = folder.join("distributions.csv");
    distributions::write(&shown, evaluator, &*model, splits.train.faces(), &run.label_set)?;
    let mut rows = evaluator.predict(&*model, test.faces(), Selection::Last)?;
    store.restore(&fitted.best_state);
    rows.extend(evaluator.predict(&*model, test.faces(), Selection::BestValid)?);
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
        "weights_digest": run.weights_digest,
        "input": run.input,
        "data_digest": run.data_digest,
        "code": run.code,
        "libtorch": run.libtorch,
    });
    BTreeMap::from([("affekt".to_owned(), card.to_string())])
}

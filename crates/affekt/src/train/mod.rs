//! One training run.

pub(crate) mod build;
mod distributions;
mod embeddings;
pub(crate) mod regime;
mod resume;
mod second_stage;
pub(crate) mod step;
mod transfer;
pub(crate) mod weights;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use affekt_artifact::{
    Digest, Embeddings, Failure, Machines, Manifest, PredictionRow, Predictions, Selection, remove_strays,
    write_atomic,
};
use affekt_augment::AugmentParams;
use affekt_core::Seed;
use affekt_face::FaceCache;
use affekt_study::{self as study, FaceOrigin, Prepared, ResolvedRun, RunLock, SecondStageSpec};
use affekt_tensor::{Device, ParamStore, save_weights, set_deterministic, set_threads};
use affekt_train::{
    EpochOrder as _, EpochRecord, Evaluator, Fitted, Splits, TrainError, TrainState, Training,
};

use build::Network;
use resume::ResumeFile;
use second_stage::FirstStage;

use crate::machine;
use crate::output::Outcome;

/// Trains the run resolved in `folder`, or goes on with it, and leaves its outputs there, `DONE` last.
///
/// The state of the training is kept `every` so often; where `stop` is set it is kept at once, and that is the end.
pub(crate) fn run(
    folder: &Path,
    device: Device,
    every: Duration,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Outcome> {
    let run = ResolvedRun::load(folder)?;
    let lock = RunLock::acquire(folder)?;
    if let Some(owner) = lock.taken_over() {
        eprintln!("took over the stale lock of process {} on {}", owner.pid, owner.host);
    }
    remove_strays(folder);
    Failure::forget(folder);
    if study::is_done(folder) {
        ResumeFile::remove(folder);
        return Ok(Outcome::Done);
    }
    anyhow::ensure!(
        run.post_hoc.is_none(),
        "{}: this arm is not trained; `affekt study collect` computes it from the predictions of another",
        run.id
    );
    // Only who holds the run works on it.
    Machines::note(folder, &machine::this(&machine::name_of(device)))?;
    set_threads(run.threads);
    if device != Device::Cpu {
        // What a CPU does anyway: one result for one input.
        set_deterministic()?;
    }

    let data = run.data_path(folder)?;
    let manifest = Manifest::load(&data)?;
    let faces = check_data(&run, &manifest, &data)?;
    let splits = Splits::new(&manifest, FaceCache::open(&data.join("faces"))?)?;
    let splits = if run.train.learn_valid { splits.learning_valid() } else { splits };
    let store = ParamStore::new(Seed(run.seed), device);
    let mut network = build::model(&run, &store)?;
    let train = splits.train.faces();
    let mut objective = build::objective(&run, &train.class_counts(), &store)?;
    weights::load(&run, &store, folder)?;
    let augment = AugmentParams::new(run.augment)?.pipeline(train.mean_colour());
    let params = regime::fit_params(&run)?;
    let order = regime::order(&run, run.train.sampling, train);
    let schedule = regime::schedule(&run, run.train.epochs, order.len())?;
    let fresh_head = second_stage::head(&store);

    let (mut keeper, from) = ResumeFile::open(folder, &run, device, every, stop)?;
    let mut metrics = logged(folder, from.as_ref().and_then(TrainState::epochs_done).unwrap_or(0));
    let mut broken = None;
    let training = Training {
        model: network.model(),
        store: &store,
        objective: &mut *objective,
        schedule: &*schedule,
        augment: &augment,
        order: &order,
        train: &splits.train,
        valid: &splits.valid,
        params,
        from,
        keeper: Some(&mut keeper),
    };
    let second = match run.second_stage {
        Some(SecondStageSpec::Crt { epochs, .. }) => epochs,
        _ => 0,
    };
    let (first, all) = (run.train.epochs, run.train.epochs + second);
    let mut log = |record: &EpochRecord, before: u32| {
        let record = EpochRecord { epoch: before + record.epoch, epochs: all, ..record.clone() };
        if let Err(error) = log_epoch(folder, &mut metrics, &record) {
            broken.get_or_insert(error);
        }
    };
    let mut fitted = match training.run(&mut |record| log(record, 0)) {
        Ok(fitted) => fitted,
        Err(stopped @ TrainError::Stopped { .. }) => {
            eprintln!("{}: {stopped}", run.id);
            return Ok(Outcome::Kept);
        }
        Err(error) => return Err(error.into()),
    };
    network = match (run.second_stage, network) {
        (Some(stage), Network::MultiTask(net)) => {
            let (run, store, splits, augment) = (&run, &store, &splits, &augment);
            let trained = FirstStage { run, net, store, splits, augment, params, fresh_head, fitted };
            let followed = second_stage::follow(stage, trained, &mut |record| log(record, first))?;
            fitted = followed.0;
            followed.1
        }
        (_, network) => network,
    };
    if let Some(error) = broken {
        return Err(error);
    }
    let evaluator = params.evaluator(device);
    leave(&run, folder, Trained { network: &network, store: &store, splits, fitted, evaluator, faces })?;
    ResumeFile::remove(folder);
    Ok(Outcome::Done)
}

/// A network at the end of its training.
struct Trained<'a> {
    network: &'a Network,
    store: &'a ParamStore,
    splits: Splits,
    fitted: Fitted,
    evaluator: Evaluator,
    faces: Option<FaceOrigin>,
}

/// Weights of the best validation epoch, where a run keeps them.
const BEST: &str = "best.safetensors";

/// Writes what a trained network says, `DONE` last.
fn leave(run: &ResolvedRun, folder: &Path, trained: Trained<'_>) -> anyhow::Result<()> {
    let Trained { network, store, splits, fitted, evaluator, faces } = trained;
    let model = network.model();
    let best_epoch = fitted.selection.best_epoch();
    // The test splits open here, once, for the two states selection has already fixed.
    let test = splits.test.open(&fitted.selection);
    let mut elsewhere = transfer::open(run, folder, &fitted.selection)?;
    let card = weight_card(run, Selection::Last, best_epoch, faces);
    write_atomic(&folder.join("checkpoint.safetensors"), &save_weights(&store.state(), &card)?)?;
    let shown = folder.join("distributions.csv");
    distributions::write(&shown, evaluator, model, splits.train.faces(), &run.label_set)?;
    let mut others: Vec<String> = elsewhere.iter().map(|other| other.file.clone()).collect();
    if run.embeddings {
        embeddings::write(&folder.join(Embeddings::FILE), evaluator, model, test.faces())?;
        others.push(Embeddings::FILE.to_owned());
    }
    if run.train.keep_best {
        others.push(BEST.to_owned());
    }
    let mut say = |selection: Selection| -> anyhow::Result<Vec<PredictionRow>> {
        for other in &mut elsewhere {
            let rows = evaluator.predict(model, other.test.faces(), selection)?;
            other.take(rows);
        }
        let mut rows = evaluator.predict(model, splits.valid.faces(), selection)?;
        rows.extend(evaluator.predict(model, test.faces(), selection)?);
        Ok(rows)
    };
    let mut rows = say(Selection::Last)?;
    let is_last_best = store.state().iter().all(|(name, tensor)| *tensor == fitted.best_state[name]);
    if !is_last_best {
        store.restore(&fitted.best_state);
    }
    if run.train.keep_best {
        let card = weight_card(run, Selection::BestValid, best_epoch, faces);
        write_atomic(&folder.join(BEST), &save_weights(&store.state(), &card)?)?;
    }
    // The same weights say the same: no need to ask twice.
    if is_last_best && run.transfers.is_empty() {
        let best = rows.iter().map(|row| PredictionRow { selection: Selection::BestValid, ..row.clone() });
        rows.extend(best.collect::<Vec<_>>());
    } else {
        rows.extend(say(Selection::BestValid)?);
    }
    for other in &elsewhere {
        other.predictions.save(&folder.join(&other.file))?;
    }
    let predictions = Predictions { label_set: run.label_set.clone(), aus: run.aus.clone(), rows };
    predictions.save(&folder.join("predictions.csv"))?;
    study::finish_run(folder, &others)?;
    Ok(())
}

/// The lines of `metrics.jsonl` that an earlier start of the run wrote of its first `epochs` epochs.
fn logged(folder: &Path, epochs: u32) -> String {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap_or_default();
    let lines = usize::try_from(epochs).unwrap_or(usize::MAX);
    text.split_inclusive('\n').take(lines).collect()
}

/// Refuses data other than those the run was planned on: a class order that differs would train without a word.
fn check_data(run: &ResolvedRun, manifest: &Manifest, data: &Path) -> anyhow::Result<Option<FaceOrigin>> {
    let found = (&manifest.label_set, &manifest.aus);
    let expected = (&run.label_set, &run.aus);
    anyhow::ensure!(
        found == expected,
        "{}: classes and action units are {found:?}; the run expects {expected:?}: plan the study again",
        data.display()
    );
    let prepared = Prepared::load(data)?;
    check_digest(&prepared.digest, &run.data_digest, data)?;
    Ok(prepared.faces)
}

fn check_digest(found: &Digest, expected: &Digest, data: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        found == expected,
        "{}: data digest is {found}; the run expects {expected}: plan the study again",
        data.display()
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
fn weight_card(
    run: &ResolvedRun,
    selection: Selection,
    best_epoch: u32,
    faces: Option<FaceOrigin>,
) -> BTreeMap<String, String> {
    let card = serde_json::json!({
        "schema": "affekt-weights/2",
        "selection": selection.as_str(),
        "best_valid_epoch": best_epoch,
        "label_set": run.label_set,
        "faces": faces,
        "resolved": run,
    });
    BTreeMap::from([("affekt".to_owned(), card.to_string())])
}

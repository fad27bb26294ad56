//! A trained run tested on other datasets.

use std::path::Path;

use affekt_artifact::{Manifest, PredictionRow, Predictions, Transfer};
use affekt_core::SharedClasses;
use affekt_face::FaceCache;
use affekt_study::{Prepared, ResolvedRun, TransferTarget};
use affekt_train::{FrozenSelection, SealedTest, TestSet};
use anyhow::Context as _;

/// The test split of another dataset, and what its predictions are reported over.
pub(super) struct Elsewhere {
    /// File of the predictions, within the run's folder.
    pub(super) file: String,
    pub(super) test: TestSet,
    shared: SharedClasses,
    /// Positions of the shared action units among the model's.
    au_places: Vec<usize>,
    /// The predictions so far.
    pub(super) predictions: Predictions,
}

/// Opens the test splits of the datasets the run in `folder` is to be tested on as well.
pub(super) fn open(
    run: &ResolvedRun,
    folder: &Path,
    selection: &FrozenSelection,
) -> anyhow::Result<Vec<Elsewhere>> {
    let out = ResolvedRun::out_root(folder)?;
    let opened = run.transfers.iter().map(|target| {
        elsewhere(run, target, &out.join(&target.data_folder), selection)
            .with_context(|| format!("cannot test on dataset {}", target.dataset))
    });
    opened.collect()
}

fn elsewhere(
    run: &ResolvedRun,
    target: &TransferTarget,
    data: &Path,
    selection: &FrozenSelection,
) -> anyhow::Result<Elsewhere> {
    let manifest = Manifest::load(data)?;
    super::check_digest(&Prepared::load(data)?.digest, &target.data_digest, data)?;
    let shared = SharedClasses::new(&run.label_set, &manifest.label_set)?;
    let cache = FaceCache::open(&data.join("faces"))?;
    let test = SealedTest::elsewhere(&manifest, cache, &run.label_set, &shared, &run.aus)?.open(selection);
    let known = |au: &u8| manifest.aus.contains(au);
    let au_places: Vec<usize> = (0..run.aus.len()).filter(|&k| known(&run.aus[k])).collect();
    let aus = run.aus.iter().copied().filter(known).collect();
    let predictions = Predictions { label_set: shared.label_set().clone(), aus, rows: Vec::new() };
    let file = Transfer::predictions_file(&target.dataset);
    Ok(Elsewhere { file, test, shared, au_places, predictions })
}

impl Elsewhere {
    /// Takes predictions in the model's terms and keeps what both sides know.
    pub(super) fn take(&mut self, rows: Vec<PredictionRow>) {
        let Self { shared, au_places, predictions, .. } = self;
        predictions.rows.extend(rows.into_iter().map(|row| restrict(row, shared, au_places)));
    }
}

fn restrict(row: PredictionRow, shared: &SharedClasses, au_places: &[usize]) -> PredictionRow {
    let probabilities = shared.restrict(&row.probabilities);
    // The first of several, as everywhere.
    let best = (0..probabilities.len()).rev().max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let predicted_class = best.and_then(|place| shared.label_set().class_at(place));
    let au_probabilities = if row.au_probabilities.is_empty() {
        Vec::new()
    } else {
        au_places.iter().map(|&k| row.au_probabilities[k]).collect()
    };
    PredictionRow {
        true_class: row.true_class.and_then(|class| shared.from_model(class)),
        predicted_class: predicted_class.expect("because two classes or more are shared"),
        probabilities,
        true_aus: au_places.iter().map(|&k| row.true_aus[k]).collect(),
        au_probabilities,
        ..row
    }
}

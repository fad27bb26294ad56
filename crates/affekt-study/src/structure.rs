//! What explains the failures of each arm, and what its representations know: `degeneracy.csv`, `representation.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affekt_artifact::{
    DegeneracyRow, DegeneracyTable, Embeddings, PlannedDataset, PlannedRun, PredictionRow, Predictions,
    RepresentationRow, RepresentationTable, Selection,
};
use affekt_core::{ClassIndex, Seed, Split};
use affekt_metrics::{
    Confusion, MetricError, NEIGHBOURS, Points, Predictor, Regression, Representation, Sampling,
    class_degeneracy, pair_confusion, pair_degeneracy, pair_frequency, representation,
};

use crate::{StudyError, run_folder};

/// Classes below which a regression over classes says nothing, and above which relabelling them takes too long.
const CLASSES: std::ops::RangeInclusive<usize> = 4..=9;

/// Both tables of a study.
#[derive(Debug, Default)]
pub(crate) struct StructureTables {
    degeneracy: DegeneracyTable,
    representation: RepresentationTable,
    /// Representations that could not be measured, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// What one run gives.
pub(crate) struct Structure {
    confusion: Confusion,
    representation: Vec<RepresentationRow>,
    note: Option<String>,
}

impl StructureTables {
    /// Takes what the finished runs of a dataset gave, in their order.
    pub(crate) fn add(&mut self, dataset: &PlannedDataset, runs: &[&PlannedRun], structures: Vec<Structure>) {
        let mut by_arm: BTreeMap<&str, Vec<Confusion>> = BTreeMap::new();
        for (run, structure) in runs.iter().zip(structures) {
            by_arm.entry(&run.arm).or_default().push(structure.confusion);
            self.representation.rows.extend(structure.representation);
            self.notes.extend(structure.note);
        }
        for (arm, confusions) in by_arm {
            // What explains failures is beside the results; they do not wait for it.
            match degeneracy_rows(dataset, arm, &confusions) {
                Ok(rows) => self.degeneracy.rows.extend(rows),
                Err(why) => self.notes.push(format!(
                    "what explains the failures of {arm} on {} is left out of degeneracy.csv: {why}",
                    dataset.name
                )),
            }
        }
    }

    /// Takes rows that compare runs with each other.
    pub(crate) fn compared(&mut self, (rows, notes): (Vec<RepresentationRow>, Vec<String>)) {
        self.representation.rows.extend(rows);
        self.notes.extend(notes);
    }

    /// Writes both tables into the study folder.
    pub(crate) fn save(&self, study_dir: &Path) -> Result<(), StudyError> {
        self.degeneracy.save(&study_dir.join("degeneracy.csv"))?;
        Ok(self.representation.save(&study_dir.join("representation.csv"))?)
    }
}

/// What a run's predictions, and its embeddings where it kept them, say beside its scores.
pub(crate) fn structure_of(
    study_dir: &Path,
    dataset: &PlannedDataset,
    selection: &str,
    run: &PlannedRun,
    predictions: &Predictions,
) -> Result<Structure, MetricError> {
    let mut confusion = Confusion::new(dataset.label_set.len());
    for row in
        predictions.rows.iter().filter(|row| row.split == Split::Test && row.selection.as_str() == selection)
    {
        if let Some(truth) = row.true_class {
            confusion.add(truth.get(), row.predicted_class.get())?;
        }
    }
    let file = run_folder(study_dir, run).join(Embeddings::FILE);
    let (mut representation, mut note) = (Vec::new(), None);
    // The features of a transfer's faces are not kept.
    if file.is_file() && dataset.transfer.is_none() {
        let is_last = |row: &&PredictionRow| row.selection == Selection::Last && row.split == Split::Test;
        let last: Vec<&PredictionRow> = predictions.rows.iter().filter(is_last).collect();
        match Embeddings::load(&file)
            .map_err(|error| error.to_string())
            .and_then(|embeddings| measured(dataset, &embeddings, &last))
        {
            Ok(found) => representation = representation_rows(dataset, run, &found),
            Err(why) => {
                note = Some(format!(
                    "the representation of {} on {}, seed {}, is left out of representation.csv: {}",
                    run.arm,
                    dataset.name,
                    run.seed,
                    why.replace(&format!("{}/", study_dir.display()), "")
                ));
            }
        }
    }
    Ok(Structure { confusion, representation, note })
}

/// Measures the labelled test rows; the sample is the same in every run of a dataset, so that runs can be paired.
fn measured(
    dataset: &PlannedDataset,
    embeddings: &Embeddings,
    last: &[&PredictionRow],
) -> Result<Representation, String> {
    if embeddings.n() != last.len() {
        return Err(format!(
            "{} rows of features; expected {}, one for each prediction of the last weights",
            embeddings.n(),
            last.len()
        ));
    }
    let names: BTreeSet<&str> = last.iter().map(|row| row.subject.as_str()).collect();
    let place: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
    let (mut values, mut classes, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    for (row, features) in last.iter().zip(embeddings.values.chunks_exact(embeddings.dimensions)) {
        if let Some(class) = row.true_class {
            values.extend(features.iter().map(|&x| f64::from(x)));
            classes.push(class.get());
            subjects.push(place[row.subject.as_str()]);
        }
    }
    Points::new(embeddings.dimensions, values)
        .and_then(|points| {
            representation(&points, &classes, &subjects, &dataset.prototypes, Sampling::new(Seed(0)))
        })
        .map_err(|error| error.to_string())
}

fn representation_rows(
    dataset: &PlannedDataset,
    run: &PlannedRun,
    found: &Representation,
) -> Vec<RepresentationRow> {
    let row = |pair: &str, measure: &str, value: Option<f64>| RepresentationRow {
        dataset: dataset.name.clone(),
        arm: run.arm.clone(),
        seed: run.seed,
        pair: pair.to_owned(),
        measure: measure.to_owned(),
        value: value.filter(|x| x.is_finite()),
    };
    let mut rows = vec![
        row("", "items_per_class", Some(found.per_class as f64)),
        row("", "silhouette", found.silhouette),
        row("", "circumplex_rsa", found.circumplex.map(|rsa| rsa.spearman)),
        row("", "circumplex_rsa_p", found.circumplex.map(|rsa| rsa.p)),
    ];
    for measures in &found.pairs {
        let [a, b] = measures.pair.map(|class| dataset.label_set.classes()[class].as_str());
        let pair = format!("{a}-{b}");
        rows.extend([
            row(&pair, "probe_auc", measures.probe.map(|probe| probe.auc)),
            row(&pair, "probe_d_prime", measures.probe.map(|probe| probe.d_prime)),
            row(&pair, "probe_balanced_accuracy", measures.probe.map(|probe| probe.balanced_accuracy)),
            row(&pair, "fisher", measures.fisher),
            row(&pair, "crossnobis", measures.crossnobis),
            row(&pair, "silhouette", measures.silhouette),
        ]);
        let mixing = NEIGHBOURS.iter().zip(measures.mixing);
        rows.extend(mixing.map(|(k, share)| row(&pair, &format!("mixing_{k}"), share)));
    }
    rows
}

/// Frequency against geometry over the runs of one arm; empty where too few classes take part.
///
/// Classes without training or test items take no part, nor does `other`, which has no place on the circumplex. The score of a
/// class is its mean F1 over runs; confusions of pairs are those of all runs together.
fn degeneracy_rows(
    dataset: &PlannedDataset,
    arm: &str,
    confusions: &[Confusion],
) -> Result<Vec<DegeneracyRow>, MetricError> {
    let mut pooled = Confusion::new(dataset.label_set.len());
    for confusion in confusions {
        affekt_metrics::Accumulator::merge(&mut pooled, confusion)?;
    }
    let support = pooled.support();
    let takes_part = |&class: &usize| {
        let named_other = dataset.label_set.classes()[class] == "other";
        dataset.class_counts[0][class] > 0 && support[class] > 0 && !named_other
    };
    let classes: Vec<usize> = dataset.label_set.indices().map(ClassIndex::get).filter(takes_part).collect();
    if !CLASSES.contains(&classes.len()) {
        return Ok(Vec::new());
    }
    let score = |&class: &usize| {
        let sum: f64 = confusions.iter().map(|c| c.f1_per_class()[class].unwrap_or(0.0)).sum();
        sum / confusions.len() as f64
    };
    let apart = |i: usize, j: usize| {
        let (a, b) = (dataset.prototypes[i], dataset.prototypes[j]);
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let scores: Vec<f64> = classes.iter().map(score).collect();
    let counts: Vec<u64> = classes.iter().map(|&class| dataset.class_counts[0][class]).collect();
    let distance: Vec<f64> =
        classes.iter().flat_map(|&i| classes.iter().map(move |&j| apart(i, j))).collect();
    let by_class = class_degeneracy(&scores, &counts, &distance)?;

    let n = classes.len();
    let closeness = (0..n).flat_map(|i| (i + 1..n).map(move |j| i * n + j)).map(|at| -distance[at]).collect();
    let [frequency, imbalance] = pair_frequency(&counts)?;
    let predictors = [Predictor { name: "closeness", values: closeness }, frequency, imbalance];
    let by_pair = pair_degeneracy(n, &pair_confusion(&pooled, &classes)?, &predictors)?;

    let levels = [("class", &by_class.linear), ("class-ranks", &by_class.ranked), ("pair", &by_pair)];
    Ok(levels.into_iter().flat_map(|(level, found)| regression_rows(dataset, arm, level, found)).collect())
}

fn regression_rows(
    dataset: &PlannedDataset,
    arm: &str,
    level: &str,
    found: &Regression,
) -> Vec<DegeneracyRow> {
    let row = |term: &affekt_metrics::Term| DegeneracyRow {
        dataset: dataset.name.clone(),
        arm: arm.to_owned(),
        level: level.to_owned(),
        n: found.n as u64,
        r_squared: found.r_squared,
        term: term.name.clone(),
        beta: term.estimate.map(|e| e.beta),
        partial_r: term.estimate.map(|e| e.partial_r),
        p: term.estimate.map(|e| e.p),
        leave_one_out_low: term.estimate.and_then(|e| e.leave_one_out).map(|range| range[0]),
        leave_one_out_high: term.estimate.and_then(|e| e.leave_one_out).map(|range| range[1]),
    };
    found.terms.iter().map(row).collect()
}

#[cfg(test)]
mod tests;

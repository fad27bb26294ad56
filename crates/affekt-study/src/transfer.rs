//! Trained on one dataset, tested on another.

use affekt_artifact::{PlannedDataset, Transfer};
use affekt_core::{ClassIndex, SharedClasses};

use crate::{StudyError, StudySpec, TransferTarget};

/// The datasets that runs of `train` are tested on as well.
pub(crate) fn targets(spec: &StudySpec, datasets: &[PlannedDataset], train: &str) -> Vec<TransferTarget> {
    let tested = spec.transfers.iter().filter(|transfer| transfer.train == train);
    tested
        .filter_map(|transfer| datasets.iter().find(|dataset| dataset.name == transfer.test))
        .map(|dataset| TransferTarget {
            dataset: dataset.name.clone(),
            data_folder: dataset.folder.clone(),
            data_digest: dataset.digest.clone(),
        })
        .collect()
}

/// Every transfer as a dataset of its own: the test split of one, over the classes and action units it shares with the
/// other, measured with its own prototypes.
///
/// # Errors
/// [`StudyError::Mismatch`] for label sets with fewer than two classes in common.
pub(crate) fn planned(
    spec: &StudySpec,
    datasets: &[PlannedDataset],
) -> Result<Vec<PlannedDataset>, StudyError> {
    let find = |name: &str| datasets.iter().find(|dataset| dataset.name == name);
    let both = spec.transfers.iter().filter_map(|t| Some((find(&t.train)?, find(&t.test)?)));
    both.map(|(train, test)| {
        let transfer = Transfer { train: train.name.clone(), test: test.name.clone() };
        let shared =
            SharedClasses::new(&train.label_set, &test.label_set).map_err(|_| StudyError::Mismatch {
                dataset: transfer.name(),
                what: "classes of the dataset tested on",
                got: test.label_set.classes().join(", "),
                expected: format!("two or more of {}", train.label_set.classes().join(", ")),
            })?;
        let [learned, chosen, _] = &train.class_counts;
        let [_, _, tested] = &test.class_counts;
        let of = |counts: &[u64], classes: &[ClassIndex]| classes.iter().map(|c| counts[c.get()]).collect();
        Ok(PlannedDataset {
            name: transfer.name(),
            folder: test.folder.clone(),
            digest: test.digest.clone(),
            prototype_source: test.prototype_source.clone(),
            prototypes: shared.of_data().iter().map(|c| test.prototypes[c.get()]).collect(),
            aus: train.aus.iter().copied().filter(|au| test.aus.contains(au)).collect(),
            // Limits and posteriors are those of the whole label set, in its order.
            has_limits: test.has_limits && *shared.label_set() == test.label_set,
            class_counts: [
                of(learned, shared.of_model()),
                of(chosen, shared.of_model()),
                of(tested, shared.of_data()),
            ],
            label_set: shared.label_set().clone(),
            pair: train.pair.clone(),
            label_noise: None,
            transfer: Some(transfer),
        })
    })
    .collect()
}

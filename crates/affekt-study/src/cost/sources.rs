//! What costs are made from: where each class is on the circumplex, how it spreads, and its action units.

use affekt_ot::{AuTable, ClassCloud, CostMatrix, PrototypeTable};

use super::Context;
use crate::{AuSource, DatasetSpec, Prepared, PrototypeSource, StudyError};

/// Valence and arousal of each class, in class order.
pub(crate) fn prototypes(spec: &DatasetSpec, prepared: &Prepared) -> Result<Vec<[f64; 2]>, StudyError> {
    match &spec.prototypes {
        PrototypeSource::Empirical {} => {
            let clouds = training_clouds(&spec.name, prepared)?;
            Ok(clouds.iter().map(ClassCloud::mean).collect())
        }
        PrototypeSource::Table { table } => tabled(&spec.name, prepared, table),
    }
}

/// Valence and arousal of each class by a published table.
pub(super) fn tabled(dataset: &str, prepared: &Prepared, table: &str) -> Result<Vec<[f64; 2]>, StudyError> {
    let table: PrototypeTable = table.parse().map_err(|error: affekt_ot::UnknownPrototypeTable| {
        let (got, expected) = (error.got.clone(), error.to_string());
        StudyError::Mismatch { dataset: dataset.to_owned(), what: "prototype table", got, expected }
    })?;
    each_class(dataset, prepared, &format!("the table {table}"), |_, name| table.get(name))
}

/// Clouds of valence and arousal on the training split, in class order.
pub(super) fn training_clouds(dataset: &str, prepared: &Prepared) -> Result<Vec<ClassCloud>, StudyError> {
    let from = "the training split, which has no item of it with valence and arousal";
    each_class(dataset, prepared, from, |class, _| prepared.class_clouds.get(class).copied().flatten())
}

/// Distances of action units.
pub(super) fn au_cost(context: &Context<'_>, source: &AuSource) -> Result<CostMatrix, StudyError> {
    let prepared = context.prepared;
    if prepared.aus.is_empty() {
        return Err(StudyError::Mismatch {
            dataset: context.dataset.to_owned(),
            what: "action units",
            got: "none".to_owned(),
            expected: format!("some, for the cost of arm {} is made of them", context.arm),
        });
    }
    let vectors: Vec<Vec<f64>> = match source {
        AuSource::Empirical {} => {
            let from = "the training split, which has no item of it with every action unit labelled";
            let rates =
                |class: usize| prepared.au_rates.get(class)?.iter().copied().collect::<Option<Vec<f64>>>();
            each_class(context.dataset, prepared, from, |class, _| rates(class))?
        }
        AuSource::Table { table } => {
            let table: AuTable = table.parse().map_err(|error: affekt_ot::UnknownAuTable| {
                let (got, expected) = (error.got.clone(), error.to_string());
                StudyError::Mismatch {
                    dataset: context.dataset.to_owned(),
                    what: "action-unit table",
                    got,
                    expected,
                }
            })?;
            let from = format!("the table {table}");
            each_class(context.dataset, prepared, &from, |_, name| table.vector(name, &prepared.aus))?
        }
    };
    context.checked(CostMatrix::from_au_vectors(&vectors))
}

/// One value per class; the first class without one is named.
fn each_class<T>(
    dataset: &str,
    prepared: &Prepared,
    from: &str,
    value: impl Fn(usize, &str) -> Option<T>,
) -> Result<Vec<T>, StudyError> {
    let classes = prepared.label_set.classes().iter().enumerate();
    let found = classes.map(|(class, name)| {
        value(class, name).ok_or_else(|| StudyError::NoPrototype {
            dataset: dataset.to_owned(),
            class: name.clone(),
            from: from.to_owned(),
        })
    });
    found.collect()
}

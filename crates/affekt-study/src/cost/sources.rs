//! What costs are made from: where each class is on the circumplex, how it spreads, and its action units.

use affekt_core::LabelSet;
use affekt_ot::{AuTable, ClassCloud, CostMatrix, PrototypeTable, UnknownAuTable, UnknownPrototypeTable};

use super::Context;
use crate::{AuSource, DatasetSpec, Fallback, Prepared, PrototypeSource, StudyError};

/// Valence and arousal of each class, in class order.
pub(crate) fn prototypes(spec: &DatasetSpec, prepared: &Prepared) -> Result<Vec<[f64; 2]>, StudyError> {
    match &spec.prototypes {
        PrototypeSource::Empirical {} => {
            let clouds = training_clouds(&spec.name, prepared)?;
            Ok(clouds.iter().map(ClassCloud::mean).collect())
        }
        PrototypeSource::Table { table, fallback } => tabled(&spec.name, prepared, table, *fallback),
    }
}

/// Valence and arousal of each class by a published table.
pub(super) fn tabled(
    dataset: &str,
    prepared: &Prepared,
    table: &str,
    fallback: Option<Fallback>,
) -> Result<Vec<[f64; 2]>, StudyError> {
    let table: PrototypeTable = table.parse().map_err(|error: UnknownPrototypeTable| {
        mismatch(dataset, "prototype table", error.got.clone(), error.to_string())
    })?;
    each_class(dataset, &prepared.label_set, &of_table(table, fallback), |class, name| {
        table.get(name).or_else(|| match fallback? {
            Fallback::Empirical => cloud(prepared, class).map(|cloud| cloud.mean()),
        })
    })
}

/// Clouds of valence and arousal on the training split, in class order.
pub(super) fn training_clouds(dataset: &str, prepared: &Prepared) -> Result<Vec<ClassCloud>, StudyError> {
    let from = "the training split, which has no item of it with valence and arousal";
    each_class(dataset, &prepared.label_set, from, |class, _| cloud(prepared, class))
}

/// Distances of action units.
pub(super) fn au_cost(context: &Context<'_>, source: &AuSource) -> Result<CostMatrix, StudyError> {
    let (dataset, prepared) = (context.dataset, context.prepared);
    if prepared.aus.is_empty() {
        let expected = format!("some, for the cost of arm {} is made of them", context.arm);
        return Err(mismatch(dataset, "action units", "none".to_owned(), expected));
    }
    context.checked(CostMatrix::from_au_vectors(&au_vectors(dataset, prepared, source)?))
}

/// Action units of each class, in class order.
pub(super) fn au_vectors(
    dataset: &str,
    prepared: &Prepared,
    source: &AuSource,
) -> Result<Vec<Vec<f64>>, StudyError> {
    let rates = |class: usize| prepared.au_rates.get(class)?.iter().copied().collect::<Option<Vec<f64>>>();
    match source {
        AuSource::Empirical {} => {
            let from = "the training split, which has no item of it with every action unit labelled";
            each_class(dataset, &prepared.label_set, from, |class, _| rates(class))
        }
        AuSource::Table { table, fallback } => {
            let table: AuTable = table.parse().map_err(|error: UnknownAuTable| {
                mismatch(dataset, "action-unit table", error.got.clone(), error.to_string())
            })?;
            each_class(dataset, &prepared.label_set, &of_table(table, *fallback), |class, name| {
                table.vector(name, &prepared.aus).or_else(|| match (*fallback)? {
                    Fallback::Empirical => rates(class),
                })
            })
        }
    }
}

/// Positions of the classes named, in the label set.
pub(super) fn positions(dataset: &str, set: &LabelSet, names: &[String]) -> Result<Vec<usize>, StudyError> {
    let known = set.classes();
    let place = |name: &String| {
        let found = known.iter().position(|class| class == name);
        found.ok_or_else(|| mismatch(dataset, "class on the wheel", name.clone(), known.join(", ")))
    };
    names.iter().map(place).collect()
}

fn cloud(prepared: &Prepared, class: usize) -> Option<ClassCloud> {
    prepared.class_clouds.get(class).copied().flatten()
}

fn of_table(table: impl std::fmt::Display, fallback: Option<Fallback>) -> String {
    match fallback {
        None => format!(
            "the table {table} (`fallback = \"empirical\"` takes what it lacks from the training split)"
        ),
        Some(Fallback::Empirical) => format!("the table {table} nor from the training split"),
    }
}

fn mismatch(dataset: &str, what: &'static str, got: String, expected: String) -> StudyError {
    StudyError::Mismatch { dataset: dataset.to_owned(), what, got, expected }
}

/// One value per class; the first class without one is named.
fn each_class<T>(
    dataset: &str,
    set: &LabelSet,
    from: &str,
    value: impl Fn(usize, &str) -> Option<T>,
) -> Result<Vec<T>, StudyError> {
    let classes = set.classes().iter().enumerate();
    let found = classes.map(|(class, name)| {
        value(class, name).ok_or_else(|| StudyError::NoPrototype {
            dataset: dataset.to_owned(),
            class: name.clone(),
            from: from.to_owned(),
        })
    });
    found.collect()
}

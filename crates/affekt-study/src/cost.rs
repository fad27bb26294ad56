//! Prototypes of a dataset and cost matrices of its arms.

use affekt_core::Seed;
use affekt_ot::{CostError, CostMatrix, PrototypeTable};

use crate::{CostSpec, DatasetSpec, Prepared, PrototypeSource, StudyError};

/// Valence and arousal of each class, in class order.
pub(crate) fn prototypes(spec: &DatasetSpec, prepared: &Prepared) -> Result<Vec<[f64; 2]>, StudyError> {
    let table = match &spec.prototypes {
        PrototypeSource::Empirical {} => None,
        PrototypeSource::Table { table } => {
            Some(table.parse::<PrototypeTable>().map_err(|error| StudyError::Mismatch {
                dataset: spec.name.clone(),
                what: "prototype table",
                got: error.got.clone(),
                expected: error.to_string(),
            })?)
        }
    };
    let classes = prepared.label_set.classes().iter();
    classes
        .zip(&prepared.class_means)
        .map(|(class, mean)| {
            table.map_or(*mean, |table| table.get(class)).ok_or_else(|| StudyError::NoPrototype {
                dataset: spec.name.clone(),
                class: class.clone(),
                from: match table {
                    Some(table) => format!("the table {table}"),
                    None => "the training split, which has no item of it with valence and arousal".to_owned(),
                },
            })
        })
        .collect()
}

/// Name of the prototype source in the plan.
pub(crate) fn source_name(source: &PrototypeSource) -> &str {
    match source {
        PrototypeSource::Empirical {} => "empirical",
        PrototypeSource::Table { table } => table,
    }
}

/// Cost matrix of an arm for one run; none without a transport term.
pub(crate) fn cost_of(
    cost: &CostSpec,
    prototypes: &[[f64; 2]],
    seed: u64,
) -> Result<Option<CostMatrix>, CostError> {
    let circumplex = || CostMatrix::from_prototypes(prototypes);
    match *cost {
        CostSpec::None {} => Ok(None),
        CostSpec::Uniform { normalisation } => {
            CostMatrix::uniform(prototypes.len())?.normalise(normalisation).map(Some)
        }
        CostSpec::Circumplex { normalisation } => circumplex()?.normalise(normalisation).map(Some),
        CostSpec::Permuted { normalisation } => {
            circumplex()?.permuted(&derangement(prototypes.len(), seed))?.normalise(normalisation).map(Some)
        }
    }
}

/// A uniformly drawn order in which no class keeps its place, from the run seed.
///
/// Rejection: more than a third of all orders are derangements, whatever their length.
fn derangement(n: usize, seed: u64) -> Vec<usize> {
    let mut stream = Seed(seed).stream("permuted-cost", &[]);
    let mut order: Vec<usize> = (0..n).collect();
    // A single class has no derangement; label sets have at least two.
    while n > 1 && order.iter().enumerate().any(|(place, &class)| place == class) {
        stream.shuffle(&mut order);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derangements_move_every_class_and_follow_the_seed() {
        for seed in 0..100 {
            let order = derangement(8, seed);
            assert!(order.iter().enumerate().all(|(place, &class)| place != class));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..8).collect::<Vec<_>>());
            assert_eq!(order, derangement(8, seed));
        }
        assert_ne!(derangement(8, 0), derangement(8, 1));
    }
}

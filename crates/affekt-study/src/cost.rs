//! Prototypes of a dataset and cost matrices of its arms.

mod file;
mod sources;

use std::path::Path;

use affekt_core::Seed;
use affekt_ot::{CostError, CostMatrix};

use crate::{
    AuSource, CostSpec, DatasetSpec, Fallback, Prepared, PrototypeSource, ShapeSpec, Study, StudyError,
};

pub(crate) use sources::prototypes;

/// What a cost is resolved against.
pub(crate) struct Context<'a> {
    /// Name of the dataset.
    pub(crate) dataset: &'a str,
    /// Name of the arm.
    pub(crate) arm: &'a str,
    /// What is known of the dataset's training split.
    pub(crate) prepared: &'a Prepared,
    /// The prototypes all arms are scored with.
    pub(crate) prototypes: &'a [[f64; 2]],
    /// Folder of the study file.
    pub(crate) folder: &'a Path,
    /// Run seed.
    pub(crate) seed: u64,
}

impl Context<'_> {
    fn checked<T>(&self, made: Result<T, CostError>) -> Result<T, StudyError> {
        made.map_err(|source| StudyError::Cost {
            dataset: self.dataset.to_owned(),
            arm: self.arm.to_owned(),
            source,
        })
    }

    fn circumplex(&self, shape: Option<ShapeSpec>) -> Result<CostMatrix, StudyError> {
        self.checked(CostMatrix::from_prototypes(self.prototypes).and_then(|cost| shaped(cost, shape)))
    }

    fn wheel(&self, order: &[String], positive: &[String]) -> Result<CostMatrix, StudyError> {
        let set = &self.prepared.label_set;
        let mut is_positive = vec![false; set.len()];
        for class in sources::positions(self.dataset, set, positive)? {
            is_positive[class] = true;
        }
        let order = sources::positions(self.dataset, set, order)?;
        self.checked(CostMatrix::from_wheel(&order, &is_positive))
    }
}

/// Name of the prototype source in the plan.
pub(crate) fn source_name(source: &PrototypeSource) -> String {
    match source {
        PrototypeSource::Empirical {} => "empirical".to_owned(),
        PrototypeSource::Table { table, fallback: None } => table.clone(),
        PrototypeSource::Table { table, fallback: Some(Fallback::Empirical) } => {
            format!("{table}, else empirical")
        }
    }
}

/// Whether prototypes and costs that name classes name those of the dataset; `unseen` knows its classes and no item.
pub(crate) fn check_names(study: &Study, dataset: &DatasetSpec, unseen: &Prepared) -> Result<(), StudyError> {
    if matches!(dataset.prototypes, PrototypeSource::Table { fallback: None, .. }) {
        prototypes(dataset, unseen)?;
    }
    let trained = if dataset.tested_only { &[] } else { study.spec().arms.as_slice() };
    for arm in trained {
        let context = Context {
            dataset: &dataset.name,
            arm: &arm.name,
            prepared: unseen,
            prototypes: &[],
            folder: &study.folder(),
            seed: 0,
        };
        let decided = arm.post_hoc.as_ref().and_then(|post_hoc| post_hoc.rule.cost());
        for cost in std::iter::once(&arm.cost).chain(decided) {
            check_names_of(cost, &context)?;
        }
    }
    Ok(())
}

fn check_names_of(cost: &CostSpec, context: &Context<'_>) -> Result<(), StudyError> {
    let (dataset, unseen) = (context.dataset, context.prepared);
    match cost {
        CostSpec::Circumplex { table: Some(table), fallback: None, .. } => {
            sources::tabled(dataset, unseen, table, None)?;
        }
        CostSpec::Au { source: source @ AuSource::Table { fallback: None, .. }, .. }
        | CostSpec::Mixture { source: source @ AuSource::Table { fallback: None, .. }, .. } => {
            sources::au_vectors(dataset, unseen, source)?;
        }
        CostSpec::Wheel { order, positive, .. } => {
            context.wheel(order, positive)?;
        }
        CostSpec::File { file, .. } => {
            file::load(context, file)?;
        }
        _ => {}
    }
    Ok(())
}

/// Cost matrix of an arm for one run; none without a transport term.
pub(crate) fn cost_of(spec: &CostSpec, context: &Context<'_>) -> Result<Option<CostMatrix>, StudyError> {
    let n_classes = context.prototypes.len();
    let of_clouds = |cost: fn(&[_]) -> Result<CostMatrix, CostError>, shape: Option<ShapeSpec>| {
        let clouds = sources::training_clouds(context.dataset, context.prepared)?;
        context.checked(cost(&clouds).and_then(|cost| shaped(cost, shape)))
    };
    let (cost, normalisation) = match spec {
        CostSpec::None {} => return Ok(None),
        CostSpec::Uniform { normalisation } => {
            (context.checked(CostMatrix::uniform(n_classes))?, normalisation)
        }
        CostSpec::Circumplex { shape, table: None, normalisation, .. } => {
            (context.circumplex(*shape)?, normalisation)
        }
        CostSpec::Circumplex { shape, table: Some(table), fallback, normalisation } => {
            let prototypes = sources::tabled(context.dataset, context.prepared, table, *fallback)?;
            (Context { prototypes: &prototypes, ..*context }.circumplex(*shape)?, normalisation)
        }
        CostSpec::Permuted { shape, normalisation } => {
            let order = derangement(n_classes, context.seed);
            (context.checked(context.circumplex(*shape)?.permuted(&order))?, normalisation)
        }
        CostSpec::Au { source, shape, normalisation } => {
            (context.checked(shaped(sources::au_cost(context, source)?, *shape))?, normalisation)
        }
        CostSpec::Mixture { a, source, shape, normalisation } => {
            let (va, au) = (context.circumplex(*shape)?, sources::au_cost(context, source)?);
            (context.checked(CostMatrix::mix(*a, &va, &au))?, normalisation)
        }
        CostSpec::Wheel { order, positive, normalisation } => {
            (context.wheel(order, positive)?, normalisation)
        }
        CostSpec::Mahalanobis { shape, normalisation } => {
            (of_clouds(CostMatrix::mahalanobis, *shape)?, normalisation)
        }
        CostSpec::Bhattacharyya { shape, normalisation } => {
            (of_clouds(CostMatrix::bhattacharyya, *shape)?, normalisation)
        }
        CostSpec::Wasserstein { shape, normalisation } => {
            (of_clouds(CostMatrix::wasserstein, *shape)?, normalisation)
        }
        CostSpec::File { file, normalisation } => (file::load(context, file)?, normalisation),
    };
    context.checked(cost.normalise(*normalisation)).map(Some)
}

fn shaped(cost: CostMatrix, shape: Option<ShapeSpec>) -> Result<CostMatrix, CostError> {
    match shape {
        None => Ok(cost),
        Some(ShapeSpec::Power { r }) => cost.power(r),
        Some(ShapeSpec::Concave { scale }) => cost.concave(scale),
        Some(ShapeSpec::Huber { delta }) => cost.huber(delta),
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

//! Costs of arms that cannot be.

use std::path::Path;

use affekt_ot::AuTable;

use super::Checks;
use super::dataset::check_table;
use crate::{AuSource, CostSpec, ShapeSpec};

pub(super) fn check_cost(checks: &mut Checks, key: &str, cost: &CostSpec, folder: &Path) {
    match cost {
        CostSpec::None {} | CostSpec::Uniform { .. } => {}
        CostSpec::Circumplex { shape, table, fallback, .. } => {
            check_shape(checks, key, *shape);
            match table {
                Some(table) => check_table(checks, format!("{key}.table"), table),
                None => checks.demand(
                    fallback.is_none(),
                    format!("{key}.fallback"),
                    "empirical",
                    "nothing without `table`; the prototypes of the dataset have their own",
                ),
            }
        }
        CostSpec::Permuted { shape, .. }
        | CostSpec::Mahalanobis { shape, .. }
        | CostSpec::Bhattacharyya { shape, .. }
        | CostSpec::Wasserstein { shape, .. } => check_shape(checks, key, *shape),
        CostSpec::Au { source, shape, .. } => {
            check_shape(checks, key, *shape);
            check_source(checks, key, source);
        }
        CostSpec::Mixture { a, source, shape, .. } => {
            checks.within(format!("{key}.a"), *a, 0.0, 1.0);
            check_shape(checks, key, *shape);
            check_source(checks, key, source);
        }
        // Whether these are the classes is asked when the label set is known.
        CostSpec::Wheel { order, positive, .. } => {
            checks.unique(&format!("{key}.order"), order);
            for class in positive {
                checks.demand(order.contains(class), format!("{key}.positive"), class, "a class of `order`");
            }
        }
        CostSpec::File { file, .. } => {
            let there = folder.join(file).is_file();
            checks.demand(there, format!("{key}.file"), file, "a file beside the study file");
        }
    }
}

fn check_shape(checks: &mut Checks, key: &str, shape: Option<ShapeSpec>) {
    match shape {
        None => {}
        Some(ShapeSpec::Power { r }) => checks.positive(format!("{key}.shape.r"), r),
        Some(ShapeSpec::Concave { scale }) => checks.positive(format!("{key}.shape.scale"), scale),
        Some(ShapeSpec::Huber { delta }) => checks.positive(format!("{key}.shape.delta"), delta),
    }
}

fn check_source(checks: &mut Checks, key: &str, source: &AuSource) {
    if let AuSource::Table { table, .. } = source {
        let expected = AuTable::ALL.map(AuTable::name).join(", ");
        checks.demand(table.parse::<AuTable>().is_ok(), format!("{key}.source.table"), table, &expected);
    }
}

//! Every number of `results.csv`, seed by seed.

use std::collections::BTreeSet;

use affekt_artifact::ResultRow;

use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Study};
use crate::{Cell, DataTable};

/// One row per split, selection, metric and arm; one column per seed.
pub(crate) fn table(study: &Study, dataset: &Dataset, slug: &str) -> DataTable {
    let rows: Vec<&ResultRow> = study.results.rows.iter().filter(|r| r.dataset == dataset.name()).collect();
    let planned = dataset.planned.runs(&study.plan).map(|run| run.seed);
    let seeds: BTreeSet<u64> = planned.chain(rows.iter().map(|r| r.seed)).collect();
    let caption = format!("{}: every result by seed", dataset.name());
    let mut table = DataTable::new(
        format!("seeds-all-{slug}"),
        caption,
        &["metric", "arm", "split", "weights", "n", "mean ± sd"],
    );
    table.columns.extend(seeds.iter().map(|seed| format!("seed {seed}")));
    for key in keys(&rows) {
        let of_key: Vec<&&ResultRow> = rows.iter().filter(|r| key_of(r) == key).collect();
        let values: Vec<f64> = of_key.iter().filter_map(|r| r.value).collect();
        let (mean, sd) = mean_sd(&values);
        let weights =
            if key.1 == "best-test" { "best-test (flagged: chosen on the test split)" } else { key.1 };
        let mut row = vec![
            Cell::text(key.2),
            Cell::text(key.3),
            Cell::text(key.0),
            Cell::text(weights),
            Cell::Count(values.len() as u64),
            Cell::Spread(mean, sd),
        ];
        for seed in &seeds {
            let found = of_key.iter().find(|r| r.seed == *seed);
            row.push(found.map_or(Cell::Hole, |r| Cell::Number(NumberKind::Score, r.value)));
        }
        table.rows.push(row);
    }
    table
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

fn key_of(row: &ResultRow) -> Key<'_> {
    (&row.split, &row.selection, &row.metric, &row.arm)
}

/// Distinct keys in sorted order.
fn keys<'a>(rows: &[&'a ResultRow]) -> BTreeSet<Key<'a>> {
    rows.iter().map(|row| key_of(row)).collect()
}

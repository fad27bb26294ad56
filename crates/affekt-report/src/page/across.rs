//! One number over all datasets of a study, for studies whose question lies between them: noise, transfer, overlap.

use affekt_artifact::PlannedDataset;

use crate::number::{NumberKind, mean_sd};
use crate::study::Study;
use crate::{Cell, DataTable};

/// Datasets against arms (arms against datasets where there are many arms), one table each for accuracy, macro-F1 and the
/// primary metric; none for a single dataset.
pub(crate) fn tables(study: &Study) -> Vec<DataTable> {
    let datasets = &study.plan.datasets;
    if datasets.len() < 2 {
        return Vec::new();
    }
    let primary = study.tests.rows.iter().find(|row| row.family == "primary").map(|row| row.metric.as_str());
    let mut metrics = vec!["accuracy", "macro_f1"];
    metrics.extend(primary.filter(|metric| !metrics.contains(metric)));
    metrics.into_iter().map(|metric| table(study, datasets, metric)).collect()
}

fn table(study: &Study, datasets: &[PlannedDataset], metric: &str) -> DataTable {
    let caption = format!("{metric} on every dataset, mean ± sd over seeds");
    let mut table = DataTable::new(format!("across-{}", metric.replace(':', "-")), caption, &["dataset"]);
    // Columns that would be the same everywhere say nothing.
    let noise = datasets.iter().any(|dataset| dataset.label_noise.is_some());
    let transfer = datasets.iter().any(|dataset| dataset.transfer.is_some());
    table.columns.extend(noise.then(|| "share of wrong training labels".to_owned()));
    table.columns.extend(transfer.then(|| "trained".to_owned()));
    table.columns.extend(study.arms().map(str::to_owned));
    for dataset in datasets {
        let mut row = vec![Cell::text(&*dataset.name)];
        let wrong = dataset.label_noise.map_or(Cell::Hole, |s| Cell::Number(NumberKind::Score, Some(s)));
        row.extend(noise.then_some(wrong));
        let trained = dataset.transfer.as_ref().map_or("here", |transfer| &*transfer.train);
        row.extend(transfer.then(|| Cell::text(trained)));
        for arm in study.arms() {
            let scores = study.scores(&dataset.name, arm, metric);
            let values: Vec<f64> = scores.iter().filter_map(|(_, value)| *value).collect();
            let (mean, sd) = mean_sd(&values);
            row.push(if values.is_empty() { Cell::Hole } else { Cell::Spread(mean, sd) });
        }
        table.rows.push(row);
    }
    if study.arms().count() > MOST_COLUMNS { transposed(&table, "arm") } else { table }
}

/// Arms beyond which they are rows: a table of more columns leaves the paper.
const MOST_COLUMNS: usize = 8;

fn transposed(table: &DataTable, corner: &str) -> DataTable {
    let mut turned = DataTable::new(&*table.id, &*table.caption, &[corner]);
    turned.columns.extend(table.rows.iter().map(|row| row[0].print()));
    let line = |(index, name): (usize, &String)| {
        let cells = table.rows.iter().map(|row| row[index].clone());
        std::iter::once(Cell::text(&**name)).chain(cells).collect()
    };
    turned.rows = table.columns.iter().enumerate().skip(1).map(line).collect();
    turned
}

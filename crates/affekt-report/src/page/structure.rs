//! Geometry or frequency, and what the features know: tables of `degeneracy.csv` and `representation.csv`.

use std::collections::BTreeMap;

use super::Group;
use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Study};
use crate::{Cell, DataTable};

/// Both tables of a dataset; none where neither file says anything of it.
pub(crate) fn group(study: &Study, dataset: &Dataset, slug: &str) -> Option<Group> {
    let tables: Vec<DataTable> = [degeneracy(study, dataset, slug), representation(study, dataset, slug)]
        .into_iter()
        .flatten()
        .collect();
    (!tables.is_empty()).then(|| Group {
        heading: "Geometry, frequency and features".to_owned(),
        intro: "What goes with failure, class by class and pair by pair: how rare it is, or how near its neighbours are \
                on the circumplex. The p are exact over all relabellings of the classes and not corrected; so few \
                classes leave them little power."
            .to_owned(),
        tables,
        ..Group::default()
    })
}

fn degeneracy(study: &Study, dataset: &Dataset, slug: &str) -> Option<DataTable> {
    let columns =
        ["level", "term", "arm", "n", "beta", "partial r", "p", "beta low", "beta high", "R squared"];
    let caption = format!(
        "{}: standardised coefficients of frequency and geometry on failure; low and high with one class left out",
        dataset.name()
    );
    let mut table = DataTable::new(format!("degeneracy-{slug}"), caption, &columns);
    let score = |value| Cell::Number(NumberKind::Score, value);
    for row in study.degeneracy.rows.iter().filter(|row| row.dataset == dataset.name()) {
        table.rows.push(vec![
            Cell::text(&*row.level),
            Cell::text(&*row.term),
            Cell::text(&*row.arm),
            Cell::Count(row.n),
            Cell::Number(NumberKind::Difference, row.beta),
            Cell::Number(NumberKind::Difference, row.partial_r),
            Cell::Number(NumberKind::PValue, row.p),
            Cell::Number(NumberKind::Difference, row.leave_one_out_low),
            Cell::Number(NumberKind::Difference, row.leave_one_out_high),
            score(row.r_squared),
        ]);
    }
    table.rows.sort_by_key(|row| [row[0].print(), row[1].print()]);
    (!table.rows.is_empty()).then_some(table)
}

/// Measures of the pair and of all classes together, a column per arm.
fn representation(study: &Study, dataset: &Dataset, slug: &str) -> Option<DataTable> {
    let classes = dataset.classes();
    let pair = dataset.pair(&study.plan).map(|[a, b]| {
        let (first, second) = if a < b { (a, b) } else { (b, a) };
        format!("{}-{}", classes[first], classes[second])
    });
    let of_dataset = study.representation.rows.iter().filter(|row| row.dataset == dataset.name());
    let shown = of_dataset.filter(|row| row.pair.is_empty() || Some(&row.pair) == pair.as_ref());
    let mut values: BTreeMap<(&str, &str), BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for row in shown {
        let by_arm = values.entry((&row.pair, &row.measure)).or_default();
        by_arm.entry(&row.arm).or_default().extend(row.value);
    }
    let caption =
        format!("{}: what the features of the test faces know, mean ± sd over seeds", dataset.name());
    let mut table = DataTable::new(format!("representation-{slug}"), caption, &["classes", "measure"]);
    table.columns.extend(study.arms().map(str::to_owned));
    for ((pair, measure), by_arm) in values {
        let classes = if pair.is_empty() { "all" } else { pair };
        let mut row = vec![Cell::text(classes), Cell::text(measure)];
        row.extend(study.arms().map(|arm| {
            by_arm.get(arm).map_or(Cell::Hole, |values| {
                let (mean, sd) = mean_sd(values);
                Cell::Spread(mean, sd)
            })
        }));
        table.rows.push(row);
    }
    (!table.rows.is_empty()).then_some(table)
}

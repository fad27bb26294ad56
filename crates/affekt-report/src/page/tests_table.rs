//! Every column of every comparison of a dataset, in two tables that fit a page.

use affekt_artifact::TestRow;

use crate::number::NumberKind;
use crate::study::Study;
use crate::{Cell, DataTable};

/// The comparisons of a dataset: estimates, then tests.
pub(crate) fn tables(study: &Study, dataset: &str, slug: &str) -> [DataTable; 2] {
    let rows: Vec<&TestRow> = study.tests.rows.iter().filter(|row| row.dataset == dataset).collect();
    let columns = [
        "metric",
        "treatment − control",
        "verdict",
        "n",
        "treatment mean",
        "control mean",
        "mean difference",
        "HL estimate",
        "CI low",
        "CI high",
        "CI confidence",
    ];
    let caption = format!("{dataset}: estimates of all paired differences, over the seeds both arms share");
    let mut estimates = DataTable::new(format!("tests-{slug}"), caption, &columns);
    estimates.rows.extend(rows.iter().map(|row| estimate(row)));
    let columns = [
        "metric",
        "treatment − control",
        "family",
        "sign-flip p",
        "Wilcoxon p",
        "Holm p",
        "smallest p",
        "d_z",
        "rank-biserial",
        "margin",
        "TOST p",
        "ROPE below",
        "within",
        "above",
    ];
    let caption = format!("{dataset}: tests, effect sizes and equivalence of the same differences");
    let mut tests = DataTable::new(format!("tests-p-{slug}"), caption, &columns);
    tests.rows.extend(rows.iter().map(|row| test(row)));
    [estimates, tests]
}

/// The two arms of a comparison.
pub(crate) fn contrast(row: &TestRow) -> Cell {
    Cell::text(format!("{} − {}", row.treatment, row.control))
}

fn estimate(row: &TestRow) -> Vec<Cell> {
    let score = |value| Cell::Number(NumberKind::Score, Some(value));
    let difference = |value| Cell::Number(NumberKind::Difference, value);
    vec![
        Cell::text(&*row.metric),
        contrast(row),
        Cell::text(&*row.verdict),
        Cell::Count(row.n),
        score(row.treatment_mean),
        score(row.control_mean),
        difference(Some(row.mean_difference)),
        difference(Some(row.hodges_lehmann)),
        difference(row.ci_low),
        difference(row.ci_high),
        Cell::Number(NumberKind::Share, row.ci_confidence),
    ]
}

fn test(row: &TestRow) -> Vec<Cell> {
    let p = |value| Cell::Number(NumberKind::PValue, Some(value));
    let share = |value| Cell::Number(NumberKind::Share, value);
    // What was not asked for (no margin) is a dash; what was asked for and has no value is undefined.
    let if_margin = |cell: Cell| if row.margin.is_some() { cell } else { Cell::Hole };
    vec![
        Cell::text(&*row.metric),
        contrast(row),
        Cell::text(&*row.family),
        p(row.sign_flip_p),
        p(row.wilcoxon_p),
        p(row.holm_p),
        p(row.min_attainable_p),
        Cell::Number(NumberKind::Effect, row.d_z),
        Cell::Number(NumberKind::Effect, row.rank_biserial),
        if_margin(Cell::Number(NumberKind::Score, row.margin)),
        if_margin(Cell::Number(NumberKind::PValue, row.tost_p)),
        if_margin(share(row.rope_below)),
        if_margin(share(row.rope_within)),
        if_margin(share(row.rope_above)),
    ]
}

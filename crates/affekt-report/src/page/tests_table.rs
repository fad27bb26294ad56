//! Every column of every comparison of a dataset.

use crate::number::NumberKind;
use crate::study::Study;
use crate::{Cell, DataTable};

/// The comparisons of a dataset.
pub(crate) fn table(study: &Study, dataset: &str, slug: &str) -> DataTable {
    let columns = [
        "metric", "treatment", "control", "family", "verdict", "n", "treatment mean", "control mean",
        "mean difference", "HL estimate", "CI low", "CI high", "CI confidence", "sign-flip p", "Wilcoxon p",
        "Holm p", "smallest p", "d_z", "rank-biserial", "margin", "TOST p", "ROPE below", "ROPE within",
        "ROPE above",
    ];
    let caption = format!("{dataset}: all paired tests, treatment minus control over the seeds both arms share");
    let mut table = DataTable::new(format!("tests-{slug}"), caption, &columns);
    for row in study.tests.rows.iter().filter(|row| row.dataset == dataset) {
        let score = |value| Cell::Number(NumberKind::Score, Some(value));
        let difference = |value| Cell::Number(NumberKind::Difference, value);
        let p = |value| Cell::Number(NumberKind::PValue, Some(value));
        let share = |value| Cell::Number(NumberKind::Share, value);
        // What was not asked for (no margin) is a dash; what was asked for and has no value is undefined.
        let if_margin = |cell: Cell| if row.margin.is_some() { cell } else { Cell::Hole };
        table.rows.push(vec![
            Cell::text(&*row.metric),
            Cell::text(&*row.treatment),
            Cell::text(&*row.control),
            Cell::text(&*row.family),
            Cell::text(&*row.verdict),
            Cell::Count(row.n),
            score(row.treatment_mean),
            score(row.control_mean),
            difference(Some(row.mean_difference)),
            difference(Some(row.hodges_lehmann)),
            difference(row.ci_low),
            difference(row.ci_high),
            share(row.ci_confidence),
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
        ]);
    }
    table
}

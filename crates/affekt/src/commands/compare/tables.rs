//! Comparisons as tables: CSV with every digit, LaTeX as printed.

use affekt_report::{Cell, DataTable, NumberKind};
use affekt_stats::Role;
use affekt_study::{Comparison, Ranking};

use super::Found;

const COMPARISON: [&str; 34] = [
    "dataset",
    "metric",
    "treatment",
    "control",
    "role",
    "n",
    "mean difference",
    "sd",
    "HL estimate",
    "CI low",
    "CI high",
    "CI confidence",
    "test",
    "p",
    "corrected p",
    "family",
    "attainable p",
    "sign-flip p",
    "Wilcoxon p",
    "d_z",
    "g_z",
    "rank-biserial",
    "margin",
    "TOST p",
    "share below",
    "share within",
    "share above",
    "P(below)",
    "P(within)",
    "P(above)",
    "power",
    "detectable d_z",
    "needed",
    "sentence",
];

/// The table of contrasts, and one per ranking.
pub(super) fn of(found: &Found) -> Vec<DataTable> {
    let mut table = DataTable::new("comparisons", "Paired comparisons", &COMPARISON);
    table.rows = found.comparisons.iter().map(comparison).collect();
    std::iter::once(table).chain(found.rankings.iter().map(ranking)).collect()
}

/// What a reader of a paper looks for, in a width that a page has.
pub(super) fn narrow(found: &Found) -> Vec<DataTable> {
    const COLUMNS: [&str; 12] = [
        "dataset",
        "metric",
        "treatment",
        "control",
        "n",
        "HL estimate",
        "CI low",
        "CI high",
        "corrected p",
        "attainable p",
        "d_z",
        "needed",
    ];
    let mut tables = of(found);
    if let Some(table) = tables.first_mut() {
        let of_dataset = found.comparisons.iter().any(|c| !c.dataset.is_empty());
        let keep: Vec<bool> = table
            .columns
            .iter()
            .map(|name| COLUMNS.contains(&name.as_str()) && (of_dataset || name != "dataset"))
            .collect();
        let mut flags = keep.iter();
        table.columns.retain(|_| flags.next().copied().unwrap_or(false));
        for row in &mut table.rows {
            let mut flags = keep.iter();
            row.retain(|_| flags.next().copied().unwrap_or(false));
        }
        let sentences: Vec<&str> = found.comparisons.iter().map(|c| c.sentence.as_str()).collect();
        table.caption = sentences.join(" ");
    }
    tables
}

fn comparison(comparison: &Comparison) -> Vec<Cell> {
    let summary = &comparison.summary;
    let difference = |value| Cell::Number(NumberKind::Difference, value);
    let p = |value| Cell::Number(NumberKind::PValue, value);
    let effect = |value| Cell::Number(NumberKind::Effect, value);
    let share = |value| Cell::Number(NumberKind::Share, value);
    let posterior = comparison.posterior;
    let role = if comparison.role == Role::Primary { "primary" } else { "family" };
    vec![
        Cell::text(&*comparison.dataset),
        Cell::text(&*comparison.metric),
        Cell::text(&*comparison.treatment),
        Cell::text(&*comparison.control),
        Cell::text(role),
        Cell::Count(summary.n as u64),
        difference(Some(summary.mean_difference)),
        Cell::Number(NumberKind::Score, summary.sd),
        difference(Some(summary.hodges_lehmann)),
        difference(summary.ci_low),
        difference(summary.ci_high),
        share(summary.ci_confidence),
        Cell::text(&*comparison.test),
        p(Some(comparison.p_value)),
        p(Some(comparison.adjusted_p)),
        Cell::Count(comparison.family_size as u64),
        p(comparison.attainable_adjusted_p),
        p(Some(summary.sign_flip_p)),
        p(Some(summary.wilcoxon_p)),
        effect(summary.d_z),
        effect(summary.hedges_g),
        effect(summary.rank_biserial),
        Cell::Number(NumberKind::Score, comparison.margin),
        p(summary.tost_p),
        share(summary.rope_left),
        share(summary.rope),
        share(summary.rope_right),
        share(posterior.map(|p| p.left)),
        share(posterior.map(|p| p.rope)),
        share(posterior.map(|p| p.right)),
        share(comparison.power.power),
        effect(comparison.power.detectable_dz),
        comparison.power.pairs_needed.map_or(Cell::Hole, |n| Cell::Count(n as u64)),
        Cell::text(&*comparison.sentence),
    ]
}

fn ranking(ranking: &Ranking) -> DataTable {
    let caption = ranking.sentence.clone();
    let columns = ["first", "second", "rank difference", "Nemenyi p", "p", "Holm p"];
    let mut table = DataTable::new(format!("ranks-{}", ranking.metric), caption, &columns);
    for (nemenyi, holm) in ranking.nemenyi.pairs.iter().zip(&ranking.holm) {
        table.rows.push(vec![
            Cell::text(&*ranking.arms[nemenyi.first].arm),
            Cell::text(&*ranking.arms[nemenyi.second].arm),
            Cell::Number(NumberKind::Effect, Some(nemenyi.rank_difference)),
            Cell::Number(NumberKind::PValue, Some(nemenyi.adjusted_p)),
            Cell::Number(NumberKind::PValue, Some(holm.p_value)),
            Cell::Number(NumberKind::PValue, Some(holm.adjusted_p)),
        ]);
    }
    table
}

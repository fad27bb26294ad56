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
    let reach = out_of_reach(&rows, study.plan.alpha).unwrap_or_default();
    let caption =
        format!("{dataset}: estimates of all paired differences, over the seeds both arms share{reach}");
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
        "p below margin",
        "ROPE below",
        "within",
        "above",
    ];
    let caption = format!("{dataset}: tests, effect sizes and equivalence of the same differences");
    let mut tests = DataTable::new(format!("tests-p-{slug}"), caption, &columns);
    tests.rows.extend(rows.iter().map(|row| test(row)));
    [estimates, tests]
}

/// What is said where a corrected family is so large, and seeds are so few, that no outcome could call a row of it better or
/// worse.
fn out_of_reach(rows: &[&TestRow], alpha: f64) -> Option<String> {
    let family: Vec<&&TestRow> = rows.iter().filter(|row| row.family == "contrast").collect();
    let size = family.len() as f64;
    let (least, seeds) = family
        .iter()
        .map(|row| (row.min_attainable_p * size, row.n))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(least, _)| *least > alpha)?;
    // The least p of n pairs is 2^(1 - n).
    let needed = (1..64).find(|&n| 2.0_f64.powi(1 - n) * size <= alpha)?;
    Some(format!(
        ". Corrected by Holm, a family of {} comparisons on {seeds} seeds has no p below {}: none of its rows can be called \
         better or worse at {}, whatever the runs gave; {needed} seeds could",
        family.len(),
        NumberKind::PValue.print(if least < 1.0 { least } else { 1.0 }),
        NumberKind::PValue.print(alpha)
    ))
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
        if_margin(Cell::Number(NumberKind::PValue, row.below_margin_p)),
        if_margin(share(row.rope_below)),
        if_margin(share(row.rope_within)),
        if_margin(share(row.rope_above)),
    ]
}

#[cfg(test)]
mod tests {
    use affekt_artifact::TestRow;

    use super::out_of_reach;

    fn row(family: &str, n: u64) -> TestRow {
        TestRow {
            dataset: "d".to_owned(),
            metric: "macro_f1".to_owned(),
            treatment: "a".to_owned(),
            control: "b".to_owned(),
            family: family.to_owned(),
            n,
            treatment_mean: 0.6,
            control_mean: 0.5,
            mean_difference: 0.1,
            hodges_lehmann: 0.1,
            ci_low: None,
            ci_high: None,
            ci_confidence: None,
            sign_flip_p: 0.031_25,
            wilcoxon_p: 0.031_25,
            holm_p: 0.093_75,
            d_z: None,
            rank_biserial: None,
            margin: None,
            tost_p: None,
            below_margin_p: None,
            rope_below: None,
            rope_within: None,
            rope_above: None,
            min_attainable_p: 2.0_f64.powi(1 - i32::try_from(n).expect("a few")),
            verdict: String::new(),
        }
    }

    #[test]
    fn a_family_that_no_outcome_could_decide_says_so() {
        let family = |size: usize, n| vec![row("contrast", n); size];
        let said = |rows: &[TestRow]| out_of_reach(&rows.iter().collect::<Vec<_>>(), 0.05);
        let text = said(&family(21, 6)).expect("out of reach");
        assert!(text.contains("21 comparisons on 6 seeds has no p below 0.6563"), "{text}");
        assert!(text.ends_with("; 10 seeds could"), "{text}");
        assert_eq!(said(&family(21, 10)), None);
        assert_eq!(said(&family(1, 6)), None);
        assert_eq!(said(&[row("primary", 2)]), None, "one test is not corrected");
        assert!(said(&family(40, 2)).expect("out of reach").contains("no p below 1.0000"));
    }
}

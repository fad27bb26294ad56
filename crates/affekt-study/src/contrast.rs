//! Comparisons of two arms over the seeds they share.

use std::collections::BTreeSet;

use affekt_artifact::{Plan, Results, TestRow};
use affekt_stats::{Correction, Differences, PairedSummary, StatsError, paired_summary};

use crate::{AnalysisSpec, Contrast};

/// Family of the one declared contrast.
pub(crate) const PRIMARY: &str = "primary";
/// Family corrected by Holm.
pub(crate) const CONTRAST: &str = "contrast";
/// Contrasts that only claims ask for.
pub(crate) const CLAIM: &str = "claim";

/// Seeds of a contrast that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpaired {
    pub(crate) seed: u64,
    pub(crate) why: String,
}

/// Metrics where less is better.
pub fn lower_is_better(metric: &str) -> bool {
    matches!(
        metric,
        "severity"
            | "macro_severity"
            | "expected_cost"
            | "ece"
            | "nll"
            | "kl_to_truth"
            | "gap_accuracy"
            | "gap_macro_f1"
            | "gap_pair_auc"
    )
}

/// Every test of a dataset: the primary contrast, the family, and what only claims ask for.
pub(crate) fn tests_of(
    dataset: &str,
    analysis: &AnalysisSpec,
    plan: &Plan,
    results: &Results,
) -> Result<Vec<TestRow>, StatsError> {
    let mut rows = Vec::new();
    let mut seen: Vec<&Contrast> = Vec::new();
    let families = std::iter::once((PRIMARY, &analysis.primary))
        .chain(analysis.contrasts.iter().map(|contrast| (CONTRAST, contrast)))
        .chain(analysis.claims.iter().map(|claim| (CLAIM, &claim.contrast)));
    for (family, contrast) in families {
        if seen.contains(&contrast) {
            continue;
        }
        seen.push(contrast);
        rows.extend(test(dataset, family, contrast, plan, results)?);
    }
    correct(&mut rows)?;
    for row in &mut rows {
        verdict(row, plan.alpha).clone_into(&mut row.verdict);
    }
    Ok(rows)
}

/// One contrast; none when no seed has both values.
pub(crate) fn test(
    dataset: &str,
    family: &str,
    contrast: &Contrast,
    plan: &Plan,
    results: &Results,
) -> Result<Option<TestRow>, StatsError> {
    let (treatment, control, _) = paired(dataset, contrast, plan, results);
    if treatment.is_empty() {
        return Ok(None);
    }
    let differences = Differences::paired(&treatment, &control)?;
    let margin = plan.margins.get(&contrast.metric).copied();
    let summary = paired_summary(&differences, 1.0 - plan.alpha, margin, margin)?;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means = [mean(&treatment), mean(&control)];
    Ok(Some(test_row(dataset, family, contrast, means, margin, &summary)))
}

/// A line of `tests.csv`: means of treatment and control, and what their paired differences say. Not corrected, not judged.
pub fn test_row(
    dataset: &str,
    family: &str,
    contrast: &Contrast,
    [treatment_mean, control_mean]: [f64; 2],
    margin: Option<f64>,
    summary: &PairedSummary,
) -> TestRow {
    TestRow {
        dataset: dataset.to_owned(),
        metric: contrast.metric.clone(),
        treatment: contrast.treatment.clone(),
        control: contrast.control.clone(),
        family: family.to_owned(),
        n: summary.n as u64,
        treatment_mean,
        control_mean,
        mean_difference: summary.mean_difference,
        hodges_lehmann: summary.hodges_lehmann,
        ci_low: summary.ci_low,
        ci_high: summary.ci_high,
        ci_confidence: summary.ci_confidence,
        sign_flip_p: summary.sign_flip_p,
        wilcoxon_p: summary.wilcoxon_p,
        holm_p: summary.sign_flip_p,
        d_z: summary.d_z,
        rank_biserial: summary.rank_biserial,
        margin,
        tost_p: summary.tost_p,
        below_margin_p: summary.below_margin_p,
        rope_below: summary.rope_left,
        rope_within: summary.rope,
        rope_above: summary.rope_right,
        min_attainable_p: summary.min_attainable_p,
        verdict: String::new(),
    }
}

/// Values of both arms on the seeds that have both, in seed order, and the seeds that do not.
pub(crate) fn paired(
    dataset: &str,
    contrast: &Contrast,
    plan: &Plan,
    results: &Results,
) -> (Vec<f64>, Vec<f64>, Vec<Unpaired>) {
    let of = |arm: &str| results.by_seed(dataset, arm, &plan.selection, &contrast.metric);
    let (treatment, control) = (of(&contrast.treatment), of(&contrast.control));
    let planned: BTreeSet<u64> =
        plan.dataset(dataset).into_iter().flat_map(|d| d.runs(plan)).map(|run| run.seed).collect();
    let (mut a, mut b, mut unpaired) = (Vec::new(), Vec::new(), Vec::new());
    for seed in planned {
        match (treatment.get(&seed), control.get(&seed)) {
            (Some(Some(x)), Some(Some(y))) => {
                a.push(*x);
                b.push(*y);
            }
            (x, y) => {
                let sides = [(&contrast.treatment, x), (&contrast.control, y)];
                let why: Vec<String> = sides
                    .into_iter()
                    .filter_map(|(arm, value)| match value {
                        None => Some(format!("{arm} has no run")),
                        Some(None) => Some(format!("{} of {arm} is undefined", contrast.metric)),
                        Some(Some(_)) => None,
                    })
                    .collect();
                unpaired.push(Unpaired { seed, why: why.join(", ") });
            }
        }
    }
    (a, b, unpaired)
}

/// Holm within the family; other families keep their p.
fn correct(rows: &mut [TestRow]) -> Result<(), StatsError> {
    let mut family: Vec<&mut TestRow> = rows.iter_mut().filter(|row| row.family == CONTRAST).collect();
    if family.is_empty() {
        return Ok(());
    }
    let p_values: Vec<f64> = family.iter().map(|row| row.sign_flip_p).collect();
    for (row, p) in family.iter_mut().zip(Correction::Holm.adjust(&p_values)?) {
        row.holm_p = p;
    }
    Ok(())
}

/// What a test allows one to say, by the p that its family demands.
fn verdict(row: &TestRow, alpha: f64) -> &'static str {
    if row.holm_p <= alpha && row.mean_difference.abs() > 0.0 {
        let higher = row.mean_difference > 0.0;
        return if higher == lower_is_better(&row.metric) { "worse" } else { "better" };
    }
    if is_equivalent(row, alpha) { "equivalent" } else { "undecided" }
}

/// True when the two one-sided tests hold.
///
/// Never on fewer seeds than a difference would need to show: a study that cannot find a difference must not find
/// sameness.
pub(crate) fn is_equivalent(row: &TestRow, alpha: f64) -> bool {
    row.min_attainable_p <= alpha && row.tost_p.is_some_and(|p| p <= alpha)
}

/// True when the treatment is shown not to be higher by the margin, on as many seeds as equivalence asks for.
pub(crate) fn is_below_margin(row: &TestRow, alpha: f64) -> bool {
    row.min_attainable_p <= alpha && row.below_margin_p.is_some_and(|p| p <= alpha)
}

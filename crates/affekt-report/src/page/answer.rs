//! The answer in one paragraph, put together from the row of the primary contrast.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use affekt_artifact::{TestRow, Verdict};

use crate::number::{NumberKind, interval};
use crate::study::{Dataset, Study};

/// What the primary contrast says on one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) dataset: String,
    /// The verdict in words.
    pub(crate) headline: String,
    /// The numbers behind it.
    pub(crate) numbers: String,
}

/// One answer per primary contrast, in dataset order.
pub(crate) fn answers(study: &Study) -> Vec<Answer> {
    let of = |dataset: &Dataset| {
        let primary = primary(study).filter(|row| row.dataset == dataset.name());
        let answer = |row: &TestRow| Answer {
            dataset: row.dataset.clone(),
            headline: headline(row),
            numbers: numbers(row, study.plan.alpha),
        };
        primary.map(answer).collect::<Vec<_>>()
    };
    study.datasets.iter().flat_map(of).collect()
}

fn primary(study: &Study) -> impl Iterator<Item = &TestRow> {
    study.tests.rows.iter().filter(|row| row.family == "primary")
}

/// The arms that the answers speak of, each with what it isolates.
pub(crate) fn arms(study: &Study) -> Vec<(String, String)> {
    let named = |arm: &str| primary(study).any(|row| row.treatment == arm || row.control == arm);
    let arms = study.plan.arms.iter().filter(|arm| named(&arm.name));
    arms.map(|arm| (arm.name.clone(), arm.isolates.clone())).collect()
}

/// How many claims came out which way; none where the study judges none.
pub(crate) fn tally(study: &Study) -> Option<String> {
    let claims = &study.claims.claims;
    let count = |verdict: Verdict| claims.iter().filter(|claim| claim.verdict == verdict).count();
    let words = [Verdict::Reproduced, Verdict::Contradicted, Verdict::Undecided]
        .map(|verdict| format!("{} {verdict}", count(verdict)));
    let distinct: BTreeSet<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    let over = match distinct.len() {
        n if n == claims.len() => String::new(),
        n => format!(" ({n} claims on {} datasets)", study.datasets.len()),
    };
    (!claims.is_empty()).then(|| format!("{}{over}.", words.join(", ")))
}

/// That runs are missing, where some are: the answer may then change.
pub(crate) fn unfinished(study: &Study) -> Option<String> {
    let missing: usize = study.datasets.iter().map(|dataset| dataset.missing.len()).sum();
    let planned = missing + study.datasets.iter().map(|dataset| dataset.runs.len()).sum::<usize>();
    let failed = study.datasets.iter().flat_map(|dataset| {
        dataset.missing.iter().filter(|run| dataset.failures.iter().any(|(id, _)| *id == run.id))
    });
    let failed = match failed.count() {
        0 => String::new(),
        n => format!(", {n} of them after an error"),
    };
    (missing > 0).then(|| {
        format!("{missing} of {planned} planned results are missing{failed}: what stands here may change.")
    })
}

fn headline(row: &TestRow) -> String {
    let (treatment, control, metric) = (&row.treatment, &row.control, in_words(&row.metric));
    match row.verdict.as_str() {
        "better" => format!("{treatment} is better than {control} in {metric}."),
        "worse" => format!("{treatment} is worse than {control} in {metric}."),
        "equivalent" => {
            format!("{treatment} and {control} are equivalent in {metric}, within the declared margin.")
        }
        "undecided" => format!("these runs cannot tell {treatment} from {control} in {metric}."),
        other => format!("{treatment} against {control} in {metric}: {other}."),
    }
}

/// For arms found equivalent, why the interval printed may leave the margin all the same.
fn beyond(row: &TestRow, alpha: f64) -> String {
    let (Some(low), Some(high), Some(margin)) = (row.ci_low, row.ci_high, row.margin) else {
        return String::new();
    };
    // Strictly, as the tests of equivalence are.
    if row.verdict != "equivalent" || (-margin < low && high < margin) {
        return String::new();
    }
    let share = NumberKind::Share.print(1.0 - 2.0 * alpha);
    format!(
        " (two one-sided tests, which answer to an interval of {share}; the wider one above leaves the margin)"
    )
}

/// A metric's name as written in a sentence.
pub(super) fn in_words(metric: &str) -> String {
    metric.replace("macro_f1", "macro-F1").replace('_', " ")
}

fn numbers(row: &TestRow, alpha: f64) -> String {
    let score = |v| NumberKind::Score.print(v);
    let confidence = row.ci_confidence.map_or_else(String::new, |c| NumberKind::Share.print(c) + " ");
    let mut text = format!(
        "Mean {} against {} over {} paired seeds. Paired difference {} (Hodges-Lehmann; {confidence}exact interval \
         {}), exact sign-flip p\u{a0}=\u{a0}{}; {} pairs cannot give a p below {}.",
        score(row.treatment_mean),
        score(row.control_mean),
        row.n,
        NumberKind::Difference.print(row.hodges_lehmann),
        interval(row.ci_low, row.ci_high),
        NumberKind::PValue.print(row.sign_flip_p),
        row.n,
        NumberKind::PValue.print(row.min_attainable_p),
    );
    if let (Some(margin), Some(tost)) = (row.margin, row.tost_p) {
        let p = NumberKind::PValue.print(tost);
        let _ =
            write!(text, " Equivalence within ±{}: p\u{a0}=\u{a0}{p}{}.", score(margin), beyond(row, alpha));
    }
    if let Some(within) = row.rope_within {
        let share = NumberKind::Share.print(within);
        let _ = write!(text, " Posterior share of a difference within that margin: {share}.");
    }
    text
}

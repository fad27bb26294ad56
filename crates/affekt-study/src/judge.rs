//! Claims as data, judged on the tests: no claim is known to the code.

use affekt_artifact::{Claim, Evidence, Plan, Results, TestRow, Tests, Verdict};

use crate::contrast::{CONTRAST, Unpaired, is_equivalent, paired};
use crate::{AnalysisSpec, ClaimSpec, Expectation};

/// Judges every claim on a dataset.
pub(crate) fn claims_of(
    dataset: &str,
    analysis: &AnalysisSpec,
    plan: &Plan,
    results: &Results,
    tests: &Tests,
) -> Vec<Claim> {
    let judged = |claim: &ClaimSpec| {
        let contrast = &claim.contrast;
        let test = tests.rows.iter().find(|row| {
            row.dataset == dataset
                && row.metric == contrast.metric
                && row.treatment == contrast.treatment
                && row.control == contrast.control
        });
        let (_, _, unpaired) = paired(dataset, contrast, plan, results);
        let (verdict, reason) = match test {
            Some(test) => {
                let (verdict, reason) = judge(claim.expects, test, plan.alpha);
                (verdict, reason + &without(&unpaired))
            }
            None => (
                Verdict::Undecided,
                format!(
                    "no seed has {} for both {} and {}{}",
                    contrast.metric,
                    contrast.treatment,
                    contrast.control,
                    without(&unpaired)
                ),
            ),
        };
        Claim {
            id: claim.id.clone(),
            dataset: dataset.to_owned(),
            statement: claim.statement.clone(),
            source: claim.source.clone(),
            verdict,
            reason,
            evidence: test.map(evidence).unwrap_or_default(),
        }
    };
    analysis.claims.iter().map(judged).collect()
}

/// The verdict on one claim and why, from one test.
///
/// A claim is a hypothesis of its own, declared beforehand, so the p that counts is the uncorrected one.
pub(crate) fn judge(expects: Expectation, test: &TestRow, alpha: f64) -> (Verdict, String) {
    let significant = test.sign_flip_p <= alpha;
    let greater = significant && test.mean_difference > 0.0;
    let less = significant && test.mean_difference < 0.0;
    let equivalent = is_equivalent(test, alpha);
    let (agrees, opposes) = match expects {
        Expectation::Greater => (greater, less || (equivalent && !greater)),
        Expectation::Less => (less, greater || (equivalent && !less)),
        // A gain within the margin is no gain, even where it is significant.
        Expectation::NotGreater => (equivalent || less, greater && !equivalent),
    };
    let numbers = numbers(test, alpha);
    if agrees {
        return (Verdict::Reproduced, format!("{}: {numbers}", finding(test, significant, equivalent)));
    }
    if opposes {
        return (Verdict::Contradicted, format!("{}: {numbers}", finding(test, significant, equivalent)));
    }
    let why = if test.min_attainable_p > alpha {
        format!(
            "n = {}: smallest attainable p is {}, above {alpha}, so no outcome on so few seeds could decide",
            test.n,
            short(test.min_attainable_p)
        )
    } else {
        format!(
            "neither a difference nor equivalence within {} is shown on n = {} seeds (smallest attainable p {})",
            test.margin.map_or_else(|| "no margin".to_owned(), short),
            test.n,
            short(test.min_attainable_p)
        )
    };
    (Verdict::Undecided, format!("{why}; {numbers}"))
}

fn finding(test: &TestRow, significant: bool, equivalent: bool) -> String {
    let (treatment, control, metric) = (&test.treatment, &test.control, &test.metric);
    let margin = test.margin.map_or_else(String::new, |margin| format!(" within {}", short(margin)));
    let direction = if test.mean_difference > 0.0 { "higher" } else { "lower" };
    match (significant, equivalent) {
        (true, true) => {
            format!("{metric} of {treatment} is {direction} than of {control}, but equivalent{margin}")
        }
        (true, false) => format!("{metric} of {treatment} is {direction} than of {control}"),
        (false, _) => format!("{metric} of {treatment} and {control} is equivalent{margin}"),
    }
}

fn numbers(test: &TestRow, alpha: f64) -> String {
    let interval = match (test.ci_low, test.ci_high, test.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{:.1} % interval {low:+.4} to {high:+.4}", confidence * 100.0)
        }
        _ => format!("no {:.0} % interval exists for n = {}", (1.0 - alpha) * 100.0, test.n),
    };
    let tost = test.tost_p.map_or_else(String::new, |p| format!(", equivalence p = {}", short(p)));
    format!(
        "difference {:+.4}, {interval}, p = {}{tost}, n = {}",
        test.mean_difference,
        short(test.sign_flip_p),
        test.n
    )
}

fn evidence(test: &TestRow) -> Vec<Evidence> {
    let of = |arm: &str| format!("{} of {arm}, mean over {} seeds", test.metric, test.n);
    let mut items = vec![
        (of(&test.treatment), Some(test.treatment_mean)),
        (of(&test.control), Some(test.control_mean)),
        ("mean paired difference".to_owned(), Some(test.mean_difference)),
        ("Hodges-Lehmann difference".to_owned(), Some(test.hodges_lehmann)),
        ("interval, lower end".to_owned(), test.ci_low),
        ("interval, upper end".to_owned(), test.ci_high),
        ("sign-flip p, two-sided, exact".to_owned(), Some(test.sign_flip_p)),
        ("equivalence p (TOST)".to_owned(), test.tost_p),
        ("smallest attainable p".to_owned(), Some(test.min_attainable_p)),
    ];
    if test.family == CONTRAST {
        items.insert(7, ("p after Holm within the family".to_owned(), Some(test.holm_p)));
    }
    items.into_iter().map(|(what, value)| Evidence { what, value, file: "tests.csv".to_owned() }).collect()
}

fn without(unpaired: &[Unpaired]) -> String {
    if unpaired.is_empty() {
        return String::new();
    }
    let seeds: Vec<String> =
        unpaired.iter().map(|hole| format!("seed {}: {}", hole.seed, hole.why)).collect();
    format!(" (left out: {})", seeds.join("; "))
}

/// Up to four significant digits, without trailing zeros.
fn short(x: f64) -> String {
    if x.abs() >= 0.0001 {
        let text = format!("{x:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    if x.abs() > 0.0 { format!("{x:.1e}") } else { "0".to_owned() }
}

#[cfg(test)]
mod calibration;
#[cfg(test)]
mod tests;

//! Claims as data, judged on the tests: no claim is known to the code.

use affekt_artifact::{
    Claim, Evidence, Limits, Plan, PlannedDataset, Results, TestRow, Tests, Verdict, fixed, percent, signed,
};
use affekt_stats::SignFlipPowers;

use crate::contrast::{CONTRAST, Unpaired, is_below_margin, is_equivalent, paired};
use crate::{AnalysisSpec, ClaimSpec, Expectation};

/// Judges every claim on a dataset, whose limits are given where they are known; `powers` are those at the plan's level.
pub(crate) fn claims_of(
    (dataset, limits): (&PlannedDataset, Option<&Limits>),
    analysis: &AnalysisSpec,
    plan: &Plan,
    results: &Results,
    tests: &Tests,
    powers: &mut SignFlipPowers,
) -> Vec<Claim> {
    let pair = dataset.pair(plan);
    let dataset = dataset.name.as_str();
    let judged = |claim: &ClaimSpec| {
        let contrast = &claim.contrast;
        let test = tests.rows.iter().find(|row| {
            row.dataset == dataset
                && row.metric == contrast.metric
                && row.treatment == contrast.treatment
                && row.control == contrast.control
        });
        let (_, _, unpaired) = paired(dataset, contrast, plan, results);
        let power = test.and_then(|test| Power::at_margin(test, powers));
        let (verdict, reason) = match test {
            Some(test) => {
                let limit = limits.and_then(|limits| limits.of(&test.metric, pair));
                let (verdict, mut reason) = judge(claim.expects, test, limit, plan.alpha);
                // Where the seeds did decide, and the limit does not let it count, more of them would not help.
                let seeds_decide = is_equivalent(test, plan.alpha) || is_below_margin(test, plan.alpha);
                if let (Verdict::Undecided, Some(power), false) = (verdict, &power, seeds_decide) {
                    reason += &power.in_words(test);
                }
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
            numbers: test.map(|test| numbers(test, plan.alpha)).unwrap_or_default(),
            evidence: test.map(|test| evidence(test, power.as_ref())).unwrap_or_default(),
        }
    };
    analysis.claims.iter().map(judged).collect()
}

/// The verdict on one claim and why, from one test and, where it is known, the limit of its metric.
///
/// A claim is a hypothesis of its own, declared beforehand, so the p that counts is the uncorrected one. That nothing is
/// gained cannot be tested where the limit leaves no gain of the margin to be had: it would be true of any arm.
pub(crate) fn judge(
    expects: Expectation,
    test: &TestRow,
    limit: Option<f64>,
    alpha: f64,
) -> (Verdict, String) {
    let significant = test.sign_flip_p <= alpha;
    let greater = significant && test.mean_difference > 0.0;
    let less = significant && test.mean_difference < 0.0;
    let equivalent = is_equivalent(test, alpha);
    let (agrees, opposes) = match expects {
        Expectation::Greater => (greater, less || (equivalent && !greater)),
        Expectation::Less => (less, greater || (equivalent && !less)),
        // A gain within the margin is no gain, even where it is significant, and a loss of any size is none.
        Expectation::NotGreater => {
            let not_greater = equivalent || less || is_below_margin(test, alpha);
            (not_greater, greater && !not_greater)
        }
    };
    if let (Expectation::NotGreater, true, Some(limit), Some(margin)) = (expects, agrees, limit, test.margin)
        && limit - test.control_mean < margin
    {
        let why = format!(
            "cannot be tested here: the best rule expects {} of {}, {} has {}, and no gain of {} is left to be had",
            test.metric,
            short(limit),
            test.control,
            short(test.control_mean),
            short(margin)
        );
        return (Verdict::Undecided, why);
    }
    if agrees {
        return (Verdict::Reproduced, finding(test, significant, equivalent));
    }
    if opposes {
        return (Verdict::Contradicted, finding(test, significant, equivalent));
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
    (Verdict::Undecided, why)
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
        (false, true) => format!("{metric} of {treatment} and {control} is equivalent{margin}"),
        (false, false) => format!("{metric} of {treatment} is not higher than of {control}{margin}"),
    }
}

/// The estimate, interval and p that stand in the tests table.
fn numbers(test: &TestRow, alpha: f64) -> String {
    let interval = match (test.ci_low, test.ci_high, test.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{} % interval {} to {}", percent(confidence, 1), signed(low, 4), signed(high, 4))
        }
        _ => format!("no {:.0} % interval exists for n = {}", (1.0 - alpha) * 100.0, test.n),
    };
    let tost = test.tost_p.map_or_else(String::new, |p| format!(", equivalence p = {}", short(p)))
        + &test.below_margin_p.map_or_else(String::new, |p| format!(", below the margin p = {}", short(p)));
    format!(
        "difference {} (Hodges-Lehmann), {interval}, p = {}{tost}, n = {}",
        signed(test.hodges_lehmann, 4),
        short(test.sign_flip_p),
        test.n
    )
}

/// What so many seeds can see at the spread these have.
struct Power {
    /// Probability that the sign-flip test finds a difference as large as the margin.
    at_margin: f64,
    /// Seeds that would find it four times in five; none within what is searched.
    seeds_needed: Option<usize>,
}

impl Power {
    /// None without a margin, or where the differences have no spread.
    fn at_margin(test: &TestRow, powers: &mut SignFlipPowers) -> Option<Self> {
        let spread = (test.mean_difference / test.d_z?).abs();
        let effect = test.margin? / spread;
        let n = usize::try_from(test.n).ok()?;
        let at_margin = powers.of(n).ok()?.at(effect).ok()?;
        Some(Self { at_margin, seeds_needed: powers.pairs_needed(effect, 0.8).ok()? })
    }

    fn in_words(&self, test: &TestRow) -> String {
        let margin = test.margin.map_or_else(String::new, short);
        let needed = self
            .seeds_needed
            .map_or_else(|| "more seeds than a power analysis covers".to_owned(), |n| format!("{n} seeds"));
        format!(
            "; at this spread {} seeds see a difference of {margin} with probability {:.2}, and 0.80 needs {needed}",
            test.n, self.at_margin
        )
    }
}

fn evidence(test: &TestRow, power: Option<&Power>) -> Vec<Evidence> {
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
        ("p that the difference is below the margin, one-sided".to_owned(), test.below_margin_p),
        ("smallest attainable p".to_owned(), Some(test.min_attainable_p)),
        ("power to find a difference of the margin".to_owned(), power.map(|power| power.at_margin)),
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
        let text = fixed(x, 4);
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    if x.abs() > 0.0 { format!("{x:.1e}") } else { "0".to_owned() }
}

#[cfg(test)]
mod calibration;
#[cfg(test)]
mod tests;

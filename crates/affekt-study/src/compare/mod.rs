//! Arms of a results table side by side, whoever wrote the table.

mod error;
mod layout;
mod pairs;
mod ranking;
mod request;
mod sentence;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::Seed;
use affekt_stats::{
    Alternative, Declared, Differences, PAIRED_TESTS, POSTERIOR_DRAWS, PRIOR_STRENGTH, PairedSummary,
    PairedTest, PowerBasis, Role, SignFlipPowers, SignedRankProbabilities, StatsError, adjust_declared,
    min_attainable_p, paired_summary, signed_rank_probabilities,
};
use serde::Serialize;

pub use error::{CompareError, RowProblem};
use layout::{Observation, observations};
use pairs::pairs_of;
pub use ranking::{RankedArm, Ranking, rank_arms};
pub use request::{CompareRequest, TableColumns};
pub use table::{TableError, TextTable};

/// The values of one pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Seed, fold or subject, as the table has it.
    pub pair: String,
    /// Value of the treatment arm.
    pub treatment: f64,
    /// Value of the control arm.
    pub control: f64,
}

/// What so many pairs can find, at the level the contrast is held to if it is the first of its family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PowerNote {
    /// `alpha` over the size of the family.
    pub level: f64,
    /// Where the numbers come from.
    pub basis: PowerBasis,
    /// Standardised effect that the power is for: the declared one, else the one observed.
    pub dz: Option<f64>,
    /// True when the effect was declared; an observed one makes power another spelling of p.
    pub declared: bool,
    /// Power for it.
    pub power: Option<f64>,
    /// Power that the next two are for.
    pub target: f64,
    /// Smallest standardised effect found with that power; none when no outcome rejects.
    pub detectable_dz: Option<f64>,
    /// The same in units of the metric.
    pub detectable_difference: Option<f64>,
    /// Pairs that would find the effect with that power; none without an effect, or beyond 100,000.
    pub pairs_needed: Option<usize>,
}

/// Treatment against control on one dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Dataset; empty where the table has none.
    pub dataset: String,
    /// Metric.
    pub metric: String,
    /// Treatment arm.
    pub treatment: String,
    /// Control arm.
    pub control: String,
    /// As declared.
    pub role: Role,
    /// What pairs the arms: the name of a column.
    pub paired_by: String,
    /// Values in the order of the pairs.
    pub pairs: Vec<Pair>,
    /// Test behind `p_value`.
    pub test: String,
    /// Its direction.
    pub alternative: Alternative,
    /// Level it is compared with.
    pub alpha: f64,
    /// Its p.
    pub p_value: f64,
    /// That p after correction within the family; the same for the primary contrast.
    pub adjusted_p: f64,
    /// Contrasts corrected together.
    pub family_size: usize,
    /// Smallest p that so many pairs can give; none for the t test.
    pub attainable_p: Option<f64>,
    /// Smallest corrected p, all others of the family being larger.
    pub attainable_adjusted_p: Option<f64>,
    /// Equivalence margin, if one was given.
    pub margin: Option<f64>,
    /// All statistics of the differences, treatment minus control.
    pub summary: PairedSummary,
    /// Posterior probabilities of below, within and above the margin, by seeded draws.
    pub posterior: Option<SignedRankProbabilities>,
    /// What so many pairs can find.
    pub power: PowerNote,
    /// The result in words.
    pub sentence: String,
}

/// Compares arms of a table: every treatment with the control on every metric asked for and every dataset.
///
/// # Errors
/// [`CompareError`]: nothing is dropped silently; a table with holes is refused and the rows are named.
pub fn compare(table: &TextTable, request: &CompareRequest) -> Result<Vec<Comparison>, CompareError> {
    let all = observations(table, request)?;
    let scope = Scope::of(&all, request)?;
    let mut problems = Vec::new();
    let mut comparisons = Vec::new();
    for dataset in &scope.datasets {
        let mut family = Vec::new();
        for metric in &scope.metrics {
            for treatment in &scope.treatments {
                let pairs = pairs_of(&all, [dataset, metric, treatment], request, &mut problems);
                if let Some(pairs) = pairs {
                    family.push((metric.as_str(), treatment.as_str(), pairs));
                }
            }
        }
        if problems.is_empty() {
            comparisons.extend(compare_family(dataset, family, request)?);
        }
    }
    if !problems.is_empty() {
        return Err(CompareError::Rows { problems });
    }
    if comparisons.is_empty() {
        let what = format!("{} for arm", scope.metrics.join(", "));
        let expected =
            all.iter().map(|o| o.arm.to_owned()).collect::<BTreeSet<String>>().into_iter().collect();
        return Err(CompareError::Unknown { what, got: request.control.clone(), expected });
    }
    Ok(comparisons)
}

/// What a request means on a table.
struct Scope {
    datasets: Vec<String>,
    metrics: Vec<String>,
    treatments: Vec<String>,
}

impl Scope {
    fn of(all: &[Observation<'_>], request: &CompareRequest) -> Result<Self, CompareError> {
        let names = |of: &dyn Fn(&Observation<'_>) -> String| -> Vec<String> {
            all.iter().map(of).collect::<BTreeSet<String>>().into_iter().collect()
        };
        let known = |what: &str, got: &String, expected: &Vec<String>| {
            if expected.contains(got) {
                return Ok(());
            }
            let (what, got, expected) = (what.to_owned(), got.clone(), expected.clone());
            Err(CompareError::Unknown { what, got, expected })
        };
        let in_table = names(&|o| o.metric.to_owned());
        let metrics = match (request.metrics.as_slice(), in_table.len()) {
            ([], 1) => in_table,
            ([], _) => return Err(CompareError::NoMetric { metrics: in_table }),
            (asked, _) => {
                asked.iter().try_for_each(|metric| known("metric", metric, &in_table))?;
                asked.to_vec()
            }
        };
        let arms = names(&|o| o.arm.to_owned());
        known("arm", &request.control, &arms)?;
        let mut treatments = request.treatments.clone();
        treatments.iter().try_for_each(|arm| known("arm", arm, &arms))?;
        if treatments.is_empty() {
            treatments = arms.into_iter().filter(|arm| *arm != request.control).collect();
        }
        let mut datasets = names(&|o| o.dataset.to_owned());
        if let Some(name) = &request.dataset {
            known("dataset", name, &datasets)?;
            datasets = vec![name.clone()];
        }
        if let Some((treatment, metric)) = &request.primary {
            known("primary arm", treatment, &treatments)?;
            known("primary metric", metric, &metrics)?;
        }
        Ok(Self { datasets, metrics, treatments })
    }
}

fn compare_family(
    dataset: &str,
    family: Vec<(&str, &str, Vec<Pair>)>,
    request: &CompareRequest,
) -> Result<Vec<Comparison>, CompareError> {
    let what = |metric: &str, treatment: &str| {
        let on = if dataset.is_empty() { String::new() } else { format!(" on {dataset}") };
        format!("{metric} of {treatment} and {}{on}", request.control)
    };
    let mut members = Vec::new();
    for (metric, treatment, pairs) in family {
        let failed = |source| CompareError::Statistics { what: what(metric, treatment), source };
        members.push((metric, treatment, Member::of(metric, treatment, pairs, request).map_err(failed)?));
    }
    let declared: Vec<Declared> = members.iter().map(|(_, _, member)| member.declared).collect();
    let failed = |source| CompareError::Statistics { what: format!("the family on {dataset}"), source };
    let adjusted = adjust_declared(&declared, request.correction).map_err(failed)?;
    let mut powers: BTreeMap<usize, SignFlipPowers> = BTreeMap::new();
    let mut comparisons = Vec::new();
    for ((metric, treatment, member), adjusted) in members.into_iter().zip(adjusted) {
        let failed = |source| CompareError::Statistics { what: what(metric, treatment), source };
        let level = request.alpha / adjusted.family_size as f64;
        let powers = powers.entry(adjusted.family_size).or_insert_with(|| SignFlipPowers::new(level));
        let power = power_note(&member.summary, level, powers, request).map_err(failed)?;
        let has_attainable = member.has_attainable;
        let mut comparison = Comparison {
            dataset: dataset.to_owned(),
            metric: metric.to_owned(),
            treatment: treatment.to_owned(),
            control: request.control.clone(),
            role: member.declared.role,
            paired_by: request.columns.pair.clone(),
            pairs: member.pairs,
            test: request.test.clone(),
            alternative: request.alternative,
            alpha: request.alpha,
            p_value: member.declared.p_value,
            adjusted_p: adjusted.p_value,
            family_size: adjusted.family_size,
            attainable_p: has_attainable.then_some(member.declared.attainable_p),
            attainable_adjusted_p: has_attainable.then_some(adjusted.attainable_p),
            margin: request.margin,
            summary: member.summary,
            posterior: member.posterior,
            power,
            sentence: String::new(),
        };
        comparison.sentence = sentence::of(&comparison);
        comparisons.push(comparison);
    }
    Ok(comparisons)
}

/// The statistics of one contrast before its family is known.
struct Member {
    pairs: Vec<Pair>,
    summary: PairedSummary,
    posterior: Option<SignedRankProbabilities>,
    declared: Declared,
    /// False for the t test, whose p may be arbitrarily small.
    has_attainable: bool,
}

impl Member {
    fn of(
        metric: &str,
        treatment: &str,
        pairs: Vec<Pair>,
        request: &CompareRequest,
    ) -> Result<Self, StatsError> {
        let differences = Differences::new(pairs.iter().map(|pair| pair.treatment - pair.control).collect())?;
        let summary = paired_summary(&differences, 1.0 - request.alpha, request.margin, request.margin)?;
        let test = test_named(&request.test)?;
        let outcome = test.test(&differences, request.alternative)?;
        let two_sided = min_attainable_p(summary.n);
        let attainable_p =
            if request.alternative == Alternative::TwoSided { two_sided } else { 0.5 * two_sided };
        let primary = request.primary.as_ref().is_some_and(|(arm, name)| arm == treatment && name == metric);
        let role = if primary { Role::Primary } else { Role::Family };
        let posterior = request.margin.map(|margin| {
            signed_rank_probabilities(&differences, margin, PRIOR_STRENGTH, POSTERIOR_DRAWS, Seed(0))
        });
        Ok(Self {
            pairs,
            posterior: posterior.transpose()?,
            declared: Declared { role, p_value: outcome.p_value, attainable_p },
            has_attainable: test.name() != "paired_t",
            summary,
        })
    }
}

/// A test of [`PAIRED_TESTS`] by its name.
fn test_named(name: &str) -> Result<&'static dyn PairedTest, StatsError> {
    let found = PAIRED_TESTS.iter().find(|test| test.name() == name);
    found.copied().ok_or(StatsError::Empty { what: "tests of that name" })
}

fn power_note(
    summary: &PairedSummary,
    level: f64,
    powers: &mut SignFlipPowers,
    request: &CompareRequest,
) -> Result<PowerNote, StatsError> {
    let sd = summary.sd.filter(|sd| *sd > 0.0);
    let dz = match (request.effect, sd) {
        (Some(effect), Some(sd)) => Some(effect.abs() / sd),
        (Some(_), None) => None,
        (None, _) => summary.hedges_g.map(f64::abs),
    };
    let pairs_needed = dz.map(|dz| powers.pairs_needed(dz, request.power)).transpose()?.flatten();
    let power = powers.of(summary.n)?;
    let detectable_dz = power.detectable(request.power)?;
    Ok(PowerNote {
        level,
        basis: power.basis(),
        dz,
        declared: request.effect.is_some(),
        power: dz.map(|dz| power.at(dz)).transpose()?,
        target: request.power,
        detectable_dz,
        detectable_difference: detectable_dz.zip(sd).map(|(dz, sd)| dz * sd),
        pairs_needed,
    })
}

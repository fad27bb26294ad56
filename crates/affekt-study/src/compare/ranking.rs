//! All arms of a table at once: are they equal, and which differ?

use affekt_stats::{Blocks, Friedman, Nemenyi, PairOfArms, friedman, holm_post_hoc, nemenyi};
use serde::Serialize;

use super::layout::observations;
use super::pairs::{pairs_of, values};
use super::sentence::p_text;
use super::{CompareError, CompareRequest, Scope, TextTable, test_named};

/// One arm among all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankedArm {
    /// Name.
    pub arm: String,
    /// Mean rank; 1 is best.
    pub average_rank: f64,
    /// Mean of its values.
    pub mean: f64,
}

/// All arms on one metric of one dataset, best first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// Dataset; empty where the table has none.
    pub dataset: String,
    /// Metric.
    pub metric: String,
    /// Whether less is better.
    pub lower_is_better: bool,
    /// What the blocks are: the name of the pairing column.
    pub paired_by: String,
    /// Level.
    pub alpha: f64,
    /// The arms, best mean rank first; positions in the pairs refer to this list.
    pub arms: Vec<RankedArm>,
    /// The test that all are equal.
    pub friedman: Friedman,
    /// Nemenyi's test of all pairs.
    pub nemenyi: Nemenyi,
    /// The paired test of the request on all pairs, Holm-corrected.
    pub holm: Vec<PairOfArms>,
    /// The result in words.
    pub sentence: String,
}

/// Ranks all arms of a table, on each metric asked for and each dataset.
///
/// # Errors
/// As [`super::compare`]; every arm must have every pair that any of them has.
pub fn rank_arms(
    table: &TextTable,
    request: &CompareRequest,
    lower_is_better: &dyn Fn(&str) -> bool,
) -> Result<Vec<Ranking>, CompareError> {
    let all = observations(table, request)?;
    let scope = Scope::of(&all, request)?;
    let mut arms = vec![request.control.clone()];
    arms.extend(scope.treatments.iter().cloned());
    let mut problems = Vec::new();
    let mut rankings = Vec::new();
    for dataset in &scope.datasets {
        for metric in &scope.metrics {
            for treatment in &scope.treatments {
                pairs_of(&all, [dataset, metric, treatment], request, &mut problems);
            }
            if !problems.is_empty() {
                continue;
            }
            let columns: Vec<Vec<f64>> = arms
                .iter()
                .map(|arm| {
                    let found = values(&all, [dataset, metric, arm], request, &mut problems);
                    found.into_values().map(|(_, value)| value).collect()
                })
                .collect();
            let less = lower_is_better(metric);
            let failed = |source| CompareError::Statistics { what: format!("ranks by {metric}"), source };
            let place = (dataset.as_str(), metric.as_str());
            rankings.push(rank(place, &arms, &columns, less, request).map_err(failed)?);
        }
    }
    if problems.is_empty() { Ok(rankings) } else { Err(CompareError::Rows { problems }) }
}

fn rank(
    (dataset, metric): (&str, &str),
    arms: &[String],
    columns: &[Vec<f64>],
    lower_is_better: bool,
    request: &CompareRequest,
) -> Result<Ranking, affekt_stats::StatsError> {
    let n = columns.first().map_or(0, Vec::len);
    let sign = if lower_is_better { -1.0 } else { 1.0 };
    let table = |order: &[usize]| -> Vec<Vec<f64>> {
        (0..n).map(|row| order.iter().map(|&arm| sign * columns[arm][row]).collect()).collect()
    };
    let given: Vec<usize> = (0..arms.len()).collect();
    let ranks = Blocks::new(table(&given))?.average_ranks();
    let mut order = given;
    order.sort_by(|&i, &j| ranks[i].total_cmp(&ranks[j]));
    let blocks = Blocks::new(table(&order))?;
    let ranked = order
        .iter()
        .map(|&arm| RankedArm {
            arm: arms[arm].clone(),
            average_rank: ranks[arm],
            mean: columns[arm].iter().sum::<f64>() / n as f64,
        })
        .collect();
    let mut ranking = Ranking {
        dataset: dataset.to_owned(),
        metric: metric.to_owned(),
        lower_is_better,
        paired_by: request.columns.pair.clone(),
        alpha: request.alpha,
        arms: ranked,
        friedman: friedman(&blocks)?,
        nemenyi: nemenyi(&blocks, request.alpha)?,
        holm: holm_post_hoc(&blocks, test_named(&request.test)?, None)?,
        sentence: String::new(),
    };
    ranking.sentence = sentence(&ranking);
    Ok(ranking)
}

fn sentence(ranking: &Ranking) -> String {
    let on = if ranking.dataset.is_empty() { "T".to_owned() } else { format!("On {}, t", ranking.dataset) };
    let p = ranking.friedman.p_value;
    let (alpha, k, n) = (ranking.alpha, ranking.arms.len(), ranking.friedman.n);
    let opening = format!(
        "{on}he mean ranks of {k} arms by {} over {n} {}s give Friedman's chi-squared = {:.3}, permutation p = {}",
        ranking.metric,
        ranking.paired_by,
        ranking.friedman.chi_squared,
        p_text(p)
    );
    if p > alpha {
        return format!("{opening}: that the arms differ is not shown at level {alpha}.");
    }
    let better: Vec<String> = ranking
        .nemenyi
        .pairs
        .iter()
        .filter(|pair| pair.adjusted_p <= alpha)
        .map(|pair| format!("{} before {}", ranking.arms[pair.first].arm, ranking.arms[pair.second].arm))
        .collect();
    let pairs = if better.is_empty() { "no single pair".to_owned() } else { better.join(", ") };
    format!(
        "{opening}: the arms differ at level {alpha}; Nemenyi's test (critical difference {:.3}) shows {pairs}.",
        ranking.nemenyi.critical_difference
    )
}

//! Mean ranks of the arms of a dataset, as a critical-difference diagram.

use affekt_stats::{Blocks, friedman, nemenyi};

use crate::ReportError;
use crate::figures::CriticalDifference;
use crate::study::Study;

/// The score whose ranks are shown: more is better.
const METRIC: &str = "macro_f1";

/// The diagram of a dataset; a block is a seed that every arm has finished. None for fewer than three arms, and for
/// fewer than two blocks.
pub(crate) fn diagram(
    study: &Study,
    dataset: &str,
    slug: &str,
) -> Result<Option<CriticalDifference>, ReportError> {
    let scores: Vec<Vec<(u64, Option<f64>)>> =
        study.arms().map(|arm| study.scores(dataset, arm, METRIC)).collect();
    let Some(first) = scores.first().filter(|_| scores.len() >= 3) else { return Ok(None) };
    let of_seed = |seed: u64| -> Option<Vec<f64>> {
        scores.iter().map(|arm| arm.iter().find(|(other, _)| *other == seed)?.1).collect()
    };
    let blocks: Vec<Vec<f64>> = first.iter().filter_map(|(seed, _)| of_seed(*seed)).collect();
    if blocks.len() < 2 {
        return Ok(None);
    }
    let failed = |source| ReportError::Statistic { what: format!("ranks of {METRIC} on {dataset}"), source };
    let blocks = Blocks::new(blocks).map_err(failed)?;
    let alpha = study.plan.alpha;
    let (test, pairs) = (friedman(&blocks).map_err(failed)?, nemenyi(&blocks, alpha).map_err(failed)?);
    let mut arms: Vec<(String, f64)> =
        study.arms().map(str::to_owned).zip(test.average_ranks.iter().copied()).collect();
    // Stable: arms of equal rank keep the order of the plan.
    arms.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(Some(CriticalDifference {
        id: format!("ranks-{slug}"),
        title: format!("{dataset}: mean ranks by macro-F1"),
        arms,
        critical_difference: pairs.critical_difference,
        alpha,
        n: test.n,
        friedman_p: test.p_value,
        friedman_error: test.standard_error,
    }))
}

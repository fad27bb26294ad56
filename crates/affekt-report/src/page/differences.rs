//! Paired differences of the error structure, computed from the predictions.

use affekt_stats::{Differences, paired_summary};

use crate::number::NumberKind;
use crate::study::{Dataset, Run, Study};
use crate::{Cell, DataTable, ReportError};

/// A measure of one run; none where it is undefined.
type Measure = fn(&Run) -> Option<f64>;

/// Every arm against the control of the primary contrast; none when no arm shares a seed with it.
pub(crate) fn table(study: &Study, dataset: &Dataset, slug: &str) -> Result<Option<DataTable>, ReportError> {
    let Some(control) = study.control(dataset.name()) else { return Ok(None) };
    let columns = [
        "measure",
        "arm",
        "n",
        "mean difference",
        "HL estimate",
        "CI low",
        "CI high",
        "sign-flip p",
        "smallest p",
    ];
    let caption = format!(
        "{}: error structure of each arm minus {control}, paired by seed (descriptive: p-values not \
         corrected; an interval is undefined where so few pairs cannot reach the level)",
        dataset.name()
    );
    let mut table = DataTable::new(format!("errors-paired-{slug}"), caption, &columns);
    let measures: [(&str, Measure); 3] = [
        ("error severity", |run| run.severity),
        ("severity index", |run| run.severity_index),
        ("quadrant preservation", |run| run.quadrant),
    ];
    for (measure, value) in measures {
        for arm in study.arms().filter(|arm| *arm != control) {
            let pairs: Vec<f64> = dataset
                .runs_of(arm)
                .into_iter()
                .filter_map(|run| {
                    let other = dataset.runs_of(control).into_iter().find(|c| c.seed == run.seed)?;
                    Some(value(run)? - value(other)?)
                })
                .collect();
            if pairs.is_empty() {
                continue;
            }
            table.rows.push(row(study, measure, arm, pairs)?);
        }
    }
    Ok((!table.rows.is_empty()).then_some(table))
}

fn row(study: &Study, measure: &str, arm: &str, pairs: Vec<f64>) -> Result<Vec<Cell>, ReportError> {
    let failed = |source| ReportError::Statistic { what: format!("{measure} of {arm}"), source };
    let differences = Differences::new(pairs).map_err(failed)?;
    let summary = paired_summary(&differences, 1.0 - study.plan.alpha, None, None).map_err(failed)?;
    let difference = |value| Cell::Number(NumberKind::Difference, value);
    Ok(vec![
        Cell::text(measure),
        Cell::text(arm),
        Cell::Count(summary.n as u64),
        difference(Some(summary.mean_difference)),
        difference(Some(summary.hodges_lehmann)),
        difference(summary.ci_low),
        difference(summary.ci_high),
        Cell::Number(NumberKind::PValue, Some(summary.sign_flip_p)),
        Cell::Number(NumberKind::PValue, Some(summary.min_attainable_p)),
    ])
}

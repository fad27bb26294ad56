//! Two arms of a results table side by side, whoever wrote the table.

use std::collections::BTreeMap;

use affekt_artifact::Results;
use affekt_stats::{Differences, PairedSummary, StatsError, paired_summary};
use serde::Serialize;

use crate::Contrast;

/// One seed's values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Seed.
    pub seed: u64,
    /// Value of the treatment arm.
    pub treatment: f64,
    /// Value of the control arm.
    pub control: f64,
}

/// Treatment against control on one dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Dataset.
    pub dataset: String,
    /// Metric.
    pub metric: String,
    /// Treatment arm.
    pub treatment: String,
    /// Control arm.
    pub control: String,
    /// Values in seed order.
    pub pairs: Vec<Pair>,
    /// Equivalence margin, if one was given.
    pub margin: Option<f64>,
    /// All statistics of the differences, treatment minus control.
    pub summary: PairedSummary,
    /// The result in words.
    pub sentence: String,
}

/// A table that cannot be compared as asked; rows are named by their line, the header being line 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// No row fits the request.
    #[error("no row of {what} {got:?}; the table has {}", expected.join(", "))]
    Unknown {
        /// `metric`, `arm` or `dataset`.
        what: &'static str,
        /// The name asked for.
        got: String,
        /// Names in the table.
        expected: Vec<String>,
    },
    /// Two rows say what one run's value is.
    #[error("lines {first} and {second} both hold {metric} of {arm}, seed {seed}, on {dataset}: keep one")]
    Duplicate {
        /// Dataset.
        dataset: String,
        /// Arm.
        arm: String,
        /// Seed.
        seed: u64,
        /// Metric.
        metric: String,
        /// Line of the first row.
        first: usize,
        /// Line of the second row.
        second: usize,
    },
    /// A value is undefined.
    #[error(
        "line {line}: {metric} of {arm}, seed {seed}, on {dataset} is undefined: leave that seed out of both arms"
    )]
    Undefined {
        /// Dataset.
        dataset: String,
        /// Arm.
        arm: String,
        /// Seed.
        seed: u64,
        /// Metric.
        metric: String,
        /// Line of the row.
        line: usize,
    },
    /// A seed of one arm is missing in the other.
    #[error("on {dataset}, {missing} has no row for seed {}; {present} has", list(seeds))]
    Unpaired {
        /// Dataset.
        dataset: String,
        /// The arm without these seeds.
        missing: String,
        /// The arm with them.
        present: String,
        /// The seeds.
        seeds: Vec<u64>,
    },
    /// The statistics refuse the request.
    #[error("dataset {dataset}: not comparable")]
    Statistics {
        /// Dataset.
        dataset: String,
        /// The cause.
        #[source]
        source: StatsError,
    },
}

/// Compares two arms on the test split, on every dataset of the table or on one.
///
/// # Errors
/// [`CompareError`]: nothing is dropped silently; a table with holes is refused and the rows are named.
pub fn compare(
    results: &Results,
    contrast: &Contrast,
    selection: &str,
    dataset: Option<&str>,
    alpha: f64,
    margin: Option<f64>,
) -> Result<Vec<Comparison>, CompareError> {
    let rows: Vec<(usize, &affekt_artifact::ResultRow)> = results
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| (index + 2, row))
        .filter(|(_, row)| row.split == "test" && row.selection == selection)
        .collect();
    let names = |of: &dyn Fn(&affekt_artifact::ResultRow) -> &str| -> Vec<String> {
        let set: std::collections::BTreeSet<&str> = rows.iter().map(|(_, row)| of(row)).collect();
        set.into_iter().map(str::to_owned).collect()
    };
    let known = |what, got: &str, expected: Vec<String>| {
        if expected.iter().any(|name| name == got) {
            Ok(())
        } else {
            Err(CompareError::Unknown { what, got: got.to_owned(), expected })
        }
    };
    known("metric", &contrast.metric, names(&|row| &row.metric))?;
    known("arm", &contrast.treatment, names(&|row| &row.arm))?;
    known("arm", &contrast.control, names(&|row| &row.arm))?;
    let mut datasets = names(&|row| &row.dataset);
    if let Some(name) = dataset {
        known("dataset", name, datasets)?;
        datasets = vec![name.to_owned()];
    }
    let of_metric: Vec<_> = rows.into_iter().filter(|(_, row)| row.metric == contrast.metric).collect();
    datasets
        .iter()
        .map(|name| {
            let rows: Vec<_> = of_metric.iter().copied().filter(|(_, row)| row.dataset == *name).collect();
            compare_on(name, &rows, contrast, alpha, margin)
        })
        .collect()
}

fn compare_on(
    dataset: &str,
    rows: &[(usize, &affekt_artifact::ResultRow)],
    contrast: &Contrast,
    alpha: f64,
    margin: Option<f64>,
) -> Result<Comparison, CompareError> {
    let treatment = values(rows, &contrast.treatment)?;
    let control = values(rows, &contrast.control)?;
    for (missing, present, name, other) in [
        (&control, &treatment, &contrast.control, &contrast.treatment),
        (&treatment, &control, &contrast.treatment, &contrast.control),
    ] {
        let seeds: Vec<u64> = present.keys().filter(|seed| !missing.contains_key(seed)).copied().collect();
        if !seeds.is_empty() {
            let (missing, present) = (name.clone(), other.clone());
            return Err(CompareError::Unpaired { dataset: dataset.to_owned(), missing, present, seeds });
        }
    }
    let pairs: Vec<Pair> = treatment
        .iter()
        .zip(control.values())
        .map(|((&seed, &treatment), &control)| Pair { seed, treatment, control })
        .collect();
    let summary = Differences::new(pairs.iter().map(|pair| pair.treatment - pair.control).collect())
        .and_then(|differences| paired_summary(&differences, 1.0 - alpha, margin, margin))
        .map_err(|source| CompareError::Statistics { dataset: dataset.to_owned(), source })?;
    Ok(Comparison {
        dataset: dataset.to_owned(),
        metric: contrast.metric.clone(),
        treatment: contrast.treatment.clone(),
        control: contrast.control.clone(),
        sentence: sentence(dataset, contrast, &summary, alpha, margin),
        pairs,
        margin,
        summary,
    })
}

fn values(
    rows: &[(usize, &affekt_artifact::ResultRow)],
    arm: &str,
) -> Result<BTreeMap<u64, f64>, CompareError> {
    let mut lines: BTreeMap<u64, usize> = BTreeMap::new();
    let mut values = BTreeMap::new();
    for (line, row) in rows.iter().filter(|(_, row)| row.arm == arm) {
        let (dataset, arm, metric) = (row.dataset.clone(), row.arm.clone(), row.metric.clone());
        if let Some(&first) = lines.get(&row.seed) {
            return Err(CompareError::Duplicate {
                dataset,
                arm,
                seed: row.seed,
                metric,
                first,
                second: *line,
            });
        }
        lines.insert(row.seed, *line);
        let Some(value) = row.value else {
            return Err(CompareError::Undefined { dataset, arm, seed: row.seed, metric, line: *line });
        };
        values.insert(row.seed, value);
    }
    Ok(values)
}

fn sentence(
    dataset: &str,
    contrast: &Contrast,
    summary: &PairedSummary,
    alpha: f64,
    margin: Option<f64>,
) -> String {
    let Contrast { metric, treatment, control } = contrast;
    let n = summary.n;
    let seeds = if n == 1 { "1 seed".to_owned() } else { format!("{n} seeds") };
    let interval = match (summary.ci_low, summary.ci_high, summary.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{:.1} % interval {low:+.4} to {high:+.4}", confidence * 100.0)
        }
        _ => format!("too few for a {:.0} % interval", (1.0 - alpha) * 100.0),
    };
    let p = summary.sign_flip_p;
    let finding = if summary.min_attainable_p > alpha {
        let smallest = summary.min_attainable_p;
        format!("with {seeds} no p below {smallest} is attainable, so a difference cannot be shown")
    } else if p <= alpha {
        format!("a difference at level {alpha}")
    } else {
        format!("no difference is shown at level {alpha}, which is not evidence of none")
    };
    let equivalence = match (margin, summary.tost_p) {
        (Some(margin), Some(tost)) if tost <= alpha => {
            format!("; the two are equivalent within {margin} (TOST p = {tost:.4})")
        }
        (Some(margin), _) => format!("; equivalence within {margin} is not shown"),
        (None, _) => String::new(),
    };
    format!(
        "On {dataset}, {metric} of {treatment} minus {control} is {:+.4} on average over {seeds} ({interval}), \
         exact sign-flip p = {p:.4}: {finding}{equivalence}.",
        summary.mean_difference
    )
}

fn list(seeds: &[u64]) -> String {
    seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

//! Why a table cannot be compared as asked; rows are named by their line in the file.

use affekt_stats::StatsError;

use super::TableError;

/// Problems listed in one message; further ones are counted.
const SHOWN: usize = 12;

/// One row, or one seed, that keeps arms from being compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// Two rows say what one run's value is.
    #[error("lines {first} and {second} both hold {what}: keep one")]
    Duplicate {
        /// Metric, arm, pair and dataset.
        what: String,
        /// Line of the first row.
        first: u64,
        /// Line of the second row.
        second: u64,
    },
    /// A value is missing, NaN or infinite.
    #[error("line {line}: {what} is undefined ({got}): leave that pair out of all arms")]
    Undefined {
        /// Metric, arm, pair and dataset.
        what: String,
        /// Line of the row.
        line: u64,
        /// The cell.
        got: String,
    },
    /// A value is no number.
    #[error("line {line}: {what} is {got:?}; expected a number{hint}")]
    NotANumber {
        /// Metric, arm, pair and dataset.
        what: String,
        /// Line of the row.
        line: u64,
        /// The cell.
        got: String,
        /// A way out, where one is known.
        hint: &'static str,
    },
    /// One arm lacks pairs that the other has.
    #[error("{place}{missing} has no row for {pair} {}; {present} has ({})", seeds.join(", "), lines(at))]
    Unpaired {
        /// `on DATASET, `, or nothing.
        place: String,
        /// The arm without these pairs.
        missing: String,
        /// The arm with them.
        present: String,
        /// Name of the pairing column.
        pair: String,
        /// The pairs.
        seeds: Vec<String>,
        /// Lines of the rows that have no partner.
        at: Vec<u64>,
    },
    /// Fewer or more pairs than expected.
    #[error("{place}{treatment} and {control} share {got} values of {pair} ({}); expected {expected}", seeds.join(", "))]
    Count {
        /// `on DATASET, `, or nothing.
        place: String,
        /// Treatment arm.
        treatment: String,
        /// Control arm.
        control: String,
        /// Name of the pairing column.
        pair: String,
        /// The pairs there are.
        seeds: Vec<String>,
        /// How many these are.
        got: usize,
        /// How many there should be.
        expected: usize,
    },
}

/// A table that cannot be compared as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The file is no table this program reads.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A column is missing.
    #[error("no column {name:?} ({role}; {flag} names another); the table has {}", list(columns))]
    Column {
        /// The name looked for.
        name: String,
        /// What it should hold.
        role: &'static str,
        /// How to name another.
        flag: &'static str,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// No row fits the request.
    #[error("no row of {what} {got:?}; the table has {}", list(expected))]
    Unknown {
        /// `metric`, `arm`, `dataset` or the column of a filter.
        what: String,
        /// The name asked for.
        got: String,
        /// Names in the table.
        expected: Vec<String>,
    },
    /// Several metrics, and none chosen.
    #[error("choose a metric of {} with --metric", list(metrics))]
    NoMetric {
        /// Those of the table.
        metrics: Vec<String>,
    },
    /// Rows that cannot be used; nothing is dropped silently.
    #[error("{} of the table cannot be compared:{}", count(problems), shown(problems))]
    Rows {
        /// All of them.
        problems: Vec<RowProblem>,
    },
    /// The statistics refuse the request.
    #[error("{what}: not comparable")]
    Statistics {
        /// The contrast.
        what: String,
        /// The cause.
        #[source]
        source: StatsError,
    },
}

fn lines(at: &[u64]) -> String {
    let numbers: Vec<String> = at.iter().map(ToString::to_string).collect();
    format!("line{} {}", if at.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| if name.is_empty() { "(no name)" } else { name }).collect::<Vec<_>>().join(", ")
}

fn count(problems: &[RowProblem]) -> String {
    format!("{} {}", problems.len(), if problems.len() == 1 { "place" } else { "places" })
}

fn shown(problems: &[RowProblem]) -> String {
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(ToString::to_string).collect();
    if problems.len() > SHOWN {
        lines.push(format!("and {} more", problems.len() - SHOWN));
    }
    format!("\n  {}", lines.join("\n  "))
}

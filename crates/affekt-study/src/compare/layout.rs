//! Finds arms, pairs, metrics and values in a table, whichever way it lays them out.

use std::collections::BTreeSet;

use super::{CompareError, CompareRequest, RowProblem, TextTable};

/// One number of one arm.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Observation<'a> {
    pub(super) line: u64,
    pub(super) dataset: &'a str,
    pub(super) metric: &'a str,
    pub(super) arm: &'a str,
    pub(super) pair: &'a str,
    /// The cell as it stands.
    pub(super) text: &'a str,
}

/// How a table holds its numbers.
enum Layout {
    /// One number a row: columns arm, metric (or none) and value.
    Long { arm: usize, metric: Option<usize>, value: usize },
    /// A column per metric.
    Metrics { arm: usize, columns: Vec<usize> },
    /// A column per arm.
    Arms { columns: Vec<usize> },
}

/// All numbers of the rows that the filters keep.
pub(super) fn observations<'a>(
    table: &'a TextTable,
    request: &'a CompareRequest,
) -> Result<Vec<Observation<'a>>, CompareError> {
    let columns = &request.columns;
    let pair = column(table, &columns.pair, "what pairs the arms", "--pair-column")?;
    let dataset = table.position(&columns.dataset);
    let layout = layout(table, request)?;
    let kept = filtered(table, request)?;
    let mut found = Vec::new();
    for (line, row) in kept {
        let mut add = |metric: &'a str, arm: &'a str, text: &'a str| {
            let dataset = dataset.map_or("", |place| row[place].as_str());
            found.push(Observation { line: *line, dataset, metric, arm, pair: &row[pair], text });
        };
        match &layout {
            Layout::Long { arm, metric, value } => {
                let name = metric.map_or(columns.value.as_str(), |place| row[place].as_str());
                add(name, &row[*arm], &row[*value]);
            }
            Layout::Metrics { arm, columns } => {
                for &place in columns {
                    add(&table.columns[place], &row[*arm], &row[place]);
                }
            }
            Layout::Arms { columns: arms } => {
                let name = request.metrics.first().map_or(columns.value.as_str(), String::as_str);
                for &place in arms {
                    add(name, &table.columns[place], &row[place]);
                }
            }
        }
    }
    Ok(found)
}

fn layout(table: &TextTable, request: &CompareRequest) -> Result<Layout, CompareError> {
    let columns = &request.columns;
    let Some(arm) = table.position(&columns.arm) else {
        let arms = arm_columns(table, request);
        return match arms {
            Some(columns) => Ok(Layout::Arms { columns }),
            None => Err(missing(table, &columns.arm, "the arm", "--arm-column")),
        };
    };
    let metric = table.position(&columns.metric);
    if let Some(value) = table.position(&columns.value)
        && (metric.is_some() || request.metrics.is_empty())
    {
        return Ok(Layout::Long { arm, metric, value });
    }
    if request.metrics.is_empty() {
        return Err(missing(
            table,
            &columns.value,
            "the number",
            "--value-column, or --metric for a column,",
        ));
    }
    let named = request.metrics.iter();
    let columns = named
        .map(|name| column(table, name, "a metric; there is no column of metric names", "--metric-column"))
        .collect::<Result<_, _>>()?;
    Ok(Layout::Metrics { arm, columns })
}

/// Columns named as the arms asked for; without treatments, all that are nothing else.
fn arm_columns(table: &TextTable, request: &CompareRequest) -> Option<Vec<usize>> {
    let control = table.position(&request.control)?;
    if !request.treatments.is_empty() {
        let treatments: Option<Vec<usize>> =
            request.treatments.iter().map(|name| table.position(name)).collect();
        return treatments.map(|list| [vec![control], list].concat());
    }
    let names = &request.columns;
    let other = |name: &String| {
        name.is_empty()
            || [&names.pair, &names.dataset].contains(&name)
            || request.filters.iter().any(|(column, _)| column == name)
    };
    Some((0..table.columns.len()).filter(|&i| !other(&table.columns[i])).collect())
}

/// The rows that every filter keeps; a filter that keeps none is an error that lists what there is.
fn filtered<'a>(
    table: &'a TextTable,
    request: &CompareRequest,
) -> Result<Vec<&'a (u64, Vec<String>)>, CompareError> {
    let mut rows: Vec<&(u64, Vec<String>)> = table.rows.iter().collect();
    for (name, wanted) in &request.filters {
        let place = column(table, name, "a filter", "--where")?;
        let values: BTreeSet<String> = rows.iter().map(|(_, row)| row[place].clone()).collect();
        rows.retain(|(_, row)| row[place] == *wanted);
        if rows.is_empty() {
            let expected = values.into_iter().take(20).collect();
            return Err(CompareError::Unknown { what: name.clone(), got: wanted.clone(), expected });
        }
    }
    Ok(rows)
}

fn column(
    table: &TextTable,
    name: &str,
    role: &'static str,
    flag: &'static str,
) -> Result<usize, CompareError> {
    table.position(name).ok_or_else(|| missing(table, name, role, flag))
}

fn missing(table: &TextTable, name: &str, role: &'static str, flag: &'static str) -> CompareError {
    CompareError::Column { name: name.to_owned(), role, flag, columns: table.columns.clone() }
}

impl Observation<'_> {
    /// The number, or why it is none.
    pub(super) fn value(&self, pair: &str) -> Result<f64, Box<RowProblem>> {
        let (line, got) = (self.line, self.text.to_owned());
        Err(Box::new(match self.text.parse::<f64>() {
            Ok(value) if value.is_finite() => return Ok(value),
            Ok(_) => RowProblem::Undefined { what: self.name(pair), line, got },
            // What R, pandas and SQL write for a value that is not there.
            Err(_) if matches!(self.text, "" | "NA" | "N/A" | "null" | "NULL" | "None" | "-") => {
                let got = if got.is_empty() { "empty".to_owned() } else { got };
                RowProblem::Undefined { what: self.name(pair), line, got }
            }
            Err(_) => {
                let comma = self.text.replace(',', ".").parse::<f64>().is_ok();
                let hint = if comma { " with a decimal point, not a comma" } else { "" };
                RowProblem::NotANumber { what: self.name(pair), line, got, hint }
            }
        }))
    }

    /// What the number is of, in words.
    pub(super) fn name(&self, pair: &str) -> String {
        let on = if self.dataset.is_empty() { String::new() } else { format!(", on {}", self.dataset) };
        format!("{} of {}, {pair} {}{on}", self.metric, self.arm, self.pair)
    }
}

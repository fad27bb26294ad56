//! `affekt compare`

mod figures;
mod tables;
mod text;

use affekt_report::DataTable;
use affekt_study::{
    CompareRequest, Comparison, Ranking, TableColumns, TextTable, compare, lower_is_better, rank_arms,
};
use anyhow::{Context, bail};
use serde::Serialize;

use crate::cli::{CompareArgs, FormatArg};
use crate::output::{self, Outcome};

/// All that was found, as it is printed in JSON.
#[derive(Serialize)]
struct Found {
    comparisons: Vec<Comparison>,
    rankings: Vec<Ranking>,
}

pub(super) fn run(args: &CompareArgs) -> anyhow::Result<Outcome> {
    let cannot = || format!("cannot compare arms of {}", args.results.display());
    let table = TextTable::load(&args.results).with_context(cannot)?;
    let request = request(args, &table)?;
    let comparisons = compare(&table, &request).with_context(cannot)?;
    let rankings = if args.ranks {
        let less = |metric: &str| args.lower_is_better || lower_is_better(metric);
        rank_arms(&table, &request, &less).with_context(cannot)?
    } else {
        Vec::new()
    };
    let found = Found { comparisons, rankings };
    if let Some(folder) = &args.figures {
        for path in figures::write(folder, &found)? {
            eprintln!("wrote {}", path.display());
        }
    }
    match if args.json { FormatArg::Json } else { args.format } {
        FormatArg::Json => output::json(&found)?,
        FormatArg::Csv => output::print(&join(&tables::of(&found), DataTable::to_csv))?,
        FormatArg::Latex => output::print(&join(&tables::narrow(&found), DataTable::to_tex))?,
        FormatArg::Text => output::print(&text::of(&found))?,
    }
    Ok(Outcome::Done)
}

fn join(tables: &[DataTable], print: impl Fn(&DataTable) -> String) -> String {
    tables.iter().map(print).collect::<Vec<_>>().join("\n")
}

fn request(args: &CompareArgs, table: &TextTable) -> anyhow::Result<CompareRequest> {
    let mut filters = args.filters.clone();
    // affekt's own tables hold several splits and selections of one run.
    for (column, value) in [("split", "test"), ("selection", args.selection.as_str())] {
        let own = ["arm", "metric", column].iter().all(|name| table.columns.iter().any(|c| c == name));
        if own && !filters.iter().any(|(name, _)| name == column) {
            filters.push((column.to_owned(), value.to_owned()));
        }
    }
    let primary = args.primary.as_deref().map(|text| match (text.split_once('/'), args.metrics.as_slice()) {
        (Some((arm, metric)), _) => Ok((arm.to_owned(), metric.to_owned())),
        (None, [metric]) => Ok((text.to_owned(), metric.clone())),
        (None, []) => Ok((text.to_owned(), args.value_column.clone())),
        (None, _) => bail!("--primary {text}: with several metrics write ARM/METRIC"),
    });
    Ok(CompareRequest {
        columns: TableColumns {
            arm: args.arm_column.clone(),
            pair: args.pair_column.clone(),
            metric: args.metric_column.clone(),
            value: args.value_column.clone(),
            dataset: args.dataset_column.clone(),
        },
        filters,
        metrics: args.metrics.clone(),
        treatments: args.treatments.clone(),
        control: args.control.clone(),
        dataset: args.dataset.clone(),
        primary: primary.transpose()?,
        correction: args.correction.into(),
        test: args.test.clone(),
        alternative: args.alternative.into(),
        alpha: args.alpha,
        margin: args.margin,
        effect: args.effect,
        power: args.power,
        expected_pairs: args.expect,
    })
}

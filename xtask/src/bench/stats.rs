//! `cargo xtask bench stats`: exact tests and cluster randomisation beside scipy and numpy.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::median;
use super::side::{example, output};
use crate::Outcome;
use crate::venv::environment;
use crate::workspace::Workspace;

/// Options of `bench stats`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pairs of measurements; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// A Python with numpy and scipy [default: one made under the target folder]
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Runs one side; its lines are `<work> <seconds a call>`.
fn seconds(command: &mut Command) -> Result<Seconds> {
    let text = output(command)?;
    let line = |line: &str| {
        let (work, number) = line.split_once(' ')?;
        Some((work.to_owned(), number.trim().parse().ok()?))
    };
    text.lines()
        .map(|text| line(text).with_context(|| format!("a side printed {text:?}; expected `work seconds`")))
        .collect()
}

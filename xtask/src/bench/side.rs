//! The two sides of a bench: building ours, running either.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;

use crate::workspace::Workspace;

/// Builds an example of a crate: our side, where it joins crates that only the training program joins.
pub(super) fn example(workspace: &Workspace, package: &str, example: &str) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--quiet", "-p", package, "--example", example]);
    let status = cargo.status().context("cannot run cargo")?;
    ensure!(status.success(), "cargo could not build the example {example} of {package}");
    Ok(workspace.target.join("release/examples").join(example))
}

/// What a side printed; its complaint where it failed.
pub(super) fn output(command: &mut Command) -> Result<String> {
    Ok(outputs(command)?[0].clone())
}

/// What a side printed on standard output and standard error; its complaint where it failed.
pub(super) fn outputs(command: &mut Command) -> Result<[String; 2]> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok([output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// The number that a side printed last, after `label`.
pub(super) fn last_number(text: &str, label: &str) -> Result<f64> {
    let number = text.lines().last().and_then(|line| line.strip_prefix(label));
    number
        .and_then(|text| text.trim().parse().ok())
        .with_context(|| format!("a side printed {text:?}; expected `{label} N` last"))
}

/// What a side printed last, as JSON.
pub(super) fn last_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("a side printed {last:?}; expected one JSON object"))
}

/// Median over rounds of `numerator / denominator`, round by round.
pub(super) fn median_ratio(numerator: &[f64], denominator: &[f64]) -> f64 {
    super::median(&numerator.iter().zip(denominator).map(|(n, d)| n / d).collect::<Vec<_>>())
}

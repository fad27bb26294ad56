//! The smoke study from an empty folder: it ends well leaves every file a study promises, and repeats.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::Verdict;
use crate::reproduce;
use crate::workspace::Workspace;

/// What lies in the folder of a finished study.
const STUDY_FILES: [&str; 6] =
    ["plan.toml", "results.csv", "tests.csv", "claims.json", "claims.md", "report.html"];
/// What lies in the folder of each finished run.
const RUN_FILES: [&str; 3] = ["run.json", "predictions.csv", "DONE"];
/// And in that of a run that trained.
const TRAINED_FILES: [&str; 2] = ["metrics.jsonl", "checkpoint.safetensors"];

/// Builds affekt and runs the study three times: from nothing; again, with nothing to do; and with one run taken
/// away. The folder stays when something is wrong.
pub(super) fn run(workspace: &Workspace) -> Result<Verdict> {
    let out = workspace.target.join("xtask").join("smoke");
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    let binary = reproduce::build(workspace)?;
    let study = || -> Result<String> {
        let output = Command::new(&binary)
            .current_dir(&workspace.root)
            .args(reproduce::smoke_arguments(workspace, &out)?)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        eprint!("{said}");
        ensure!(output.status.success(), "affekt: {}; its files are in {}", output.status, out.display());
        Ok(said)
    };
    if let Err(error) = three_times(&study, &out) {
        return Ok(Verdict::Failed(format!("{error:#}")));
    }
    fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    Ok(Verdict::Passed)
}

fn three_times(study: &dyn Fn() -> Result<String>, out: &Path) -> Result<()> {
    study()?;
    let (folder, runs) = check(out)?;
    let results = || fs::read(folder.join("results.csv")).context("cannot read results.csv");
    let first = results()?;
    let again = study()?;
    ensure!(again.contains("nothing to do"), "the second run found something to do");
    let victim = runs.first().context("no run to take away")?;
    fs::remove_dir_all(victim).with_context(|| format!("cannot remove {}", victim.display()))?;
    study()?;
    check(out)?;
    ensure!(results()? == first, "redoing {} changed results.csv", victim.display());
    Ok(())
}

/// The one study below `out` and its trained runs, each with all its files.
fn check(out: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    let mut studies = folders(out)?;
    studies.retain(|folder| folder.join("plan.toml").is_file());
    ensure!(studies.len() == 1, "{} studies in {}; expected one", studies.len(), out.display());
    let study = studies.remove(0);
    present(&study, &STUDY_FILES)?;
    let runs = folders(&study.join("runs"))?;
    ensure!(!runs.is_empty(), "no run in {}", study.display());
    let mut trained = Vec::new();
    for run in runs {
        present(&run, &RUN_FILES)?;
        let resolved = fs::read_to_string(run.join("run.json")).context("cannot read run.json")?;
        // An arm that decides again from another's predictions trains nothing.
        if !resolved.contains("\"post_hoc\"") {
            present(&run, &TRAINED_FILES)?;
            trained.push(run);
        }
    }
    ensure!(!trained.is_empty(), "no trained run in {}", study.display());
    Ok((study, trained))
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent).with_context(|| format!("cannot list {}", parent.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// Every file is there and holds something.
fn present(folder: &Path, names: &[&str]) -> Result<()> {
    for name in names {
        let file = folder.join(name);
        let bytes = file.metadata().with_context(|| format!("{} is missing", file.display()))?.len();
        ensure!(bytes > 0, "{} is empty", file.display());
    }
    Ok(())
}

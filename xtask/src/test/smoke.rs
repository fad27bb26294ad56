//! The smoke study from an empty folder: it ends well and leaves every file a study promises.

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
const RUN_FILES: [&str; 5] =
    ["run.json", "metrics.jsonl", "checkpoint.safetensors", "predictions.csv", "DONE"];

/// Builds affekt, runs the study, looks for its files; the folder stays when something is wrong.
pub(super) fn run(workspace: &Workspace) -> Result<Verdict> {
    let out = workspace.target.join("xtask").join("smoke");
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    let binary = reproduce::build(workspace)?;
    let status = Command::new(&binary)
        .current_dir(&workspace.root)
        .args(reproduce::smoke_arguments(workspace, &out)?)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    if !status.success() {
        return Ok(Verdict::Failed(format!("affekt: {status}; its files are in {}", out.display())));
    }
    if let Err(error) = check(&out) {
        return Ok(Verdict::Failed(format!("{error:#}")));
    }
    fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    Ok(Verdict::Passed)
}

fn check(out: &Path) -> Result<()> {
    let studies = folders(out)?;
    ensure!(!studies.is_empty(), "no study in {}", out.display());
    for study in studies {
        present(&study, &STUDY_FILES)?;
        let runs = folders(&study.join("runs"))?;
        ensure!(!runs.is_empty(), "no run in {}", study.display());
        for run in runs {
            present(&run, &RUN_FILES)?;
        }
    }
    Ok(())
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent).with_context(|| format!("cannot list {}", parent.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// `DONE` may be empty; everything else must not be.
fn present(folder: &Path, names: &[&str]) -> Result<()> {
    for name in names {
        let file = folder.join(name);
        let bytes = file.metadata().with_context(|| format!("{} is missing", file.display()))?.len();
        ensure!(bytes > 0 || *name == "DONE", "{} is empty", file.display());
    }
    Ok(())
}

//! `cargo xtask golden`: reference values written again by their generators.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;

use crate::Outcome;
use crate::venv::environment;
use crate::workspace::Workspace;

/// Which reference values.
#[derive(Subcommand)]
pub(crate) enum Args {
    /// 2,000 cases of affekt-stats from scipy, statsmodels and baycomp
    Stats {
        /// Compare with the file instead of writing it; exit code 1 where they differ
        #[arg(long)]
        check: bool,
    },
}

const FOLDER: &str = "crates/affekt-stats/tests/golden";

/// Versions are pinned: other ones may round differently.
const PACKAGES: [&str; 4] = ["numpy==2.4.6", "scipy==1.17.1", "statsmodels==0.15.0", "baycomp==1.0.3"];

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    let Args::Stats { check } = args;
    let imports = ["numpy", "scipy", "statsmodels", "baycomp"];
    let python = environment(workspace, "golden-stats", &PACKAGES, &imports)?;
    let folder = workspace.root.join(FOLDER);
    let output = Command::new(python).arg(folder.join("stats.py")).output().context("cannot run Python")?;
    let tail = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "stats.py failed: {}", tail.trim());
    let path = folder.join("stats.jsonl");
    if *check {
        let same = fs::read(&path).is_ok_and(|bytes| bytes == output.stdout);
        println!("{} {}", path.display(), if same { "is what the generator writes" } else { "differs" });
        return Ok(if same { Outcome::Done } else { Outcome::CheckFailed });
    }
    fs::write(&path, output.stdout).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(Outcome::Done)
}

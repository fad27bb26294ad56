//! `cargo xtask bench seeds`: the common job, six seeds of one arm, side by side and one after another.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::median;
use super::side::{median_ratio, output};
use crate::workspace::Workspace;
use crate::{Outcome, reproduce};

/// Options of `bench seeds`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Turns of both sides, one after the other; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0, "--rounds is 0; expected at least 1");
    let affekt = reproduce::build(workspace)?;
    let study = workspace.root.join("xtask/peers/seeds.toml");
    let out = workspace.target.join("bench").join("seeds");
    let cores = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    // The world is rendered once and is in no turn.
    time(&affekt, &study, &out, &["--jobs", &cores, "--set", "train.epochs=1"])?;
    let all_threads = format!("threads_per_run={cores}");
    let (mut beside, mut after) = (Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        beside.push(time(&affekt, &study, &out, &["--jobs", &cores])?);
        after.push(time(&affekt, &study, &out, &["--jobs", "1", "--set", &all_threads])?);
    }
    println!("six seeds of the small net on a world, seconds in all, medians of {} rounds", args.rounds);
    println!("{:<44}  {:>8}", "way", "seconds");
    println!("{:<44}  {:>8.1}", format!("{cores} at a time, one thread each"), median(&beside));
    println!("{:<44}  {:>8.1}", format!("one after another, {cores} threads"), median(&after));
    println!("ratio {:.2}", median_ratio(&after, &beside));
    Ok(Outcome::Done)
}

/// Trains the study from nothing but its data.
fn time(affekt: &Path, study: &Path, out: &Path, options: &[&str]) -> Result<f64> {
    let runs = out.join("bench-seeds");
    if runs.exists() {
        std::fs::remove_dir_all(&runs).with_context(|| format!("cannot clear {}", runs.display()))?;
    }
    let mut command = Command::new(affekt);
    command.args(["study", "run"]).arg(study).arg("--out").arg(out).args(options);
    let started = Instant::now();
    output(&mut command)?;
    Ok(started.elapsed().as_secs_f64())
}

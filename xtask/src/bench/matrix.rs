//! `cargo xtask bench matrix`: a matrix of ten thousand runs, planned and looked at.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use super::median;
use super::side::{last_json, output};
use crate::process::python;
use crate::workspace::Workspace;
use crate::{Outcome, reproduce};

/// Options of `bench matrix`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Runs of the matrix that are trained; as many more are computed from their predictions
    #[arg(long, default_value_t = 10_000)]
    runs: u32,
    /// Turns of each command; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Runs a command, and says how long it took and how much memory it held.
const WATCH: &str = "\
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({'seconds': seconds, 'mib': peak}))
sys.exit(code)
";

#[derive(Deserialize)]
struct Watched {
    seconds: f64,
    mib: f64,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    let affekt = reproduce::build(workspace)?;
    let study = workspace.root.join("xtask/peers/seeds.toml");
    let out = workspace.target.join("bench").join("matrix");
    let seeds: Vec<String> = (0..args.runs).map(|seed| seed.to_string()).collect();
    let seeds = format!("seeds=[{}]", seeds.join(","));
    let plan = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(ToString::to_string).collect();
        words.extend([study.display().to_string(), "--out".into(), out.display().to_string()]);
        words.extend(["--set".into(), seeds.clone()]);
        words
    };
    // Data, plan.toml and every run.json, as a submission that nobody hands over leaves them.
    watched(&affekt, &[&plan(&["study", "run"])[..], &["--executor".into(), "slurm".into()]].concat())?;
    let folder = out.join("bench-seeds").display().to_string();
    let commands = [
        ("study plan", plan(&["study", "plan"])),
        ("study status", ["study", "status", &folder].map(str::to_owned).to_vec()),
        ("study status --json", ["study", "status", &folder, "--json"].map(str::to_owned).to_vec()),
    ];
    println!("a matrix of {} runs to train, medians of {} rounds", args.runs, args.rounds);
    println!("{:<22}  {:>8}  {:>8}", "command", "seconds", "MiB");
    for (name, words) in commands {
        let turns = (0..args.rounds).map(|_| watched(&affekt, &words)).collect::<Result<Vec<_>>>()?;
        let [seconds, mib] = [|turn: &Watched| turn.seconds, |turn: &Watched| turn.mib]
            .map(|of| turns.iter().map(of).collect::<Vec<_>>());
        println!("{name:<22}  {:>8.2}  {:>8.0}", median(&seconds), median(&mib));
    }
    Ok(Outcome::Done)
}

fn watched(affekt: &Path, words: &[String]) -> Result<Watched> {
    let mut command = Command::new(python());
    last_json(&output(command.arg("-c").arg(WATCH).arg(affekt).args(words))?)
}

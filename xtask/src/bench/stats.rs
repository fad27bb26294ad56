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

/// Work, as both sides name it, and the ratio to reach.
const WORK: [(&str, &str, Option<f64>); 6] = [
    ("sign_flip_20", "exact sign-flip, n = 20, two-sided", Some(50.0)),
    ("sign_flip_20_ties", "exact sign-flip, n = 20, thousandths", Some(50.0)),
    ("wilcoxon_30", "exact Wilcoxon, n = 30, no ties", Some(50.0)),
    ("wilcoxon_12_ties", "exact Wilcoxon, n = 12, ties", Some(50.0)),
    ("cluster_macro_f1", "macro-F1 by video, 27,000 frames, 10,000 swaps", Some(20.0)),
    ("cluster_macro_f1_matrix", "the same beside numpy on confusion matrices", None),
];

type Seconds = BTreeMap<String, f64>;

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0, "--rounds is 0; expected at least 1");
    let ours = example(workspace, "affekt-stats", "stats_rate")?;
    let python = match &args.python {
        Some(python) => python.clone(),
        None => {
            environment(workspace, "bench-stats", &["numpy==2.4.6", "scipy==1.17.1"], &["numpy", "scipy"])?
        }
    };
    let script = workspace.root.join("xtask/peers/stats.py");
    let mut rounds: Vec<(Seconds, Seconds)> = Vec::new();
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        rounds.push((seconds(&mut Command::new(&ours))?, seconds(Command::new(&python).arg(&script))?));
    }
    println!("statistics, seconds a call, median of {} rounds", args.rounds);
    println!("{:<48}  {:>11}  {:>11}  {:>8}  {:>6}", "work", "affekt", "peer", "ratio", "goal");
    for (name, what, goal) in WORK {
        let of = |side: &dyn Fn(&(Seconds, Seconds)) -> Option<f64>| -> Result<f64> {
            let list: Option<Vec<f64>> = rounds.iter().map(side).collect();
            Ok(median(&list.with_context(|| format!("no measurement of {name}"))?))
        };
        let (ours, peer) = (of(&|r| r.0.get(name).copied())?, of(&|r| r.1.get(name).copied())?);
        let ratio = of(&|r| Some(r.1.get(name)? / r.0.get(name)?))?;
        let goal = goal.map_or_else(String::new, |goal| format!("{goal:.0}"));
        println!("{what:<48}  {ours:>11.3e}  {peer:>11.3e}  {ratio:>8.1}  {goal:>6}");
    }
    println!(
        "peer: scipy and numpy, one process (xtask/peers/stats.py); affekt on as many threads as there are cores"
    );
    Ok(Outcome::Done)
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

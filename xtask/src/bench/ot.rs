//! `cargo xtask bench ot`: a batch of transport problems beside POT.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::side::{example, last_number, output};
use super::{median, peer};
use crate::Outcome;
use crate::workspace::Workspace;

/// Options of `bench ot`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Turns of both sides, one after the other; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Threads of our side [default: one for each core; one thread is always measured too]
    #[arg(long)]
    threads: Option<usize>,
    /// A Python with POT 0.9.7 [default: one made under the target folder]
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Weight of the entropy, in units of the mean cost of a confusion.
const EPSILON: &str = "0.2";
/// Marginal error at which entropic iterations stop.
const TOLERANCE: &str = "1e-6";
/// Ratio to reach, and the largest difference of an answer that still counts as the same.
const WORK: [Work; 3] = [
    Work { name: "exact EMD", mode: "exact", settings: &[], goal: Some(50.0), same: 1e-12 },
    // Both stop at the tolerance, not at the limit of the iteration: values agree to a few tolerances.
    Work {
        name: "Sinkhorn; POT: log",
        mode: "sinkhorn-log",
        settings: &[EPSILON, TOLERANCE],
        goal: Some(20.0),
        same: 1e-5,
    },
    // POT's faster form, which fails where exp(-C / eps) leaves the range of its floats.
    Work {
        name: "Sinkhorn; POT: scaling",
        mode: "sinkhorn-scaling",
        settings: &[EPSILON, TOLERANCE],
        goal: None,
        same: 1e-5,
    },
];

struct Work {
    name: &'static str,
    mode: &'static str,
    settings: &'static [&'static str],
    goal: Option<f64>,
    same: f64,
}

/// Seconds of every round.
#[derive(Default)]
struct Seconds {
    ours: Vec<f64>,
    one_thread: Vec<f64>,
    peer: Vec<f64>,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0, "--rounds is 0; expected at least 1");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.unwrap_or(cores).to_string();
    let ours = example(workspace, "affekt-ot", "ot_rate")?;
    let python = peer::peer_python(workspace, &peer::POT, args.python.clone())?;
    let folder = workspace.target.join("bench").join("ot");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    output(Command::new(&ours).arg("problems").arg(&folder))?;

    let script = workspace.root.join("xtask/peers/transport.py");
    let mut measured = WORK.map(|_| Seconds::default());
    let mut versions = String::new();
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        for (work, seconds) in WORK.iter().zip(&mut measured) {
            let mode = || {
                let mut command = Command::new(&ours);
                command.arg(work.mode).arg(&folder);
                command
            };
            seconds.ours.push(time(mode().arg(&threads).args(work.settings))?);
            seconds.one_thread.push(time(mode().arg("1").args(work.settings))?);
            let mut command = Command::new(&python);
            let text = output(command.arg(&script).arg(work.mode).arg(&folder).args(work.settings))?;
            seconds.peer.push(last_number(&text, "seconds ")?);
            text.lines().next().unwrap_or_default().clone_into(&mut versions);
        }
    }
    report(&folder, &threads, args.rounds, &versions, &measured)
}

/// Prints the table and writes the JSON; answers that differ make the run fail.
fn report(
    folder: &Path,
    threads: &str,
    rounds: usize,
    versions: &str,
    measured: &[Seconds; 3],
) -> Result<Outcome> {
    println!("4,096 pairs of 8 classes, circumplex cost, ms a batch, median of {rounds}; {versions}");
    println!("entropic: eps {EPSILON}, marginal error {TOLERANCE}");
    println!(
        "{:<23} {:>16}  {:>10}  {:>9}  {:>8}  {:>7}  {:>5}  {:>10}",
        "work",
        "affekt, 1 thread",
        format!("{threads} threads"),
        "POT",
        "ratio, 1",
        "ratio",
        "goal",
        "difference"
    );
    let mut rows = Vec::new();
    let mut same = true;
    for (work, seconds) in WORK.iter().zip(measured) {
        let ratio = |ours: &[f64]| {
            let ratios: Vec<f64> = seconds.peer.iter().zip(ours).map(|(peer, ours)| peer / ours).collect();
            median(&ratios)
        };
        let (ratio_one, ratio_all) = (ratio(&seconds.one_thread), ratio(&seconds.ours));
        let difference = largest_difference(folder, work.mode)?;
        same &= difference <= work.same;
        println!(
            "{:<23} {:>16.3}  {:>10.3}  {:>9.1}  {:>8.1}  {:>7.1}  {:>5}  {:>10.1e}",
            work.name,
            1e3 * median(&seconds.one_thread),
            1e3 * median(&seconds.ours),
            1e3 * median(&seconds.peer),
            ratio_one,
            ratio_all,
            work.goal.map_or(String::new(), |goal| format!("{goal:.0}")),
            difference
        );
        rows.push(json!({
            "work": work.name,
            "affekt_s": seconds.ours,
            "affekt_one_thread_s": seconds.one_thread,
            "peer_s": seconds.peer,
            "ratio": ratio_all,
            "ratio_one_thread": ratio_one,
            "goal": work.goal,
            "largest_difference": difference,
            "allowed_difference": work.same,
        }));
    }
    let path = folder.join("result.json");
    let result = json!({
        "pairs": 4096,
        "classes": 8,
        "epsilon": EPSILON.parse::<f64>()?,
        "tolerance": TOLERANCE.parse::<f64>()?,
        "threads": threads.parse::<usize>()?,
        "rounds": rounds,
        "peer": versions,
        "work": rows,
    });
    std::fs::write(&path, format!("{result:#}\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    if !same {
        eprintln!("the answers differ by more than allowed: the times compare nothing");
        return Ok(Outcome::CheckFailed);
    }
    Ok(Outcome::Done)
}

/// Runs one side and takes its time.
fn time(command: &mut Command) -> Result<f64> {
    last_number(&output(command)?, "seconds ")
}

/// Largest difference between the answers of both sides.
fn largest_difference(folder: &Path, mode: &str) -> Result<f64> {
    let read = |side: &str| {
        let path = folder.join(format!("{mode}-{side}"));
        std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let (ours, peer) = (read("affekt")?, read("peer")?);
    ensure!(
        ours.len() == peer.len() && !ours.is_empty(),
        "{mode}: {} bytes of answers from us, {} from the peer",
        ours.len(),
        peer.len()
    );
    let values = |bytes: &[u8]| -> Vec<f64> {
        bytes.as_chunks::<8>().0.iter().map(|word| f64::from_le_bytes(*word)).collect()
    };
    let differences = values(&ours).into_iter().zip(values(&peer)).map(|(a, b)| (a - b).abs());
    // NaN must not look like agreement.
    Ok(differences.fold(0.0, |worst, x| if worst.is_nan() || x <= worst { worst } else { x }))
}

//! `cargo xtask bench step`: a training step beside PyTorch's eager mode, from the same weights on the same batch.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::side::{example, last_json, median_ratio, output};
use super::{median, peer};
use crate::Outcome;
use crate::setup;
use crate::workspace::Workspace;

/// Options of `bench step`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Turns of all sides, one after the other; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Timed steps of a turn, after five that are not
    #[arg(long, default_value_t = 15)]
    steps: usize,
    /// Threads of every side [default: one for each core]
    #[arg(long)]
    threads: Option<usize>,
    /// A Python with torch 2.11, torchvision and safetensors [default: one made under the target folder]
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Network, edge of its images in pixels, images of a batch.
const NETS: [[&str; 3]; 2] = [["resnet18", "112", "32"], ["small", "64", "64"]];
const PRECISIONS: [&str; 2] = ["fp32", "bf16"];
/// Memory layouts of the peer: the faster one is its best eager mode, and the one we are compared with.
const LAYOUTS: [&str; 2] = ["channels-last", "contiguous"];
/// Losses printed to show that both sides do the same work.
const SHOWN: usize = 6;

/// What one turn of one side printed.
#[derive(Deserialize)]
struct Turn {
    milliseconds: Vec<f64>,
    losses: Vec<f64>,
    peak_mib: f64,
}

/// All turns of one side.
#[derive(Default, Serialize)]
struct Side {
    /// Median step of each turn.
    milliseconds: Vec<f64>,
    /// Of the first turn.
    losses: Vec<f64>,
    /// Largest of all turns.
    peak_mib: f64,
}

impl Side {
    fn add(&mut self, turn: Turn) {
        self.milliseconds.push(median(&turn.milliseconds));
        if self.losses.is_empty() {
            self.losses = turn.losses;
        }
        if turn.peak_mib > self.peak_mib {
            self.peak_mib = turn.peak_mib;
        }
    }
}

/// One row of the table and of `step.json`.
#[derive(Serialize)]
struct Measured {
    net: &'static str,
    size: &'static str,
    batch: &'static str,
    precision: &'static str,
    ours: Side,
    /// By layout, in the order of [`LAYOUTS`].
    peers: [Side; LAYOUTS.len()],
}

impl Measured {
    /// The peer's faster layout.
    fn best(&self) -> usize {
        let [first, second] = &self.peers;
        usize::from(median(&second.milliseconds) < median(&first.milliseconds))
    }

    /// Median over rounds of the peer's time as a multiple of ours.
    fn ratio(&self) -> f64 {
        median_ratio(&self.peers[self.best()].milliseconds, &self.ours.milliseconds)
    }
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0 && args.steps > 0, "--rounds and --steps must be at least 1");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.unwrap_or(cores).to_string();
    let steps = args.steps.to_string();
    setup::ensure(workspace)?;
    let ours = example(workspace, "affekt-train", "step_rate")?;
    let python = peer::peer_python(workspace, &peer::TORCH, args.python.clone())?;
    let script = workspace.root.join("xtask/peers/step.py");
    let folder = workspace.target.join("bench").join("step");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;

    let mut all = Vec::new();
    for [net, size, batch] in NETS {
        for precision in PRECISIONS {
            let exchange = folder.join(format!("{net}.safetensors"));
            let mut measured =
                Measured { net, size, batch, precision, ours: Side::default(), peers: Default::default() };
            for round in 1..=args.rounds {
                eprintln!("{net} {size} px, batch {batch}, {precision}: round {round} of {}", args.rounds);
                let settings = [net, size, batch, precision, &threads, &steps];
                measured.ours.add(last_json(&output(Command::new(&ours).args(settings).arg(&exchange))?)?);
                for (side, layout) in measured.peers.iter_mut().zip(LAYOUTS) {
                    let mut command = Command::new(&python);
                    command.arg(&script).args(settings).arg(&exchange).arg(layout);
                    side.add(last_json(&output(&mut command)?)?);
                }
            }
            all.push(measured);
        }
    }
    print(&all, &threads);
    let json = folder.join("step.json");
    std::fs::write(&json, serde_json::to_vec_pretty(&all)?)
        .with_context(|| format!("cannot write {}", json.display()))?;
    println!("written: {}", json.display());
    Ok(Outcome::Done)
}

fn print(all: &[Measured], threads: &str) {
    println!("a training step (forward, loss, backward, AdamW), {threads} threads, milliseconds, medians");
    println!(
        "{:<10} {:>4} {:>5}  {:<9}  {:>8}  {:>8}  {:<13}  {:>6}  {:>10}  {:>10}",
        "net",
        "px",
        "batch",
        "precision",
        "affekt",
        "PyTorch",
        "its layout",
        "ratio",
        "affekt MiB",
        "its MiB"
    );
    for row in all {
        let best = &row.peers[row.best()];
        println!(
            "{:<10} {:>4} {:>5}  {:<9}  {:>8.1}  {:>8.1}  {:<13}  {:>6.2}  {:>10.0}  {:>10.0}",
            row.net,
            row.size,
            row.batch,
            row.precision,
            median(&row.ours.milliseconds),
            median(&best.milliseconds),
            LAYOUTS[row.best()],
            row.ratio(),
            row.ours.peak_mib,
            best.peak_mib,
        );
    }
    println!("losses of the first steps, ours above PyTorch's:");
    for row in all {
        for (side, losses) in [("affekt", &row.ours.losses), ("PyTorch", &row.peers[row.best()].losses)] {
            let losses: Vec<String> = losses.iter().take(SHOWN).map(|loss| format!("{loss:.5}")).collect();
            println!("{:<10} {:<5} {:<8} {}", row.net, row.precision, side, losses.join("  "));
        }
    }
    println!(
        "peer: torch 2.11 eager, fused AdamW, autocast for bf16, in its faster layout (xtask/peers/step.py)"
    );
}

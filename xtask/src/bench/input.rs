//! `cargo xtask bench input`: from files to training batches.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::side::{example, last_number, median_ratio, output};
use super::{median, peer};
use crate::Outcome;
use crate::workspace::Workspace;

/// Options of `bench input`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of faces8: legend.csv and images/
    #[arg(long)]
    data_root: PathBuf,
    /// Pairs of measurements; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Side of the faces in pixels
    #[arg(long, default_value_t = 112)]
    size: u32,
    /// A Python with torch 2.11, torchvision, timm and Pillow [default: one made under the target folder]
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Threads on our side, worker processes on the peer's.
const WORKERS: &str = "2";

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0, "--rounds is 0; expected at least 1");
    let data_root = std::fs::canonicalize(&args.data_root)
        .with_context(|| format!("cannot find {}", args.data_root.display()))?;
    let ours = example(workspace, "affekt-data", "input_rate")?;
    let python = peer::peer_python(workspace, &peer::TORCH, args.python.clone())?;
    let scratch = workspace.target.join("bench").join("input");
    let size = args.size.to_string();

    let mut pairs =
        [Pairs::new("JPEG to face cache"), Pairs::new("cache, RandAugment, flip, erasing, to batches")];
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        for (pair, mode) in pairs.iter_mut().zip(["prepare", "augment"]) {
            let out = scratch.join("prepared");
            if mode == "prepare" && out.exists() {
                std::fs::remove_dir_all(&out).with_context(|| format!("cannot clear {}", out.display()))?;
            }
            let manifest = workspace.root.join("data-manifests/faces8.toml");
            let mut command = Command::new(&ours);
            command.arg(mode).arg(manifest).arg(&data_root).arg(&out).arg(&size).arg(WORKERS);
            pair.ours.push(last_number(&output(&mut command)?, "images/s ")?);
            let script = workspace.root.join("xtask/peers/input.py");
            let mut command = Command::new(&python);
            command.arg(script).arg(mode).arg(&data_root).arg(&size).arg(WORKERS);
            pair.peer.push(last_number(&output(&mut command)?, "images/s ")?);
        }
    }
    println!(
        "input pipeline, faces8, {size} px, {WORKERS} threads beside {WORKERS} workers, images/s, median of {}",
        args.rounds
    );
    println!("{:<46}  {:>9}  {:>9}  {:>6}", "work", "affekt", "peer", "ratio");
    for pair in &pairs {
        println!(
            "{:<46}  {:>9.0}  {:>9.0}  {:>6.1}",
            pair.what,
            median(&pair.ours),
            median(&pair.peer),
            median_ratio(&pair.ours, &pair.peer)
        );
    }
    println!("peer: torchvision transforms on Pillow pictures through a DataLoader (xtask/peers/input.py)");
    Ok(Outcome::Done)
}

struct Pairs {
    what: &'static str,
    ours: Vec<f64>,
    peer: Vec<f64>,
}

impl Pairs {
    fn new(what: &'static str) -> Self {
        Self { what, ours: Vec::new(), peer: Vec::new() }
    }
}

//! `cargo xtask bench epoch`: a whole epoch from JPEG files beside PyTorch's, the study program itself on our side.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::side::{last_json, median_ratio, output, outputs};
use super::{median, peer};
use crate::workspace::Workspace;
use crate::{Outcome, reproduce};

/// Options of `bench epoch`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of faces8: legend.csv and images/
    #[arg(long)]
    data_root: PathBuf,
    /// Turns of both sides, one after the other; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// A Python with torch 2.11, torchvision, timm and Pillow [default: one made under the target folder]
    #[arg(long)]
    python: Option<PathBuf>,
}

/// As in `peers/epoch.toml`.
const SIZE: &str = "112";
const BATCH: &str = "32";
const THREADS: &str = "2";
const WORKERS: &str = "2";

/// What one turn of one side showed of two epochs.
#[derive(Deserialize, Serialize)]
struct Turn {
    /// Training images a second of each epoch; on our side the first one pays for decoding all files into the cache.
    images_per_second: Vec<f64>,
    /// Mean loss of each epoch.
    losses: Vec<f64>,
}

#[derive(Serialize)]
struct Measured {
    affekt: Vec<Turn>,
    peer: Vec<Turn>,
}

/// A line of `metrics.jsonl`, as far as it matters here.
#[derive(Deserialize)]
struct Epoch {
    train_loss: f64,
    images_per_second: f64,
}

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    ensure!(args.rounds > 0, "--rounds is 0; expected at least 1");
    let data_root = std::fs::canonicalize(&args.data_root)
        .with_context(|| format!("cannot find {}", args.data_root.display()))?;
    let affekt = reproduce::build(workspace)?;
    let python = peer::peer_python(workspace, &peer::TORCH, args.python.clone())?;
    let folder = workspace.target.join("bench").join("epoch");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let script = workspace.root.join("xtask/peers/epoch.py");
    let study = workspace.root.join("xtask/peers/epoch.toml");
    let mut measured = Measured { affekt: Vec::new(), peer: Vec::new() };
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        // Another seed each round, on both sides: what two losses of one seed differ by says nothing.
        let seed = round.to_string();
        measured.affekt.push(ours(&affekt, &study, &data_root, &folder.join("runs"), &seed)?);
        let mut command = Command::new(&python);
        command.arg(&script).arg(&data_root).args([SIZE, BATCH, WORKERS, THREADS, &seed, "channels-last"]);
        measured.peer.push(last_json(&output(&mut command)?)?);
    }
    print(&measured)?;
    let json = folder.join("epoch.json");
    std::fs::write(&json, serde_json::to_vec_pretty(&measured)?)
        .with_context(|| format!("cannot write {}", json.display()))?;
    println!("written: {}", json.display());
    Ok(Outcome::Done)
}

/// Prepares the data anew and trains two epochs.
fn ours(affekt: &Path, study: &Path, data_root: &Path, out: &Path, seed: &str) -> Result<Turn> {
    if out.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("cannot clear {}", out.display()))?;
    }
    let mut command = Command::new(affekt);
    command
        .args(["study", "run"])
        .arg(study)
        .args(["--jobs", "1"])
        .args(["--set", &format!("seeds=[{seed}]")]);
    let [_, told] = outputs(command.arg("--out").arg(out).arg("--data-root").arg(data_root))?;
    let decoding =
        told.lines().find_map(|line| line.strip_suffix(" images/s")?.rsplit(' ').next()?.parse::<f64>().ok());
    let decoding =
        decoding.with_context(|| format!("affekt said {told:?}; expected `N images/s` of the pictures"))?;
    let runs = out.join("bench-epoch").join("runs");
    // The arm that is not trained has no metrics.
    let metrics = std::fs::read_dir(&runs)
        .with_context(|| format!("cannot read {}", runs.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().join("metrics.jsonl")))
        .find(|path| path.is_file())
        .with_context(|| format!("{} holds no run that was trained", runs.display()))?;
    let text =
        std::fs::read_to_string(&metrics).with_context(|| format!("cannot read {}", metrics.display()))?;
    let epochs: Vec<Epoch> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let [first, second] = epochs.as_slice() else {
        anyhow::bail!("{} has {} epochs; expected 2", runs.display(), epochs.len());
    };
    // Seconds an image: what its file cost, and what its training cost.
    let with_decoding = 1.0 / (1.0 / decoding + 1.0 / first.images_per_second);
    Ok(Turn {
        images_per_second: vec![with_decoding, second.images_per_second],
        losses: vec![first.train_loss, second.train_loss],
    })
}

fn print(measured: &Measured) -> Result<()> {
    println!(
        "epochs over faces8, {SIZE} px, RandAugment, flip, erasing, ResNet-18 in bf16, batch {BATCH}, images/s"
    );
    println!("{:<46}  {:>8}  {:>8}  {:>6}", "epoch", "affekt", "PyTorch", "ratio");
    let of = |turns: &[Turn], epoch: usize| -> Result<Vec<f64>> {
        let rates = turns.iter().map(|turn| turn.images_per_second.get(epoch).copied());
        rates.collect::<Option<Vec<f64>>>().context("a side showed fewer than two epochs")
    };
    for (epoch, what) in
        ["first, JPEG files into the cache included", "second, from the cache; PyTorch from JPEG"]
            .into_iter()
            .enumerate()
    {
        let (ours, peer) = (of(&measured.affekt, epoch)?, of(&measured.peer, epoch)?);
        let ratio = median_ratio(&ours, &peer);
        println!("{what:<46}  {:>8.0}  {:>8.0}  {ratio:>6.2}", median(&ours), median(&peer));
    }
    for (name, turns) in [("affekt", &measured.affekt), ("PyTorch", &measured.peer)] {
        for turn in turns {
            println!("mean loss of each epoch, {name:<8} {:.4?}", turn.losses);
        }
    }
    println!(
        "peer: torchvision's ResNet-18, bf16 autocast, channels-last, fused AdamW, DataLoader with {WORKERS} workers; \
         {THREADS} threads on both sides (xtask/peers/epoch.py)"
    );
    Ok(())
}

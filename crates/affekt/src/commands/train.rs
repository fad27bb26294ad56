//! `affekt train`

use std::io::Read;

use crate::cli::TrainArgs;
use crate::output::Outcome;

pub(super) fn run(args: &TrainArgs) -> anyhow::Result<Outcome> {
    if args.follow_parent {
        std::thread::spawn(end_with_parent);
    }
    train(&args.run)?;
    Ok(Outcome::Done)
}

#[cfg(feature = "torch")]
fn train(run: &std::path::Path) -> anyhow::Result<()> {
    crate::train::run(run)
}

#[cfg(not(feature = "torch"))]
fn train(_run: &std::path::Path) -> anyhow::Result<()> {
    anyhow::bail!("this build has no LibTorch; build with --features torch or use cargo xtask")
}

/// Standard input is a pipe that nobody writes to: it ends when the process that started this one does.
fn end_with_parent() {
    let mut rest = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut rest);
    // Every file of a run is written atomically, so that ending anywhere leaves nothing half-done.
    std::process::exit(130);
}

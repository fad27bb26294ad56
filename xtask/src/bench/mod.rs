//! `cargo xtask bench`: speed as a ratio beside a peer, both measured in the same run.

mod epoch;
mod input;
mod matrix;
mod ot;
mod peer;
mod seeds;
mod side;
mod stats;
mod step;

use clap::Subcommand;

use crate::Outcome;
use crate::workspace::Workspace;

/// What is measured.
#[derive(Subcommand)]
pub(crate) enum Args {
    /// An epoch over JPEG files with RandAugment, ResNet-18 in bf16, beside PyTorch with a DataLoader of two workers
    Epoch(epoch::Args),
    /// Images a second into training, from JPEG files and from the face cache, beside torchvision and Pillow
    Input(input::Args),
    /// A batch of transport problems, exact and entropic, beside POT; the same answers are demanded
    Ot(ot::Args),
    /// A matrix of ten thousand runs: seconds and memory of `study plan` and `study status`
    Matrix(matrix::Args),
    /// The runs of a small study side by side, beside one after another with all threads
    Seeds(seeds::Args),
    /// A training step, in milliseconds and memory, beside PyTorch's eager mode
    Step(step::Args),
    /// Exact tests and cluster randomisation, beside scipy and numpy
    Stats(stats::Args),
}

/// Measures and prints; a bench never fails for being slow.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<Outcome> {
    match args {
        Args::Epoch(args) => epoch::run(workspace, args),
        Args::Input(args) => input::run(workspace, args),
        Args::Matrix(args) => matrix::run(workspace, args),
        Args::Ot(args) => ot::run(workspace, args),
        Args::Step(args) => step::run(workspace, args),
        Args::Seeds(args) => seeds::run(workspace, args),
        Args::Stats(args) => stats::run(workspace, args),
    }
}

/// The middle of the values; the upper of the two middles where their number is even.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(&[9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }
}

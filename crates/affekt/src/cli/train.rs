//! Arguments of training.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt train --run runs/STUDY/runs/RUN --device cpu

`affekt study run` starts this for each run; by hand it trains one of them again, or goes on after a kill.")]
pub(crate) struct TrainArgs {
    /// Run folder, which holds run.json
    #[arg(long)]
    pub(crate) run: PathBuf,
    /// Seconds between two savings of the state, from which the run goes on after a kill; 0 for every step
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub(crate) save_every: f64,
    /// Where to compute: cpu, cuda, cuda:N, or auto for the first CUDA device there is
    #[arg(long, default_value = "auto")]
    pub(crate) device: String,
    /// End when standard input closes, that is, when the process that started this one is gone
    #[arg(long, hide = true)]
    pub(crate) follow_parent: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt step --run runs/STUDY/runs/RUN --weights resnet18.pth --batch batch.safetensors --out step.safetensors")]
pub(crate) struct StepArgs {
    /// Run folder, which holds run.json: method, network, optimiser and loss
    #[arg(long)]
    pub(crate) run: PathBuf,
    /// Weights to start from: a checkpoint of ours, or a ResNet of timm or torchvision, .pth or safetensors
    #[arg(long)]
    pub(crate) weights: PathBuf,
    /// Batch (safetensors): `images`, n x 3 x h x w as the network sees them, and `labels`, n; at will
    /// `class_distributions`, c x c, and for their update `softmax`, m x c, and `softmax_labels`, m
    #[arg(long)]
    pub(crate) batch: PathBuf,
    /// Epoch the step belongs to
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) epoch: u32,
    /// Arithmetic of the step
    #[arg(long, value_enum, default_value = "fp32")]
    pub(crate) precision: StepPrecision,
    /// File to write (safetensors)
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Arithmetic of a step.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StepPrecision {
    /// 32-bit floats
    Fp32,
    /// bfloat16 convolutions
    Bf16,
    /// 64-bit activations over 32-bit parameters: tells an error of method from one of rounding
    Fp64,
}

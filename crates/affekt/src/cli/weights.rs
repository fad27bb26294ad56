//! Arguments of `affekt weights` and `affekt export`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// List the tensors of a weights file: safetensors or torch; nothing of it is executed
    Show(WeightsShowArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt weights show runs/STUDY/runs/RUN/checkpoint.safetensors
  affekt weights show resnet18.pth --key state_dict --json")]
pub(crate) struct WeightsShowArgs {
    /// Weights file (.safetensors, .pth, .pt)
    pub(crate) file: PathBuf,
    /// Key of the state dict in a torch checkpoint, such as `state_dict_ema`
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt export --checkpoint runs/STUDY/runs/RUN/checkpoint.safetensors --out resnet18.safetensors
  affekt export --checkpoint runs/STUDY/runs/RUN/checkpoint.safetensors --format torchscript --out model.pt

timm-safetensors fits timm.create_model(\"resnet18\", num_classes=N) with strict=True; the expression head becomes fc. Of a
dual-branch model the stem and the target branch are written, without the attention that scales its logits: the predicted
class stays, its probability does not. What has no place in a ResNet is named.

torchscript runs under torch.jit.load: RGB faces [n, 3, size, size] in [0, 1] to [n, columns], which FILE.json names; that
file also lets `affekt predict` use it.")]
pub(crate) struct ExportArgs {
    /// Checkpoint of a run
    #[arg(long)]
    pub(crate) checkpoint: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value = "timm-safetensors")]
    pub(crate) format: ExportFormat,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Formats of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A ResNet under the names of timm and torchvision
    TimmSafetensors,
    /// The whole network, heads and all, as `TorchScript`
    Torchscript,
}

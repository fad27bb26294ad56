//! Arguments of `affekt weights`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// List the tensors of a weights file: safetensors or torch; nothing of it is executed
    Show(WeightsShowArgs),
    /// Write a checkpoint's `ResNet` under the names of timm and torchvision
    Export(WeightsExportArgs),
}

#[derive(Args, Debug)]
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
Example:
  affekt weights export runs/STUDY/runs/RUN/checkpoint.safetensors --out resnet18.safetensors

The file fits timm.create_model(\"resnet18\", num_classes=N) with strict=True; the expression head becomes fc.
Of a dual-branch model the stem and the target branch are written, without the attention that scales its logits:
the predicted class stays, its probability does not. What has no place in a ResNet is named.")]
pub(crate) struct WeightsExportArgs {
    /// Checkpoint of a run
    pub(crate) checkpoint: PathBuf,
    /// File to write (safetensors)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

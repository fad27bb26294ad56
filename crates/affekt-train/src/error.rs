//! What ends a training run.

use std::path::PathBuf;

use affekt_core::Split;

/// A run cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There is no batch for a step: fewer were made than asked for.
    #[error("no batch is left for a step of the epoch; this is a fault of the loop")]
    NoBatch,
    /// A split is too small to train or measure on.
    #[error("split {split} has {got} usable samples; expected at least {expected}")]
    TooFew {
        /// The split.
        split: Split,
        /// Samples needed.
        expected: usize,
        /// Samples there.
        got: usize,
    },
    /// Manifest and face cache do not belong together.
    #[error("{} holds {images} faces but the manifest lists {rows} samples: prepare the dataset again", path.display())]
    CacheSize {
        /// The cache.
        path: PathBuf,
        /// Faces in the cache.
        images: usize,
        /// Rows of the manifest.
        rows: usize,
    },
    /// The network is to see crops larger than the faces.
    #[error("faces of {size} px hold no crop of {crop} px: prepare larger faces or take smaller crops")]
    Crop {
        /// Edge of the crops.
        crop: usize,
        /// Edge of the faces.
        size: usize,
    },
    /// The loss is not a number any more.
    #[error(
        "loss is {loss} at epoch {epoch}, step {step} (parts {parts:?}; first samples {samples:?}): \
         lower the learning rate or look at these samples"
    )]
    NonFiniteLoss {
        /// Epoch, from 1.
        epoch: u32,
        /// Step within the epoch, from 0.
        step: u64,
        /// The loss.
        loss: f64,
        /// Its parts.
        parts: Vec<(&'static str, f64)>,
        /// The first samples of the batch.
        samples: Vec<String>,
    },
    /// The model's logits hold NaN or infinity for a sample.
    #[error("model output for sample {sample} is not finite: the weights have diverged")]
    NonFiniteOutput {
        /// The sample.
        sample: String,
    },
    /// A training was asked to stop, and did so between two steps.
    #[error("stopped before epoch {epoch}, step {step}; what was done is kept")]
    Stopped {
        /// Epoch of the next step, from 1.
        epoch: u32,
        /// The next step within the epoch, from 0.
        step: u64,
    },
    /// The state of a training could not be kept.
    #[error("cannot keep the state of the training; the one kept before is whole")]
    Keep(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A kept state lacks something.
    #[error("kept state: {name} is missing or malformed; delete it to train from the start")]
    State {
        /// What.
        name: &'static str,
    },
    /// A kept state does not fit the model.
    #[error("kept state does not fit; delete it to train from the start")]
    Tensor(#[from] affekt_tensor::TensorError),
    /// Model and objective do not fit.
    #[error(transparent)]
    Objective(#[from] affekt_learn::ObjectiveError),
}

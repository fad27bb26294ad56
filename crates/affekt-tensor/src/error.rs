//! What can go wrong at the borders of the island.

use std::path::PathBuf;

/// A weight file is not what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A weight file lacks parameters, holds unknown ones, or holds them in another shape or kind.
    #[error(
        "{}: weights do not fit the model; missing [{}], unused [{}], different shape or kind [{}]",
        path.display(), missing.join(", "), unused.join(", "), different.join(", ")
    )]
    Weights {
        /// The file.
        path: PathBuf,
        /// Parameters the file lacks.
        missing: Vec<String>,
        /// Entries no parameter wants.
        unused: Vec<String>,
        /// Entries of another shape or kind, with both.
        different: Vec<String>,
    },
    /// A saved state is not of this model or optimiser.
    #[error("saved state: {name} is {got}; expected shape {expected}")]
    State {
        /// Which tensor.
        name: String,
        /// Its shape, or that it is missing.
        got: String,
        /// The shape it should have.
        expected: String,
    },
    /// The weight file is not well-formed.
    #[error("{}: not a readable safetensors file", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: safetensors::SafeTensorError,
    },
    /// There is no such device.
    #[error(
        "device {name:?}: expected auto, cpu, cuda or cuda:N; this LibTorch sees {n_cuda} CUDA devices{}",
        if *n_cuda == 0 { " (`cargo xtask setup --cuda` installs one that can)" } else { "" }
    )]
    Device {
        /// Its name as given.
        name: String,
        /// How many CUDA devices there are.
        n_cuda: usize,
    },
    /// `LibTorch` refused a `TorchScript` module.
    #[error("cannot {action} TorchScript ({what})")]
    Script {
        /// What was attempted.
        action: &'static str,
        /// With which module or file.
        what: String,
        /// What `LibTorch` said.
        #[source]
        source: tch::TchError,
    },
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

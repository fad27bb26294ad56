//! What can go wrong between a weights file and a model.

use std::path::PathBuf;

use affekt_artifact::ArtifactError;

use crate::{Fault, LoadReport};

/// A weights file could not be read, or does not fit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file is not there.
    #[error(
        "no weights file at {}{}; put it there or name another (affekt never starts from random weights where a file is named)",
        path.display(),
        named_by.as_ref().map(|by| format!(", which {by} names")).unwrap_or_default()
    )]
    NotFound {
        /// The file.
        path: PathBuf,
        /// What names it.
        named_by: Option<String>,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The content is no state dict, or is damaged.
    #[error("{}: not a readable weights file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<Fault>,
    },
    /// One tensor is damaged or not of a kind that is read.
    #[error("{}: tensor {name} cannot be read", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The cause.
        #[source]
        source: Box<Fault>,
    },
    /// The checkpoint has several state dicts, and taking one of them silently would change results.
    #[error("{}: state dicts under {}: name the one you want by its key (timm would take the first)", path.display(), keys.join(", "))]
    SeveralDicts {
        /// The file.
        path: PathBuf,
        /// Their keys, in the order timm searches.
        keys: Vec<String>,
    },
    /// No state dict where one was looked for.
    #[error("{}: no tensors {}; {}", path.display(), place(key.as_deref()), told(found))]
    NoDict {
        /// The file.
        path: PathBuf,
        /// The key asked for.
        key: Option<String>,
        /// What stands at the top of the file, with the number of tensors directly in it.
        found: Vec<(String, usize)>,
    },
    /// Names, shapes or kinds do not fit the model.
    #[error("{}: the weights do not fit the model:\n{report}", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Every entry, with expected and got.
        report: Box<LoadReport>,
    },
    /// The names are none of a model of affekt that timm has a counterpart of.
    #[error("{}: not a checkpoint that can be exported: {reason}", path.display())]
    NotExportable {
        /// The file.
        path: PathBuf,
        /// What is in the way.
        reason: String,
    },
    /// The file could not be written.
    #[error("cannot save weights")]
    Save(#[from] ArtifactError),
}

fn place(key: Option<&str>) -> String {
    key.map_or_else(
        || "at the top or under state_dict_ema, model_ema, state_dict or model".to_owned(),
        |key| format!("under {key}"),
    )
}

fn told(found: &[(String, usize)]) -> String {
    if found.is_empty() {
        return "there are no other levels in it".to_owned();
    }
    let keys: Vec<String> = found
        .iter()
        .map(|(name, count)| if *count > 0 { format!("{name} ({count} tensors)") } else { name.clone() })
        .collect();
    format!("at the top are {}: name one with tensors by its key", keys.join(", "))
}

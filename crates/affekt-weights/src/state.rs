//! The tensors of a weights file, by name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::{HostTensor, WeightsError, read};

/// What kind of file it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// safetensors.
    #[default]
    Safetensors,
    /// The zip archive of `torch.save` since 1.6.
    TorchZip,
    /// The stream of `torch.save` before 1.6.
    TorchLegacy,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Safetensors => "safetensors",
            Self::TorchZip => "torch zip archive",
            Self::TorchLegacy => "torch stream of before 1.6",
        })
    }
}

/// How to read a file.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Key of the state dict in a torch checkpoint, such as `state_dict_ema`; steps separated by dots. Without it the
    /// one of `state_dict_ema`, `model_ema`, `state_dict` and `model` that is there, or the top.
    pub key: Option<String>,
    /// What names the file, such as `model.weights of study.toml`: told when it is not there.
    pub named_by: Option<String>,
}

/// Where a state dict comes from, and what was set aside on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The file.
    pub path: PathBuf,
    /// Its format, told by its content.
    pub format: Format,
    /// Key of the checkpoint it stood under; `None` at the top.
    pub key: Option<String>,
    /// Prefixes that all names had, outermost first, removed.
    pub stripped: Vec<String>,
    /// Entries of the dict that are no tensors.
    pub skipped: Vec<String>,
    /// Text the file carries; safetensors only.
    pub metadata: BTreeMap<String, String>,
}

/// Named tensors of one file.
#[derive(Clone, Debug, Default)]
pub struct StateDict {
    origin: Origin,
    tensors: BTreeMap<String, Arc<HostTensor>>,
}

impl StateDict {
    /// Reads a weights file; its format is told by its content, not its name.
    ///
    /// Nothing of the file is executed, and no more memory is taken than a small multiple of its size.
    ///
    /// # Errors
    /// [`WeightsError::NotFound`], [`WeightsError::Io`]; [`WeightsError::Unreadable`] and [`WeightsError::Tensor`] for
    /// content that is refused or damaged; [`WeightsError::SeveralDicts`] and [`WeightsError::NoDict`] when the state
    /// dict cannot be told.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        Self::read_with(path, &ReadOptions::default())
    }

    /// As [`StateDict::read`], with a key to look under.
    ///
    /// # Errors
    /// As [`StateDict::read`].
    pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Self, WeightsError> {
        let bytes = std::fs::read(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => {
                WeightsError::NotFound { path: path.to_owned(), named_by: options.named_by.clone() }
            }
            _ => WeightsError::Io { path: path.to_owned(), source },
        })?;
        Self::parse(&bytes, path, options)
    }

    /// As [`StateDict::read_with`], of bytes in memory; `path` is for messages.
    ///
    /// # Errors
    /// As [`StateDict::read`].
    pub fn parse(bytes: &[u8], path: &Path, options: &ReadOptions) -> Result<Self, WeightsError> {
        let content = read::content(bytes, path, options.key.as_deref())?;
        let (tensors, stripped) = strip(content.tensors);
        let read::Content { format, key, skipped, metadata, .. } = content;
        Ok(Self {
            origin: Origin { path: path.to_owned(), format, key, stripped, skipped, metadata },
            tensors,
        })
    }

    /// A state dict made in memory.
    pub fn from_tensors(tensors: impl IntoIterator<Item = (String, HostTensor)>) -> Self {
        let tensors = tensors.into_iter().map(|(name, tensor)| (name, Arc::new(tensor))).collect();
        Self { origin: Origin::default(), tensors }
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&HostTensor> {
        self.tensors.get(name).map(Arc::as_ref)
    }

    /// Names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Names and tensors, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &HostTensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.as_ref()))
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// True without tensors.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// The tensor of that name, to be shared with another dict.
    pub(crate) fn shared(&self, name: &str) -> Option<Arc<HostTensor>> {
        self.tensors.get(name).cloned()
    }

    pub(crate) fn from_shared(tensors: BTreeMap<String, Arc<HostTensor>>) -> Self {
        Self { origin: Origin::default(), tensors }
    }
}

type Named = BTreeMap<String, Arc<HostTensor>>;

/// Removes the prefixes of wrappers around a model: `module.` of `DataParallel`, `_orig_mod.` of `torch.compile`.
///
/// Only a prefix that all names have is a wrapper's; a part of a model may be called `module` too.
fn strip(mut tensors: Named) -> (Named, Vec<String>) {
    let mut stripped = Vec::new();
    let is_of_all = |tensors: &Named, prefix: &str| {
        !tensors.is_empty()
            && tensors.keys().all(|name| name.len() > prefix.len() && name.starts_with(prefix))
    };
    while let Some(prefix) = ["module.", "_orig_mod."].into_iter().find(|prefix| is_of_all(&tensors, prefix))
    {
        tensors =
            tensors.into_iter().map(|(name, tensor)| (name[prefix.len()..].to_owned(), tensor)).collect();
        stripped.push(prefix.to_owned());
    }
    (tensors, stripped)
}

//! From the bytes of a file to named tensors.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::torch::{self, NestError};
use crate::{Fault, Format, HostTensor, WeightsError, safe};

/// What was found in a file.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) format: Format,
    pub(crate) key: Option<String>,
    pub(crate) tensors: BTreeMap<String, Arc<HostTensor>>,
    pub(crate) skipped: Vec<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Place and text of the mark of a tar archive.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Reads the content, whose format its first bytes tell.
pub(crate) fn content(bytes: &[u8], path: &Path, key: Option<&str>) -> Result<Content, WeightsError> {
    let read = if bytes.starts_with(b"PK\x03\x04") {
        torch::read_zip(bytes, key).map(|content| Content { format: Format::TorchZip, ..content })
    } else if torch::is_legacy(bytes) {
        torch::read_legacy(bytes, key).map(|content| Content { format: Format::TorchLegacy, ..content })
    } else if safe::starts(bytes) {
        match key {
            None => safe::read(bytes),
            // A safetensors file has one level.
            Some(_) => Err(NestError::None(Vec::new())),
        }
    } else {
        Err(NestError::Fault(refusal(bytes)))
    };
    read.map_err(|error| match error {
        NestError::Fault(fault) => {
            WeightsError::Unreadable { path: path.to_owned(), source: Box::new(fault) }
        }
        NestError::Tensor { name, fault } => {
            WeightsError::Tensor { path: path.to_owned(), name, source: Box::new(fault) }
        }
        NestError::Several(keys) => WeightsError::SeveralDicts { path: path.to_owned(), keys },
        NestError::None(found) => {
            WeightsError::NoDict { path: path.to_owned(), key: key.map(str::to_owned), found }
        }
    })
}

fn refusal(bytes: &[u8]) -> Fault {
    let (at, mark) = TAR;
    if bytes.get(at..).is_some_and(|rest| rest.starts_with(mark)) {
        return Fault::Tar;
    }
    if bytes.first() == Some(&0x80) {
        return torch::bare_pickle(bytes);
    }
    Fault::Unknown { start: bytes[..bytes.len().min(8)].to_vec() }
}

//! Files of `torch.save`: the zip archive of torch 1.6 and later, and the stream before it.

mod build;
mod globals;
mod legacy;
mod nest;
mod pickle;
mod storages;
mod value;
mod zip;

use std::sync::Arc;

use crate::read::Content;
use crate::tensor::byte_len;
use crate::{Fault, HostTensor, Kind};

use self::nest::Chosen;
use self::storages::Storages;
use self::value::{Pickle, Tensor, Value};

pub(crate) use self::nest::NestError;

/// How many times the size of the file its tensors may take together. Tensors that share a storage, or repeat
/// elements by a stride of 0, take more than the file; without a bound a small file could fill the memory.
const MAX_GROWTH: u128 = 16;

/// True for the stream format: its first pickle is a fixed number.
pub(crate) fn is_legacy(bytes: &[u8]) -> bool {
    legacy::starts(bytes)
}

/// Reads a zip archive.
pub(crate) fn read_zip(bytes: &[u8], key: Option<&str>) -> Result<Content, NestError> {
    let (pickle, storages) = zip::open(bytes)?;
    content(bytes, &pickle, &storages, key)
}

/// Reads a stream.
pub(crate) fn read_legacy(bytes: &[u8], key: Option<&str>) -> Result<Content, NestError> {
    let (pickle, storages) = legacy::open(bytes)?;
    content(bytes, &pickle, &storages, key)
}

/// Why a pickle without container is refused: the name it must not mention, if that is so.
pub(crate) fn bare_pickle(bytes: &[u8]) -> Fault {
    pickle::read(bytes, 0)
        .err()
        .filter(|fault| matches!(fault, Fault::Global { .. }))
        .unwrap_or(Fault::BarePickle)
}

fn content(
    bytes: &[u8],
    pickle: &Pickle<'_>,
    storages: &Storages<'_>,
    key: Option<&str>,
) -> Result<Content, NestError> {
    let Chosen { key, tensors, skipped } = nest::choose(pickle, key)?;
    let limit = MAX_GROWTH * bytes.len() as u128;
    let mut total = 0_u128;
    let mut read = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        let at = |fault| NestError::Tensor { name: name.to_owned(), fault };
        total = total.saturating_add(size(pickle, tensor));
        if total > limit {
            return Err(at(Fault::Expands { limit }));
        }
        read.push((name.to_owned(), Arc::new(host_tensor(pickle, storages, tensor).map_err(at)?)));
    }
    Ok(Content { tensors: read.into_iter().collect(), key, skipped, ..Content::default() })
}

fn size(pickle: &Pickle<'_>, tensor: &Tensor) -> u128 {
    let kind = pickle.storage(tensor).map_or(Kind::F64, |storage| storage.kind);
    byte_len(kind, &tensor.view.shape).map_or(u128::MAX, |len| len as u128)
}

fn host_tensor(pickle: &Pickle<'_>, storages: &Storages<'_>, tensor: &Tensor) -> Result<HostTensor, Fault> {
    let storage = pickle.storage(tensor).expect("because a tensor is built on a storage only");
    let window = storages.bytes(storage)?;
    let view = &tensor.view;
    let outside =
        || Fault::View { shape: view.shape.clone(), strides: view.strides.clone(), offset: view.offset };
    let mut bytes = view.row_major(storage.kind, window).ok_or_else(outside)?;
    if storage.kind == Kind::Bool {
        // Any other byte would be neither true nor false to whoever reads it next.
        for byte in &mut bytes {
            *byte = u8::from(*byte != 0);
        }
    }
    HostTensor::new(storage.kind, view.shape.clone(), bytes).ok_or_else(outside)
}

/// The dict a pickle holds at its root.
fn root_flag(pickle: &Pickle<'_>, name: &str) -> Option<bool> {
    let id = *pickle.entries(pickle.root)?.get(name)?;
    match pickle.value(id) {
        Value::Bool(flag) => Some(*flag),
        _ => None,
    }
}

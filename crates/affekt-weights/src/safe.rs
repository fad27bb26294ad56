//! safetensors files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use affekt_artifact::write_atomic_with;
use safetensors::tensor::{Dtype, SafeTensors};
use serde::Serialize;

use crate::read::Content;
use crate::torch::NestError;
use crate::{Fault, HostTensor, Kind, StateDict, WeightsError};

/// Bytes of the number in front of the header.
const LEN: usize = 8;

/// True when the bytes start with the length of a header that begins there.
pub(crate) fn starts(bytes: &[u8]) -> bool {
    let Some((len, rest)) = bytes.split_first_chunk::<LEN>() else { return false };
    rest.first() == Some(&b'{') && u64::from_le_bytes(*len) < 1 << 32
}

pub(crate) fn read(bytes: &[u8]) -> Result<Content, NestError> {
    let broken = |source| NestError::Fault(Fault::Safetensors(source));
    let file = SafeTensors::deserialize(bytes).map_err(broken)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        let unknown = || Fault::Kind { kind: format!("{:?}", view.dtype()) };
        let tensor = kind(view.dtype())
            .and_then(|kind| HostTensor::new(kind, view.shape().to_vec(), view.data().to_vec()))
            .ok_or_else(|| NestError::Tensor { name: name.to_owned(), fault: unknown() })?;
        tensors.insert(name.to_owned(), Arc::new(tensor));
    }
    if tensors.is_empty() {
        return Err(NestError::None(Vec::new()));
    }
    let metadata = header.metadata().iter().flatten();
    let metadata = metadata.map(|(key, text)| (key.clone(), text.clone())).collect();
    Ok(Content { tensors, metadata, ..Content::default() })
}

fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::F64 => Kind::F64,
        Dtype::F32 => Kind::F32,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::Bf16,
        Dtype::I64 => Kind::I64,
        Dtype::I32 => Kind::I32,
        Dtype::I16 => Kind::I16,
        Dtype::I8 => Kind::I8,
        Dtype::U8 => Kind::U8,
        Dtype::BOOL => Kind::Bool,
        _ => return None,
    })
}

#[derive(Serialize)]
#[serde(untagged)]
enum Head<'a> {
    Metadata(&'a BTreeMap<String, String>),
    Tensor { dtype: &'static str, shape: &'a [usize], data_offsets: [usize; 2] },
}

/// Writes the tensors and `metadata` as safetensors, atomically.
///
/// Equal input gives equal bytes: the header is in alphabetical order, which the writer of the safetensors crate
/// leaves to a random seed once there are two metadata keys; the data are in descending size of their elements, so
/// that each tensor is aligned.
///
/// # Errors
/// [`WeightsError::Save`].
pub fn save(path: &Path, state: &StateDict, metadata: &BTreeMap<String, String>) -> Result<(), WeightsError> {
    let mut order: Vec<(&str, &HostTensor)> = state.iter().collect();
    order.sort_by_key(|(name, tensor)| (std::cmp::Reverse(tensor.kind().size()), *name));
    let mut heads = BTreeMap::new();
    if !metadata.is_empty() {
        heads.insert("__metadata__", Head::Metadata(metadata));
    }
    let mut end = 0;
    for (name, tensor) in &order {
        let start = end;
        end += tensor.bytes().len();
        let (dtype, shape) = (tensor.kind().as_str(), tensor.shape());
        heads.insert(name, Head::Tensor { dtype, shape, data_offsets: [start, end] });
    }
    write_atomic_with(path, |out| {
        let mut header = serde_json::to_vec(&heads)?;
        header.resize(header.len().next_multiple_of(LEN), b' ');
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        order.iter().try_for_each(|(_, tensor)| out.write_all(tensor.bytes()))
    })?;
    Ok(())
}

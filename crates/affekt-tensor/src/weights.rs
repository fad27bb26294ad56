//! Weight files: safetensors, read strictly.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, View};
use tch::{Device, Kind, Tensor};

use crate::{ParamStore, TensorError};

struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Entry {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The state dict and `metadata` as the bytes of a safetensors file, 32-bit values in row-major order.
///
/// # Errors
/// [`TensorError::Safetensors`].
pub fn save_weights(
    state: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, TensorError> {
    let state = state.iter().map(|(name, tensor)| (name.clone(), tensor.to_kind(Kind::Float))).collect();
    save_tensors(&state, metadata)
}

/// Tensors and `metadata` as the bytes of a safetensors file: 64-bit floats and integers as they are, all else in 32
/// bit, in row-major order.
///
/// # Errors
/// [`TensorError::Safetensors`].
pub fn save_tensors(
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, TensorError> {
    let entries: BTreeMap<&String, Entry> = tensors
        .iter()
        .map(|(name, tensor)| {
            let flat = tensor.detach().to_device(Device::Cpu).contiguous().view([-1]);
            let (dtype, bytes) = match tensor.kind() {
                Kind::Double => {
                    (Dtype::F64, values::<f64>(&flat).iter().flat_map(|v| v.to_le_bytes()).collect())
                }
                Kind::Int64 => {
                    (Dtype::I64, values::<i64>(&flat).iter().flat_map(|v| v.to_le_bytes()).collect())
                }
                _ => {
                    let flat = values::<f32>(&flat.to_kind(Kind::Float));
                    (Dtype::F32, flat.iter().flat_map(|v| v.to_le_bytes()).collect())
                }
            };
            let shape = tensor.size().iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect();
            (name, Entry { dtype, shape, bytes })
        })
        .collect();
    #[expect(clippy::disallowed_types, reason = "the safetensors API takes a HashMap")]
    let info: std::collections::HashMap<String, String> = metadata.clone().into_iter().collect();
    // A header with several metadata keys would follow the map's random order: one key keeps bytes stable.
    debug_assert!(info.len() <= 1, "one metadata key, holding a document");
    safetensors::serialize(entries.iter().map(|(name, entry)| (name.as_str(), entry)), Some(info))
        .map_err(|source| TensorError::Safetensors { path: "weights".into(), source })
}

fn values<T: tch::kind::Element + Default + Clone>(flat: &Tensor) -> Vec<T> {
    let mut values = vec![T::default(); flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

/// Every tensor of a safetensors file, of 32- and 64-bit floats and 64-bit integers.
///
/// # Errors
/// [`TensorError::Io`], [`TensorError::Safetensors`], [`TensorError::Weights`] for a tensor of another kind.
pub fn read_tensors(path: &Path) -> Result<BTreeMap<String, Tensor>, TensorError> {
    read_saved(path).map(|(tensors, _)| tensors)
}

/// Every tensor of a safetensors file, as [`read_tensors`], and its metadata.
///
/// # Errors
/// As [`read_tensors`].
pub fn read_saved(path: &Path) -> Result<Saved, TensorError> {
    let bytes = read(path)?;
    let file = parse(&bytes, path)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        let data = view.data();
        let flat = match view.dtype() {
            Dtype::F32 => Tensor::from_slice(&words::<4, f32>(data, f32::from_le_bytes)),
            Dtype::F64 => Tensor::from_slice(&words::<8, f64>(data, f64::from_le_bytes)),
            Dtype::I64 => Tensor::from_slice(&words::<8, i64>(data, i64::from_le_bytes)),
            other => {
                let different = vec![format!("{name}: {other:?}, expected F32, F64 or I64")];
                let (missing, unused) = (Vec::new(), Vec::new());
                return Err(TensorError::Weights { path: path.to_owned(), missing, unused, different });
            }
        };
        tensors.insert(name, flat.reshape(shape_of(view.shape())));
    }
    let (_, header) = SafeTensors::read_metadata(&bytes)
        .map_err(|source| TensorError::Safetensors { path: path.to_owned(), source })?;
    let metadata =
        header.metadata().iter().flatten().map(|(key, text)| (key.clone(), text.clone())).collect();
    Ok((tensors, metadata))
}

/// Tensors by name, and metadata by key.
pub type Saved = (BTreeMap<String, Tensor>, BTreeMap<String, String>);

fn read(path: &Path) -> Result<Vec<u8>, TensorError> {
    std::fs::read(path).map_err(|source| TensorError::Io { action: "read", path: path.to_owned(), source })
}

fn parse<'a>(bytes: &'a [u8], path: &Path) -> Result<SafeTensors<'a>, TensorError> {
    SafeTensors::deserialize(bytes)
        .map_err(|source| TensorError::Safetensors { path: path.to_owned(), source })
}

fn words<const N: usize, T>(data: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks::<N>().0.iter().map(|bytes| from(*bytes)).collect()
}

fn shape_of(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|&n| i64::try_from(n).unwrap_or(-1)).collect()
}

/// Copies the file's values into the store; every name, shape and kind must agree.
///
/// # Errors
/// [`TensorError::Weights`] lists missing, unused and different entries; nothing is copied then.
pub fn load_weights(store: &ParamStore, path: &Path) -> Result<(), TensorError> {
    let bytes = read(path)?;
    let file = parse(&bytes, path)?;
    let state = store.state();
    let unused: Vec<String> =
        file.names().into_iter().filter(|name| !state.contains_key(*name)).map(str::to_owned).collect();
    let (mut missing, mut different, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (name, tensor) in &state {
        let Ok(view) = file.tensor(name) else {
            missing.push(name.clone());
            continue;
        };
        let shape = shape_of(view.shape());
        if view.dtype() != Dtype::F32 || shape != tensor.size() {
            different.push(format!("{name}: {:?} {shape:?}, expected F32 {:?}", view.dtype(), tensor.size()));
            continue;
        }
        let floats = words::<4, f32>(view.data(), f32::from_le_bytes);
        values.push((tensor.shallow_clone(), Tensor::from_slice(&floats).reshape(&shape)));
    }
    if !(missing.is_empty() && unused.is_empty() && different.is_empty()) {
        return Err(TensorError::Weights { path: path.to_owned(), missing, unused, different });
    }
    let _guard = tch::no_grad_guard();
    for (mut tensor, value) in values {
        tensor.copy_(&value);
    }
    Ok(())
}

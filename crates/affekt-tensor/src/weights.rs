//! Weight files: safetensors, read strictly.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, View};
use tch::{Device, Kind, Tensor};

use crate::{ParamStore, TensorError};

struct Entry {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Entry {
    fn dtype(&self) -> Dtype {
        Dtype::F32
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
    let entries: BTreeMap<&String, Entry> = state
        .iter()
        .map(|(name, tensor)| {
            let flat = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Float).contiguous();
            let mut values = vec![0_f32; flat.numel()];
            flat.view([-1]).copy_data(&mut values, flat.numel());
            let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            let shape = tensor.size().iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect();
            (name, Entry { shape, bytes })
        })
        .collect();
    #[expect(clippy::disallowed_types, reason = "the safetensors API takes a HashMap")]
    let info: std::collections::HashMap<String, String> = metadata.clone().into_iter().collect();
    // A header with several metadata keys would follow the map's random order: one key keeps bytes stable.
    debug_assert!(info.len() <= 1, "one metadata key, holding a document");
    safetensors::serialize(entries.iter().map(|(name, entry)| (name.as_str(), entry)), Some(info))
        .map_err(|source| TensorError::Safetensors { path: "weights".into(), source })
}

/// Copies the file's values into the store; every name, shape and kind must agree.
///
/// # Errors
/// [`TensorError::Weights`] lists missing, unused and different entries; nothing is copied then.
pub fn load_weights(store: &ParamStore, path: &Path) -> Result<(), TensorError> {
    let bytes = std::fs::read(path).map_err(|source| TensorError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|source| TensorError::Safetensors { path: path.to_owned(), source })?;
    let state = store.state();
    let unused: Vec<String> =
        file.names().into_iter().filter(|name| !state.contains_key(*name)).map(str::to_owned).collect();
    let (mut missing, mut different, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (name, tensor) in &state {
        let Ok(view) = file.tensor(name) else {
            missing.push(name.clone());
            continue;
        };
        let shape: Vec<i64> = view.shape().iter().map(|&n| i64::try_from(n).unwrap_or(-1)).collect();
        if view.dtype() != Dtype::F32 || shape != tensor.size() {
            different.push(format!("{name}: {:?} {shape:?}, expected F32 {:?}", view.dtype(), tensor.size()));
            continue;
        }
        let floats: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
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

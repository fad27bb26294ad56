//! Taking values back from a saved state, all or none.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use crate::TensorError;

/// A tensor and the value it is to take, of the same shape.
pub(crate) fn pair(
    target: &Tensor,
    state: &BTreeMap<String, Tensor>,
    name: &str,
) -> Result<(Tensor, Tensor), TensorError> {
    let value = state.get(name).ok_or_else(|| refused(name, "missing", &target.size()))?;
    if value.size() != target.size() {
        return Err(refused(name, &format!("{:?}", value.size()), &target.size()));
    }
    Ok((target.shallow_clone(), value.shallow_clone()))
}

/// Gives every tensor its value.
pub(crate) fn copy_all(pairs: Vec<(Tensor, Tensor)>) {
    let _guard = tch::no_grad_guard();
    for (mut target, value) in pairs {
        target.copy_(&value);
    }
}

/// A count, kept as a tensor of one 64-bit integer.
pub(crate) fn number(state: &BTreeMap<String, Tensor>, name: &str) -> Result<u64, TensorError> {
    let value = state.get(name).filter(|value| value.numel() == 1 && value.kind() == Kind::Int64);
    let value = value.and_then(|value| u64::try_from(value.int64_value(&[0])).ok());
    value.ok_or_else(|| refused(name, "missing or negative", &[1]))
}

/// So many 64-bit floats, kept as a tensor.
pub(crate) fn values<const N: usize>(
    state: &BTreeMap<String, Tensor>,
    name: &str,
) -> Result<[f64; N], TensorError> {
    let found = state.get(name).map(crate::to_f64).unwrap_or_default();
    let n = i64::try_from(N).unwrap_or(i64::MAX);
    <[f64; N]>::try_from(found).map_err(|found| refused(name, &format!("{} numbers", found.len()), &[n]))
}

fn refused(name: &str, got: &str, expected: &[i64]) -> TensorError {
    TensorError::State { name: name.to_owned(), got: got.to_owned(), expected: format!("{expected:?}") }
}

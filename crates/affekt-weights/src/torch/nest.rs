//! Which dict of a checkpoint is the state dict.

use super::value::{Id, Pickle, Tensor, Value};
use crate::Fault;

/// Where training scripts put the state dict, in the order of timm.
pub(crate) const KEYS: [&str; 4] = ["state_dict_ema", "model_ema", "state_dict", "model"];

/// Names an error tells.
const MAX_TOLD: usize = 20;

/// A dict of tensors within a pickle.
#[derive(Debug)]
pub(super) struct Chosen<'p, 'a> {
    /// The key it stands under; `None` at the top.
    pub(super) key: Option<String>,
    pub(super) tensors: Vec<(&'a str, &'p Tensor)>,
    /// Names beside the tensors that hold something else.
    pub(super) skipped: Vec<String>,
}

/// Why no state dict came out of a torch file.
#[derive(Debug)]
pub(crate) enum NestError {
    Fault(Fault),
    Tensor {
        name: String,
        fault: Fault,
    },
    /// Several dicts, in timm's order.
    Several(Vec<String>),
    /// None; what stands at the top instead, each with its number of tensors.
    None(Vec<(String, usize)>),
}

impl From<Fault> for NestError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Finds the state dict: under `key` (steps separated by dots), or under the one of [`KEYS`] that holds tensors, or at
/// the top.
pub(super) fn choose<'p, 'a>(pickle: &'p Pickle<'a>, key: Option<&str>) -> Result<Chosen<'p, 'a>, NestError> {
    let top = pickle.entries(pickle.root).unwrap_or_default();
    let none = || {
        // A hostile file may name one large dict very often.
        let counts = top.iter().take(MAX_TOLD).map(|(&name, &id)| (name.to_owned(), pickle.n_tensors(id)));
        NestError::None(counts.collect())
    };
    if let Some(key) = key {
        let step = |id: Option<Id>, name| pickle.entries(id?)?.get(name).copied();
        let found = key.split('.').fold(Some(pickle.root), step);
        let found = found.filter(|&id| pickle.n_tensors(id) > 0).ok_or_else(none)?;
        return Ok(tensors(pickle, found, Some(key)));
    }
    let holds_tensors = |name: &&str| top.get(*name).is_some_and(|&id| pickle.n_tensors(id) > 0);
    let nested: Vec<&str> = KEYS.into_iter().filter(holds_tensors).collect();
    match nested.as_slice() {
        [] if pickle.n_tensors(pickle.root) > 0 => Ok(tensors(pickle, pickle.root, None)),
        [] => Err(none()),
        &[key] => Ok(tensors(pickle, top[key], Some(key))),
        _ => Err(NestError::Several(nested.into_iter().map(str::to_owned).collect())),
    }
}

fn tensors<'p, 'a>(pickle: &'p Pickle<'a>, id: Id, key: Option<&str>) -> Chosen<'p, 'a> {
    let mut chosen = Chosen { key: key.map(str::to_owned), tensors: Vec::new(), skipped: Vec::new() };
    for (name, id) in pickle.entries(id).unwrap_or_default() {
        match pickle.value(id) {
            Value::Tensor(tensor) => chosen.tensors.push((name, &**tensor)),
            _ => chosen.skipped.push(name.to_owned()),
        }
    }
    chosen
}

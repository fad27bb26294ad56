//! What a pickle is made of here: data only.

use std::collections::BTreeMap;

use super::globals::Global;
use crate::Kind;
use crate::strided::View;

/// Place of a value in its pickle. Values refer to each other by place, so that neither a cycle nor a deep nesting
/// of a hostile file can exhaust the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) u32);

#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Something that weights do not need: `None`, a float, bytes, a large integer, an inert record.
    Other,
    Bool(bool),
    Int(i64),
    Text(&'a str),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(Box<Storage<'a>>),
    Tensor(Box<Tensor>),
}

/// A run of elements kept outside the pickle.
#[derive(Clone, Debug)]
pub(super) struct Storage<'a> {
    pub(super) kind: Kind,
    pub(super) key: &'a str,
    /// Elements.
    pub(super) len: u64,
    /// First element and number of elements of a window on it; legacy files only.
    pub(super) window: Option<(u64, u64)>,
}

#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) storage: Id,
    pub(super) view: View,
}

/// A pickle that was read to its end.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    pub(super) values: Vec<Value<'a>>,
    pub(super) root: Id,
    /// First byte behind it.
    pub(super) end: usize,
}

impl<'a> Pickle<'a> {
    pub(super) fn value(&self, id: Id) -> &Value<'a> {
        // Ids are made by pushing to `values`; the conversion widens.
        &self.values[id.0 as usize]
    }

    /// The entries of a dict that have a text for a name; of equal names the later holds, as in Python.
    pub(super) fn entries(&self, id: Id) -> Option<BTreeMap<&'a str, Id>> {
        let Value::Dict(pairs) = self.value(id) else { return None };
        let named = pairs.iter().filter_map(|&(key, value)| match self.value(key) {
            Value::Text(name) => Some((*name, value)),
            _ => None,
        });
        Some(named.collect())
    }

    /// Number of tensors directly in a dict.
    pub(super) fn n_tensors(&self, id: Id) -> usize {
        let entries = self.entries(id).unwrap_or_default();
        entries.values().filter(|&&value| matches!(self.value(value), Value::Tensor(_))).count()
    }

    pub(super) fn storage(&self, tensor: &Tensor) -> Option<&Storage<'a>> {
        match self.value(tensor.storage) {
            Value::Storage(storage) => Some(storage),
            _ => None,
        }
    }
}

//! The bytes of storages, by key.

use std::collections::BTreeMap;

use super::value::Storage;
use crate::Fault;

/// Storages of a file.
#[derive(Debug, Default)]
pub(super) struct Storages<'a> {
    by_key: BTreeMap<&'a str, &'a [u8]>,
}

impl<'a> Storages<'a> {
    pub(super) fn insert(&mut self, key: &'a str, bytes: &'a [u8]) {
        self.by_key.insert(key, bytes);
    }

    /// The bytes a storage of the pickle means.
    pub(super) fn bytes(&self, storage: &Storage<'_>) -> Result<&'a [u8], Fault> {
        let found = self.by_key.get(storage.key).copied();
        let size = storage.kind.size() as u128;
        let whole = 0..u128::from(storage.len) * size;
        let wanted = storage.window.map_or(whole, |(start, len)| {
            let start = u128::from(start) * size;
            start..start + u128::from(len) * size
        });
        let inside = |bytes: &'a [u8]| {
            bytes.get(usize::try_from(wanted.start).ok()?..usize::try_from(wanted.end).ok()?)
        };
        found.and_then(inside).ok_or_else(|| Fault::Storage {
            key: storage.key.to_owned(),
            expected: wanted.end,
            got: found.map_or(0, <[u8]>::len),
        })
    }
}

//! The stream of torch 0.1.10 to 1.5: pickles one after another, then the storages.
//!
//! In order: a fixed number, the protocol version, facts on the machine, the saved object, the keys of the storages,
//! and for each key a 64-bit count and the elements. The storages have no directory: their kinds stand in the pickle.

use std::collections::BTreeMap;

use super::storages::Storages;
use super::value::{Pickle, Value};
use super::{pickle, root_flag};
use crate::cursor::Cursor;
use crate::{Fault, Kind};

/// The first pickle, 0x1950a86a20f9469cfc6c at protocol 2; later protocols put more before the number.
const NUMBER: [u8; 12] = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const SEARCHED: usize = 32;

pub(super) fn starts(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(SEARCHED)];
    start.first() == Some(&0x80) && start.windows(NUMBER.len()).any(|window| window == NUMBER)
}

/// Reads the pickles and finds the storages.
pub(super) fn open(bytes: &[u8]) -> Result<(Pickle<'_>, Storages<'_>), Fault> {
    let number = pickle::read(bytes, 0)?;
    let version = pickle::read(bytes, number.end)?;
    let machine = pickle::read(bytes, version.end)?;
    if root_flag(&machine, "little_endian") == Some(false) {
        return Err(Fault::BigEndian);
    }
    let saved = pickle::read(bytes, machine.end)?;
    let keys = pickle::read(bytes, saved.end)?;
    let storages = storages(bytes, &saved, &keys)?;
    Ok((saved, storages))
}

fn storages<'a>(bytes: &'a [u8], saved: &Pickle<'a>, keys: &Pickle<'a>) -> Result<Storages<'a>, Fault> {
    let kinds: BTreeMap<&str, Kind> = saved
        .values
        .iter()
        .filter_map(|value| match value {
            Value::Storage(storage) => Some((storage.key, storage.kind)),
            _ => None,
        })
        .collect();
    let mut cursor = Cursor::new(bytes, keys.end, "the storages");
    let mut storages = Storages::default();
    let Value::List(keys_in_order) = keys.value(keys.root) else {
        return Err(Fault::Truncated { what: "the list of storages", at: saved.end });
    };
    for &key in keys_in_order {
        let &Value::Text(key) = keys.value(key) else {
            return Err(Fault::Truncated { what: "the list of storages", at: saved.end });
        };
        let missing = Fault::Storage { key: key.to_owned(), expected: 0, got: 0 };
        let kind = *kinds.get(key).ok_or(missing)?;
        let len = cursor.u64()?;
        storages.insert(key, cursor.take_stated(len.saturating_mul(kind.size() as u64))?);
    }
    Ok(storages)
}

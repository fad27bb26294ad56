//! The zip archive of torch 1.6 and later: `data.pkl`, and an entry `data/<key>` for each storage.

use super::pickle;
use super::storages::Storages;
use super::value::Pickle;
use crate::Fault;
use crate::archive::Archive;

const PICKLE: &str = "data.pkl";

/// Reads the pickle and finds the storages.
pub(super) fn open(bytes: &[u8]) -> Result<(Pickle<'_>, Storages<'_>), Fault> {
    let archive = Archive::read(bytes)?;
    // All entries lie in one folder, named after the file when it was saved.
    let is_root = |root: &&str| root.is_empty() || root.ends_with('/');
    let roots = archive.names().filter_map(|name| name.strip_suffix(PICKLE)).filter(is_root);
    let root = roots.min_by_key(|root| root.len()).unwrap_or("");
    // Programs of TorchScript have a data.pkl too: what tells them apart lies beside it.
    let of_script = |name: &str| {
        name.strip_prefix(root).is_some_and(|rest| rest == "constants.pkl" || rest.starts_with("code/"))
    };
    let is_script = |name: &str| of_script(name) || name.ends_with("/constants.pkl");
    if archive.names().any(is_script) {
        return Err(Fault::TorchScript);
    }
    if archive.get(&format!("{root}byteorder"))?.is_some_and(|order| order.trim_ascii() == b"big") {
        return Err(Fault::BigEndian);
    }
    let entry = format!("{root}{PICKLE}");
    let pickle = archive.get(&entry)?.ok_or(Fault::NoEntry { entry })?;
    let pickle = pickle::read(pickle, 0)?;
    let mut storages = Storages::default();
    for name in archive.names() {
        let key = name.strip_prefix(root).and_then(|rest| rest.strip_prefix("data/"));
        if let (Some(key), Some(content)) = (key, archive.get(name)?) {
            storages.insert(key, content);
        }
    }
    Ok((pickle, storages))
}

//! Listing folders of a dataset.

use std::fs;
use std::path::Path;

use crate::DataError;
use crate::root::join;

/// Names of the folders directly below, sorted; a link to a folder counts as one.
pub(crate) fn folders_in(path: &Path) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    for (name, is_folder) in entries(path)? {
        if is_folder {
            names.push(name);
        }
    }
    Ok(names)
}

/// Names of the files directly in a folder, sorted; a link counts as a file, where it leads is judged when opened.
pub(crate) fn files_in(path: &Path) -> Result<Vec<String>, DataError> {
    let files = entries(path)?.into_iter().filter(|(_, is_folder)| !is_folder);
    Ok(files.map(|(name, _)| name).collect())
}

/// Files below `base/relative`, at any depth, as paths relative to `base`, in sorted order.
///
/// Links are listed, not followed; names that begin with a dot are left out, as file managers leave them.
pub(crate) fn list_files(base: &Path, relative: &str, files: &mut Vec<String>) -> Result<(), DataError> {
    let path = base.join(relative);
    if fs::symlink_metadata(&path).is_ok_and(|m| m.file_type().is_symlink()) {
        // What lies behind a link is judged where images are opened; a ring of links must not trap us.
        files.push(relative.to_owned());
        return Ok(());
    }
    for (name, is_folder) in entries(&path)? {
        let below = join(relative, &name);
        if is_folder { list_files(base, &below, files)? } else { files.push(below) }
    }
    Ok(())
}

fn entries(path: &Path) -> Result<Vec<(String, bool)>, DataError> {
    let list = fs::read_dir(path).map_err(DataError::io("list folder", path))?;
    let mut entries = Vec::new();
    for entry in list {
        let entry = entry.map_err(DataError::io("list folder", path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(DataError::io("read", &entry.path()))?;
        let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        entries.push((name, is_folder));
    }
    entries.sort();
    Ok(entries)
}

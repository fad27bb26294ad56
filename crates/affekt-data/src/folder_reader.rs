//! Annotations in folder names.

use std::fs;
use std::path::Path;

use affekt_core::Split;

use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, FolderLayout, Gather, Reading};

/// Reads a tree `images/[split/]label/file`; files deeper down carry the label of the folder above them.
#[derive(Clone, Debug)]
pub struct FolderReader {
    dataset: Dataset,
    layout: FolderLayout,
}

impl FolderReader {
    /// A reader for a dataset laid out like this.
    pub fn new(dataset: &Dataset, layout: FolderLayout) -> Self {
        Self { dataset: dataset.clone(), layout }
    }
}

impl AnnotationReader for FolderReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let folder = Root::open(root)?;
        let images = &self.layout.images;
        let top = folder.named("image folder", images)?;
        let mut gather = Gather::new(&self.dataset, images);
        let parts: Vec<(Option<Split>, &str)> = if self.layout.splits.is_empty() {
            vec![(None, "")]
        } else {
            self.layout.splits.iter().map(|(&split, folder)| (Some(split), folder.as_str())).collect()
        };
        let mut n_files = 0_u64;
        for (split, part) in parts {
            let part_path = folder.named("split folder", &join(images, part))?;
            for label in folders_in(&part_path)? {
                let mut files = Vec::new();
                list_files(&part_path, &label, &mut files)?;
                for file in files {
                    n_files += 1;
                    let name = join(part, &file);
                    gather.add(&Entry { name: &name, label: &label, split, ..Entry::default() })?;
                }
            }
        }
        if n_files == 0 {
            return Err(DataError::Empty { path: top, got: "no file in any class folder" });
        }
        Ok(gather.finish())
    }
}

/// Names of the folders directly below, sorted; a link to a folder counts as one.
fn folders_in(path: &Path) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    for (name, is_folder) in entries(path)? {
        if is_folder {
            names.push(name);
        }
    }
    Ok(names)
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

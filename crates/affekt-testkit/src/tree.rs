//! Writing files of a miniature.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder that a miniature is written into.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Writes below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file with exactly these bytes, its folders made on the way.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.root.join(path);
        let folder = path.parent().expect("because a file lies in a folder");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes));
        written.unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        self
    }
}

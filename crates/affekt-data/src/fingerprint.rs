//! Fast identity of a dataset on disk.

use std::fs;
use std::path::Path;

use affekt_artifact::{Digest, Hasher};
use rayon::prelude::*;

use crate::root::Root;
use crate::{DataError, Dataset, Layout, Reading};

/// Identity of the description, the annotation, and path and length of every image.
///
/// Images are not opened, so an edit that keeps a file's length goes unnoticed; `affekt data check` opens them.
///
/// # Errors
/// As reading the annotation.
pub fn fingerprint(dataset: &Dataset, root: &Path) -> Result<Digest, DataError> {
    fingerprint_of(dataset, root, &dataset.reader().read(root)?)
}

/// As [`fingerprint`], of annotations already read.
pub(crate) fn fingerprint_of(dataset: &Dataset, root: &Path, reading: &Reading) -> Result<Digest, DataError> {
    let mut folder = Root::open(root)?;
    let paths: Vec<&str> = reading.rows.iter().map(|row| row.path.as_str()).collect();
    folder.learn_folders(paths.iter().copied());
    let lengths: Vec<u64> = paths
        .par_iter()
        .map(|path| folder.image(path).and_then(|p| fs::metadata(p).ok()).map_or(u64::MAX, |m| m.len()))
        .collect();
    let mut hasher = Hasher::new();
    hasher.part("affekt-fingerprint", b"1").part("description", dataset.text().as_bytes());
    if let Layout::Csv(layout) = &dataset.spec().layout {
        let path = folder.named("annotation file", &layout.file)?;
        hasher.part("annotation", &fs::read(&path).map_err(DataError::io("read", &path))?);
    }
    for (path, length) in paths.iter().zip(&lengths) {
        hasher.part(path, &length.to_le_bytes());
    }
    Ok(hasher.finish())
}

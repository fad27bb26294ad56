//! Fast identity of a dataset on disk.

use std::fs;
use std::path::Path;

use affekt_artifact::{Digest, Hasher};
use rayon::prelude::*;

use crate::root::Root;
use crate::{DataError, Dataset, ReadRow, Reading};

/// Identity of the description, of every annotation as read, and of path and length of every image.
///
/// Images are not opened, so an edit that keeps a file's length goes unnoticed; `affekt data check` opens them.
///
/// # Errors
/// As reading the annotation.
pub fn fingerprint(dataset: &Dataset, root: &Path) -> Result<Digest, DataError> {
    let reading = dataset.reader().read(root)?;
    Ok(fingerprint_of(dataset, &reading, &Lengths::of(root, &reading)?))
}

/// Length of each row's image file; `u64::MAX` where there is none.
#[derive(Debug)]
pub(crate) struct Lengths(Vec<u64>);

impl Lengths {
    pub(crate) fn of(root: &Path, reading: &Reading) -> Result<Self, DataError> {
        let mut folder = Root::open(root)?;
        folder.learn_folders(reading.rows.iter().map(|row| row.image.file()));
        let length = |row: &ReadRow| folder.image(row.image.file()).and_then(|path| fs::metadata(path).ok());
        let rows = reading.rows.par_iter();
        Ok(Self(rows.map(|row| length(row).map_or(u64::MAX, |file| file.len())).collect()))
    }

    /// Adds everything that tells row `at` from another: its annotation and the length of its image.
    pub(crate) fn hash_row(&self, hasher: &mut Hasher, at: usize, row: &ReadRow) {
        // Rust prints floats so that they read back exactly: the text says what the row holds.
        hasher.part("row", format!("{row:?}").as_bytes()).part("length", &self.0[at].to_le_bytes());
    }
}

/// As [`fingerprint`], of annotations already read.
pub(crate) fn fingerprint_of(dataset: &Dataset, reading: &Reading, lengths: &Lengths) -> Digest {
    let mut hasher = Hasher::new();
    hasher.part("affekt-fingerprint", b"2").part("description", dataset.text().as_bytes());
    for (at, row) in reading.rows.iter().enumerate() {
        lengths.hash_row(&mut hasher, at, row);
    }
    for item in &reading.quarantine.items {
        hasher.part(&item.path, item.detail.as_bytes());
    }
    hasher.finish()
}

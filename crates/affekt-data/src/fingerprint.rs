//! Fast identity of a dataset on disk.

use std::fs;
use std::ops::Range;
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
    Ok(fingerprint_of(dataset, &reading, &RowDigests::of(root, &reading)?))
}

/// What tells each row from another: its annotation and the length of its image file, `u64::MAX` where there is none.
#[derive(Debug)]
pub(crate) struct RowDigests(Vec<Digest>);

impl RowDigests {
    pub(crate) fn of(root: &Path, reading: &Reading) -> Result<Self, DataError> {
        let mut folder = Root::open(root)?;
        folder.learn_folders(reading.rows.iter().map(|row| row.image.file()));
        let length = |row: &ReadRow| folder.image(row.image.file()).and_then(|path| fs::metadata(path).ok());
        let digest = |row: &ReadRow| {
            let len = length(row).map_or(u64::MAX, |file| file.len());
            let mut hasher = Hasher::new();
            // Rust prints floats so that they read back exactly: the text says what the row holds.
            hasher.part("row", format!("{row:?}").as_bytes()).part("length", &len.to_le_bytes());
            hasher.finish()
        };
        Ok(Self(reading.rows.par_iter().map(digest).collect()))
    }

    /// Identity of the rows in `range`.
    pub(crate) fn of_range(&self, range: Range<usize>) -> Digest {
        let mut hasher = Hasher::new();
        self.hash(&mut hasher, range);
        hasher.finish()
    }

    fn hash(&self, hasher: &mut Hasher, range: Range<usize>) {
        for digest in &self.0[range] {
            hasher.part("row", digest.as_str().as_bytes());
        }
    }
}

/// As [`fingerprint`], of annotations already read.
pub(crate) fn fingerprint_of(dataset: &Dataset, reading: &Reading, rows: &RowDigests) -> Digest {
    let mut hasher = Hasher::new();
    hasher.part("affekt-fingerprint", b"3").part("description", dataset.text().as_bytes());
    rows.hash(&mut hasher, 0..reading.rows.len());
    for item in &reading.quarantine.items {
        hasher.part(&item.path, item.detail.as_bytes());
    }
    hasher.finish()
}

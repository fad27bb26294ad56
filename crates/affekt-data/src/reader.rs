//! The seam: annotations of a dataset, whatever their format.

use std::path::Path;

use affekt_artifact::Quarantine;
use affekt_core::{ClassIndex, SampleId, Split, SubjectId, VaPoint};
use serde::Serialize;

use crate::DataError;

/// Reads the annotations of a dataset under a root folder; images are not opened.
pub trait AnnotationReader: Send + Sync {
    /// Every row ends in [`Reading::rows`], in the quarantine, or counted as ignored.
    ///
    /// # Errors
    /// [`DataError`] when the annotation as a whole cannot be used; single bad rows go to the quarantine.
    fn read(&self, root: &Path) -> Result<Reading, DataError>;
}

/// One annotated image.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRow {
    /// Unique name within the dataset.
    pub sample: SampleId,
    /// Image relative to the dataset root, `/` between folders.
    pub path: String,
    /// Expression class.
    pub class: ClassIndex,
    /// Person; the image itself where the dataset does not tell.
    pub subject: SubjectId,
    /// Video the frame is from.
    pub video: Option<String>,
    /// Part the dataset itself puts it in.
    pub split: Option<Split>,
    /// Valence and arousal.
    pub va: Option<VaPoint>,
    /// Annotation line.
    pub line: Option<u64>,
}

/// What reading met, before any image was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadCounts {
    /// Annotation rows (or files of a folder tree), the header not counted.
    pub rows: u64,
    /// Rows per class in index order, repetitions and contradictions included.
    pub per_class: Vec<u64>,
    /// Rows that repeat another.
    pub duplicates: u64,
    /// Images with two labels.
    pub conflicts: u64,
    /// Rows whose label was not spelled in lower case.
    pub case_folded: u64,
    /// Rows whose label came through an alias.
    pub aliased: u64,
    /// Rows left out because their label is to be ignored.
    pub ignored: u64,
}

/// The usable rows of a dataset, the others, and the counts.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Usable rows in annotation order, one an image.
    pub rows: Vec<ReadRow>,
    /// Rows set aside.
    pub quarantine: Quarantine,
    /// What was met.
    pub counts: ReadCounts,
}

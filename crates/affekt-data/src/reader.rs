//! The seam: annotations of a dataset, whatever their format.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::Quarantine;
use affekt_core::{ClassIndex, LabelDistribution, SampleId, Split, SubjectId, VaPoint};
use affekt_face::FaceHint;
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

/// Where the pixels of a sample are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageSource {
    /// An image file, relative to the dataset root, `/` between folders.
    File(String),
    /// Decimal grey levels, separated by spaces, within a text file: pictures that ship inside a table.
    GreyText {
        /// The text file, relative to the dataset root.
        file: String,
        /// First byte of the levels.
        offset: u64,
        /// Bytes of the levels.
        len: u64,
        /// Side of the square picture in pixels.
        side: u32,
    },
}

impl ImageSource {
    /// The file that holds the pixels, relative to the dataset root.
    pub fn file(&self) -> &str {
        match self {
            Self::File(file) | Self::GreyText { file, .. } => file,
        }
    }
}

/// One annotated face. Missing labels are `None`: codes such as -1, -2 or -5 end in the reader.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRow {
    /// Unique name within the dataset.
    pub sample: SampleId,
    /// Its pixels.
    pub image: ImageSource,
    /// Expression class.
    pub expression: Option<ClassIndex>,
    /// Distribution over the classes, where annotators voted or the dataset states one.
    pub distribution: Option<LabelDistribution>,
    /// Valence and arousal.
    pub va: Option<VaPoint>,
    /// Presence of each action unit of the dataset, in its order; empty where it has none.
    pub aus: Vec<Option<bool>>,
    /// Person or recording, the unit no split cuts through; the image itself where the dataset does not tell.
    pub subject: SubjectId,
    /// Video the frame is from, as the dataset names it.
    pub video: Option<String>,
    /// Number of the frame within its video, as the dataset counts.
    pub frame: Option<u64>,
    /// Part the dataset itself puts it in.
    pub split: Option<Split>,
    /// Box and landmarks of the face, where the annotation gives them.
    pub hint: FaceHint,
    /// Annotation line.
    pub line: Option<u64>,
}

/// Labels met in one part of a dataset, before any image was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LabelCounts {
    /// Annotation rows, those that were set aside or ignored included.
    pub rows: u64,
    /// Rows per class in index order, repetitions and contradictions included.
    pub per_class: Vec<u64>,
    /// Rows with valence and arousal.
    pub va: u64,
    /// Rows with at least one action unit.
    pub au: u64,
    /// Rows on which each action unit is present, in the dataset's order.
    pub au_present: Vec<u64>,
    /// Labelled rows whose frame has no image: no face was found there.
    pub without_face: u64,
}

/// What reading met, before any image was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadCounts {
    /// Everything together.
    pub all: LabelCounts,
    /// The same per part the dataset itself names; empty where it names none.
    pub splits: BTreeMap<Split, LabelCounts>,
    /// Rows that repeat another.
    pub duplicates: u64,
    /// Images with two labels.
    pub conflicts: u64,
    /// Rows whose label was not spelled in lower case.
    pub case_folded: u64,
    /// Rows whose label came through an alias.
    pub aliased: u64,
    /// Rows left out on purpose: their label, or their lack of any, says so.
    pub ignored: u64,
    /// What a reader of this format has to say beyond that, such as rows of a known oddity: text = how many.
    pub notes: BTreeMap<String, u64>,
}

/// The usable rows of a dataset, the others, and the counts.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Usable rows in annotation order.
    pub rows: Vec<ReadRow>,
    /// Rows set aside.
    pub quarantine: Quarantine,
    /// What was met.
    pub counts: ReadCounts,
    /// Image folders the annotation is about, relative to the root: files there that nothing names are reported.
    pub image_folders: Vec<String>,
    /// Files below the image folders that need no row: annotation files, and images of ignored rows.
    pub named_elsewhere: Vec<String>,
}

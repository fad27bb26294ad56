//! One module per annotation format; each knows its own layout keys and nothing of the others.

mod abaw;
mod affectnet;
mod affectnet_csv;
mod affectnet_npy;
mod affectnet_plus;
mod bp4d;
mod coded_frames;
mod csv;
mod disfa;
mod emotionet;
mod expw;
mod fer_ballots;
mod fer_pixels;
mod fer_plus;
mod fer_reader;
mod fer_rows;
mod fer_votes;
mod folders;
mod frame_images;
mod label_table;
mod numbered;
mod raf_db;
mod walk;

use std::fmt::Debug;

use affekt_core::LabelSet;

pub use abaw::{AbawMtlLayout, AbawTestLine, AbawTrack, AbawTracksLayout, read_abaw_test_list};
pub use abaw::{
    AbawTask, AuThresholds, HolePolicy, Submission, SubmissionCounts, SubmissionError, SubmissionFormat,
    SubmissionReport, SubmissionShape,
};
pub use affectnet_csv::AffectnetCsvLayout;
pub use affectnet_npy::AffectnetNpyLayout;
pub use affectnet_plus::{AffectnetPlusLayout, AffectnetSubset};
pub use bp4d::Bp4dLayout;
pub use csv::{ColumnRef, Columns, CsvLayout};
pub use disfa::DisfaLayout;
pub use emotionet::EmotionetLayout;
pub use expw::ExpwLayout;
pub use fer_plus::{FerImages, FerLabels, FerPlusLayout};
pub use folders::{FolderChoice, FolderLayout};
pub(crate) use frame_images::FrameImages;
pub use frame_images::FrameTemplate;
pub use raf_db::{RafDbImages, RafDbLayout};
pub(crate) use walk::{files_in, folders_in, list_files};

use crate::root::is_inside;
use crate::{AnnotationReader, DataError, Dataset};

/// Makes the error for a key, its value and what was expected.
pub(crate) type Refuse<'a> = dyn Fn(&str, &str, &str) -> DataError + 'a;

/// What all layouts of a description have in common.
pub(crate) trait Format: Debug {
    /// Checks the values of the layout's keys.
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError>;

    /// Whether the annotation names the subject, so that no rule for file names may.
    fn names_subject(&self) -> bool {
        false
    }

    /// Label sets whose order the codes of this format follow; empty where labels are written as words.
    fn label_sets(&self) -> Vec<LabelSet> {
        Vec::new()
    }

    /// The reader of a dataset laid out like this.
    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader>;
}

/// Refuses a path that leaves the dataset root by its text.
pub(crate) fn inside(refuse: &Refuse<'_>, key: &str, path: &str) -> Result<(), DataError> {
    if is_inside(path) { Ok(()) } else { Err(refuse(key, path, "a path inside the dataset root")) }
}

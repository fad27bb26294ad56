//! From a dataset folder as people left it to a manifest, a face cache and a list of what was set aside.
//!
//! A [`Dataset`] is described by a file of `data-manifests/`; its [`AnnotationReader`] gives a [`Reading`];
//! [`split_by_subject`] divides it; [`prepare_files`] decodes and writes; [`check`] compares with the
//! published counts. A [`Submission`] takes predictions back into the files of a challenge.

mod check;
mod check_table;
mod csv_rows;
mod dataset;
mod entry;
mod error;
mod fingerprint;
mod formats;
mod gather;
mod image;
mod label;
mod noise;
mod npy;
mod pictures;
mod prepare;
mod published;
mod reader;
mod root;
mod sampling;
mod spec;
mod split;
mod stamp;
mod stats;
mod subject;
mod text_lines;
mod thinning;

pub use check::{CheckReport, ClassCheck, check};
pub use check_table::one_line;
pub use dataset::Dataset;
pub use entry::{Entry, Label};
pub use error::DataError;
pub use fingerprint::fingerprint;
pub use formats::{AbawMtlLayout, AbawTestLine, AbawTrack, AbawTracksLayout, read_abaw_test_list};
pub use formats::{
    AbawTask, AuThresholds, HolePolicy, Submission, SubmissionCounts, SubmissionError, SubmissionFormat,
    SubmissionReport, SubmissionShape,
};
pub use formats::{
    AffectnetCsvLayout, AffectnetNpyLayout, AffectnetPlusLayout, AffectnetSubset, Bp4dLayout, ColumnRef,
    Columns, CsvLayout, DisfaLayout, EmotionetLayout, ExpwLayout, FerImages, FerLabels, FerPlusLayout,
    FolderChoice, FolderLayout, FrameTemplate, RafDbImages, RafDbLayout,
};
pub use gather::Gather;
pub use label::{LabelPolicy, LabelReading};
pub use noise::{LabelNoise, NoiseError, NoiseShape, NoisyLabels, NoisyRow, put_noise};
pub use pictures::{open_pictures, rows_to_show};
pub use prepare::{Prepared, Preparing, prepare_files, prepare_with};
pub use published::CountCheck;
pub use reader::{AnnotationReader, ImageSource, LabelCounts, ReadCounts, ReadRow, Reading};
pub use sampling::{Sampler, Sampling};
pub use spec::{
    ConflictPolicy, DatasetSpec, DuplicatePolicy, LabelCase, LabelMapSpec, LabelSetRef, Layout,
    MaxQuarantine, PublishedCounts, PublishedSpec,
};
pub use split::{SplitSpec, split_by_subject};
pub use stamp::PreparedStamp;
pub use stats::{AuStats, ClassStats, DataStats, Labelled, PartStats, VA_CELLS, VaStats};
pub use subject::SubjectRule;
pub use thinning::{Thinning, ThinningRule};

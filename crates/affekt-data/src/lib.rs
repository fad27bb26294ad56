//! From a dataset folder as people left it to a manifest, a face cache and a list of what was set aside.
//!
//! A [`Dataset`] is described by a file of `data-manifests/`; its [`AnnotationReader`] gives a [`Reading`];
//! [`split_by_subject`] divides it; [`prepare_files`] decodes and writes; [`check`] compares with the
//! published counts.

mod check;
mod check_table;
mod csv_reader;
mod csv_rows;
mod dataset;
mod error;
mod fingerprint;
mod folder_reader;
mod gather;
mod label;
mod prepare;
mod reader;
mod root;
mod spec;
mod split;
mod stamp;

pub use check::{CheckReport, ClassCheck, check};
pub use csv_reader::CsvReader;
pub use dataset::Dataset;
pub use error::DataError;
pub use fingerprint::fingerprint;
pub use folder_reader::FolderReader;
pub use gather::{Entry, Gather};
pub use label::{LabelPolicy, LabelReading};
pub use prepare::{Prepared, prepare_files, prepare_with};
pub use reader::{AnnotationReader, ReadCounts, ReadRow, Reading};
pub use spec::{
    ColumnRef, Columns, ConflictPolicy, CsvLayout, DatasetSpec, DuplicatePolicy, FolderLayout, LabelCase,
    LabelSetRef, Layout, MaxQuarantine, PublishedSpec,
};
pub use split::{SplitSpec, split_by_subject};
pub use stamp::PreparedStamp;

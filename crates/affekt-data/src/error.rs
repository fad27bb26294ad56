//! Why a dataset cannot be used.

use std::path::{Path, PathBuf};

use affekt_artifact::ArtifactError;
use affekt_core::Split;
use affekt_face::{CacheError, DetectError, FaceError, PreprocessError};

use crate::NoiseError;

/// A dataset, or its description, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The description is not TOML, lacks a key or has one too many.
    #[error("the dataset description{} is not readable", in_file(path.as_deref()))]
    Spec {
        /// The file, when it came from one.
        path: Option<PathBuf>,
        /// The cause, with its place.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A key of the description holds what it must not.
    #[error("dataset {dataset}: key `{key}` is {got:?}; expected {expected}")]
    SpecValue {
        /// Name of the dataset.
        dataset: String,
        /// The key.
        key: String,
        /// Its value.
        got: String,
        /// What it may be.
        expected: String,
    },
    /// A file or folder the description names is not there.
    #[error("{what} not found: {}; is `--root` the dataset's folder?", path.display())]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// A file or folder of the description leads out of the dataset root.
    #[error("{what} {} leads out of the dataset root {}", path.display(), root.display())]
    LeavesRoot {
        /// What was looked for.
        what: &'static str,
        /// Where it leads.
        path: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// The annotation has no row.
    #[error("{} holds no annotation: {got}", path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
        /// What was found.
        got: &'static str,
    },
    /// The annotation's header lacks a column.
    #[error("{}: no column `{column}`; the header has {}", path.display(), header.join(", "))]
    Column {
        /// The file.
        path: PathBuf,
        /// Column demanded.
        column: String,
        /// Columns found.
        header: Vec<String>,
    },
    /// The annotation begins with another header: its codes may mean something else.
    #[error(
        "{}: the header is {got:?}; expected {expected:?}: is this another release, with a description of its own?",
        path.display()
    )]
    Header {
        /// The file.
        path: PathBuf,
        /// Header of the format under this description.
        expected: String,
        /// Header found.
        got: String,
    },
    /// A quoted field runs over the end of its line, so the rest of the table cannot be trusted.
    #[error("{}:{line}: a quoted field does not end on its line; is a quotation mark missing?", path.display())]
    Quote {
        /// The file.
        path: PathBuf,
        /// Line on which it begins.
        line: u64,
    },
    /// Two tables that are paired row by row do not go together.
    #[error(
        "{}:{line}: {detail}; {} is paired with it row by row: use both tables whole and in their published order",
        path.display(), other.display()
    )]
    Unpaired {
        /// One table.
        path: PathBuf,
        /// Its line from which on rows do not go together.
        line: u64,
        /// The other table.
        other: PathBuf,
        /// What does not agree.
        detail: String,
    },
    /// An image is listed again, and the description says that it must not be.
    #[error("{path} is listed again{}, and `duplicates` is \"error\"", on_line(*line))]
    Duplicate {
        /// The image.
        path: String,
        /// Line of the repetition.
        line: Option<u64>,
    },
    /// An image has two labels, and the description says that it must not.
    #[error("{path} has another label{}, and `conflicts` is \"error\"", on_line(*line))]
    Conflict {
        /// The image.
        path: String,
        /// Line of the second label.
        line: Option<u64>,
    },
    /// A count is far from the published one.
    #[error(
        "dataset {dataset}: {what} counts {got}; published are {expected}, and more than {tolerance} of that is \
         missing or too much: get the dataset again; if it is another release, correct `published`; if its class \
         folders are numbered in another order, correct `aliases`"
    )]
    PublishedCount {
        /// Name of the dataset.
        dataset: String,
        /// What is counted.
        what: String,
        /// Rows published.
        expected: u64,
        /// Rows found.
        got: u64,
        /// Share by which they may differ.
        tolerance: f64,
    },
    /// The fractions of a split do not leave a training part.
    #[error("split fractions valid {valid}, test {test}; expected each in [0, 1) and a sum below 1")]
    Fractions {
        /// Validation fraction.
        valid: f64,
        /// Test fraction.
        test: f64,
    },
    /// No sample came to lie in a split that was asked for.
    #[error(
        "dataset {dataset}: split {split} has no sample: {subjects} subjects are too few for these fractions"
    )]
    EmptySplit {
        /// Name of the dataset.
        dataset: String,
        /// The empty split.
        split: Split,
        /// Subjects of the dataset.
        subjects: u64,
    },
    /// More faults than the description tolerates.
    #[error(
        "{got} faults; `max_quarantine` allows {limit}. All are listed in {}. The first: {}",
        report.display(), first.join("; ")
    )]
    TooManyFaults {
        /// Faults found.
        got: u64,
        /// Faults allowed.
        limit: u64,
        /// The first few: file, line and reason.
        first: Vec<String>,
        /// The whole list.
        report: PathBuf,
    },
    /// A file between stages could not be written or read.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The label noise asked for cannot be put on the labels.
    #[error(transparent)]
    Noise(#[from] NoiseError),
    /// The face cache could not be written.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// Faces cannot be made as asked.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// The face detector cannot be made.
    #[error(transparent)]
    Detector(#[from] DetectError),
    /// The face detector failed.
    #[error(transparent)]
    Face(FaceError),
}

impl DataError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn in_file(path: Option<&Path>) -> String {
    path.map(|p| format!(" {}", p.display())).unwrap_or_default()
}

fn on_line(line: Option<u64>) -> String {
    line.map(|n| format!(" on line {n}")).unwrap_or_default()
}

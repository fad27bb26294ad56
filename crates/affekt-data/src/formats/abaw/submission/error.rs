//! Why there is no submission.

use std::path::{Path, PathBuf};

use affekt_artifact::{ArtifactError, Selection};

use super::AbawTask;
use crate::DataError;

/// A submission cannot be made; nothing is left at the place it was to go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// No format is known for an edition's task.
    #[error(
        "no format is known for task {task} of edition {edition}; known are {known}: where the release list has the \
         form of one of these, name that edition"
    )]
    Format {
        /// The edition asked for.
        edition: u8,
        /// The task asked for.
        task: AbawTask,
        /// Tasks and their editions.
        known: String,
    },
    /// A choice is none.
    #[error("`{key}` is {got}; expected {expected}")]
    Value {
        /// The choice, as the command line calls it.
        key: &'static str,
        /// What was chosen.
        got: String,
        /// What may be.
        expected: String,
    },
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
    /// A line of the release list, or of the table of lengths, is not what it must be.
    #[error("{}:{line}: found {got:?}; expected {expected}: {way_out}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The line, or its part.
        got: String,
        /// What may stand there.
        expected: String,
        /// What to do.
        way_out: &'static str,
    },
    /// The release list has no row.
    #[error("{}: no row; expected the frames or videos to answer: is the list cut short? Get it again", path.display())]
    Empty {
        /// The list.
        path: PathBuf,
    },
    /// The predictions cannot be read.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The file does not begin as predictions do.
    #[error(
        "{}:1: the header is {got:?}; expected that of predictions.csv, with a column p_<class> for each class: name \
         the predictions of a run", path.display()
    )]
    NotPredictions {
        /// The file.
        path: PathBuf,
        /// Its header.
        got: String,
    },
    /// The predictions are of other labels, or in another order.
    #[error(
        "{}:1: the {what} are {got}; expected {expected}, the order of the challenge's codes: predict with a model \
         trained under the label set and action units of Aff-Wild2", path.display()
    )]
    Order {
        /// The file.
        path: PathBuf,
        /// `expression classes` or `action units`.
        what: &'static str,
        /// Of the challenge.
        expected: String,
        /// Of the predictions.
        got: String,
    },
    /// A prediction does not say what the task asks, or says what cannot be.
    #[error("{}:{line}: {sample}: {what} is {got}; expected {expected}", path.display())]
    Prediction {
        /// The file.
        path: PathBuf,
        /// Line.
        line: u64,
        /// The sample.
        sample: String,
        /// What is wrong.
        what: &'static str,
        /// What is there.
        got: String,
        /// What may be.
        expected: &'static str,
    },
    /// A frame is predicted twice in one file.
    #[error(
        "{}:{line}: {sample} is predicted again, first on line {first}; expected one row a sample and selection: were \
         two files joined? Give each with a `--predictions` of its own", path.display()
    )]
    Twice {
        /// The file.
        path: PathBuf,
        /// Line of the repetition.
        line: u64,
        /// Line of the first.
        first: u64,
        /// The sample.
        sample: String,
    },
    /// No row comes from the weights asked for.
    #[error("{}: none of {n_rows} rows is of selection {selection}: choose the other", path.display())]
    Selection {
        /// The file.
        path: PathBuf,
        /// The selection asked for.
        selection: Selection,
        /// Rows of any selection.
        n_rows: usize,
    },
    /// Predictions and release list have no frame in common.
    #[error(
        "{}: no frame of the list is predicted; the list begins with {listed}, the predictions with {predicted}: is \
         the list of another task, or were the predictions made without it as `test_list`?", list.display()
    )]
    NoneListed {
        /// The list.
        list: PathBuf,
        /// A frame of the list.
        listed: String,
        /// A sample of the predictions.
        predicted: String,
    },
    /// Frames of the list stay without an answer under the policy chosen.
    #[error(
        "{}:{line}: no prediction of {frame}{whole_video}, and {n} rows of the list are like it; `--holes` is {policy}: \
         predict them, or choose {way_out}", list.display()
    )]
    Holes {
        /// The list.
        list: PathBuf,
        /// Line of the first.
        line: u64,
        /// The first.
        frame: String,
        /// ` nor of any frame of its video`, or nothing.
        whole_video: &'static str,
        /// How many.
        n: u64,
        /// The policy.
        policy: &'static str,
        /// Policies that would fill them.
        way_out: &'static str,
    },
    /// A folder of files would come to lie over another.
    #[error("{} is there and not an empty folder: remove it, or name another", path.display())]
    OutExists {
        /// The folder.
        path: PathBuf,
    },
    /// What was written does not read back as what was meant; a defect of this program or of the disk.
    #[error("{}:{line}: written was {got:?}; expected {expected}: nothing was handed out, report this", path.display())]
    ReadBack {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What was meant.
        expected: String,
        /// What is there.
        got: String,
    },
    /// The release list could not be read again.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl SubmissionError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

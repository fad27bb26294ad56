//! What can keep a report from being written.

use std::path::PathBuf;

use affekt_artifact::ArtifactError;
use affekt_metrics::MetricError;
use affekt_stats::StatsError;
use affekt_tensorboard::TensorBoardError;

/// A file of the study could not be read, believed or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A versioned file is missing, malformed or of another schema; the message names its path.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The operating system refused to hand out a file.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A line of a training log is not a JSON object.
    #[error("{}:{line}: not a JSON object", path.display())]
    LogLine {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The quarantine table cannot be read.
    #[error("{}: not a readable quarantine table", path.display())]
    Quarantine {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: csv::Error,
    },
    /// The table of what Ada-DF learnt of single faces cannot be read.
    #[error("{}: not a readable table of distributions", path.display())]
    Faces {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: csv::Error,
    },
    /// A field of a file holds something this crate cannot use.
    #[error("{}: {field} is {got}; expected {expected}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The field.
        field: String,
        /// What a valid field holds.
        expected: String,
        /// What was found.
        got: String,
    },
    /// A metric has no value for the content of a file.
    #[error("{}: no metric can be computed", path.display())]
    Metric {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: MetricError,
    },
    /// A statistic was refused.
    #[error("statistic of {what}")]
    Statistic {
        /// What was summarised.
        what: String,
        /// The cause.
        #[source]
        source: StatsError,
    },
    /// A probability of the predictions is none.
    #[error("{}: no precision and recall of {class}", path.display())]
    Curve {
        /// The file.
        path: PathBuf,
        /// Class or action unit.
        class: String,
        /// The cause.
        #[source]
        source: TensorBoardError,
    },
    /// The page template failed.
    #[error("page template")]
    Template(#[from] minijinja::Error),
}

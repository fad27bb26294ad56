//! What can go wrong between a study file and its results.

use std::path::{Path, PathBuf};

use affekt_artifact::ArtifactError;

use crate::check::Problem;
use crate::overlay::OverlayError;

/// A study could not be read, resolved, run or collected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted: `read`, `write`, `start`, ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Two folders have the same run with other predictions.
    #[error(
        "run {id} has other predictions in {} than in {}: a run's id holds its inputs, so one of them was changed, or made by \
         another machine's arithmetic; remove one",
        here.display(), there.display()
    )]
    Conflict {
        /// Its id.
        id: String,
        /// The run here.
        here: PathBuf,
        /// The run there.
        there: PathBuf,
    },
    /// A run is being written.
    #[error(transparent)]
    Lock(#[from] crate::LockError),
    /// The study file, a tier or an override is not what the schema demands.
    #[error(transparent)]
    File(#[from] OverlayError),
    /// The study file is well-formed but asks for something that cannot be.
    #[error("{} asks for what cannot be:{}", path.display(), list(path, problems))]
    Invalid {
        /// The study file.
        path: PathBuf,
        /// Every problem found.
        problems: Vec<Problem>,
    },
    /// A dataset has no usable prototype for a class, or costs that cannot be scaled.
    #[error("dataset {dataset}, arm {arm}: no cost matrix")]
    Cost {
        /// Dataset.
        dataset: String,
        /// Arm.
        arm: String,
        /// The cause.
        #[source]
        source: affekt_ot::CostError,
    },
    /// Predictions that an arm without training cannot decide by.
    #[error("run {run}: cannot decide on {sample} again")]
    Decision {
        /// The run without training.
        run: String,
        /// The face.
        sample: String,
        /// The cause.
        #[source]
        source: affekt_ot::OtError,
    },
    /// A file with a cost matrix that is none over the classes of the dataset.
    #[error("{}: {reason}", path.display())]
    CostFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what would do.
        reason: String,
    },
    /// A class without a place on the circumplex, or without action units.
    #[error(
        "dataset {dataset}: class {class} has no prototype from {from}; \
         use another prototype source, or a label set without it"
    )]
    NoPrototype {
        /// Dataset.
        dataset: String,
        /// Class.
        class: String,
        /// Source of the prototypes.
        from: String,
    },
    /// A name of the study file does not fit the dataset.
    #[error("dataset {dataset}: {what} {got:?}; expected {expected}")]
    Mismatch {
        /// Dataset.
        dataset: String,
        /// Which key.
        what: &'static str,
        /// The name given.
        got: String,
        /// What would fit.
        expected: String,
    },
    /// The file of weights to start from is not there.
    #[error(
        "{}: model.weights.file: no file at {}. affekt never starts from random weights silently: put the file there, name \
         another, or take `model.weights` out to start from random ones. Any state dict of a ResNet-18 or ResNet-50 of timm \
         or torchvision will do, as .pth (zip archive or the older stream) or safetensors. The published Ada-DF settings \
         start from a ResNet-18 trained on MS-Celeb-1M, its state dict under the key `state_dict`; affekt cannot ship it, \
         it must be obtained from its authors",
        study.display(),
        path.display()
    )]
    NoWeights {
        /// The study file.
        study: PathBuf,
        /// Where the file was looked for.
        path: PathBuf,
    },
    /// Predictions from which a metric cannot be computed.
    #[error("{}: the {split} rows cannot be measured", path.display())]
    Metric {
        /// The prediction file.
        path: PathBuf,
        /// The split.
        split: &'static str,
        /// The cause.
        #[source]
        source: affekt_metrics::MetricError,
    },
    /// Results that cannot be compared.
    #[error("dataset {dataset}: a contrast cannot be tested")]
    Statistics {
        /// Dataset.
        dataset: String,
        /// The cause.
        #[source]
        source: affekt_stats::StatsError,
    },
    /// A file between stages is missing or malformed.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

impl StudyError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn list(path: &Path, problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("\n{}", problem.shown(path))).collect();
    lines.concat()
}

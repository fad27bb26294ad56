//! What can be wrong with label noise.

use affekt_artifact::ArtifactError;

/// Noise cannot be drawn, read or put on a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoiseError {
    /// The share of wrong labels is none.
    #[error("noise rate {got}; expected a share in [0, 1]")]
    Rate {
        /// The value.
        got: f64,
    },
    /// The temperature is not above 0.
    #[error("noise temperature {got}; expected a finite number above 0")]
    Temperature {
        /// The value.
        got: f64,
    },
    /// The distances are not those of the classes.
    #[error("distances of the classes: {got}; expected {n_classes} rows of {n_classes} finite numbers >= 0")]
    Distances {
        /// Classes of the label set.
        n_classes: usize,
        /// What was found.
        got: String,
    },
    /// The noise was drawn for another dataset.
    #[error(
        "the noise is for {what} {expected:?}; the manifest has {got:?}: draw it again for this manifest"
    )]
    Mismatch {
        /// `dataset` or `label set`.
        what: &'static str,
        /// Of the noise.
        expected: String,
        /// Of the manifest.
        got: String,
    },
    /// The labels are not clean: their clean classes would be lost, and rates would add up.
    #[error(
        "sample {sample} of dataset {dataset} has label noise already; start from the manifest without it"
    )]
    Twice {
        /// The dataset.
        dataset: String,
        /// The first such sample.
        sample: String,
    },
    /// Table and training part do not hold the same labels.
    #[error("sample {sample}: {detail}; draw the noise again for this manifest")]
    Sample {
        /// The sample.
        sample: String,
        /// What does not agree.
        detail: String,
    },
    /// There is no label that could become wrong.
    #[error(
        "dataset {dataset} has no training row with an expression; expected one at least, for label noise"
    )]
    Unlabelled {
        /// The dataset.
        dataset: String,
    },
    /// A file could not be read, written or believed.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

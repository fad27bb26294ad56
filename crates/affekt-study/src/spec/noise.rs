//! Wrong training labels on purpose.

use schemars::{JsonSchema, Schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Label noise of a dataset: key `noise` of its source.
///
/// Only labels of the *training* split become wrong; the test split stays clean, as in the published protocol
/// (symmetric noise as in the label files of EAC and `ReSup`). That protocol has no validation split. Here there is one, and it stays clean too: it is used
/// for one thing, the epoch that a run reports as best on validation, and a noisy one would mix the noise of the
/// labels with the noise of that choice. With `analysis.selection = "last"` nothing depends on it; with `best-valid`
/// a clean validation split is more than the published protocol has.
///
/// The noise is part of the dataset, with a seed of its own: every run of the dataset sees the same wrong labels, and
/// labels wrong at one rate are wrong in the same way at every higher rate of the same seed and kind. What a study
/// derives from the training labels (class counts, empirical prototypes) it derives from the noisy ones. The clean
/// class stays in the manifest beside the noisy one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = also_uniform)]
pub enum NoiseSpec {
    /// A wrong label is each of the other classes equally often; `uniform` is another name for it.
    #[serde(alias = "uniform")]
    Symmetric {
        /// Probability of each training label to become another, in [0, 1).
        rate: f64,
        /// Seed of the noise.
        seed: u64,
    },
    /// A wrong label is a near class more often: in proportion to `exp(-distance / temperature)`.
    Circumplex {
        /// Probability of each training label to become another, in [0, 1).
        rate: f64,
        /// Seed of the noise.
        seed: u64,
        /// In the unit of the distances, that of valence and arousal; small ones leave only the nearest class.
        temperature: f64,
        /// Published table of class positions whose distances are taken, such as `nrc-vad`.
        table: String,
    },
}

impl NoiseSpec {
    /// Probability of each training label to become another.
    pub fn rate(&self) -> f64 {
        match self {
            Self::Symmetric { rate, .. } | Self::Circumplex { rate, .. } => *rate,
        }
    }
}

/// The other name, which a derived schema does not know.
fn also_uniform(schema: &mut Schema) {
    if let Some(kind) = schema.pointer_mut("/oneOf/0/properties/kind") {
        *kind = serde_json::json!({ "type": "string", "enum": ["symmetric", "uniform"] });
    }
}

/// Reads key `noise` and says so in its errors: inside a source, which has kinds itself, serde has lost their place.
pub(super) fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NoiseSpec>, D::Error> {
    Option::deserialize(deserializer).map_err(|error| D::Error::custom(format!("source.noise: {error}")))
}

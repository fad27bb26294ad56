//! Fewer training faces on purpose.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Training faces that are left out: key `thin` of a dataset's source, an intervention on frequency.
///
/// Only labelled faces of the *training* split go, chosen by a seed of their own, after the split and before label
/// noise: validation and test stay as they are, so a score before and after is one of the same test split. What a study
/// derives from the training labels (class counts, empirical prototypes) it derives from those that stay. The training
/// prior is then not that of the test split; arms that correct for a prior correct for the thinned one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ThinSpec {
    /// Balance by subsampling: of every class as many as the rarest has.
    Balance {
        /// Seed of the choice.
        seed: u64,
    },
    /// A share of some classes: thins a common class to the count of a rare one, a frequency swap.
    Keep {
        /// Share in (0, 1] that stays, by class name; classes not named stay whole.
        shares: BTreeMap<String, f64>,
        /// Seed of the choice; what stays at one share stays at every larger one.
        seed: u64,
    },
}

//! Arms: what each changes in the shared loss.

pub use affekt_ot::Normalisation;
use serde::{Deserialize, Serialize};

use super::MethodSpec;

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// Name in run ids and tables.
    pub name: String,
    /// What it isolates, one sentence for the report.
    pub isolates: String,
    /// Cost of its transport term.
    pub cost: CostSpec,
    /// Network and loss of its own; absent for the shared network and the shared loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodSpec>,
}

/// Cost matrix of an arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CostSpec {
    /// No transport term: lambda = 0.
    None {},
    /// Every confusion costs the same.
    Uniform {
        /// Scale.
        normalisation: Normalisation,
    },
    /// Valence-arousal distance of the class prototypes.
    Circumplex {
        /// Scale.
        normalisation: Normalisation,
    },
    /// The circumplex costs on shuffled classes: a derangement drawn from the run seed.
    Permuted {
        /// Scale.
        normalisation: Normalisation,
    },
}

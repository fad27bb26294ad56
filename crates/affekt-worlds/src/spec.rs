//! The wire form of a world file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A world as its TOML file spells it; [`World`](crate::World) is the checked form.
///
/// Prose is left out when writing, so that the canonical text, and every hash of it, is free of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldSpec {
    pub(crate) name: String,
    #[serde(default, skip_serializing)]
    pub(crate) title: String,
    #[serde(default, skip_serializing)]
    pub(crate) purpose: String,
    /// Version of the renderer whose pixels the world means.
    pub(crate) renderer: u32,
    pub(crate) label_set: String,
    pub(crate) aus: Vec<u8>,
    /// Strength of the nuisance: 0 none, 1 as designed, 2 twice.
    pub(crate) nuisance: f64,
    /// Range of the overall intensity of an expression.
    pub(crate) intensity: [f64; 2],
    pub(crate) samples_per_subject: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pair: Option<PairSpec>,
    pub(crate) classes: BTreeMap<String, ClassSpec>,
}

/// Two classes that exchange faces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairSpec {
    pub(crate) classes: [String; 2],
    /// Probability that a member's AUs come from the pair's common mixture.
    pub(crate) rho: f64,
}

/// One expression class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassSpec {
    pub(crate) prior: f64,
    pub(crate) va_mean: [f64; 2],
    pub(crate) va_sd: [f64; 2],
    /// P(AU = 1 | class), one for each of `aus`.
    pub(crate) au: Vec<f64>,
}

//! What the paper that a study follows states of its own settings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stated settings, for the report to tell where the study departs from them; they decide nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperSpec {
    /// Where they are stated.
    pub source: String,
    /// Value by key of this study, dots in the key; an arm or a dataset goes by its name
    /// (`arm.full.method.threshold`).
    #[serde(rename = "setting")]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub settings: BTreeMap<String, toml::Value>,
}

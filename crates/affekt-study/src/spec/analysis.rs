//! How the runs of a study are compared.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exactly::exactly_if_any;

/// Comparisons, declared before the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSpec {
    /// Weights compared: `last` or `best-valid`.
    pub selection: String,
    /// F1 of a class that is neither true nor predicted.
    pub absent_class: AbsentClass,
    /// Level of every test.
    pub alpha: f64,
    /// Equivalence margin of each metric compared, on that metric's own scale, declared beforehand.
    pub margins: BTreeMap<String, f64>,
    /// The one contrast that is not corrected.
    pub primary: Contrast,
    /// Further contrasts; Holm over them within each dataset.
    #[serde(rename = "contrast")]
    pub contrasts: Vec<Contrast>,
    /// Pair of classes called degenerate, by name, for per-pair figures.
    #[serde(default, deserialize_with = "exactly_if_any")]
    pub pair: Option<[String; 2]>,
    /// Claims to judge.
    #[serde(rename = "claim")]
    pub claims: Vec<ClaimSpec>,
}

/// Treatment against control on one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// Metric name as in `results.csv`.
    pub metric: String,
    /// Treatment arm.
    pub treatment: String,
    /// Control arm.
    pub control: String,
}

/// F1 of a class without true and predicted items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentClass {
    /// Counts as 0, the ABAW rule.
    Zero,
    /// Left out of the mean.
    Skip,
    /// Refused.
    Error,
}

impl AbsentClass {
    /// Name as written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Skip => "skip",
            Self::Error => "error",
        }
    }
}

/// A claim of a paper as data: the engine has no claim of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimSpec {
    /// Short name, such as `C1`.
    pub id: String,
    /// The claim in words.
    pub statement: String,
    /// Where the paper says it.
    pub source: String,
    /// What must hold of treatment against control.
    pub expects: Expectation,
    /// Metric, treatment and control it is judged on.
    pub contrast: Contrast,
}

/// What a claim expects of the treatment's metric against the control's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Larger, by a test at the declared level.
    Greater,
    /// Smaller, by a test at the declared level.
    Less,
    /// Equivalent within the margin, or smaller: the treatment gains nothing.
    NotGreater,
}

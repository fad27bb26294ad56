//! The study file as written by people (TOML), before anything is resolved.
//!
//! Every scientific field is required: a preset is a file in `configs/`, never a default in the code.

mod analysis;
mod arm;
mod cost;
mod dataset;
mod exactly;
mod method;
mod noise;
mod paper;
mod remedy;
mod thin;
mod training;

use affekt_augment::AugmentSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use analysis::{AbsentClass, AnalysisSpec, ClaimSpec, Contrast, Expectation};
pub use arm::{ArmSpec, NetworkSpec};
pub use cost::{AuSource, CostSpec, Fallback, Normalisation, ShapeSpec};
pub use dataset::{
    DatasetSource, DatasetSpec, InputSpec, PrototypeSource, SplitSpec, TransferSpec, WorldSize,
};
pub use method::{FusionSpec, MethodSpec, QuirkName, StageName, Variant};
pub use noise::NoiseSpec;
pub use paper::PaperSpec;
pub use remedy::{ExpressionLossSpec, MixupSpec, PostHocRuleSpec, PostHocSpec, SecondStageSpec};
pub use thin::ThinSpec;
pub use training::{
    Backbone, FrozenWarmupSpec, Head, LossSpec, ModelSpec, OptimizerSpec, Precision, SamplingSpec,
    ScheduleSpec, TaskWeights, TrainSpec, WeightsSpec,
};

/// A study: datasets x arms x seeds, and how the runs are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudySpec {
    /// Name of the study and of its folder.
    pub study: String,
    /// The question it answers, one sentence for the report's head.
    pub question: String,
    /// Run seeds; the same seed pairs the arms.
    pub seeds: Vec<u64>,
    /// Threads of one run. Fixed here because the sum order, hence the last bits, depends on it.
    pub threads_per_run: u32,
    /// What the network sees.
    pub input: InputSpec,
    /// Datasets.
    #[serde(rename = "dataset")]
    pub datasets: Vec<DatasetSpec>,
    /// Evaluations across datasets; absent for none.
    #[serde(rename = "transfer", default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<TransferSpec>,
    /// Network.
    pub model: ModelSpec,
    /// Optimisation.
    pub train: TrainSpec,
    /// Augmentation of training images.
    pub augment: AugmentSpec,
    /// Loss shared by all arms.
    pub loss: LossSpec,
    /// True to keep the test faces' feature vectors (`embeddings.safetensors` of each run), which the measures of
    /// representations need.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embeddings: bool,
    /// Arms.
    #[serde(rename = "arm")]
    pub arms: Vec<ArmSpec>,
    /// Comparisons.
    pub analysis: AnalysisSpec,
    /// What the paper states of its own settings; absent for a study that follows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<PaperSpec>,
}

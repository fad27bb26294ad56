//! Arms: what each changes in the shared loss.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Backbone, CostSpec, ExpressionLossSpec, MethodSpec, MixupSpec, ModelSpec, PostHocSpec, SamplingSpec,
    SecondStageSpec, WeightsSpec,
};

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Feature extractor of its own; absent for that of `[model]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkSpec>,
    /// Weight of its transport term; absent for `loss.lambda`. For studies of lambda itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
    /// Loss of the expression head; absent for cross-entropy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<ExpressionLossSpec>,
    /// How often images of each class are seen; absent for `train.sampling`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingSpec>,
    /// Images and targets mixed in pairs; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixup: Option<MixupSpec>,
    /// True to learn the distribution over the classes where the dataset has one (votes; in worlds the posterior), in
    /// place of the class.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub soft_targets: bool,
    /// What follows training; absent for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_stage: Option<SecondStageSpec>,
    /// For an arm that is not trained: another decision from the predictions of one that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_hoc: Option<PostHocSpec>,
}

/// Feature extractor of one arm, in place of `model.backbone` and `model.weights`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// Feature extractor.
    pub backbone: Backbone,
    /// Weights it starts from; absent for random ones, also when `[model]` names some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightsSpec>,
}

impl ArmSpec {
    /// Feature extractor of the arm and the weights it starts from.
    pub fn network<'a>(&'a self, model: &'a ModelSpec) -> (Backbone, Option<&'a WeightsSpec>) {
        match &self.network {
            Some(own) => (own.backbone, own.weights.as_ref()),
            None => (model.backbone, model.weights.as_ref()),
        }
    }
}

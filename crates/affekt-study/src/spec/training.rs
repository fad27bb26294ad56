//! Network, optimisation, augmentation and loss of a study.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StageName;

/// Network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Feature extractor.
    pub backbone: Backbone,
    /// Task heads; tasks without labels in a dataset are masked.
    pub heads: Vec<Head>,
    /// Dropout before the heads, 0 to 1.
    pub dropout: f64,
    /// Last stage whose parameters stay as they are; absent to train all. A method with a stem of its own says so
    /// itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<StageName>,
    /// Weights to start from; absent to start from random ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightsSpec>,
}

/// Weights that training starts from: a residual network under the names of timm and torchvision, or a checkpoint of
/// affekt of the same network.
///
/// Everything must fit by name and shape, except that heads which the file lacks, or has for other classes, start random.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightsSpec {
    /// safetensors or a file of `torch.save`, relative to the study file; in a resolved run absolute.
    pub file: PathBuf,
    /// Key of the state dict in the file, such as `state_dict`; absent for the only one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Names in the file that are not taken, or prefixes that end with a dot, such as `fc.`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Names in the model, or prefixes that end with a dot, that may start random where the file has nothing for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fresh: Vec<String>,
}

/// Feature extractors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Backbone {
    /// Residual net for 48 to 96 px: a stem and three stages of `width`, `2 width` and `4 width` channels.
    SmallResnet {
        /// Channels of the stem and the first stage.
        width: u32,
        /// Blocks of each stage.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        blocks: u32,
    },
    /// ResNet-18 in torchvision's layout.
    Resnet18 {},
    /// ResNet-50 in torchvision's layout.
    Resnet50 {},
}

/// Task heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// Expression logits.
    Expression,
    /// Valence and arousal through tanh.
    Va,
    /// Action-unit logits.
    Au,
}

/// Optimisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainSpec {
    /// Passes over the training split.
    pub epochs: u32,
    /// Images per batch; what is left at the end of an epoch is dropped.
    pub batch_size: u32,
    /// Batches per step, whose gradients are averaged; normalisation, the CCC and ranking terms see one batch at a time.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub accumulate: u32,
    /// Arithmetic of convolutions and linear layers; weights, normalisation and losses stay in 32 bit.
    pub precision: Precision,
    /// Optimiser.
    pub optimizer: OptimizerSpec,
    /// Learning-rate schedule.
    pub schedule: ScheduleSpec,
    /// Greatest length of a step's gradient, to which longer ones are shortened; absent for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Epochs without a better macro-F1 on the validation split after which training ends; absent for never. The schedule
    /// is that of all epochs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u32>,
    /// True to keep the weights of the best validation epoch too, as `best.safetensors` beside `checkpoint.safetensors`,
    /// which are the last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_best: bool,
    /// True to learn from the validation split too and to validate on nothing: for a study whose settings have been chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub learn_valid: bool,
    /// How often images of each class are seen; absent for each once an epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingSpec>,
    /// Decay per step of the weights' exponential moving average, in [0, 1), with which the run then validates and
    /// predicts; absent for the weights themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ema: Option<f64>,
    /// Epochs in which only the heads learn; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_warmup: Option<FrozenWarmupSpec>,
    /// True to learn the distribution over the classes where the dataset has one, in every arm.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub soft_targets: bool,
}

impl TrainSpec {
    /// Images of one step.
    pub fn samples_per_step(&self) -> u64 {
        u64::from(self.batch_size) * u64::from(self.accumulate)
    }
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one(n: &u32) -> bool {
    *n == 1
}

/// Heads first, then all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrozenWarmupSpec {
    /// Epochs in which the parameters of the feature extractor stay; its running statistics move.
    pub epochs: u32,
    /// Learning rate of the feature extractor afterwards, as a share of the heads'.
    pub backbone_lr: f64,
}

/// Arithmetic of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floats.
    Fp32,
    /// bfloat16 convolutions and linear layers.
    Bf16,
    /// Half-precision convolutions and linear layers with a scaled loss, for CUDA; slow or refused on a CPU.
    Fp16,
}

/// Which training images an epoch visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SamplingSpec {
    /// Every image once.
    Shuffled,
    /// Drawn with replacement, every class equally often.
    Balanced,
    /// Drawn with replacement, classes in proportion to the square root of their images.
    SquareRoot,
    /// Without replacement, of each class as many as the rarest has, others each epoch.
    DownSampled,
}

/// Optimisers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptimizerSpec {
    /// Adam with decoupled weight decay.
    AdamW {
        /// Peak learning rate.
        lr: f64,
        /// Decay of the first moment.
        beta1: f64,
        /// Decay of the second moment.
        beta2: f64,
        /// Added to the root of the second moment.
        eps: f64,
        /// Decoupled decay, applied to weights of two and more dimensions only.
        weight_decay: f64,
    },
    /// Adam (Kingma and Ba 2015), no decay.
    Adam {
        /// Peak learning rate.
        lr: f64,
        /// Decay of the first moment.
        beta1: f64,
        /// Decay of the second moment.
        beta2: f64,
        /// Added to the root of the second moment.
        eps: f64,
    },
    /// Stochastic gradient descent with momentum.
    Sgd {
        /// Peak learning rate.
        lr: f64,
        /// Share of the running sum of gradients that stays, in [0, 1).
        momentum: f64,
        /// Decay, added to the gradient of weights of two and more dimensions only.
        weight_decay: f64,
        /// True for Nesterov's form.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nesterov: bool,
    },
}

/// Learning-rate schedules, evaluated per step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ScheduleSpec {
    /// Linear warm-up, then half a cosine down to `final_fraction` of the peak.
    Cosine {
        /// Epochs of warm-up.
        warmup_epochs: f64,
        /// Last rate as a share of the peak.
        final_fraction: f64,
    },
    /// The rate times `gamma` after each epoch.
    Exponential {
        /// Factor, in (0, 1].
        gamma: f64,
    },
    /// The rate times `gamma` after every so many epochs.
    Step {
        /// Epochs between two changes.
        epochs: u32,
        /// Factor, in (0, 1].
        gamma: f64,
    },
}

/// Loss shared by all arms: L = sum of weighted task losses + lambda * OT(softmax(z), y; C).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LossSpec {
    /// Weight of the transport term in every arm with a cost; chosen once, never per arm.
    pub lambda: f64,
    /// Task weights.
    pub tasks: TaskWeights,
    /// True to weigh the tasks by learned uncertainties as well, `(exp(-s) L + s) / 2`; the transport term stays outside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertainty: bool,
}

/// Weight of each task loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskWeights {
    /// Cross-entropy of the expression.
    pub expression: f64,
    /// Mean of 1 - CCC over valence and arousal.
    pub va: f64,
    /// Binary cross-entropy of the action units.
    pub au: f64,
}

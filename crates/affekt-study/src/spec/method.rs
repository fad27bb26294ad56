//! How an arm learns expressions, where it is not by cross-entropy alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A method with a network or a loss of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MethodSpec {
    /// Two branches over a shared stem; the target branch learns a fusion of label and class distributions
    /// (arXiv 2404.15714).
    AdaDf {
        /// As the paper states it, or as the authors' public code does it.
        variant: Variant,
        /// Single departures of the code, switched on over the variant `paper`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        quirks: Vec<QuirkName>,
        /// Least weight t of a class on itself in its distribution.
        threshold: f64,
        /// Epoch at which the ramps of the two losses meet.
        beta: f64,
        /// Sharpening temperature of class distributions; 1 for none.
        temperature: f64,
        /// What the target branch learns from.
        fusion: FusionSpec,
        /// Share of a batch ranked high by attention; 0.7 as published.
        rank_share: f64,
        /// Least distance of the mean attentions of high and low; 0.07 as published.
        rank_margin: f64,
        /// Last stage of the shared stem; `layer1` as published.
        divide_after: StageName,
        /// Keep the stem's parameters as they are: on for pretrained weights, off when training from scratch.
        freeze_stem: bool,
        /// Dropout on the stem's output; 0 in all published settings.
        stem_dropout: f64,
    },
}

/// Which Ada-DF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The method as stated, with the defects of the code mended.
    Paper,
    /// The authors' public code, every [`QuirkName`] included.
    Reference,
}

/// A departure of the authors' code from the paper; `docs/deviations.md` has each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuirkName {
    /// A frozen stem normalises by batch statistics.
    StemBatchStatistics,
    /// Dropout on the stem's output also acts in evaluation.
    DropoutInEval,
    /// A class distribution that falls back sums to t + 0.4.
    FallbackFourTenths,
    /// Class distributions are means over augmented images of the last epoch.
    SurveyAsTrained,
    /// A class without an item falls back instead of keeping its row.
    EmptyClassFallsBack,
    /// Sharpening divides by the sum of the wrong row.
    SharpenByColumn,
    /// Gradients flow through the fused distributions.
    GradientThroughTarget,
    /// The divergence is divided by the configured batch size.
    ConfiguredBatchSize,
}

impl QuirkName {
    /// Every departure.
    pub const ALL: [Self; 8] = [
        Self::StemBatchStatistics,
        Self::DropoutInEval,
        Self::FallbackFourTenths,
        Self::SurveyAsTrained,
        Self::EmptyClassFallsBack,
        Self::SharpenByColumn,
        Self::GradientThroughTarget,
        Self::ConfiguredBatchSize,
    ];
}

/// Weight w of the class distribution in what the target branch learns from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FusionSpec {
    /// By the attention of each item within its batch, with rank regularisation: Ada-DF.
    Adaptive {
        /// Weight of the least clear item; 0.2 as published.
        min: f64,
        /// Weight of the clearest item; 1 as published.
        max: f64,
    },
    /// One weight for all: 0 is the item's own label distribution, 1 that of its class.
    Fixed {
        /// The weight.
        weight: f64,
    },
}

/// A stage of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageName {
    /// First convolution, normalisation, pooling.
    Conv1,
    /// First group of blocks.
    Layer1,
    /// Second group of blocks.
    Layer2,
    /// Third group of blocks.
    Layer3,
    /// Fourth group of blocks.
    Layer4,
}

//! Augmentation as written in a configuration.

use serde::{Deserialize, Serialize};

/// Stages of the pipeline, in the order applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AugmentSpec {
    /// Probability of a left-right flip; 0 for none.
    pub flip: f64,
    /// Largest shift in pixels along either axis, the border reflected; 0 for none.
    pub shift: u32,
    /// Random erasing; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase: Option<EraseSpec>,
    /// Small rotation and zoom; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warp: Option<WarpSpec>,
    /// Random brightness, contrast and saturation; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<JitterSpec>,
    /// Random operations of colour and geometry, before all other stages; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rand_augment: Option<RandAugmentSpec>,
}

/// `RandAugment` in the form of timm, `rand-m<magnitude>-n<n>-mstd<sd>`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RandAugmentSpec {
    /// Mean level of an operation, from 0 to 10.
    pub magnitude: f64,
    /// Operations drawn for an image; each is applied with probability one half.
    pub n: u32,
    /// Standard deviation of the level, which is cut off at 0 and at 10.
    pub sd: f64,
}

/// Random brightness, contrast and saturation: factors between 1 - x and 1 + x, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JitterSpec {
    /// Largest change of brightness, from 0 to 1.
    pub brightness: f64,
    /// Largest change of contrast, from 0 to 1.
    pub contrast: f64,
    /// Largest change of saturation, from 0 to 1; does nothing to grey pictures.
    pub saturation: f64,
}

/// A small rotation and zoom about the centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WarpSpec {
    /// Largest angle in degrees, either way.
    pub rotate: f64,
    /// Largest enlargement: the factor lies between 1 / (1 + zoom) and 1 + zoom.
    pub zoom: f64,
}

/// Random erasing of Zhong et al. (2017): a rectangle is painted over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EraseSpec {
    /// Probability that an image loses a rectangle.
    pub probability: f64,
    /// Smallest share of the image it covers.
    pub min_area: f64,
    /// Largest share.
    pub max_area: f64,
    /// Smallest height-to-width ratio.
    pub min_aspect: f64,
    /// Largest height-to-width ratio.
    pub max_aspect: f64,
}

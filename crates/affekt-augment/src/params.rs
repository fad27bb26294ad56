//! Checked augmentation parameters.

use serde::{Deserialize, Serialize};

use crate::{AugmentError, AugmentSpec, Border, Erase, Flip, Jitter, Pipeline, RandAugment, ShiftCrop, Warp};

/// An [`AugmentSpec`] whose every value is in range.
///
/// # Example
/// ```
/// use affekt_augment::{Augment, AugmentParams, AugmentSpec};
/// let spec = AugmentSpec { flip: 1.0, ..AugmentSpec::default() };
/// let pipeline = AugmentParams::new(spec).unwrap().pipeline([128; 3]);
/// let mut image = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
/// pipeline.apply(&mut image, 2, &mut affekt_core::Seed(0).stream("augment", &[0, 0]));
/// assert_eq!(image, [2, 2, 2, 1, 1, 1, 4, 4, 4, 3, 3, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AugmentSpec", into = "AugmentSpec")]
pub struct AugmentParams {
    spec: AugmentSpec,
    flip: Flip,
    erase: Option<Erase>,
    warp: Option<Warp>,
    jitter: Option<Jitter>,
    rand_augment: Option<RandAugment>,
}

impl AugmentParams {
    /// Checks a specification.
    ///
    /// # Errors
    /// [`AugmentError`] for the first value out of range.
    pub fn new(spec: AugmentSpec) -> Result<Self, AugmentError> {
        let flip = Flip::new(spec.flip)?;
        // The fill is known only beside the data; `pipeline` sets it.
        let erase = spec.erase.map(|erase| Erase::new(erase, [0; 3])).transpose()?;
        let warp = spec.warp.map(Warp::new).transpose()?;
        let jitter = spec.jitter.map(Jitter::new).transpose()?;
        let rand_augment = spec.rand_augment.map(RandAugment::new).transpose()?;
        Ok(Self { spec, flip, erase, warp, jitter, rand_augment })
    }

    /// The values as written.
    pub const fn spec(&self) -> &AugmentSpec {
        &self.spec
    }

    /// The stages with something to do, in order: random operations, jitter, flip, warp, shift, erase.
    ///
    /// `fill` is the colour of erased pixels: the mean colour of the training split.
    pub fn pipeline(&self, fill: [u8; 3]) -> Pipeline {
        let mut pipeline = Pipeline::default();
        if let Some(rand_augment) = self.rand_augment {
            pipeline.push(rand_augment);
        }
        if let Some(jitter) = self.jitter {
            pipeline.push(jitter);
        }
        if self.spec.flip > 0.0 {
            pipeline.push(self.flip);
        }
        if let Some(warp) = self.warp {
            pipeline.push(warp);
        }
        if self.spec.shift > 0 {
            pipeline.push(ShiftCrop::new(self.spec.shift, Border::Reflect));
        }
        if let Some(erase) = self.erase {
            pipeline.push(erase.with_fill(fill));
        }
        pipeline
    }
}

impl TryFrom<AugmentSpec> for AugmentParams {
    type Error = AugmentError;

    fn try_from(spec: AugmentSpec) -> Result<Self, Self::Error> {
        Self::new(spec)
    }
}

impl From<AugmentParams> for AugmentSpec {
    fn from(params: AugmentParams) -> Self {
        params.spec
    }
}

/// A number in [0, 1]; tested positively, so that NaN fails.
pub(crate) fn share(key: &'static str, got: f64) -> Result<f64, AugmentError> {
    if (0.0..=1.0).contains(&got) { Ok(got) } else { Err(AugmentError::Share { key, got }) }
}

//! Random brightness, contrast and saturation.

use affekt_core::Stream;

use crate::augment::check_shape;
use crate::params::share;
use crate::{Augment, AugmentError, JitterSpec, photometric};

/// Changes brightness, then contrast, then saturation, each by a factor uniform on [1 - x, 1 + x]; three draws.
///
/// Arithmetic is that of Pillow's `ImageEnhance`, with a rounding to bytes after each change.
///
/// # Deviation
/// torchvision's `ColorJitter` makes the changes in a random order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    spec: JitterSpec,
}

impl Jitter {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`AugmentError::Share`] unless each value lies in [0, 1].
    pub fn new(spec: JitterSpec) -> Result<Self, AugmentError> {
        share("jitter.brightness", spec.brightness)?;
        share("jitter.contrast", spec.contrast)?;
        share("jitter.saturation", spec.saturation)?;
        Ok(Self { spec })
    }
}

impl Augment for Jitter {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        check_shape(image, size);
        let JitterSpec { brightness, contrast, saturation } = self.spec;
        #[expect(clippy::cast_possible_truncation, reason = "blended in single precision, as Pillow does")]
        let [brightness, contrast, saturation] =
            [brightness, contrast, saturation].map(|x| stream.range(1.0 - x, 1.0 + x) as f32);
        photometric::brightness(image, brightness);
        photometric::contrast(image, contrast);
        photometric::color(image, saturation);
    }
}

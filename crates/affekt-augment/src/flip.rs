//! Left-right mirror.

use affekt_core::Stream;

use crate::augment::{CHANNELS, check_shape};
use crate::params::share;
use crate::{Augment, AugmentError};

/// Mirrors an image left to right with a given probability; one draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flip {
    probability: f64,
}

impl Flip {
    /// A flip with this probability.
    ///
    /// # Errors
    /// [`AugmentError::Share`].
    pub fn new(probability: f64) -> Result<Self, AugmentError> {
        Ok(Self { probability: share("flip", probability)? })
    }

    /// Mirrors an image; twice gives back the first.
    ///
    /// # Panics
    /// When `image` is not `size * size * 3` bytes long.
    pub fn mirror(image: &mut [u8], size: usize) {
        check_shape(image, size);
        let (pixels, _) = image.as_chunks_mut::<CHANNELS>();
        for row in pixels.chunks_exact_mut(size.max(1)) {
            row.reverse();
        }
    }
}

impl Augment for Flip {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        if stream.bernoulli(self.probability) {
            Self::mirror(image, size);
        }
    }
}

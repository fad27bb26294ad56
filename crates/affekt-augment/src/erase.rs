//! Random erasing.

use affekt_core::Stream;

use crate::augment::{CHANNELS, check_shape};
use crate::params::share;
use crate::{Augment, AugmentError, EraseSpec};

/// Paints a random rectangle with one colour; five draws.
///
/// # Deviation
/// Zhong et al. draw area and aspect until the rectangle fits, which favours small areas. Here the aspect
/// is drawn, uniform in its logarithm, from those at which the drawn area fits: the area stays uniform and
/// the number of draws fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erase {
    spec: EraseSpec,
    fill: [u8; 3],
}

impl Erase {
    /// Random erasing with these ranges and this colour.
    ///
    /// # Errors
    /// [`AugmentError`] for the first value out of range.
    pub fn new(spec: EraseSpec, fill: [u8; 3]) -> Result<Self, AugmentError> {
        share("erase.probability", spec.probability)?;
        share("erase.min_area", spec.min_area)?;
        share("erase.max_area", spec.max_area)?;
        for (key, got) in [("erase.min_aspect", spec.min_aspect), ("erase.max_aspect", spec.max_aspect)] {
            if !(got > 0.0 && got.is_finite()) {
                return Err(AugmentError::Aspect { key, got });
            }
        }
        let ranges = [
            ("erase.min_area", spec.min_area, "erase.max_area", spec.max_area),
            ("erase.min_aspect", spec.min_aspect, "erase.max_aspect", spec.max_aspect),
        ];
        for (low_key, low, high_key, high) in ranges {
            if low > high {
                return Err(AugmentError::Range { low_key, low, high_key, high });
            }
        }
        // A rectangle of area a (share) and aspect r fits when a <= r <= 1 / a.
        let EraseSpec { max_area, min_aspect, max_aspect, .. } = spec;
        if min_aspect * max_area > 1.0 || max_aspect < max_area {
            return Err(AugmentError::DoesNotFit { max_area, min_aspect, max_aspect });
        }
        Ok(Self { spec, fill })
    }

    /// The same with another colour.
    #[must_use]
    pub const fn with_fill(self, fill: [u8; 3]) -> Self {
        Self { fill, ..self }
    }

    /// Height and width in pixels of a rectangle, from two uniform numbers.
    fn extent(&self, size: usize, area: f64, aspect: f64) -> (usize, usize) {
        let EraseSpec { min_area, max_area, min_aspect, max_aspect, .. } = self.spec;
        let area = min_area + (max_area - min_area) * area;
        if area <= 0.0 {
            return (0, 0);
        }
        let clamp = |r: f64| r.clamp(area, 1.0 / area);
        let (low, high) = (clamp(min_aspect).ln(), clamp(max_aspect).ln());
        let ratio = (low + (high - low) * aspect).exp();
        let side = size as f64;
        let height = pixels((area * ratio).sqrt() * side, size);
        // The width follows from the height as rounded, which keeps the area close to the one drawn.
        (height, pixels(area * side * side / height as f64, size))
    }
}

/// Nearest whole number of pixels within 1..=size.
fn pixels(length: f64, size: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates and turns NaN into 0; clamped to 1..=size after"
    )]
    let rounded = length.round() as usize;
    rounded.clamp(1, size.max(1))
}

impl Augment for Erase {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        check_shape(image, size);
        let [chance, area, aspect, top, left] = std::array::from_fn(|_| stream.uniform());
        if chance >= self.spec.probability || size == 0 {
            return;
        }
        let (height, width) = self.extent(size, area, aspect);
        let (top, left) = (place(top, size - height), place(left, size - width));
        let (cells, _) = image.as_chunks_mut::<CHANNELS>();
        for row in cells.chunks_exact_mut(size).skip(top).take(height) {
            row[left..left + width].fill(self.fill);
        }
    }
}

/// One of `0..=room`, each equally likely, from a number uniform on [0, 1).
fn place(uniform: f64, room: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number in 0..=room, floored"
    )]
    let floored = (uniform * (room as f64 + 1.0)) as usize;
    floored.min(room)
}

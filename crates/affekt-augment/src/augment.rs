//! The seam.

use affekt_core::Stream;

/// Bytes of a pixel.
pub(crate) const CHANNELS: usize = 3;

/// A random change to an 8-bit RGB face.
///
/// An implementation takes every random decision from `stream`, so that the same stream gives the same
/// picture on any thread and after any resume.
pub trait Augment: Send + Sync {
    /// Changes `image` in place.
    ///
    /// # Shape
    /// `image` \[size, size, 3\] u8, rows from the top.
    ///
    /// # Panics
    /// May panic when `image` is not `size * size * 3` bytes long: its owner and its user disagree.
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream);
}

/// Refuses a buffer that is not one image.
pub(crate) fn check_shape(image: &[u8], size: usize) {
    assert_eq!(image.len(), size * size * CHANNELS, "the buffer must hold one {size} x {size} RGB image");
}

/// Towards zero, within a byte, as Pillow clips.
///
/// # Numerics
/// Equal to `v as u8` but for NaN. That conversion is done value by value on machines whose vectors have none
/// that saturates; this one takes the bits of the sum with 2^23, which is `v` rounded, less 1 if rounded up.
#[expect(clippy::cast_possible_truncation, reason = "the lowest byte holds the number")]
pub(crate) fn to_byte(v: f32) -> u8 {
    const UNITS: f32 = (1_u32 << 23) as f32;
    let v = v.clamp(0.0, 255.0);
    let sum = v + UNITS;
    let up = u32::from(sum - UNITS > v);
    (sum.to_bits() - up) as u8
}

#[cfg(test)]
mod tests {
    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion compared with"
    )]
    fn to_byte_is_the_saturating_conversion() {
        for whole in -3_i16..=260 {
            let v = f32::from(whole);
            for v in [v.next_down(), v, v.next_up(), v + 0.25, v + 0.5, v + 0.75] {
                assert_eq!(super::to_byte(v), v as u8, "{v}");
            }
        }
        assert_eq!([f32::NEG_INFINITY, f32::INFINITY].map(super::to_byte), [0, 255]);
    }
}

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

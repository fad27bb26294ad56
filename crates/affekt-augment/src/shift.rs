//! A crop at a random offset of the padded image, which is a shift.

use affekt_core::Stream;

use crate::Augment;
use crate::augment::{CHANNELS, check_shape};

/// What fills the strip that a shift uncovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// The image mirrored about its border pixel, which is not repeated (`reflect`, not `symmetric`).
    Reflect,
    /// The border pixel repeated.
    Edge,
}

/// Pads by `max_shift` on all sides and crops back at a random offset, uniform per axis; two draws.
///
/// On an image of side `size` the shift is at most `(size - 1) / 2`, what a reflection can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftCrop {
    max_shift: u32,
    border: Border,
}

impl ShiftCrop {
    /// A crop that moves the image by up to `max_shift` pixels along either axis.
    pub const fn new(max_shift: u32, border: Border) -> Self {
        Self { max_shift, border }
    }

    /// Moves the image down by `down` and right by `right` pixels (negative: up and left), filling the strip.
    ///
    /// # Panics
    /// When `image` is not `size * size * 3` bytes long.
    pub fn shift(self, image: &mut [u8], size: usize, down: isize, right: isize) {
        check_shape(image, size);
        if size == 0 {
            return;
        }
        let limit = (size - 1) / 2;
        let stride = size * CHANNELS;
        self.slide(image, size, stride, down.unsigned_abs().min(limit), down > 0);
        let by = right.unsigned_abs().min(limit);
        if by > 0 {
            for row in image.chunks_exact_mut(stride) {
                self.slide(row, size, CHANNELS, by, right > 0);
            }
        }
    }

    /// Moves `n` cells of `width` bytes by `by` places and fills the places left behind.
    ///
    /// A reflection needs cells 1 to `by` away from the border, and with `by <= (n - 1) / 2` all of them are
    /// still there after the move: no copy of the image is kept.
    fn slide(self, cells: &mut [u8], n: usize, width: usize, by: usize, forward: bool) {
        if by == 0 {
            return;
        }
        let kept = (n - by) * width;
        if forward {
            cells.copy_within(..kept, by * width);
        } else {
            cells.copy_within(by * width.., 0);
        }
        for k in 1..=by {
            let mirror = match self.border {
                Border::Reflect => k,
                Border::Edge => 0,
            };
            let (from, to) = if forward {
                (by + mirror, by - k)
            } else {
                let last = n - 1 - by;
                (last - mirror, last + k)
            };
            cells.copy_within(from * width..(from + 1) * width, to * width);
        }
    }
}

impl Augment for ShiftCrop {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        let mut draw = || {
            let n = i64::from(self.max_shift);
            let offset = stream.below(2 * u64::from(self.max_shift) + 1);
            // The offset is at most 2 n, so the difference lies in -n..=n.
            isize::try_from(i64::try_from(offset).unwrap_or(n) - n).unwrap_or(0)
        };
        let (down, right) = (draw(), draw());
        self.shift(image, size, down, right);
    }
}

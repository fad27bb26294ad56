//! A small rotation and zoom about the centre.

use affekt_core::Stream;

use crate::augment::{CHANNELS, check_shape};
use crate::{Augment, AugmentError, WarpSpec};

/// Rotates by up to `rotate` degrees and scales by a factor between 1 / (1 + zoom) and 1 + zoom; two draws.
///
/// The angle is uniform, the factor log-uniform. Pixels are read by bilinear interpolation; what lies outside the
/// image repeats the border pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warp {
    spec: WarpSpec,
}

impl Warp {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`AugmentError::Share`] unless `zoom` lies in [0, 1], [`AugmentError::Angle`] unless `rotate` lies in
    /// [0, 180].
    pub fn new(spec: WarpSpec) -> Result<Self, AugmentError> {
        if !(0.0..=180.0).contains(&spec.rotate) {
            return Err(AugmentError::Angle { key: "warp.rotate", got: spec.rotate });
        }
        if !(0.0..=1.0).contains(&spec.zoom) {
            return Err(AugmentError::Share { key: "warp.zoom", got: spec.zoom });
        }
        Ok(Self { spec })
    }

    /// Turns the image by `degrees` (positive: clockwise as seen) and enlarges it by `factor`, about its centre.
    ///
    /// # Panics
    /// When `image` is not `size * size * 3` bytes long.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the image's range"
    )]
    pub fn warp(image: &mut [u8], size: usize, degrees: f64, factor: f64) {
        check_shape(image, size);
        if size < 2 {
            return;
        }
        let source = image.to_vec();
        // Whole pixels, so that bounds are checked four times a pixel and not twelve.
        let (source, _) = source.as_chunks::<CHANNELS>();
        let (pixels, _) = image.as_chunks_mut::<CHANNELS>();
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (step_x, step_y) = ((cos / factor) as f32, (sin / factor) as f32);
        let last = (size - 1) as f32;
        let centre = last / 2.0;
        for (row, line) in pixels.chunks_exact_mut(size).enumerate() {
            let dy = row as f32 - centre;
            for (column, pixel) in line.iter_mut().enumerate() {
                let dx = column as f32 - centre;
                // The inverse map: where in the source this pixel comes from.
                let x = (centre + dx * step_x + dy * step_y).clamp(0.0, last);
                let y = (centre - dx * step_y + dy * step_x).clamp(0.0, last);
                let (left, top) = ((x as usize).min(size - 2), (y as usize).min(size - 2));
                let (fx, fy) = (x - left as f32, y - top as f32);
                let at = top * size + left;
                let (upper, lower) =
                    ([source[at], source[at + 1]], [source[at + size], source[at + size + 1]]);
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let mix = |pair: &[[u8; CHANNELS]; 2]| {
                        let (a, b) = (f32::from(pair[0][channel]), f32::from(pair[1][channel]));
                        a + fx * (b - a)
                    };
                    let (above, below) = (mix(&upper), mix(&lower));
                    *value = (above + fy * (below - above) + 0.5) as u8;
                }
            }
        }
    }
}

impl Augment for Warp {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        let degrees = stream.range(-self.spec.rotate, self.spec.rotate);
        let largest = self.spec.zoom.ln_1p();
        let factor = stream.range(-largest, largest).exp();
        Self::warp(image, size, degrees, factor);
    }
}

//! Sampling a picture along a similarity transform.

use crate::{Picture, Similarity};

/// Fills a square of side `size` with the picture moved by `to_face`, bilinear, black outside.
///
/// Pixel centres lie at whole numbers and pixels beyond the border count as black, as in `cv2.warpAffine` with a
/// border value of 0. No smoothing precedes a reduction: that is the convention of aligned face sets.
///
/// # Shape
/// `out` \[size, size, 3\] u8.
pub(crate) fn warp(picture: &Picture, to_face: &Similarity, size: u32, out: &mut [u8]) {
    let to_picture = to_face.inverse();
    let [width, height] = [picture.width(), picture.height()].map(i64::from);
    let pixels = picture.rgb();
    let stride = picture.width() as usize * 3;
    for (v, row) in (0_u32..).zip(out.chunks_exact_mut(size as usize * 3)) {
        for (u, pixel) in (0_u32..).zip(row.chunks_exact_mut(3)) {
            let [x, y] = to_picture.apply([f64::from(u), f64::from(v)]);
            let (left, top) = (x.floor(), y.floor());
            // Also catches what does not fit an integer.
            let inside = left >= -1.0 && top >= -1.0 && left < width as f64 && top < height as f64;
            if !inside {
                pixel.fill(0);
                continue;
            }
            let (fx, fy) = (x - left, y - top);
            #[expect(clippy::cast_possible_truncation, reason = "bounded by the picture just above")]
            let (left, top) = (left as i64, top as i64);
            let mut sums = [0.0; 3];
            for (dy, wy) in [(0, 1.0 - fy), (1, fy)] {
                for (dx, wx) in [(0, 1.0 - fx), (1, fx)] {
                    let (px, py) = (left + dx, top + dy);
                    let (Ok(column), Ok(line)) = (usize::try_from(px), usize::try_from(py)) else { continue };
                    if px >= width || py >= height {
                        continue;
                    }
                    let at = line * stride + column * 3;
                    for (sum, &value) in sums.iter_mut().zip(&pixels[at..at + 3]) {
                        *sum += wx * wy * f64::from(value);
                    }
                }
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of bytes")]
            for (value, sum) in pixel.iter_mut().zip(sums) {
                *value = (sum + 0.5) as u8;
            }
        }
    }
}

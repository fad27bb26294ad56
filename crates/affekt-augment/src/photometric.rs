//! Changes of colour and contrast, byte for byte as Pillow makes them.

use crate::augment::{CHANNELS, to_byte};

/// Levels of a byte.
const LEVELS: usize = 256;
type Histogram = [u64; LEVELS];

/// Replaces every byte by `f` of it, the same in all channels.
pub(crate) fn map(image: &mut [u8], f: impl Fn(u8) -> u8) {
    let table: [u8; LEVELS] = from_level(f);
    for byte in image {
        *byte = table[usize::from(*byte)];
    }
}

/// Stretches each channel so that its darkest value becomes 0 and its brightest 255 (`ImageOps.autocontrast`).
pub(crate) fn auto_contrast(image: &mut [u8]) {
    map_by_histogram(image, |histogram| {
        let mut seen = (0_u8..=255).filter(|&level| histogram[usize::from(level)] > 0);
        let low = seen.next()?;
        let (low, span) = (f64::from(low), f64::from(seen.next_back()? - low));
        let scale = 255.0 / span;
        let offset = -low * scale;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, as Pillow clips"
        )]
        Some(from_level(|v| (f64::from(v) * scale + offset) as u8))
    });
}

/// Spreads each channel's values evenly (`ImageOps.equalize`).
pub(crate) fn equalize(image: &mut [u8]) {
    map_by_histogram(image, |histogram| {
        let brightest = histogram.iter().rfind(|&&count| count > 0)?;
        let step = (histogram.iter().sum::<u64>() - brightest) / 255;
        if step == 0 {
            return None;
        }
        let mut below = step / 2;
        let mut table = [0; LEVELS];
        for (to, count) in table.iter_mut().zip(histogram) {
            *to = u8::try_from(below / step).unwrap_or(u8::MAX);
            below += count;
        }
        Some(table)
    });
}

/// Mixes with black: 0 is black, 1 the image (`ImageEnhance.Brightness`).
pub(crate) fn brightness(image: &mut [u8], factor: f32) {
    map(image, |v| blend(0, v, factor));
}

/// Mixes with the mean grey: 0 is grey, 1 the image (`ImageEnhance.Contrast`).
pub(crate) fn contrast(image: &mut [u8], factor: f32) {
    let (pixels, _) = image.as_chunks::<CHANNELS>();
    let (sum, n) = (pixels.iter().map(|&p| u64::from(luma(p))).sum::<u64>(), pixels.len() as u64);
    if n == 0 {
        return;
    }
    // The mean to the nearest whole level, halves up; a mean of bytes is a byte.
    let mean = u8::try_from((2 * sum + n) / (2 * n)).unwrap_or(u8::MAX);
    map(image, |v| blend(mean, v, factor));
}

/// Mixes every pixel with its own grey: 0 is grey, 1 the image (`ImageEnhance.Color`).
pub(crate) fn color(image: &mut [u8], factor: f32) {
    // Some pixels at a time, so that both loops are short ones over bytes that are near.
    for part in image.chunks_mut(64 * CHANNELS) {
        let mut grey = [[0; CHANNELS]; 64];
        for (grey, &pixel) in grey.iter_mut().zip(part.as_chunks().0) {
            *grey = [luma(pixel); CHANNELS];
        }
        for (v, &grey) in part.iter_mut().zip(grey.as_flattened()) {
            *v = blend(grey, *v, factor);
        }
    }
}

/// Mixes with the image smoothed by a 3 x 3 kernel; 0 is smooth, 1 the image (`ImageEnhance.Sharpness`).
pub(crate) fn sharpness(image: &mut [u8], size: usize, factor: f32, scratch: &mut Vec<u8>) {
    // The outermost pixels are not smoothed.
    if size < 3 {
        return;
    }
    scratch.clear();
    scratch.extend_from_slice(image);
    let stride = size * CHANNELS;
    let inner = stride - 2 * CHANNELS;
    for row in 1..size - 1 {
        let near = |row: usize, column: usize| &scratch[row * stride + column * CHANNELS..];
        let [above, here, below] =
            [row - 1, row, row + 1].map(|row| [near(row, 0), near(row, 1), near(row, 2)]);
        let out = &mut image[row * stride + CHANNELS..][..inner];
        sharpen(above, here, below, out, factor);
    }
}

/// One row of [`sharpness`], from the rows around it, each at three places.
fn sharpen(above: [&[u8]; 3], here: [&[u8]; 3], below: [&[u8]; 3], out: &mut [u8], factor: f32) {
    // One length for all, which keeps bounds checks out of the loop.
    let n = out.len();
    let [above, here, below] = [above, here, below].map(|line| line.map(|near| &near[..n]));
    for (i, out) in out.iter_mut().enumerate() {
        let three = |line: [&[u8]; 3]| u16::from(line[0][i]) + u16::from(line[1][i]) + u16::from(line[2][i]);
        let sum = three(above) + three(here) + three(below) + 4 * u16::from(*out);
        // The kernel weighs 13; the quotient is rounded, and 13 being odd there are no halves.
        #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
        let smooth = ((sum + 6) / 13) as u8;
        *out = blend(smooth, *out, factor);
    }
}

/// Luma of ITU-R 601-2 in Pillow's 16-bit fixed point.
#[expect(clippy::cast_possible_truncation, reason = "the weights sum to 65536: a byte after the shift")]
fn luma([r, g, b]: [u8; CHANNELS]) -> u8 {
    ((19595 * u32::from(r) + 38470 * u32::from(g) + 7471 * u32::from(b) + 0x8000) >> 16) as u8
}

/// `Image.blend`: single precision, truncated and clipped.
fn blend(from: u8, to: u8, factor: f32) -> u8 {
    let (from, to) = (f32::from(from), f32::from(to));
    to_byte(from + factor * (to - from))
}

/// Replaces each channel by a table made from its histogram; none leaves the channel.
fn map_by_histogram(image: &mut [u8], table: impl Fn(&Histogram) -> Option<[u8; LEVELS]>) {
    let mut histograms = [[0; LEVELS]; CHANNELS];
    let (pixels, _) = image.as_chunks_mut::<CHANNELS>();
    for pixel in &*pixels {
        for (histogram, &v) in histograms.iter_mut().zip(pixel) {
            histogram[usize::from(v)] += 1;
        }
    }
    let tables = histograms.map(|histogram| table(&histogram).unwrap_or_else(|| from_level(|v| v)));
    for pixel in pixels {
        for (v, table) in pixel.iter_mut().zip(&tables) {
            *v = table[usize::from(*v)];
        }
    }
}

/// A table over all levels.
fn from_level(f: impl Fn(u8) -> u8) -> [u8; LEVELS] {
    let mut table = [0; LEVELS];
    for (to, level) in table.iter_mut().zip(0..=u8::MAX) {
        *to = f(level);
    }
    table
}

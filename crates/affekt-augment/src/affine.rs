//! Rotations, shears and translations as Pillow's affine transform makes them.
//!
//! Pixel centres lie at halves, the border pixel is repeated where a neighbour is wanting, a pixel whose centre
//! falls outside the source is filled, and values are truncated.

use crate::augment::{CHANNELS, to_byte};

/// How a warped pixel is read between the pixels of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resample {
    /// From the 2 x 2 nearest pixels.
    Bilinear,
    /// From the 4 x 4 nearest pixels, by the cubic convolution with a = -1.
    Bicubic,
}

/// The colour where a warped image shows what lay outside it.
const FILL: [u8; CHANNELS] = [124, 116, 104];
/// Pixels by which a source is extended on each side; a cubic reaches two beyond the border.
const PAD: usize = 2;
/// Values of a pixel that is extended to a whole vector.
const WIDE: usize = 4;
/// Single precision falls short of whole values that double precision meets; truncation would lose a level.
const SLACK: f32 = 1.0 / 8192.0;

/// Memory that operations overwrite; kept between images, it is allocated once.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(crate) bytes: Vec<u8>,
    wide: Vec<[f32; WIDE]>,
}

/// Moves what stands right of every pixel onto it, by `shift(row)` pixels.
pub(crate) fn shift_rows(
    image: &mut [u8],
    size: usize,
    resample: Resample,
    scratch: &mut Scratch,
    shift: impl Fn(usize) -> f64,
) {
    for (row, line) in image.chunks_exact_mut((size * CHANNELS).max(1)).enumerate() {
        let shift = shift(row);
        let whole = shift.floor();
        let past = single(shift - whole);
        // Pixel x shows the source at x + shift; its centre has to lie inside.
        let place = |v: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates; limited after"
            )]
            let place = v.ceil() as usize;
            place.min(size)
        };
        let (first, end) = (place(-0.5 - shift), place(size as f64 - 0.5 - shift));
        let (pixels, _) = line.as_chunks_mut::<CHANNELS>();
        if first < end {
            // The first pixel's left neighbour is at -1 or further right, so this is at least 1.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place in the padded row"
            )]
            let from = (first as f64 + whole + PAD as f64) as usize;
            pad_row(pixels, &mut scratch.bytes);
            let taps = |at: usize| &scratch.bytes[at * CHANNELS..][..(end - first) * CHANNELS];
            let out = pixels[first..end].as_flattened_mut();
            match resample {
                Resample::Bilinear => mix([taps(from), taps(from + 1)], linear(past), out),
                Resample::Bicubic => {
                    mix([taps(from - 1), taps(from), taps(from + 1), taps(from + 2)], cubic(past), out);
                }
            }
        }
        pixels[..first].fill(FILL);
        pixels[end..].fill(FILL);
    }
}

/// The same along columns, by `shift(column)` pixels up.
pub(crate) fn shift_columns(
    image: &mut [u8],
    size: usize,
    resample: Resample,
    scratch: &mut Scratch,
    shift: impl Fn(usize) -> f64,
) {
    transpose(image, size);
    shift_rows(image, size, resample, scratch, shift);
    transpose(image, size);
}

/// Turns an image about its centre, counter-clockwise as seen.
pub(crate) fn rotate(image: &mut [u8], size: usize, degrees: f64, resample: Resample, scratch: &mut Scratch) {
    match resample {
        Resample::Bilinear => turn(image, size, degrees, scratch, linear),
        Resample::Bicubic => turn(image, size, degrees, scratch, cubic),
    }
}

/// Rotation from `N` x `N` pixels.
fn turn<const N: usize>(
    image: &mut [u8],
    size: usize,
    degrees: f64,
    scratch: &mut Scratch,
    weights: impl Fn(f32) -> [f32; N],
) {
    if size == 0 {
        return;
    }
    let stride = size + 2 * PAD;
    scratch.wide.resize(stride * stride + size, [0.0; WIDE]);
    let (source, sums) = scratch.wide.split_at_mut(stride * stride);
    pad_wide(image, size, source);
    scratch.bytes.resize(size * WIDE, 0);
    let [r, g, b] = FILL.map(f32::from);
    let fill = [r, g, b, 0.0];
    let limit = (size as u64) << 32;
    let (sin, cos) = (-degrees.to_radians()).sin_cos();
    let (step_x, step_y) = (fixed(cos), fixed(-sin));
    let centre = size as f64 / 2.0;
    let (pixels, _) = image.as_chunks_mut::<CHANNELS>();
    for (row, line) in pixels.chunks_exact_mut(size).enumerate() {
        let (x, y) = (0.5 - centre, row as f64 + 0.5 - centre);
        let (mut at_x, mut at_y) = (fixed(cos * x + sin * y + centre), fixed(cos * y - sin * x + centre));
        for sum in &mut *sums {
            // Negative places are large ones here, and outside as well.
            let (x, y) = (at_x.cast_unsigned(), at_y.cast_unsigned());
            *sum = fill;
            if x < limit && y < limit {
                let ((left, past_x), (top, past_y)) = (split(x), split(y));
                // The middle pair of taps stands at `left` and `left` + 1.
                let corner = (top + 1 - N / 2) * stride + left + 1 - N / 2;
                let across = weights(past_x);
                let mut total = [SLACK; WIDE];
                for (tap, down) in weights(past_y).into_iter().enumerate() {
                    let mut mixed = [0.0; WIDE];
                    let taps = &source[corner + tap * stride..][..N];
                    for (tap, across) in taps.iter().zip(across) {
                        add(&mut mixed, across, tap);
                    }
                    add(&mut total, down, &mixed);
                }
                *sum = total;
            }
            at_x = at_x.wrapping_add(step_x);
            at_y = at_y.wrapping_add(step_y);
        }
        // One loop per step, each of which the compiler turns into vectors; together they come out value by value.
        for (byte, &sum) in scratch.bytes.iter_mut().zip(sums.as_flattened()) {
            *byte = to_byte(sum);
        }
        for (pixel, &[r, g, b, _]) in line.iter_mut().zip(scratch.bytes.as_chunks().0) {
            *pixel = [r, g, b];
        }
    }
}

/// Adds a weighted pixel.
fn add(sum: &mut [f32; WIDE], weight: f32, pixel: &[f32; WIDE]) {
    for (sum, v) in sum.iter_mut().zip(pixel) {
        *sum += weight * v;
    }
}

/// Sums slices by weight, byte for byte.
fn mix<const N: usize>(taps: [&[u8]; N], weights: [f32; N], out: &mut [u8]) {
    // One length for all, which keeps bounds checks out of the loop.
    let n = out.len();
    let taps = taps.map(|tap| &tap[..n]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = SLACK;
        for (tap, weight) in taps.iter().zip(weights) {
            sum += weight * f32::from(tap[i]);
        }
        *out = to_byte(sum);
    }
}

/// Copies a row with its border pixels repeated.
fn pad_row(row: &[[u8; CHANNELS]], padded: &mut Vec<u8>) {
    padded.clear();
    let (first, last) = (&row[0], &row[row.len() - 1]);
    for part in [first, first, row.as_flattened(), last, last] {
        padded.extend_from_slice(part);
    }
}

/// Copies an image with its border pixels repeated, each pixel extended to a whole vector.
fn pad_wide(image: &[u8], size: usize, padded: &mut [[f32; WIDE]]) {
    let (pixels, _) = image.as_chunks::<CHANNELS>();
    for (row, line) in padded.chunks_exact_mut(size + 2 * PAD).enumerate() {
        let source = &pixels[row.saturating_sub(PAD).min(size - 1) * size..][..size];
        for (cell, &[r, g, b]) in line[PAD..].iter_mut().zip(source) {
            *cell = [r, g, b, 0].map(f32::from);
        }
        let (first, last) = (line[PAD], line[PAD + size - 1]);
        line[..PAD].fill(first);
        line[PAD + size..].fill(last);
    }
}

/// Swaps rows and columns.
fn transpose(image: &mut [u8], size: usize) {
    let (pixels, _) = image.as_chunks_mut::<CHANNELS>();
    for row in 1..size {
        let (above, line) = pixels.split_at_mut(row * size);
        for (column, pixel) in line[..row].iter_mut().enumerate() {
            std::mem::swap(pixel, &mut above[column * size + row]);
        }
    }
}

/// A coordinate in units of 2^-32 pixels: steps along a row are additions whose error no grey level shows.
#[expect(clippy::cast_possible_truncation, reason = "saturates; what lies outside the image is not read")]
fn fixed(v: f64) -> i64 {
    (v * 2.0_f64.powi(32)).round() as i64
}

/// The padded place of the pixel whose centre is the last before a coordinate in the image, and how far past.
#[expect(clippy::cast_possible_truncation, reason = "a place in the padded image; the lower half of a word")]
fn split(at: u64) -> (usize, f32) {
    // Pixel 0 has its centre at 0.5 and stands at PAD.
    let shifted = at + ((PAD as u64) << 32) - (1 << 31);
    // 24 bits are what single precision holds, as a signed number, which converts the fastest.
    let past = (shifted as u32 >> 8).cast_signed() as f32 * (1.0 / (1_u32 << 24) as f32);
    ((shifted >> 32) as usize, past)
}

/// Weights of the pixels before and after a place `d` past the first.
fn linear(d: f32) -> [f32; 2] {
    [1.0 - d, d]
}

/// Weights of the two pixels before and the two after a place `d` past the second.
fn cubic(d: f32) -> [f32; 4] {
    let (d2, d3) = (d * d, d * d * d);
    [2.0 * d2 - d - d3, 1.0 - 2.0 * d2 + d3, d + d2 - d3, d3 - d2]
}

/// A fraction, whose lower bits no grey level shows.
#[expect(clippy::cast_possible_truncation, reason = "rounded")]
fn single(v: f64) -> f32 {
    v as f32
}

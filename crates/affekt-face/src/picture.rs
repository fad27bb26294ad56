//! A decoded picture.

use std::borrow::Cow;

/// An upright 8-bit picture, rows from the top.
///
/// Grey files stay grey in memory, for most face sets hold many of them and a third of the work is done on them;
/// [`rgb`](Self::rgb) shows every picture in colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Pixels,
}

/// The samples of a picture, by the pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// One byte a pixel, which stands for the three channels.
    Grey(Vec<u8>),
    /// Three bytes a pixel.
    Rgb(Vec<u8>),
}

/// How many bytes a pixel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One, which stands for the three colours.
    Grey,
    /// Three.
    Rgb,
}

impl Channels {
    /// Their number.
    pub const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

impl Picture {
    /// A picture over its pixels; `None` when a side is zero or the length is not that of width x height pixels.
    pub fn new(width: u32, height: u32, pixels: Pixels) -> Option<Self> {
        let (samples, channels) = match &pixels {
            Pixels::Grey(samples) => (samples, 1),
            Pixels::Rgb(samples) => (samples, 3),
        };
        let expected = u64::from(width) * u64::from(height) * channels;
        (expected > 0 && samples.len() as u64 == expected).then_some(Self { width, height, pixels })
    }

    /// A picture over pixels of three bytes; `None` as in [`new`](Self::new).
    pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        Self::new(width, height, Pixels::Rgb(pixels))
    }

    /// Width in pixels, at least 1.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The pixels as they are held.
    pub const fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// The pixels in colour, three bytes each; of a grey picture a copy.
    pub fn rgb(&self) -> Cow<'_, [u8]> {
        match &self.pixels {
            Pixels::Rgb(pixels) => Cow::Borrowed(pixels),
            Pixels::Grey(pixels) => {
                let mut rgb = vec![0; pixels.len() * 3];
                spread(pixels, &mut rgb);
                Cow::Owned(rgb)
            }
        }
    }
}

/// Makes three bytes of each of the first `n` in place.
pub(crate) fn spread_in_place(pixels: &mut [u8], n: usize) {
    // From the end, so that no level is overwritten before it is read.
    for k in (0..n).rev() {
        let level = pixels[k];
        pixels[3 * k..3 * k + 3].fill(level);
    }
}

/// Writes each grey level three times.
pub(crate) fn spread(grey: &[u8], rgb: &mut [u8]) {
    let (pixels, _) = rgb.as_chunks_mut::<3>();
    for (pixel, &level) in pixels.iter_mut().zip(grey) {
        *pixel = [level; 3];
    }
}

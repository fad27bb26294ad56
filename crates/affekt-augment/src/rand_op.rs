//! The operations of `RandAugment`, one by one.

use crate::affine::{self, Resample, Scratch};
use crate::augment::check_shape;
use crate::photometric;

/// One operation with its argument, on 8-bit RGB as Pillow does it.
///
/// # Numerics
/// Photometric operations give Pillow's bytes. Warps are computed in single instead of double precision:
/// where Pillow's value lies next to a whole number, its truncation may come out one grey level apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RandOp {
    /// Stretches each channel to 0 to 255.
    AutoContrast,
    /// Equalises each channel's histogram.
    Equalize,
    /// Takes every value from 255.
    Invert,
    /// Turns about the centre.
    Rotate {
        /// Counter-clockwise as seen.
        degrees: f64,
        /// How pixels are read.
        resample: Resample,
    },
    /// Shows at (x, y) what was at (x + factor y, y), from the top left corner.
    ShearX {
        /// Pixels per row.
        factor: f64,
        /// How pixels are read.
        resample: Resample,
    },
    /// Shows at (x, y) what was at (x, y + factor x).
    ShearY {
        /// Pixels per column.
        factor: f64,
        /// How pixels are read.
        resample: Resample,
    },
    /// Shows at (x, y) what was at (x + share width, y).
    TranslateX {
        /// Share of the width.
        share: f64,
        /// How pixels are read.
        resample: Resample,
    },
    /// Shows at (x, y) what was at (x, y + share height).
    TranslateY {
        /// Share of the height.
        share: f64,
        /// How pixels are read.
        resample: Resample,
    },
    /// Keeps the highest bits of every value.
    ///
    /// # Deviation
    /// Without any bit the image is black, as Pillow had it before it came to refuse that.
    Posterize {
        /// Bits kept; from 8 up the image stays.
        bits: u8,
    },
    /// Inverts the values from a threshold up.
    Solarize {
        /// The threshold; above 255 the image stays.
        threshold: u16,
    },
    /// Adds to the values below 128, up to 255.
    SolarizeAdd {
        /// What is added.
        add: u8,
    },
    /// Mixes with the grey image.
    Color {
        /// 0 for grey, 1 for the image, above 1 for more colour.
        factor: f64,
    },
    /// Mixes with the image's mean grey.
    Contrast {
        /// 0 for grey, 1 for the image, above 1 for more contrast.
        factor: f64,
    },
    /// Mixes with black.
    Brightness {
        /// 0 for black, 1 for the image, above 1 for a brighter one.
        factor: f64,
    },
    /// Mixes with the smoothed image.
    Sharpness {
        /// 0 for the smoothed image, 1 for the image, above 1 for a sharper one.
        factor: f64,
    },
}

impl RandOp {
    /// The fifteen operations of timm's default set at `level`, a number in [0, 10].
    ///
    /// `negative` turns rotations, shears and translations the other way; the others have no sign. In this
    /// set a level says where in its range the argument lies, not how much is changed: `Color` to `Sharpness`
    /// leave the image at level 5, `Solarize` and `Posterize` change less at higher levels.
    ///
    /// # Example
    /// ```
    /// use affekt_augment::{RandOp, Resample};
    /// let resample = Resample::Bicubic;
    /// let set = RandOp::set(5.0, true, resample);
    /// assert!(set.contains(&RandOp::Rotate { degrees: -15.0, resample }));
    /// assert!(set.contains(&RandOp::Posterize { bits: 2 }));
    /// ```
    pub fn set(level: f64, negative: bool, resample: Resample) -> [Self; 15] {
        let share = level.clamp(0.0, 10.0) / 10.0;
        let signed = |largest: f64| if negative { -share * largest } else { share * largest };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 256, floored")]
        let whole = |largest: f64| (share * largest) as u16;
        let byte = |largest| u8::try_from(whole(largest)).unwrap_or(u8::MAX);
        let factor = share * 1.8 + 0.1;
        [
            Self::AutoContrast,
            Self::Equalize,
            Self::Invert,
            Self::Rotate { degrees: signed(30.0), resample },
            Self::Posterize { bits: byte(4.0) },
            Self::Solarize { threshold: whole(256.0) },
            Self::SolarizeAdd { add: byte(110.0) },
            Self::Color { factor },
            Self::Contrast { factor },
            Self::Brightness { factor },
            Self::Sharpness { factor },
            Self::ShearX { factor: signed(0.3), resample },
            Self::ShearY { factor: signed(0.3), resample },
            Self::TranslateX { share: signed(0.45), resample },
            Self::TranslateY { share: signed(0.45), resample },
        ]
    }

    /// Changes `image` in place; `scratch` is overwritten, and grows to a few times the image.
    ///
    /// # Shape
    /// `image` \[size, size, 3\] u8, rows from the top.
    ///
    /// # Panics
    /// When `image` is not `size * size * 3` bytes long.
    pub fn apply(self, image: &mut [u8], size: usize, scratch: &mut Scratch) {
        check_shape(image, size);
        let side = size as f64;
        match self {
            Self::AutoContrast => photometric::auto_contrast(image),
            Self::Equalize => photometric::equalize(image),
            Self::Invert => photometric::map(image, |v| 255 - v),
            Self::Rotate { degrees, resample } => affine::rotate(image, size, degrees, resample, scratch),
            Self::ShearX { factor, resample } => {
                affine::shift_rows(image, size, resample, scratch, |row| factor * (row as f64 + 0.5));
            }
            Self::ShearY { factor, resample } => {
                affine::shift_columns(image, size, resample, scratch, |column| {
                    factor * (column as f64 + 0.5)
                });
            }
            Self::TranslateX { share, resample } => {
                affine::shift_rows(image, size, resample, scratch, |_| share * side);
            }
            Self::TranslateY { share, resample } => {
                affine::shift_columns(image, size, resample, scratch, |_| share * side);
            }
            Self::Posterize { bits } => {
                let lost = u32::from(8_u8.saturating_sub(bits));
                photometric::map(image, |v| v & u8::MAX.checked_shl(lost).unwrap_or(0));
            }
            Self::Solarize { threshold } => {
                photometric::map(image, |v| if u16::from(v) < threshold { v } else { 255 - v });
            }
            Self::SolarizeAdd { add } => {
                photometric::map(image, |v| if v < 128 { v.saturating_add(add) } else { v });
            }
            Self::Color { factor } => photometric::color(image, single(factor)),
            Self::Contrast { factor } => photometric::contrast(image, single(factor)),
            Self::Brightness { factor } => photometric::brightness(image, single(factor)),
            Self::Sharpness { factor } => {
                photometric::sharpness(image, size, single(factor), &mut scratch.bytes);
            }
        }
    }
}

/// Pillow blends in single precision.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the original")]
fn single(factor: f64) -> f32 {
    factor as f32
}

//! What can be wrong with what is asked of a picture.

/// A parameter is out of range.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum AugmentError {
    /// A probability or a share is outside [0, 1], or not a number.
    #[error("augment key `{key}` is {got}; expected a number in [0, 1]")]
    Share {
        /// The key.
        key: &'static str,
        /// Its value.
        got: f64,
    },
    /// An angle is outside [0, 180], or not a number.
    #[error("augment key `{key}` is {got}; expected degrees in [0, 180]")]
    Angle {
        /// The key.
        key: &'static str,
        /// Its value.
        got: f64,
    },
    /// An aspect ratio is not a positive finite number.
    #[error("augment key `{key}` is {got}; expected a number above 0")]
    Aspect {
        /// The key.
        key: &'static str,
        /// Its value.
        got: f64,
    },
    /// A level is outside [0, 10], or not a number.
    #[error("augment key `{key}` is {got}; expected a number in [0, 10]")]
    Level {
        /// The key.
        key: &'static str,
        /// Its value.
        got: f64,
    },
    /// A number of operations is 0 or large.
    #[error("augment key `{key}` is {got}; expected 1 to 15, or no `rand_augment` at all")]
    Operations {
        /// The key.
        key: &'static str,
        /// Its value.
        got: u32,
    },
    /// A crop is larger than its image.
    #[error(
        "a crop of {crop} x {crop} pixels from an image of {size} x {size}; enlarge the image or crop less"
    )]
    Crop {
        /// Side of the image in pixels.
        size: usize,
        /// Side of the crop.
        crop: usize,
    },
    /// A range is upside down.
    #[error(
        "augment keys `{low_key}` = {low} and `{high_key}` = {high}; expected the first not above the second"
    )]
    Range {
        /// Key of the lower end.
        low_key: &'static str,
        /// Its value.
        low: f64,
        /// Key of the upper end.
        high_key: &'static str,
        /// Its value.
        high: f64,
    },
    /// The largest area cannot be had at any aspect ratio of the range without leaving the image.
    #[error(
        "an erased area of {max_area} with aspect {min_aspect} to {max_aspect} does not fit the image; \
         lower `erase.max_area` or widen the aspect range towards 1"
    )]
    DoesNotFit {
        /// Largest area.
        max_area: f64,
        /// Smallest aspect ratio.
        min_aspect: f64,
        /// Largest aspect ratio.
        max_aspect: f64,
    },
}

impl AugmentError {
    /// The key to change, below `augment`; none where it is not a value of its own that is wrong.
    pub const fn key(&self) -> Option<&'static str> {
        match self {
            Self::Share { key, .. }
            | Self::Angle { key, .. }
            | Self::Aspect { key, .. }
            | Self::Level { key, .. }
            | Self::Operations { key, .. }
            | Self::Range { low_key: key, .. } => Some(key),
            Self::DoesNotFit { .. } => Some("erase.max_area"),
            Self::Crop { .. } => None,
        }
    }
}

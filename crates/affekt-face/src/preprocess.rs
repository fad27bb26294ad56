//! The checked parameters that bring a picture to size.

use affekt_artifact::{Digest, Hasher};
use serde::{Deserialize, Serialize};

use crate::PreprocessError;

/// How a picture of another shape becomes a square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Both sides are scaled to the target; the aspect ratio is lost.
    Stretch,
    /// The largest centred square is cut out; the ends of the longer side are lost.
    CenterCrop,
    /// The whole picture, centred on black; nothing is lost but resolution.
    Pad,
}

/// How pixels are averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResizeFilter {
    /// Triangle filter whose support grows with the reduction, as Pillow's `BILINEAR` (not `OpenCV`'s,
    /// which aliases on reduction).
    PilBilinear,
}

/// Preprocessing as written in a configuration; every key is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreprocessSpec {
    /// Side of the square result in pixels.
    pub size: u32,
    /// What happens to the aspect ratio.
    pub fit: Fit,
    /// Resampling.
    pub filter: ResizeFilter,
}

/// Checked preprocessing parameters.
///
/// # Example
/// ```
/// use affekt_face::{Fit, Preprocess, PreprocessSpec, ResizeFilter};
/// let spec = PreprocessSpec { size: 64, fit: Fit::Stretch, filter: ResizeFilter::PilBilinear };
/// assert_eq!(Preprocess::new(spec).unwrap().image_len(), 64 * 64 * 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PreprocessSpec", into = "PreprocessSpec")]
pub struct Preprocess(PreprocessSpec);

impl Preprocess {
    /// Smallest side accepted.
    pub const MIN_SIZE: u32 = 8;
    /// Largest side accepted.
    pub const MAX_SIZE: u32 = 1024;

    /// Checks parameters.
    ///
    /// # Errors
    /// [`PreprocessError::Size`].
    pub fn new(spec: PreprocessSpec) -> Result<Self, PreprocessError> {
        let (min, max) = (Self::MIN_SIZE, Self::MAX_SIZE);
        if (min..=max).contains(&spec.size) {
            Ok(Self(spec))
        } else {
            Err(PreprocessError::Size { got: spec.size, min, max })
        }
    }

    /// Side of the result in pixels.
    pub const fn size(&self) -> u32 {
        self.0.size
    }

    /// What happens to the aspect ratio.
    pub const fn fit(&self) -> Fit {
        self.0.fit
    }

    /// Resampling.
    pub const fn filter(&self) -> ResizeFilter {
        self.0.filter
    }

    /// Bytes of one result.
    pub const fn image_len(&self) -> usize {
        let side = self.0.size as usize;
        side * side * 3
    }

    /// Identity of what these parameters do to a picture.
    pub fn digest(&self) -> Digest {
        let fit = match self.0.fit {
            Fit::Stretch => "stretch",
            Fit::CenterCrop => "center-crop",
            Fit::Pad => "pad",
        };
        let filter = match self.0.filter {
            ResizeFilter::PilBilinear => "pil-bilinear",
        };
        // The first part changes whenever the same parameters come to give other pixels.
        Hasher::new()
            .part("affekt-preprocess", b"1")
            .part("size", &self.0.size.to_le_bytes())
            .part("fit", fit.as_bytes())
            .part("filter", filter.as_bytes())
            .finish()
    }
}

impl TryFrom<PreprocessSpec> for Preprocess {
    type Error = PreprocessError;

    fn try_from(spec: PreprocessSpec) -> Result<Self, Self::Error> {
        Self::new(spec)
    }
}

impl From<Preprocess> for PreprocessSpec {
    fn from(params: Preprocess) -> Self {
        params.0
    }
}

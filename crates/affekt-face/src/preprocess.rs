//! Everything that makes a face of a picture file, as one checked and hashed value.

use affekt_artifact::{Digest, Hasher};
use serde::{Deserialize, Serialize};

use crate::{Framing, PreprocessError};

/// How a picture of another shape becomes a square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Both sides are scaled to the target; the aspect ratio is lost.
    Stretch,
    /// The largest centred square is cut out; the ends of the longer side are lost.
    CenterCrop,
    /// The whole picture, centred on black; nothing is lost but resolution.
    Pad,
}

impl Fit {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stretch => "stretch",
            Self::CenterCrop => "center-crop",
            Self::Pad => "pad",
        }
    }
}

/// How pixels are averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ResizeFilter {
    /// Triangle filter whose support grows with the reduction, as Pillow's `BILINEAR` (not `OpenCV`'s,
    /// which aliases on reduction).
    PilBilinear,
}

impl ResizeFilter {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PilBilinear => "pil-bilinear",
        }
    }
}

/// What turns the bytes of a file into pixels; another decoder gives other pixels for the same JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decoder {
    /// [`decode`](crate::decode): zune-jpeg 0.5 for JPEG, image 0.25 for the other formats.
    #[serde(rename = "zune-0.5-image-0.25")]
    ZuneImage,
}

impl Decoder {
    /// The name that is recorded and hashed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ZuneImage => "zune-0.5-image-0.25",
        }
    }
}

/// What becomes of a picture's colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// They stay.
    Rgb,
    /// Each pixel becomes its luma, (19595 r + 38470 g + 7471 b + 2^15) / 2^16 as in Pillow's `L`, in all three channels.
    ///
    /// For sets in which colour says where a picture comes from, and with it the label.
    Grey,
}

impl Colour {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rgb => "rgb",
            Self::Grey => "grey",
        }
    }
}

/// Preprocessing of whole pictures, the short way to [`Preprocess::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreprocessSpec {
    /// Side of the square result in pixels.
    pub size: u32,
    /// What happens to the aspect ratio.
    pub fit: Fit,
    /// Resampling.
    pub filter: ResizeFilter,
}

/// Checked preprocessing: decoder, framing, size and colour. In a file every key is required.
///
/// # Example
/// ```
/// use affekt_face::{Framing, Preprocess, Template};
/// let aligned = Preprocess::framed(112, Framing::Landmarks { template: Template::Arcface }).unwrap();
/// assert_eq!(aligned.image_len(), 112 * 112 * 3);
/// assert!(Preprocess::framed(100, aligned.framing()).is_err(), "no template of this size");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Preprocess {
    decoder: Decoder,
    size: u32,
    framing: Framing,
    colour: Colour,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    decoder: Decoder,
    size: u32,
    colour: Colour,
    framing: Framing,
}

impl Preprocess {
    /// Smallest side accepted.
    pub const MIN_SIZE: u32 = 8;
    /// Largest side accepted.
    pub const MAX_SIZE: u32 = 1024;

    /// Whole pictures, brought to size.
    ///
    /// # Errors
    /// [`PreprocessError::Size`].
    pub fn new(spec: PreprocessSpec) -> Result<Self, PreprocessError> {
        Self::framed(spec.size, Framing::Picture { fit: spec.fit, filter: spec.filter })
    }

    /// The part of the picture that `framing` names, as a square of side `size`.
    ///
    /// # Errors
    /// [`PreprocessError::Size`], and [`PreprocessError::TemplateSize`] for a size the template has no points for.
    pub fn framed(size: u32, framing: Framing) -> Result<Self, PreprocessError> {
        let (min, max) = (Self::MIN_SIZE, Self::MAX_SIZE);
        if !(min..=max).contains(&size) {
            return Err(PreprocessError::Size { got: size, min, max });
        }
        if let Framing::Landmarks { template } = framing {
            template.points(size)?;
        }
        Ok(Self { decoder: Decoder::ZuneImage, size, framing, colour: Colour::Rgb })
    }

    /// The same with the colours treated like this; they stay unless this is called.
    #[must_use]
    pub const fn with_colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// What becomes of the colours.
    pub const fn colour(&self) -> Colour {
        self.colour
    }

    /// What decodes the files.
    pub const fn decoder(&self) -> Decoder {
        self.decoder
    }

    /// Which part of a picture becomes the face.
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Side of the result in pixels.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Bytes of one result.
    pub const fn image_len(&self) -> usize {
        let side = self.size as usize;
        side * side * 3
    }

    /// Identity of what these parameters do to a picture file.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        // The first part changes whenever the same parameters come to give other pixels.
        hasher
            .part("affekt-preprocess", b"3")
            .part("decoder", self.decoder.name().as_bytes())
            .part("size", &self.size.to_le_bytes())
            .part("colour", self.colour.name().as_bytes());
        self.framing.hash(&mut hasher);
        hasher.finish()
    }
}

impl TryFrom<Wire> for Preprocess {
    type Error = PreprocessError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let checked = Self::framed(wire.size, wire.framing)?.with_colour(wire.colour);
        Ok(Self { decoder: wire.decoder, ..checked })
    }
}

impl From<Preprocess> for Wire {
    fn from(params: Preprocess) -> Self {
        let Preprocess { decoder, size, framing, colour } = params;
        Self { decoder, size, colour, framing }
    }
}

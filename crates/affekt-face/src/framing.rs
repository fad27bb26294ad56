//! Which part of a picture becomes the face.

use std::fmt;

use affekt_artifact::Hasher;
use serde::{Deserialize, Serialize};

use crate::{Detection, Fit, PreprocessError, ResizeFilter};

/// Which part of a picture becomes the face, and how it is brought to size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Framing {
    /// The whole picture.
    Picture {
        /// What happens to the aspect ratio.
        fit: Fit,
        /// Resampling.
        filter: ResizeFilter,
    },
    /// The square around the annotated box.
    GivenBox {
        /// Room around the box.
        margin: Margin,
        /// What happens where the picture's border cuts the square.
        fit: Fit,
        /// Resampling.
        filter: ResizeFilter,
    },
    /// The square around a box that a detector finds.
    Detected {
        /// [`FaceDetector::name`](crate::FaceDetector::name) of the detector.
        detector: DetectorName,
        /// Which of several faces.
        policy: FacePolicy,
        /// Room around the box.
        margin: Margin,
        /// What happens where the picture's border cuts the square.
        fit: Fit,
        /// Resampling.
        filter: ResizeFilter,
    },
    /// The annotated landmarks brought onto a template by a similarity transform, bilinear, black outside.
    Landmarks {
        /// Where the points come to lie.
        template: Template,
    },
}

impl Framing {
    pub(crate) fn hash(&self, hasher: &mut Hasher) {
        let fitted = |hasher: &mut Hasher, fit: &Fit, filter: &ResizeFilter| {
            hasher.part("fit", fit.name().as_bytes()).part("filter", filter.name().as_bytes());
        };
        match self {
            Self::Picture { fit, filter } => {
                hasher.part("framing", b"picture");
                fitted(hasher, fit, filter);
            }
            Self::GivenBox { margin, fit, filter } => {
                hasher.part("framing", b"given-box").part("margin", &margin.get().to_le_bytes());
                fitted(hasher, fit, filter);
            }
            Self::Detected { detector, policy, margin, fit, filter } => {
                hasher
                    .part("framing", b"detected")
                    .part("detector", detector.as_str().as_bytes())
                    .part("policy", policy.name().as_bytes())
                    .part("margin", &margin.get().to_le_bytes());
                fitted(hasher, fit, filter);
            }
            Self::Landmarks { template } => {
                hasher.part("framing", b"landmarks").part("template", template.name().as_bytes());
            }
        }
    }
}

/// Room on every side of a face box, as a fraction of its longer side.
///
/// # Range
/// 0 (none) to [`Margin::MAX`]; the square's side is longer side x (1 + 2 margin).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
pub struct Margin(f64);

impl Margin {
    /// Largest margin.
    pub const MAX: f64 = 4.0;

    /// Checks a margin.
    ///
    /// # Errors
    /// [`PreprocessError::Margin`].
    pub fn new(margin: f64) -> Result<Self, PreprocessError> {
        if (0.0..=Self::MAX).contains(&margin) {
            // Adding 0 turns -0 into 0: equal margins have equal digests.
            Ok(Self(margin + 0.0))
        } else {
            Err(PreprocessError::Margin { got: margin, max: Self::MAX })
        }
    }

    /// The fraction.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Margin {
    type Error = PreprocessError;

    fn try_from(margin: f64) -> Result<Self, Self::Error> {
        Self::new(margin)
    }
}

impl From<Margin> for f64 {
    fn from(margin: Margin) -> Self {
        margin.0
    }
}

/// Which of several faces is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FacePolicy {
    /// The box of the largest area.
    Largest,
    /// The box whose centre is nearest to the picture's.
    MostCentral,
    /// The box the detector is surest of.
    HighestScore,
}

impl FacePolicy {
    /// The chosen face, the first of equals; `None` of none.
    pub fn choose(self, faces: &[Detection], width: u32, height: u32) -> Option<&Detection> {
        let centre = [width, height].map(|side| f64::from(side) / 2.0);
        let rank = |face: &Detection| {
            let [x, y, w, h] = [face.bbox.x, face.bbox.y, face.bbox.width, face.bbox.height].map(f64::from);
            match self {
                Self::Largest => w * h,
                Self::MostCentral => -(x + w / 2.0 - centre[0]).hypot(y + h / 2.0 - centre[1]),
                Self::HighestScore => f64::from(face.score),
            }
        };
        // `max_by` returns the last of equals; backwards, that is the first.
        faces.iter().rev().max_by(|a, b| rank(a).total_cmp(&rank(b)))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Largest => "largest",
            Self::MostCentral => "most-central",
            Self::HighestScore => "highest-score",
        }
    }
}

/// Where the five points of an aligned face lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// The five-point template of `ArcFace`, defined for sizes that are multiples of 112 or of 128.
    Arcface,
}

impl Template {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Arcface => "arcface",
        }
    }
}

/// Name and version of a detector with its settings: it changes whenever the same picture comes to give other
/// boxes.
///
/// # Range
/// 1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `-`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct DetectorName {
    len: usize,
    letters: [u8; Self::MAX_LEN],
}

impl DetectorName {
    /// Most letters.
    pub const MAX_LEN: usize = 40;

    /// Checks a name.
    ///
    /// # Errors
    /// [`PreprocessError::DetectorName`].
    pub fn new(name: &str) -> Result<Self, PreprocessError> {
        let mut letters = [0; Self::MAX_LEN];
        let good = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        match letters.get_mut(..name.len()) {
            Some(place) if !name.is_empty() && name.bytes().all(good) => {
                place.copy_from_slice(name.as_bytes());
                Ok(Self { len: name.len(), letters })
            }
            _ => Err(PreprocessError::DetectorName { got: name.to_owned(), max: Self::MAX_LEN }),
        }
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        // Only ASCII is let in.
        str::from_utf8(&self.letters[..self.len]).unwrap_or_default()
    }
}

impl fmt::Debug for DetectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for DetectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for DetectorName {
    type Error = PreprocessError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<DetectorName> for String {
    fn from(name: DetectorName) -> Self {
        name.as_str().to_owned()
    }
}

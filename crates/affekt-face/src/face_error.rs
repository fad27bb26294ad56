//! What can go wrong between a picture and its face.

use crate::{DetectError, DetectorName, FaceBox};

/// A preprocessing parameter is out of range.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum PreprocessError {
    /// The side length is out of range.
    #[error("preprocess size {got}; expected {min} to {max} pixels")]
    Size {
        /// Size given.
        got: u32,
        /// Smallest accepted.
        min: u32,
        /// Largest accepted.
        max: u32,
    },
    /// The template has no points for this size.
    #[error("preprocess size {got}: the {template} template is defined for multiples of 112 and of 128")]
    TemplateSize {
        /// The template.
        template: &'static str,
        /// Size given.
        got: u32,
    },
    /// The margin is out of range.
    #[error("face margin {got}; expected 0 to {max}")]
    Margin {
        /// Margin given.
        got: f64,
        /// Largest accepted.
        max: f64,
    },
    /// The detector's name cannot be recorded.
    #[error("detector name {got:?}; expected 1 to {max} of a-z, 0-9, `.`, `_`, `-`")]
    DetectorName {
        /// Name given.
        got: String,
        /// Most letters.
        max: usize,
    },
    /// Another detector than the parameters name.
    #[error("detector `{got}` was given; the framing asks for {}", quoted(*.expected))]
    OtherDetector {
        /// What the framing asks for; `None` when it asks for no detector.
        expected: Option<DetectorName>,
        /// What was given.
        got: DetectorName,
    },
}

fn quoted(name: Option<DetectorName>) -> String {
    name.map_or_else(|| "none".to_owned(), |name| format!("`{name}`"))
}

/// A picture gives no face under the chosen framing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaceError {
    /// The framing needs a box and the annotation has none.
    #[error("no face box for this row: the framing `given-box` needs one")]
    NoBox,
    /// The framing needs landmarks and the annotation has none.
    #[error("no landmarks for this row: the framing `landmarks` needs 5 or 68")]
    NoLandmarks,
    /// Neither 5 nor 68 points.
    #[error("{got} landmarks; expected 5 or 68")]
    LandmarkCount {
        /// Number given.
        got: usize,
    },
    /// The box has no area or a coordinate that is no number.
    #[error("the face box {} has no area", shown(.face))]
    Box {
        /// The box.
        face: FaceBox,
    },
    /// The box lies beside the picture.
    #[error("the face box {} lies outside the picture of {width} x {height} pixels", shown(.face))]
    Outside {
        /// The box.
        face: FaceBox,
        /// Width of the picture.
        width: u32,
        /// Height of the picture.
        height: u32,
    },
    /// The landmarks determine no transform.
    #[error("unusable landmarks: {what}")]
    Landmarks {
        /// What is wrong with them.
        what: &'static str,
    },
    /// The detector found nobody.
    #[error("the detector `{detector}` found no face")]
    NoFace {
        /// The detector.
        detector: DetectorName,
    },
    /// The framing asks for a detector and the preprocessor has none.
    #[error("the framing asks for the detector `{name}`; give it to `Preprocessor::with_detector`")]
    NoDetector {
        /// The detector asked for.
        name: DetectorName,
    },
    /// The detector failed.
    #[error(transparent)]
    Detector(#[from] DetectError),
}

impl FaceError {
    /// Whether the reason lies in picture and annotation, so that every try ends the same and the row is to be set
    /// aside; otherwise the work is to stop.
    pub const fn is_about_the_picture(&self) -> bool {
        match self {
            // A fault of the detector in one picture must cost that picture, not the work.
            Self::Detector(error) => matches!(error, DetectError::Panic { .. }),
            Self::NoDetector { .. } => false,
            _ => true,
        }
    }
}

fn shown(face: &FaceBox) -> String {
    format!("{} x {} at ({}, {})", face.width, face.height, face.x, face.y)
}

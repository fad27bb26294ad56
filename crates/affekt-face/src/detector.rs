//! The seam at which a face detector is plugged in.

use crate::{DetectError, DetectorName, FaceBox, Picture};

/// A face a detector found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Where it is.
    pub bbox: FaceBox,
    /// How sure the detector is; larger is surer, the scale is its own.
    pub score: f32,
}

/// Finds faces in pictures; one per thread.
pub trait FaceDetector: Send {
    /// Identity of the detector with its settings; part of the preprocessing digest.
    fn name(&self) -> DetectorName;

    /// Finds the faces of an upright picture, in an order that the picture alone decides; none is no error.
    ///
    /// # Errors
    /// [`DetectError`] when the detector itself fails: that says nothing about the picture.
    fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, DetectError>;
}

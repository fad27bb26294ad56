//! Face detectors by name.

use affekt_data::Preparing;
use affekt_face::{DetectError, DetectorName, FaceDetector};

/// The detector of this name.
///
/// # Errors
/// [`DetectError`] for a name that nobody offers, or a model that is not there.
pub(crate) fn detector(name: DetectorName) -> Result<Box<dyn FaceDetector>, DetectError> {
    Preparing::no_detector(name)
}

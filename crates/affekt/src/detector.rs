//! Face detectors by the name a framing gives.

use std::env;
use std::path::Path;
use std::time::Duration;

use affekt_face::{CommandDetector, DetectError, DetectorName, FaceDetector, RustfaceDetector};

/// Path of the model file of the built-in detector.
pub(crate) const MODEL: &str = "AFFEKT_RUSTFACE_MODEL";
/// Program that any other name stands for; its protocol is that of [`CommandDetector`].
pub(crate) const PROGRAM: &str = "AFFEKT_DETECTOR";

/// Time the program has for a picture, its start included.
const LIMIT: Duration = Duration::from_mins(1);

/// The detector of this name.
///
/// # Errors
/// [`DetectError::Unknown`] where the environment does not say where it is, [`DetectError::Model`] for a model that
/// is not there or another one.
pub(crate) fn detector(name: DetectorName) -> Result<Box<dyn FaceDetector>, DetectError> {
    if name.as_str() == RustfaceDetector::NAME {
        let way_out = "set AFFEKT_RUSTFACE_MODEL to the path of seeta_fd_frontal_v1.0.bin, which lies in the folder \
                       `model` of the source of the crate rustface 0.1.7";
        let model = env::var_os(MODEL).ok_or(DetectError::Unknown { name, way_out })?;
        return Ok(Box::new(RustfaceDetector::load(Path::new(&model))?));
    }
    let way_out = "set AFFEKT_DETECTOR to a program that answers each picture with a line of JSON";
    let program = env::var_os(PROGRAM).ok_or(DetectError::Unknown { name, way_out })?;
    Ok(Box::new(CommandDetector::new(name, Path::new(&program), Vec::new(), LIMIT)))
}

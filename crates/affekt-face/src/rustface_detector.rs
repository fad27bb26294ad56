//! Frontal faces by the `SeetaFace` detector, in pure Rust.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use affekt_artifact::Digest;
use rustface::{ImageData, Model, create_detector_with_model, read_model};

use crate::{DetectError, Detection, DetectorName, FaceBox, FaceDetector, Picture};

/// BLAKE3 of the model.
const MODEL: &str = "b3e9594edb5f2e23ea8bda9e090beb7bc57ae6b2e205761346d3ee3000fb654e";
const HOW_TO_GET: &str = "give the path of seeta_fd_frontal_v1.0.bin, which lies in the folder `model` of the source \
                          of the crate rustface 0.1.7 (cargo fetch leaves it under \
                          $CARGO_HOME/registry/src/*/rustface-0.1.7/model)";
/// Larger than the model; a larger file is another.
const MODEL_BYTES: u64 = 4 << 20;
/// The detector's window; it reads beyond the end of smaller pictures.
const WINDOW: u32 = 40;

/// The frontal detector of the crate rustface (Viola-Jones-like cascades; Wu et al., Neurocomputing 2017).
///
/// Finds faces from 40 pixels up, nearly frontal and upright ones; it gives no landmarks. Its settings are part of
/// its name.
pub struct RustfaceDetector {
    model: Model,
}

impl RustfaceDetector {
    /// Name of the detector, its model and its settings.
    pub const NAME: &'static str = "rustface-0.1-seeta-frontal-1.0";

    /// Reads the model `seeta_fd_frontal_v1.0.bin`.
    ///
    /// # Errors
    /// [`DetectError::Model`] and [`DetectError::OtherModel`], both saying where the model is to be had. Another model
    /// is not parsed: the parser trusts it.
    pub fn load(path: &Path) -> Result<Self, DetectError> {
        let refuse = |source| DetectError::Model { path: path.to_owned(), how_to_get: HOW_TO_GET, source };
        let other = |got: String| DetectError::OtherModel {
            path: path.to_owned(),
            expected: MODEL,
            got,
            how_to_get: HOW_TO_GET,
        };
        let length = fs::metadata(path).map_err(refuse)?.len();
        if length > MODEL_BYTES {
            return Err(other(format!("of {length} bytes not computed")));
        }
        let bytes = fs::read(path).map_err(refuse)?;
        let got = Digest::of_bytes(&bytes);
        if got.as_str() != MODEL {
            return Err(other(got.as_str().to_owned()));
        }
        Ok(Self { model: read_model(bytes.as_slice()).map_err(refuse)? })
    }
}

impl FaceDetector for RustfaceDetector {
    fn name(&self) -> DetectorName {
        DetectorName::new(Self::NAME).expect("because the name is plain")
    }

    fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, DetectError> {
        let (width, height) = (picture.width(), picture.height());
        if width < WINDOW || height < WINDOW {
            return Ok(Vec::new());
        }
        let grey: Vec<u8> = picture.rgb().chunks_exact(3).map(luma).collect();
        let model = self.model.clone();
        let found = catch_unwind(AssertUnwindSafe(|| {
            let mut detector = create_detector_with_model(model);
            detector.set_score_thresh(2.0);
            detector.set_pyramid_scale_factor(0.8);
            detector.set_slide_window_step(4, 4);
            detector.detect(&ImageData::new(&grey, width, height))
        }))
        .map_err(|_| DetectError::Panic { name: self.name(), width, height })?;
        Ok(found.iter().map(detection).collect())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "pixels and scores are small"
)]
fn detection(face: &rustface::FaceInfo) -> Detection {
    let area = face.bbox();
    let bbox = FaceBox {
        x: area.x() as f32,
        y: area.y() as f32,
        width: area.width() as f32,
        height: area.height() as f32,
    };
    Detection { bbox, score: face.score() as f32 }
}

/// Grey of a pixel, by the weights of JPEG.
fn luma(pixel: &[u8]) -> u8 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    u8::try_from((299 * r + 587 * g + 114 * b + 500) / 1000).unwrap_or(u8::MAX)
}

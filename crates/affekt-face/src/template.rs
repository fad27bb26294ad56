//! Where the points of an aligned face come to lie.

use crate::{PreprocessError, Template};

/// `ArcFace`, for 112 x 112: left eye, right eye, nose, left and right corner of the mouth ("left" of the picture).
const ARCFACE_112: [[f64; 2]; 5] =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

impl Template {
    /// The five target points for a face of side `size`.
    ///
    /// # Equation
    /// Size a multiple of 112: template x size / 112. Else a multiple of 128: template x r with r = size / 128, and
    /// 8 r added to x. Source: insightface, `face_align.py`, which leaves other sizes undefined.
    ///
    /// # Errors
    /// [`PreprocessError::TemplateSize`] for another size: a scaled template would be nobody's convention.
    pub fn points(self, size: u32) -> Result<[[f64; 2]; 5], PreprocessError> {
        let (ratio, shift) = match size {
            1.. if size.is_multiple_of(112) => (f64::from(size) / 112.0, 0.0),
            1.. if size.is_multiple_of(128) => (f64::from(size) / 128.0, 8.0 * f64::from(size) / 128.0),
            _ => return Err(PreprocessError::TemplateSize { template: self.name(), got: size }),
        };
        let Self::Arcface = self;
        Ok(ARCFACE_112.map(|[x, y]| [x * ratio + shift, y * ratio]))
    }
}

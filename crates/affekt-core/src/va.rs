//! A point of the valence-arousal plane.

use serde::{Deserialize, Serialize};

/// Valence and arousal, each in [-1, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct VaPoint {
    valence: f64,
    arousal: f64,
}

/// A coordinate is outside [-1, 1] or not a number.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("valence {valence}, arousal {arousal}: each must lie in [-1, 1]")]
pub struct VaError {
    /// Valence as given.
    pub valence: f64,
    /// Arousal as given.
    pub arousal: f64,
}

impl VaPoint {
    /// Checks and builds a point.
    ///
    /// # Errors
    /// [`VaError`] when a coordinate is NaN or outside [-1, 1].
    pub fn new(valence: f64, arousal: f64) -> Result<Self, VaError> {
        // Tested positively, so that NaN fails.
        if (-1.0..=1.0).contains(&valence) && (-1.0..=1.0).contains(&arousal) {
            Ok(Self { valence, arousal })
        } else {
            Err(VaError { valence, arousal })
        }
    }

    /// Builds the nearest point of the square; NaN becomes 0.
    pub fn clamped(valence: f64, arousal: f64) -> Self {
        let clamp = |x: f64| if x.is_nan() { 0.0 } else { x.clamp(-1.0, 1.0) };
        Self { valence: clamp(valence), arousal: clamp(arousal) }
    }

    /// Pleasantness, -1 to 1.
    pub const fn valence(self) -> f64 {
        self.valence
    }

    /// Activation, -1 to 1.
    pub const fn arousal(self) -> f64 {
        self.arousal
    }
}

impl TryFrom<[f64; 2]> for VaPoint {
    type Error = VaError;

    fn try_from([valence, arousal]: [f64; 2]) -> Result<Self, Self::Error> {
        Self::new(valence, arousal)
    }
}

impl From<VaPoint> for [f64; 2] {
    fn from(point: VaPoint) -> Self {
        [point.valence, point.arousal]
    }
}

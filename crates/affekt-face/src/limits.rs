//! How much of a picture is let in.

use serde::{Deserialize, Serialize};

use crate::{DecodeError, LimitsError};

/// Bounds checked before a picture is decoded: the file's bytes, then the pixels its header claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct DecodeLimits {
    max_pixels: u64,
    max_bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    max_pixels: u64,
    max_bytes: u64,
}

impl DecodeLimits {
    /// Checks and builds limits.
    ///
    /// # Errors
    /// [`LimitsError`] when one is zero.
    pub fn new(max_pixels: u64, max_bytes: u64) -> Result<Self, LimitsError> {
        for (key, value) in [("max_pixels", max_pixels), ("max_bytes", max_bytes)] {
            if value == 0 {
                return Err(LimitsError { key });
            }
        }
        Ok(Self { max_pixels, max_bytes })
    }

    /// Most pixels (width times height) a header may claim.
    pub const fn max_pixels(self) -> u64 {
        self.max_pixels
    }

    /// Refuses a picture whose header claims more pixels than allowed.
    pub(crate) fn check_pixels(self, width: u32, height: u32) -> Result<(), DecodeError> {
        let (got, limit) = (u64::from(width) * u64::from(height), self.max_pixels);
        if got > limit {
            return Err(DecodeError::Oversized { what: "pixels", got, limit });
        }
        Ok(())
    }

    /// Most bytes a file may have.
    pub const fn max_bytes(self) -> u64 {
        self.max_bytes
    }
}

impl TryFrom<Wire> for DecodeLimits {
    type Error = LimitsError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.max_pixels, wire.max_bytes)
    }
}

impl From<DecodeLimits> for Wire {
    fn from(limits: DecodeLimits) -> Self {
        Self { max_pixels: limits.max_pixels, max_bytes: limits.max_bytes }
    }
}

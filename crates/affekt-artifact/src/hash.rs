//! Content identity.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ArtifactError;

/// BLAKE3 digest of a content, as 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Digest of bytes in memory.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }

    /// Digest of a file's content.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn of_file(path: &Path) -> Result<Self, ArtifactError> {
        let mut hasher = blake3::Hasher::new();
        let file = std::fs::File::open(path).map_err(ArtifactError::io("read", path))?;
        hasher.update_reader(file).map_err(ArtifactError::io("read", path))?;
        Ok(Self(hasher.finalize().to_hex().to_string()))
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, for names people read.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Digest of several named parts; the names and lengths keep parts apart.
#[derive(Debug, Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// An empty hasher.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one named part.
    pub fn part(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        for piece in [name.as_bytes(), bytes] {
            self.0.update(&(piece.len() as u64).to_le_bytes());
            self.0.update(piece);
        }
        self
    }

    /// The digest of the parts so far.
    pub fn finish(&self) -> Digest {
        Digest(self.0.finalize().to_hex().to_string())
    }
}

//! Reading and writing of JSON and TOML documents under a schema name.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ArtifactError, write_atomic};

/// Reads a JSON document.
///
/// # Errors
/// [`ArtifactError::Io`] and [`ArtifactError::Json`].
pub fn load_json<T: DeserializeOwned>(path: &Path) -> Result<T, ArtifactError> {
    let bytes = std::fs::read(path).map_err(ArtifactError::io("read", path))?;
    serde_json::from_slice(&bytes).map_err(|source| ArtifactError::Json { path: path.to_owned(), source })
}

/// Writes a JSON document atomically, indented, with a final newline.
///
/// # Errors
/// [`ArtifactError::Io`], and [`ArtifactError::Json`] for a value that JSON cannot hold.
pub fn save_json<T: Serialize>(path: &Path, value: &T) -> Result<(), ArtifactError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|source| ArtifactError::Json { path: path.to_owned(), source })?;
    bytes.push(b'\n');
    write_atomic(path, &bytes)
}

/// Reads a TOML document.
pub(crate) fn load_toml<T: DeserializeOwned>(path: &Path) -> Result<T, ArtifactError> {
    let text = std::fs::read_to_string(path).map_err(ArtifactError::io("read", path))?;
    toml::from_str(&text)
        .map_err(|source| ArtifactError::Toml { path: path.to_owned(), source: Box::new(source) })
}

/// Writes a TOML document atomically.
pub(crate) fn save_toml<T: Serialize>(path: &Path, value: &T) -> Result<(), ArtifactError> {
    let text = toml::to_string(value)
        .map_err(|source| ArtifactError::TomlValue { path: path.to_owned(), source: Box::new(source) })?;
    write_atomic(path, text.as_bytes())
}

/// Refuses a document of another schema than `expected`.
///
/// # Errors
/// [`ArtifactError::Schema`].
pub fn expect_schema(path: &Path, expected: &'static str, got: &str) -> Result<(), ArtifactError> {
    if got == expected {
        return Ok(());
    }
    Err(ArtifactError::Schema { path: path.to_owned(), expected, got: got.to_owned() })
}

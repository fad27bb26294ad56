//! What can go wrong with a file between stages.

use std::path::PathBuf;

/// A file between stages could not be read, written or believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted: `read`, `write`, `create folder`, ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The table is not well-formed CSV.
    #[error("{}: not a readable CSV table", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// The cause, with its line.
        #[source]
        source: csv::Error,
    },
    /// The document is not well-formed JSON or lacks a field.
    #[error("{}: not a readable JSON document", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause, with its line.
        #[source]
        source: serde_json::Error,
    },
    /// A line of a log is not the JSON object it should be.
    #[error("{}:{line}: not a line of a training log", path.display())]
    JsonLine {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The document is not well-formed TOML or lacks a field.
    #[error("{}: not a readable TOML document", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The cause, with its place.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The value cannot be written as TOML.
    #[error("{}: not a value that TOML can hold", path.display())]
    TomlValue {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<toml::ser::Error>,
    },
    /// The file follows another schema, or another version of ours.
    #[error("{}: schema {got:?}; this version reads {expected:?}: write the file again with this version", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Schema of this version.
        expected: &'static str,
        /// Schema named in the file.
        got: String,
    },
    /// The header row is not the one the schema demands.
    #[error("{}: header is `{got}`; expected `{expected}`", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Columns demanded.
        expected: String,
        /// Columns found.
        got: String,
    },
    /// A cell does not hold what its column demands.
    #[error("{}:{line}: column `{column}` holds {got:?}; expected {expected}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Line, the header being line 1.
        line: u64,
        /// Column name.
        column: String,
        /// What a valid cell holds.
        expected: String,
        /// The cell.
        got: String,
    },
    /// The file does not hold the array it should.
    #[error("{}: {got}; expected {expected}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: String,
        /// What was found.
        got: String,
    },
    /// The content does not have the hash recorded for it.
    #[error("{}: content hash {got}; recorded was {expected}: the file was changed after it was written", path.display())]
    Hash {
        /// The file.
        path: PathBuf,
        /// Recorded hash.
        expected: String,
        /// Hash of the present content.
        got: String,
    },
}

impl ArtifactError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

//! What can go wrong with a face cache.

use std::path::PathBuf;

/// A face cache cannot be written, read or believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// There is no cache, or its making was interrupted.
    #[error("{}: no finished face cache there (no index.json): prepare the dataset again", path.display())]
    NoIndex {
        /// The folder.
        path: PathBuf,
    },
    /// The file is not a face cache, or one of another version.
    #[error("{}: {what} is {got}; expected {expected}: prepare the dataset again", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Field of the header.
        what: &'static str,
        /// What a cache of this version holds.
        expected: String,
        /// What was found.
        got: String,
    },
    /// The file is shorter or longer than its header says.
    #[error("{}: {got} bytes; the header promises {expected}: prepare the dataset again", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Length promised.
        expected: u64,
        /// Length found.
        got: u64,
    },
    /// The requested geometry does not fit a file.
    #[error("a cache of {count} images of {size} x {size} pixels is not addressable")]
    TooLarge {
        /// Images asked for.
        count: u64,
        /// Their side.
        size: u64,
    },
    /// A file of the cache cannot be read or written.
    #[error(transparent)]
    Artifact(#[from] affekt_artifact::ArtifactError),
}

impl CacheError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

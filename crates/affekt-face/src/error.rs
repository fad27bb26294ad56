//! What can go wrong with a picture, its preprocessing, or the cache.

use std::path::PathBuf;

/// A picture cannot be had.
///
/// Content errors do not repeat the path: the caller of [`decode`](crate::decode) has bytes only, and the
/// caller of [`load`](crate::load) names the file beside the reason.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No file under that name.
    #[error("no such file: {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused to hand it out.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The file has no bytes.
    #[error("the file is empty (zero bytes)")]
    Empty,
    /// More bytes or pixels than allowed; found out before decoding.
    #[error("{got} {what}; at most {limit} are allowed")]
    Oversized {
        /// `bytes` or `pixels`.
        what: &'static str,
        /// Number found or claimed.
        got: u64,
        /// The limit.
        limit: u64,
    },
    /// None of the formats read here.
    #[error("not a JPEG, PNG, BMP or WebP picture; it begins with {begins}")]
    Format {
        /// The first bytes, as hex digits.
        begins: String,
    },
    /// The file stops before the picture ends; a lenient decoder would fill the rest with grey.
    #[error("truncated {format}: {got} bytes stop before the end of the picture")]
    Truncated {
        /// Format of the picture.
        format: &'static str,
        /// Length of the file.
        got: u64,
    },
    /// The decoder refused the content.
    #[error("not decodable")]
    Unreadable {
        /// The cause.
        #[source]
        source: image::ImageError,
    },
    /// The decoder stopped at an internal check of its own.
    #[error("not decodable: the {format} decoder panicked")]
    DecoderPanic {
        /// Format being decoded.
        format: &'static str,
    },
}

/// A limit is zero.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("decode limit `{key}` is 0; expected at least 1")]
pub struct LimitsError {
    /// The key.
    pub key: &'static str,
}

/// A preprocessing parameter is out of range.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreprocessError {
    /// The side length is out of range.
    #[error("preprocess size {got}; expected {min} to {max} pixels")]
    Size {
        /// Size given.
        got: u32,
        /// Smallest accepted.
        min: u32,
        /// Largest accepted.
        max: u32,
    },
}

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
    /// An image was written to a place the cache does not have, or twice.
    #[error("{}: image {index} of {count} is out of range or was written before", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Index given.
        index: usize,
        /// Images of the cache.
        count: usize,
    },
    /// The bytes handed over are not one image.
    #[error("{}: image {index} has {got} bytes; expected {expected}", path.display())]
    ImageLength {
        /// The file.
        path: PathBuf,
        /// Index given.
        index: usize,
        /// Bytes of one image.
        expected: usize,
        /// Bytes given.
        got: usize,
    },
    /// The writer was finished with images missing.
    #[error("{}: image {first_missing} was never written", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// The first gap.
        first_missing: usize,
    },
    /// Hashing the finished file failed.
    #[error(transparent)]
    Artifact(#[from] affekt_artifact::ArtifactError),
}

impl CacheError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

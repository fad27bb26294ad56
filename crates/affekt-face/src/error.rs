//! What can go wrong with a picture file.

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
    #[error("not a JPEG, PNG, BMP, TIFF, WebP or GIF picture; it begins with {begins}")]
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
    /// The JPEG decoder refused the content.
    #[error("not decodable")]
    UnreadableJpeg {
        /// The cause.
        #[source]
        source: zune_jpeg::errors::DecodeErrors,
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

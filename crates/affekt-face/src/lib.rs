//! From picture files to equal-sized 8-bit RGB faces, and a folder of memory-mapped files that holds them.
//!
//! [`load`] and [`decode`] bound a picture in bytes and pixels before decoding and never panic; a
//! [`Preprocessor`] makes a face of it, as a [`Preprocess`] says; [`ShardedCacheWriter`] and [`FaceCache`] keep
//! the result.

mod cache;
mod cache_error;
mod command_detector;
mod decode;
mod detect_error;
mod detector;
mod error;
mod face_error;
mod framing;
mod hint;
mod index;
mod jpeg;
mod jpeg_end;
mod limits;
mod picture;
mod preprocess;
mod preprocessor;
mod rustface_detector;
mod shard;
mod sharded_writer;
mod similarity;
mod template;
mod warp;

pub use cache::{CachedFace, FaceCache};
pub use cache_error::CacheError;
pub use command_detector::CommandDetector;
pub use decode::{decode, load};
pub use detect_error::DetectError;
pub use detector::{Detection, FaceDetector};
pub use error::{DecodeError, LimitsError};
pub use face_error::{FaceError, PreprocessError};
pub use framing::{DetectorName, FacePolicy, Framing, Margin, Template};
pub use hint::{FaceBox, FaceHint, Landmarks};
pub use limits::DecodeLimits;
pub use picture::{Channels, Picture, Pixels};
pub use preprocess::{Colour, Decoder, Fit, Preprocess, PreprocessSpec, ResizeFilter};
pub use preprocessor::Preprocessor;
pub use rustface_detector::RustfaceDetector;
pub use shard::RowFailure;
pub use sharded_writer::{CacheSummary, RowOutcome, ShardDone, ShardedCacheWriter};
pub use similarity::Similarity;

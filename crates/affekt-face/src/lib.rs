//! From picture files to equal-sized 8-bit RGB faces, and a memory-mapped file that holds them.
//!
//! [`load`] and [`decode`] bound a picture in bytes and pixels before decoding and never panic; a
//! [`Preprocessor`] brings it to size; [`FaceCacheWriter`] and [`FaceCache`] keep the result.

mod cache;
mod cache_writer;
mod decode;
mod error;
mod jpeg_end;
mod limits;
mod picture;
mod preprocess;
mod preprocessor;

pub use cache::FaceCache;
pub use cache_writer::FaceCacheWriter;
pub use decode::{decode, load};
pub use error::{CacheError, DecodeError, LimitsError, PreprocessError};
pub use limits::DecodeLimits;
pub use picture::Rgb8Image;
pub use preprocess::{Fit, Preprocess, PreprocessSpec, ResizeFilter};
pub use preprocessor::Preprocessor;

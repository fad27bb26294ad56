//! Parts written outside affekt's crates, one for each seam that needs no LibTorch: a reader, an augmentation, a paired
//! test, and an executor that trains a learner of its own.
//!
//! Each part uses the public interface of the crate that states its trait, and nothing else. `tests/study.rs` runs a
//! study on all four, from annotation to report.

mod executor;
mod jitter;
mod median_flip;
mod reader;

pub use executor::NearestMean;
pub use jitter::Jitter;
pub use median_flip::MedianFlip;
pub use reader::LinesReader;

//! Flips, shifted crops, small rotations and zooms, and random erasing on 8-bit faces, in place.
//!
//! Every draw comes from a [`Stream`](affekt_core::Stream) the caller keys by (seed, epoch, sample), and
//! each stage takes the same number of draws whatever it decides: changing one stage's strength leaves the
//! draws of the others as they were.

mod augment;
mod erase;
mod error;
mod flip;
mod params;
mod pipeline;
mod shift;
mod spec;
mod warp;

pub use augment::Augment;
pub use erase::Erase;
pub use error::AugmentError;
pub use flip::Flip;
pub use params::AugmentParams;
pub use pipeline::Pipeline;
pub use shift::{Border, ShiftCrop};
pub use spec::{AugmentSpec, EraseSpec, WarpSpec};
pub use warp::Warp;

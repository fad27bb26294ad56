//! `RandAugment`, jitter of colour, flips, shifted crops, small rotations and zooms, and random erasing on 8-bit
//! faces, in place; and the ten crops of an evaluation.
//!
//! Every draw comes from a [`Stream`](affekt_core::Stream) the caller keys by (seed, epoch, sample), and
//! each stage takes the same number of draws whatever it decides: changing one stage's strength leaves the
//! draws of the others as they were.

mod affine;
mod augment;
mod erase;
mod error;
mod flip;
mod jitter;
mod params;
mod photometric;
mod pipeline;
mod rand_augment;
mod rand_op;
mod shift;
mod spec;
mod ten_crop;
mod warp;

pub use affine::{Resample, Scratch};
pub use augment::Augment;
pub use erase::Erase;
pub use error::AugmentError;
pub use flip::Flip;
pub use jitter::Jitter;
pub use params::AugmentParams;
pub use pipeline::Pipeline;
pub use rand_augment::RandAugment;
pub use rand_op::RandOp;
pub use shift::{Border, ShiftCrop};
pub use spec::{AugmentSpec, EraseSpec, JitterSpec, RandAugmentSpec, WarpSpec};
pub use ten_crop::ten_crop;
pub use warp::Warp;

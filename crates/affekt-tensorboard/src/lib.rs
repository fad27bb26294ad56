//! TensorBoard event files: scalars, precision-recall curves and pictures.
//!
//! [`EventWriter`] turns steps with their [`SummaryValue`]s into the records TensorBoard reads. It opens no file and looks
//! at no clock: the caller gives a sink and every wall time, and equal calls give equal bytes.

mod checksum;
mod error;
mod picture;
mod pr_curve;
mod record;
mod value;
mod wire;
mod writer;

pub use error::TensorBoardError;
pub use picture::PngPicture;
pub use pr_curve::PrCurve;
pub use value::SummaryValue;
pub use writer::EventWriter;

/// The example of the crate card compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

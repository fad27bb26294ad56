//! Aff-Wild2 as the ABAW challenges distribute it.

mod codes;
mod frames;
mod list;
mod mtl;
mod plan;
mod rows;
mod track;
mod tracks;

pub use list::{TestLine, read_test_list};
pub use mtl::AbawMtlLayout;
pub use track::Track;
pub use tracks::AbawTracksLayout;

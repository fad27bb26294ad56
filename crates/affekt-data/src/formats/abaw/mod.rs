//! Aff-Wild2 as the ABAW challenges distribute it.

mod codes;
mod frames;
mod list;
mod mtl;
mod plan;
mod rows;
mod track;
mod tracks;

pub use list::{AbawTestLine, read_abaw_test_list};
pub use mtl::AbawMtlLayout;
pub use track::AbawTrack;
pub use tracks::AbawTracksLayout;

//! Aff-Wild2 as the ABAW challenges distribute it.

mod codes;
mod frames;
mod list;
mod mtl;
mod plan;
mod rows;
mod submission;
mod track;
mod tracks;

pub use list::{AbawTestLine, read_abaw_test_list};
pub use mtl::AbawMtlLayout;
pub use submission::{
    AbawTask, AuThresholds, HolePolicy, Submission, SubmissionCounts, SubmissionError, SubmissionFormat,
    SubmissionReport, SubmissionShape,
};
pub use track::AbawTrack;
pub use tracks::AbawTracksLayout;

//! What can go wrong with a face detector.

use std::path::PathBuf;
use std::time::Duration;

use crate::DetectorName;

/// A detector cannot be made or failed at its work; this says nothing about the picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// Nobody offers a detector of that name.
    #[error("no detector named `{name}`: {way_out}")]
    Unknown {
        /// The name asked for.
        name: DetectorName,
        /// How to get one.
        way_out: &'static str,
    },
    /// The model file cannot be read.
    #[error("cannot read the model file {}: {how_to_get}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Where to get it.
        how_to_get: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The model file is not the one that the detector's name stands for.
    #[error("{} is not the expected model (BLAKE3 {got}; expected {expected}): {how_to_get}", path.display())]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// Digest of the model.
        expected: &'static str,
        /// Digest found.
        got: String,
        /// Where to get it.
        how_to_get: &'static str,
    },
    /// The detector stopped at an internal check of its own.
    #[error("the detector `{name}` panicked on a picture of {width} x {height} pixels")]
    Panic {
        /// The detector.
        name: DetectorName,
        /// Width of the picture.
        width: u32,
        /// Height of the picture.
        height: u32,
    },
    /// The detector's program cannot be started or talked to.
    #[error("cannot {action} the detector program {}", program.display())]
    Program {
        /// What was attempted.
        action: &'static str,
        /// The program.
        program: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The detector's program ended without an answer; what it had to say is on its error output.
    #[error("the detector program {} ended without an answer", program.display())]
    Ended {
        /// The program.
        program: PathBuf,
    },
    /// The detector's program took too long.
    #[error("the detector program {} gave no answer within {limit:?}", program.display())]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// The time it had.
        limit: Duration,
    },
    /// The detector's program answered something else than faces.
    #[error(
        "the detector program {} answered {got:?}; expected one line of JSON, \
         {{\"faces\":[{{\"x\":..,\"y\":..,\"width\":..,\"height\":..,\"score\":..}}]}}",
        program.display()
    )]
    Answer {
        /// The program.
        program: PathBuf,
        /// The beginning of its answer.
        got: String,
    },
}

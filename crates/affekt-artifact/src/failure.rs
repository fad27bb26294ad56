//! What ended a run that failed: `failed.json`.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{load_json, save_json};

/// Kinds of failures that a run can tell of itself. None of them goes away by another turn, so that no queue gives one; a
/// run that was killed, ran out of time or lost its node leaves no note and is given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// Host or device had too little memory.
    OutOfMemory,
    /// The loss or an output is not a number any more.
    Diverged,
    /// The data are not what the plan says, or too few.
    Data,
    /// The operating system refused a file: no space, no permission.
    Io,
    /// Anything else.
    Fault,
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfMemory => "out of memory",
            Self::Diverged => "diverged",
            Self::Data => "data",
            Self::Io => "i/o",
            Self::Fault => "fault",
        })
    }
}

/// What ended a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Its kind.
    pub class: FailureClass,
    /// The error.
    pub message: String,
}

const FILE: &str = "failed.json";

impl Failure {
    /// Notes what ended the run in `folder`; the note goes when the run is begun again.
    pub fn note(&self, folder: &Path) {
        // Where it cannot be written the log still says it.
        let _ = save_json(&folder.join(FILE), self);
    }

    /// What ended the run in `folder`, if it ended in an error.
    pub fn of(folder: &Path) -> Option<Self> {
        load_json(&folder.join(FILE)).ok()
    }

    /// Forgets what ended the run in `folder`.
    pub fn forget(folder: &Path) {
        // Without a note there is nothing to forget.
        let _ = std::fs::remove_file(folder.join(FILE));
    }
}

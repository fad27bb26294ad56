//! The three parts of a dataset.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Part of a dataset. `test` is the sealed one: it is opened once, after selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Fits the weights.
    Train,
    /// Chooses among fitted models.
    Valid,
    /// Measures the chosen one.
    Test,
}

/// The text names no split.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown split {0:?}; expected train, valid or test")]
pub struct ParseSplitError(pub String);

impl Split {
    /// All splits, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Valid, Self::Test];

    /// Name as written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Split {
    type Err = ParseSplitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| ParseSplitError(text.to_owned()))
    }
}

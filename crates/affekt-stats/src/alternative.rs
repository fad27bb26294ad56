//! The direction of a test.

use serde::{Deserialize, Serialize};

/// What the test is meant to detect about the differences `A - B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternative {
    /// A shift in either direction.
    TwoSided,
    /// A larger than B.
    Greater,
    /// A smaller than B.
    Less,
}

impl Alternative {
    /// All directions, for tests and tables.
    pub const ALL: [Self; 3] = [Self::TwoSided, Self::Greater, Self::Less];

    /// The direction seen after A and B are exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::TwoSided => Self::TwoSided,
            Self::Greater => Self::Less,
            Self::Less => Self::Greater,
        }
    }

    /// Picks the p-value of this direction from both tails, doubling the smaller one for two sides.
    pub(crate) fn pick(self, greater: f64, less: f64) -> f64 {
        match self {
            Self::Greater => greater,
            Self::Less => less,
            Self::TwoSided => {
                let smaller = if greater < less { greater } else { less };
                (2.0 * smaller).clamp(0.0, 1.0)
            }
        }
    }
}

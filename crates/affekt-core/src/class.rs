//! The index of an expression class within its label set.

use serde::{Deserialize, Serialize};

/// Position of an expression class in the label set it belongs to.
///
/// Only [`LabelSet`](crate::LabelSet) hands these out, so an index never comes from a bare integer
/// of an unknown order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClassIndex(u8);

impl ClassIndex {
    pub(crate) const fn new(idx: u8) -> Self {
        Self(idx)
    }

    /// The index as the array position it stands for.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

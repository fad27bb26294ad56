//! What could not be used, and why: nothing is dropped silently.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::ArtifactError;
use crate::table;

/// Why a row or an image was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum QuarantineReason {
    /// The image named by the row does not exist.
    MissingImage,
    /// The image file has no bytes.
    EmptyImage,
    /// The image cannot be decoded.
    UnreadableImage,
    /// The image claims more pixels or bytes than allowed.
    OversizedImage,
    /// The label is not one of the dataset's.
    UnknownLabel,
    /// Two rows give one image different labels.
    ConflictingLabel,
    /// The same row again.
    DuplicateRow,
    /// The row lacks a field or holds one that cannot be read.
    MalformedRow,
    /// A label is outside its range and no code for a missing one.
    LabelRange,
    /// The path leaves the dataset root.
    OutsideRoot,
    /// The detector found no face.
    NoFace,
    /// The annotation has no box or landmarks where the preprocessing needs them, or unusable ones.
    NoUsableHint,
}

impl QuarantineReason {
    /// Every reason.
    pub const ALL: [Self; 12] = [
        Self::MissingImage,
        Self::EmptyImage,
        Self::UnreadableImage,
        Self::OversizedImage,
        Self::UnknownLabel,
        Self::ConflictingLabel,
        Self::DuplicateRow,
        Self::MalformedRow,
        Self::LabelRange,
        Self::OutsideRoot,
        Self::NoFace,
        Self::NoUsableHint,
    ];

    /// Name as written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingImage => "missing-image",
            Self::EmptyImage => "empty-image",
            Self::UnreadableImage => "unreadable-image",
            Self::OversizedImage => "oversized-image",
            Self::UnknownLabel => "unknown-label",
            Self::ConflictingLabel => "conflicting-label",
            Self::DuplicateRow => "duplicate-row",
            Self::MalformedRow => "malformed-row",
            Self::LabelRange => "label-range",
            Self::OutsideRoot => "outside-root",
            Self::NoFace => "no-face",
            Self::NoUsableHint => "no-usable-hint",
        }
    }

    /// True for trouble in the data; false for what a policy of the manifest expects (an exact duplicate).
    pub const fn is_fault(self) -> bool {
        !matches!(self, Self::DuplicateRow)
    }
}

impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no reason.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown quarantine reason {0:?}")]
pub struct ParseReasonError(pub String);

impl FromStr for QuarantineReason {
    type Err = ParseReasonError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|r| r.as_str() == text).ok_or_else(|| ParseReasonError(text.to_owned()))
    }
}

/// One thing set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineItem {
    /// Path relative to the dataset root.
    pub path: String,
    /// Annotation line, where there is one.
    pub line: Option<u64>,
    /// Kind of trouble.
    pub reason: QuarantineReason,
    /// What exactly was found.
    pub detail: String,
}

/// Everything set aside while reading a dataset, `quarantine.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine {
    /// The items, in the order found.
    pub items: Vec<QuarantineItem>,
}

impl Quarantine {
    /// Items that are faults of the data.
    pub fn faults(&self) -> impl Iterator<Item = &QuarantineItem> {
        self.items.iter().filter(|item| item.reason.is_fault())
    }

    /// Number of items per reason.
    pub fn counts(&self) -> std::collections::BTreeMap<QuarantineReason, u64> {
        let mut counts = std::collections::BTreeMap::new();
        for item in &self.items {
            *counts.entry(item.reason).or_insert(0) += 1;
        }
        counts
    }

    /// Writes `quarantine.csv`.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let columns = ["path", "line", "reason", "detail"].map(str::to_owned);
        let rows = self.items.iter().map(|item| {
            vec![
                item.path.clone(),
                table::number(item.line),
                item.reason.as_str().to_owned(),
                item.detail.clone(),
            ]
        });
        table::save(path, &columns, rows)
    }
}

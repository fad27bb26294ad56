//! The description of a dataset as written in `data-manifests/*.toml`.

use std::collections::BTreeMap;

use affekt_core::LabelSet;
use affekt_face::DecodeLimits;
use serde::Deserialize;

/// A dataset as its file describes it; [`Dataset`](crate::Dataset) is the checked form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// `affekt-dataset/1`.
    pub schema: String,
    /// Short name, used in file names and tables.
    pub name: String,
    /// Full title.
    pub title: String,
    /// Licence of images and labels.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// How to get the files.
    pub obtain: String,
    /// What a reader of results should know, printed with every check.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The classes.
    pub label_set: LabelSetRef,
    /// Whether case matters in labels.
    pub label_case: LabelCase,
    /// Other spellings of a class (or folder names): label = class.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Labels whose rows are left out on purpose, and counted.
    #[serde(default)]
    pub ignore_labels: Vec<String>,
    /// The subject is the file name up to this text; for datasets without a subject column.
    pub subject_until: Option<String>,
    /// What happens to a row that repeats another.
    pub duplicates: DuplicatePolicy,
    /// What happens to an image with two labels.
    pub conflicts: ConflictPolicy,
    /// Faults tolerated: a whole number of items, or a share of the rows written with a point.
    pub max_quarantine: MaxQuarantine,
    /// Bounds on each picture.
    pub decode: DecodeLimits,
    /// Where annotation and images are.
    pub layout: Layout,
    /// Published counts to compare with.
    pub published: Option<PublishedSpec>,
}

/// Annotation and image layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Layout {
    /// A table names each image and its label.
    Csv(CsvLayout),
    /// The folder an image lies in is its label.
    Folders(FolderLayout),
}

/// A table with one row an image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvLayout {
    /// The table, relative to the dataset root.
    pub file: String,
    /// Folder that image names are relative to, relative to the root; `.` for the root itself.
    pub images: String,
    /// Whether the first row names the columns.
    pub header: bool,
    /// One character between fields.
    pub delimiter: char,
    /// Which column holds what.
    pub columns: Columns,
}

/// Columns of a table: names where there is a header, positions from 0 where there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Image file.
    pub image: ColumnRef,
    /// Expression label.
    pub label: ColumnRef,
    /// Person.
    pub subject: Option<ColumnRef>,
    /// Video the frame is from.
    pub video: Option<ColumnRef>,
    /// `train`, `valid` or `test`.
    pub split: Option<ColumnRef>,
    /// Valence in [-1, 1].
    pub valence: Option<ColumnRef>,
    /// Arousal in [-1, 1].
    pub arousal: Option<ColumnRef>,
}

/// A tree `images/[split/]label/file`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderLayout {
    /// Top of the tree, relative to the dataset root; `.` for the root itself.
    pub images: String,
    /// Folder of each split the dataset comes with: split = folder.
    #[serde(default)]
    pub splits: BTreeMap<affekt_core::Split, String>,
}

/// A column by name or by position.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum ColumnRef {
    /// As the header spells it.
    Name(String),
    /// Counted from 0.
    Position(usize),
}

impl TryFrom<toml::Value> for ColumnRef {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::String(name) => Ok(Self::Name(name)),
            toml::Value::Integer(n) => {
                usize::try_from(n).map(Self::Position).map_err(|_| format!("column {n}; expected 0 or more"))
            }
            other => Err(format!("column {other}; expected a name or a position")),
        }
    }
}

/// A built-in label set by name, or classes in place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct LabelSetRef(pub LabelSet);

impl TryFrom<toml::Value> for LabelSetRef {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::String(name) => LabelSet::by_name(&name)
                .map(Self)
                .ok_or_else(|| format!("no built-in label set {name:?}; give `name` and `classes` instead")),
            other => other.try_into().map(Self).map_err(|e| e.to_string()),
        }
    }
}

/// Whether case matters in labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelCase {
    /// `FEAR` is `fear`; such rows are counted.
    Ignore,
    /// Labels must be spelled as the label set or an alias spells them.
    Exact,
}

/// What happens to a row that repeats another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicatePolicy {
    /// The first stays; the others are set aside as duplicates, which are no faults.
    First,
    /// The dataset is refused.
    Error,
}

/// What happens to an image with two labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictPolicy {
    /// All its rows are set aside, each a fault.
    DropImage,
    /// The first stays; the others are set aside, each a fault.
    First,
    /// The dataset is refused.
    Error,
}

/// Faults tolerated before a dataset is refused.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum MaxQuarantine {
    /// So many.
    Count(u64),
    /// So many of the rows, in [0, 1].
    Share(f64),
}

impl MaxQuarantine {
    /// Faults tolerated among so many rows.
    pub fn limit(self, rows: u64) -> u64 {
        match self {
            Self::Count(count) => count,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
            Self::Share(share) => (share * rows as f64).floor() as u64,
        }
    }
}

impl TryFrom<toml::Value> for MaxQuarantine {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let refuse = || format!("max_quarantine {value}; expected a whole number, or a share in [0.0, 1.0]");
        match value {
            toml::Value::Integer(n) => u64::try_from(n).map(Self::Count).map_err(|_| refuse()),
            toml::Value::Float(share) if (0.0..=1.0).contains(&share) => Ok(Self::Share(share)),
            _ => Err(refuse()),
        }
    }
}

/// Published counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedSpec {
    /// Share by which a class may differ before preparing refuses; the check reports every difference.
    pub tolerance: f64,
    /// Rows of each class, repetitions included.
    pub rows: BTreeMap<String, u64>,
}

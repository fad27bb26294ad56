//! The description of a dataset as written in `data-manifests/*.toml`.

use std::collections::BTreeMap;

use affekt_core::{LabelSet, Split};
use affekt_face::DecodeLimits;
use serde::Deserialize;

use crate::formats::Format;
use crate::{AbawMtlLayout, AbawTracksLayout};
use crate::{
    AffectnetCsvLayout, AffectnetNpyLayout, AffectnetPlusLayout, Bp4dLayout, CsvLayout, DisfaLayout,
    EmotionetLayout, ExpwLayout, FerPlusLayout, FolderLayout, RafDbLayout, SubjectRule,
};

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
    /// The classes of the annotation; for datasets without expressions, those of the studies they serve.
    pub label_set: LabelSetRef,
    /// The map to another label set, if rows are to be read in that.
    pub label_map: Option<LabelMapSpec>,
    /// Action units of the annotation by FACS number, in the order of its columns.
    #[serde(default)]
    pub aus: Vec<u8>,
    /// Whether case matters in labels.
    pub label_case: LabelCase,
    /// Other spellings of a class (or folder names): label = class.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Labels whose rows are left out on purpose, and counted.
    #[serde(default)]
    pub ignore_labels: Vec<String>,
    /// Where file names hold the subject; for datasets whose annotation does not name it.
    pub subject: Option<SubjectRule>,
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

/// Annotation and image layout: a general one, or the format of a named dataset.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Layout {
    /// A table names each image and its label.
    Csv(CsvLayout),
    /// The folder an image lies in is its label.
    Folders(FolderLayout),
    /// RAF-DB as its authors distribute it.
    RafDb(RafDbLayout),
    /// `ExpW`.
    Expw(ExpwLayout),
    /// FER2013, and FER+ votes on its pictures.
    FerPlus(FerPlusLayout),
    /// `EmotioNet`.
    Emotionet(EmotionetLayout),
    /// DISFA.
    Disfa(DisfaLayout),
    /// BP4D.
    Bp4d(Bp4dLayout),
    /// `AffectNet` as first released, tables of faces in pictures as found.
    AffectnetCsv(AffectnetCsvLayout),
    /// `AffectNet` as folders of arrays.
    AffectnetNpy(AffectnetNpyLayout),
    /// `AffectNet`+, a document beside each picture.
    AffectnetPlus(AffectnetPlusLayout),
    /// Aff-Wild2, one file of labels a video.
    AbawTracks(AbawTracksLayout),
    /// Aff-Wild2, the multi-task tables of single frames.
    AbawMtl(AbawMtlLayout),
}

impl Layout {
    /// The layout as what all formats have in common.
    pub(crate) fn format(&self) -> &dyn Format {
        match self {
            Self::Csv(layout) => layout,
            Self::Folders(layout) => layout,
            Self::RafDb(layout) => layout,
            Self::Expw(layout) => layout,
            Self::FerPlus(layout) => layout,
            Self::Emotionet(layout) => layout,
            Self::Disfa(layout) => layout,
            Self::Bp4d(layout) => layout,
            Self::AffectnetCsv(layout) => layout,
            Self::AffectnetNpy(layout) => layout,
            Self::AffectnetPlus(layout) => layout,
            Self::AbawTracks(layout) => layout,
            Self::AbawMtl(layout) => layout,
        }
    }
}

/// A crossing to another label set: classes of the same name, `rename`d ones, and those to `drop`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelMapSpec {
    /// Name of the map.
    pub name: String,
    /// Label set to read in.
    pub to: LabelSetRef,
    /// Class of the annotation = class of the target.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Classes without a counterpart, whose rows are ignored.
    #[serde(default)]
    pub drop: Vec<String>,
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
    /// All stay, each a sample of its own: the dataset lists images several times on purpose or by habit.
    Keep,
    /// The dataset is refused.
    Error,
}

/// What happens to an image with two labels, unless `duplicates` is "keep".
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

/// Published counts, for the whole dataset and for the parts it comes in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedSpec {
    /// Share by which a count may differ before preparing refuses; the check reports every difference.
    pub tolerance: f64,
    /// The whole dataset.
    #[serde(default)]
    pub all: PublishedCounts,
    /// Training part.
    #[serde(default)]
    pub train: PublishedCounts,
    /// Validation part.
    #[serde(default)]
    pub valid: PublishedCounts,
    /// Test part.
    #[serde(default)]
    pub test: PublishedCounts,
}

impl PublishedSpec {
    /// The counts of a part; `None` stands for the whole.
    pub const fn part(&self, split: Option<Split>) -> &PublishedCounts {
        match split {
            None => &self.all,
            Some(Split::Train) => &self.train,
            Some(Split::Valid) => &self.valid,
            Some(Split::Test) => &self.test,
        }
    }
}

/// Published counts of one part; what is absent was not published.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedCounts {
    /// Annotation rows.
    pub rows: Option<u64>,
    /// Rows of each class of the target label set, repetitions included.
    #[serde(default)]
    pub classes: BTreeMap<String, u64>,
    /// Rows with valence and arousal.
    pub va: Option<u64>,
    /// Rows with action units.
    pub au: Option<u64>,
    /// Rows on which an action unit is present, by its name, such as `au12`.
    #[serde(default)]
    pub au_present: BTreeMap<String, u64>,
    /// Labelled rows without an image.
    pub without_face: Option<u64>,
}

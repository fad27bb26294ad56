//! Keys of the layout of FER2013 and FER+.

use affekt_core::LabelSet;
use serde::Deserialize;

use super::fer_reader::FerReader;
use super::fer_rows::Source;
use super::{Format, Refuse, inside};
use crate::{AnnotationReader, DataError, Dataset};

/// Pictures of FER2013 with the labels of its table or with votes of FER+.
///
/// `fer2013.csv` and `fer2013new.csv` are paired row by row: neither names the other's rows, names in the votes are
/// neither complete nor unique, and their numbers are not those of the rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FerPlusLayout {
    /// Which labels.
    pub labels: FerLabels,
    /// `table`: the pixels of `pixels`. Else the folder, relative to the dataset root, of the picture folders
    /// `FER2013Train`, `FER2013Valid` and `FER2013Test`; the pictures need not be there to read labels.
    pub images: FerImages,
    /// `fer2013.csv`, relative to the root. Absent where pictures are files and labels are votes.
    pub pixels: Option<String>,
    /// `fer2013new.csv`, relative to the root. Absent where labels are FER2013's own, or where the votes come from
    /// the `label.csv` of each picture folder.
    pub votes: Option<String>,
}

/// Labels of FER2013 pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FerLabels {
    /// FER2013's own: column `emotion`, label set `fer2013`.
    Fer2013,
    /// FER+: the expression with more than half of the votes; label set `fer-plus`.
    Majority,
    /// FER+: a distribution over the expressions voted for most, its first largest entry the class; label set
    /// `fer-plus`.
    Probability,
}

/// Where the pictures are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum FerImages {
    /// In the table `pixels`.
    Table,
    /// In picture files below this folder.
    Folder(String),
}

impl From<String> for FerImages {
    fn from(text: String) -> Self {
        if text == "table" { Self::Table } else { Self::Folder(text) }
    }
}

impl FerPlusLayout {
    /// The files to read, or the key that does not fit the others, its value and what was expected.
    pub(super) fn source(&self) -> Result<Source<'_>, (&'static str, &str, &'static str)> {
        let (pixels, votes) = (self.pixels.as_deref(), self.votes.as_deref());
        let own = self.labels == FerLabels::Fer2013;
        match (&self.images, pixels, votes) {
            (FerImages::Table, Some(pixels), Some(votes)) => Ok(Source::Both { pixels, votes }),
            (FerImages::Table, Some(pixels), None) if own => Ok(Source::Pixels { pixels }),
            (FerImages::Folder(_), Some(pixels), Some(votes)) if own => Ok(Source::Both { pixels, votes }),
            (FerImages::Folder(_), None, Some(votes)) if !own => Ok(Source::Votes { votes }),
            (FerImages::Folder(folder), None, None) if !own => Ok(Source::Parts { folder }),
            (FerImages::Folder(_), Some(got), _) if !own => {
                Err(("layout.pixels", got, "no such key: pictures are files, and labels are votes"))
            }
            (_, None, _) => Err(("layout.pixels", "", "the path of fer2013.csv")),
            (_, Some(_), _) => Err(("layout.votes", "", "the path of fer2013new.csv")),
        }
    }
}

impl Format for FerPlusLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        if let FerImages::Folder(folder) = &self.images {
            inside(refuse, "layout.images", folder)?;
        }
        self.pixels.as_ref().map_or(Ok(()), |path| inside(refuse, "layout.pixels", path))?;
        self.votes.as_ref().map_or(Ok(()), |path| inside(refuse, "layout.votes", path))?;
        self.source().map(drop).map_err(|(key, got, expected)| refuse(key, got, expected))
    }

    /// Rows of one image name are one subject.
    fn names_subject(&self) -> bool {
        true
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![if self.labels == FerLabels::Fer2013 { LabelSet::fer2013() } else { LabelSet::fer_plus() }]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(FerReader::new(dataset, self))
    }
}

//! FER2013, and the votes that FER+ collected on its pictures.

use std::collections::BTreeSet;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelDistribution, LabelSet, Split};
use serde::Deserialize;

use super::fer_ballots::Fault;
use super::fer_rows::{FerRow, Source, fer_rows};
use super::fer_votes::{N_EXPRESSIONS, Verdict, majority, probability};
use super::{Format, Refuse, inside};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, ImageSource, Label, Reading};

/// Side of the pictures in the table.
const SIDE: u32 = 48;

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
    fn source(&self) -> Result<Source<'_>, (&'static str, &str, &'static str)> {
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
        Box::new(FerReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct FerReader {
    dataset: Dataset,
    layout: FerPlusLayout,
}

/// Folder of the pictures of a part, as the authors' script names it.
pub(super) const fn folder_of(split: Split) -> &'static str {
    match split {
        Split::Train => "FER2013Train",
        Split::Valid => "FER2013Valid",
        Split::Test => "FER2013Test",
    }
}

impl AnnotationReader for FerReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let source = self.layout.source().expect("because the layout was checked with its description");
        let rows = fer_rows(&root, &source)?;
        let mut gather = match &self.layout.images {
            FerImages::Table => {
                let mut gather = Gather::new(&self.dataset, ".");
                gather.search_folders(Vec::new());
                gather
            }
            FerImages::Folder(folder) => {
                let mut gather = Gather::new(&self.dataset, folder);
                let parts = Split::ALL.map(|split| join(folder, folder_of(split)));
                let there = parts.into_iter().filter(|part| root.named("image folder", part).is_ok());
                gather.search_folders(there.collect());
                gather
            }
        };
        for file in source.files() {
            gather.names(file);
        }
        let mut names = BTreeSet::new();
        for (position, row) in rows.iter().enumerate() {
            let again = !row.name.is_empty() && !names.insert((row.split, row.name.as_str()));
            self.add(&mut gather, row, position, again)?;
        }
        Ok(gather.finish())
    }
}

impl FerReader {
    fn add(&self, gather: &mut Gather, row: &FerRow, position: usize, again: bool) -> Result<(), DataError> {
        let line = Some(row.line);
        let (split, folder) = (row.split, row.split.map_or("", folder_of));
        let file = if row.name.is_empty() { format!("row{position:05}") } else { row.name.clone() };
        let in_table = self.layout.images == FerImages::Table;
        let name = join(folder, &if again && in_table { format!("{file}#row{position:05}") } else { file.clone() });
        let content = match &row.content {
            Ok(content) => content,
            Err((reason, detail)) => {
                gather.reject(&name, line, split, *reason, detail.clone());
                return Ok(());
            }
        };
        note_oddities(gather, row, again);
        let image = content.pixels.as_ref().filter(|_| in_table).map(|pixels| ImageSource::GreyText {
            file: pixels.file.clone(),
            offset: pixels.offset,
            len: pixels.len,
            side: SIDE,
        });
        let subject = if row.name.is_empty() { &name } else { &file };
        let mut entry =
            Entry { name: &name, image, subject: Some(subject), split, hint: row.hint(), line, ..Entry::default() };
        let verdict = content.votes.as_ref().map(|votes| match self.layout.labels {
            FerLabels::Probability => probability(votes),
            _ => majority(votes),
        });
        if row.name.is_empty() && !in_table {
            // Without a name there is no picture file; where voters saw no face, none is missed.
            if verdict == Some(Verdict::NotAFace) {
                gather.without_face(&entry);
            } else {
                gather.malformed(&name, line, split, "no image name".to_owned());
            }
            return Ok(());
        }
        let set = self.dataset.labels().source();
        if self.layout.labels == FerLabels::Fer2013 {
            return match class_of(&content.emotion, set) {
                Ok(class) => gather.add(Entry { label: Label::Class(class), ..entry }),
                Err((reason, detail)) => {
                    gather.reject(&name, line, split, reason, detail);
                    Ok(())
                }
            };
        }
        let reason = match verdict {
            Some(Verdict::Expression { top, kept }) => {
                entry.label = set.class_at(top).map_or(Label::Missing, Label::Class);
                if self.layout.labels == FerLabels::Probability {
                    entry.distribution = Some(distribution(kept));
                }
                return gather.add(entry);
            }
            Some(Verdict::NotAFace) => "rows left out: most voters see no face",
            Some(Verdict::Unknown) => "rows left out: most voters cannot tell",
            Some(Verdict::Divided) | None => "rows left out: voters are divided",
        };
        gather.note(reason, 1);
        gather.leave_out(&entry);
        Ok(())
    }
}

/// The class of a code, or why there is none.
fn class_of(emotion: &str, set: &LabelSet) -> Result<ClassIndex, Fault> {
    let code = emotion.parse::<i64>();
    let code = code.map_err(|_| (QuarantineReason::MalformedRow, format!("emotion {emotion:?} is no code")))?;
    let class = usize::try_from(code).ok().and_then(|code| set.class_at(code));
    class.ok_or_else(|| (QuarantineReason::LabelRange, format!("emotion {code}; expected 0 to {}", set.len() - 1)))
}

fn note_oddities(gather: &mut Gather, row: &FerRow, again: bool) {
    let Some(votes) = row.content.as_ref().ok().and_then(|content| content.votes) else { return };
    let n_votes: u32 = votes.iter().sum();
    if row.name.is_empty() {
        let part = row.split.map_or("", Split::as_str);
        gather.note(&format!("rows without an image name, {part}"), 1);
    } else if votes.last() == Some(&n_votes) {
        gather.note("rows with an image name on which every voter sees no face", 1);
    }
    gather.note("rows that repeat an image name", again.into());
    gather.note("rows whose votes do not add up to 10", (n_votes != 10).into());
}

/// Shares of the votes kept.
fn distribution(kept: [u32; N_EXPRESSIONS]) -> LabelDistribution {
    let total: u32 = kept.iter().sum();
    let shares = kept.iter().map(|&count| f64::from(count) / f64::from(total)).collect();
    LabelDistribution::new(shares).expect("because an expression has votes")
}

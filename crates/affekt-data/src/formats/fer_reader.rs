//! FER2013, and the votes that FER+ collected on its pictures.

use std::collections::BTreeSet;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelDistribution, LabelSet, Split};

use super::fer_ballots::Fault;
use super::fer_plus::{FerImages, FerLabels, FerPlusLayout};
use super::fer_rows::{FerContent, FerRow, fer_rows, folder_of, label_file};
use super::fer_votes::{N_EXPRESSIONS, Verdict, majority, probability};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, ImageSource, Label, Reading};

/// Side of the pictures in the table.
const SIDE: u32 = 48;

/// Reads the tables that a [`FerPlusLayout`] names.
#[derive(Clone, Debug)]
pub(super) struct FerReader {
    dataset: Dataset,
    layout: FerPlusLayout,
}

/// What becomes of a row.
enum Fate {
    Keep { class: ClassIndex, distribution: Option<LabelDistribution> },
    LeaveOut(&'static str),
    WithoutFace,
    Faulty(Fault),
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
                for split in Split::ALL {
                    gather.names(label_file(folder, split));
                }
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
    pub(super) fn new(dataset: &Dataset, layout: &FerPlusLayout) -> Self {
        Self { dataset: dataset.clone(), layout: layout.clone() }
    }

    fn add(&self, gather: &mut Gather, row: &FerRow, position: usize, again: bool) -> Result<(), DataError> {
        let (line, split) = (Some(row.line), row.split);
        let in_table = self.layout.images == FerImages::Table;
        let by_position = format!("row{position:05}");
        let file = if row.name.is_empty() { &by_position } else { &row.name };
        let own = if again && in_table { format!("{file}#{by_position}") } else { file.clone() };
        let name = join(split.map_or("", folder_of), &own);
        let content = match &row.content {
            Ok(content) => content,
            Err((reason, detail)) => {
                gather.reject(&name, line, split, *reason, detail.clone());
                return Ok(());
            }
        };
        note_oddities(gather, row, content, again);
        let image = content.pixels.as_ref().filter(|_| in_table).map(|pixels| ImageSource::GreyText {
            file: pixels.file.clone(),
            offset: pixels.offset,
            len: pixels.len,
            side: SIDE,
        });
        let subject = Some(if row.name.is_empty() { name.as_str() } else { file });
        let entry = Entry { name: &name, image, subject, split, hint: row.hint(), line, ..Entry::default() };
        match self.fate(content, row.name.is_empty() && !in_table) {
            Fate::Keep { class, distribution } => {
                gather.add(Entry { label: Label::Class(class), distribution, ..entry })?;
            }
            Fate::LeaveOut(why) => {
                gather.note(why, 1);
                gather.leave_out(&entry);
            }
            Fate::WithoutFace => gather.without_face(&entry),
            Fate::Faulty((reason, detail)) => gather.reject(&name, line, split, reason, detail),
        }
        Ok(())
    }

    /// `no_file` says of a picture that it should be a file, and has no name.
    fn fate(&self, content: &FerContent, no_file: bool) -> Fate {
        let set = self.dataset.labels().source();
        let verdict = content.votes.as_ref().map_or(Verdict::Divided, |votes| match self.layout.labels {
            FerLabels::Probability => probability(votes),
            FerLabels::Fer2013 | FerLabels::Majority => majority(votes),
        });
        let fate = match (self.layout.labels, verdict) {
            // Where voters saw no face, no file is missed.
            (FerLabels::Fer2013, Verdict::NotAFace) if no_file => return Fate::WithoutFace,
            (FerLabels::Fer2013, _) => match class_of(&content.emotion, set) {
                Ok(class) => Fate::Keep { class, distribution: None },
                Err(fault) => Fate::Faulty(fault),
            },
            (labels, Verdict::Expression { top, kept }) => {
                let distribution = (labels == FerLabels::Probability).then(|| shares(kept));
                let class = set.class_at(top).expect("because the label set is that of the vote columns");
                Fate::Keep { class, distribution }
            }
            (_, Verdict::NotAFace) => Fate::LeaveOut("rows left out: most voters see no face"),
            (_, Verdict::Unknown) => Fate::LeaveOut("rows left out: most voters cannot tell"),
            (_, Verdict::Divided) => Fate::LeaveOut("rows left out: voters are divided"),
        };
        match fate {
            Fate::Keep { .. } if no_file => {
                Fate::Faulty((QuarantineReason::MalformedRow, "no image name".to_owned()))
            }
            fate => fate,
        }
    }
}

/// The class of a code, or why there is none.
fn class_of(emotion: &str, set: &LabelSet) -> Result<ClassIndex, Fault> {
    let code = emotion.parse::<i64>();
    let code =
        code.map_err(|_| (QuarantineReason::MalformedRow, format!("emotion {emotion:?} is no code")))?;
    let class = usize::try_from(code).ok().and_then(|code| set.class_at(code));
    class.ok_or_else(|| {
        (QuarantineReason::LabelRange, format!("emotion {code}; expected 0 to {}", set.len() - 1))
    })
}

fn note_oddities(gather: &mut Gather, row: &FerRow, content: &FerContent, again: bool) {
    let Some(votes) = content.votes else { return };
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
fn shares(kept: [u32; N_EXPRESSIONS]) -> LabelDistribution {
    let total: u32 = kept.iter().sum();
    let shares = kept.iter().map(|&count| f64::from(count) / f64::from(total)).collect();
    LabelDistribution::new(shares).expect("because an expression has votes")
}

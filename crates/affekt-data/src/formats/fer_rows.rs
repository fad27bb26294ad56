//! Rows of FER2013 and FER+, from the files a copy has.

use std::path::{Path, PathBuf};

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_face::{FaceBox, FaceHint};

use super::fer_ballots::{Ballot, BallotRow, Fault, ballots_of_part, ballots_of_table};
use super::fer_pixels::{PixelRow, pixel_rows};
use super::fer_votes::Votes;
use crate::DataError;
use crate::root::{Root, join};

/// Which files to read; paths are relative to the dataset root.
pub(super) enum Source<'l> {
    /// `fer2013.csv` alone.
    Pixels { pixels: &'l str },
    /// `fer2013.csv` and `fer2013new.csv`, row by row.
    Both { pixels: &'l str, votes: &'l str },
    /// `fer2013new.csv` alone.
    Votes { votes: &'l str },
    /// The `label.csv` of each picture folder.
    Parts { folder: &'l str },
}

/// A row of the dataset.
pub(super) struct FerRow {
    /// Line of the table with the pixels, or else of that with the votes; of a faulty row, in the faulty table.
    pub(super) line: u64,
    /// Picture file without folder; empty where no table names it.
    pub(super) name: String,
    /// Part; `None` where it cannot be read.
    pub(super) split: Option<Split>,
    /// What it says, or what is wrong.
    pub(super) content: Result<FerContent, Fault>,
}

/// What the tables say of a picture.
pub(super) struct FerContent {
    /// FER2013's code, as written; empty without its table.
    pub(super) emotion: String,
    pub(super) pixels: Option<PixelPlace>,
    pub(super) votes: Option<Votes>,
    pub(super) bbox: Option<FaceBox>,
}

/// Grey levels within a table.
pub(super) struct PixelPlace {
    pub(super) file: String,
    pub(super) offset: u64,
    pub(super) len: u64,
}

impl FerRow {
    /// The box of the face, where a table gives one.
    pub(super) fn hint(&self) -> FaceHint {
        let bbox = self.content.as_ref().ok().and_then(|content| content.bbox);
        FaceHint { bbox, ..FaceHint::default() }
    }
}

impl Source<'_> {
    /// The tables, relative to the dataset root.
    pub(super) fn files(&self) -> Vec<String> {
        match self {
            Self::Pixels { pixels } => vec![join("", pixels)],
            Self::Both { pixels, votes } => vec![join("", pixels), join("", votes)],
            Self::Votes { votes } => vec![join("", votes)],
            Self::Parts { folder } => Split::ALL.map(|split| label_file(folder, split)).to_vec(),
        }
    }
}

/// Folder of the pictures of a part, as the authors' script names it.
pub(super) const fn folder_of(split: Split) -> &'static str {
    match split {
        Split::Train => "FER2013Train",
        Split::Valid => "FER2013Valid",
        Split::Test => "FER2013Test",
    }
}

/// The votes beside the pictures of a part.
pub(super) fn label_file(folder: &str, split: Split) -> String {
    join(&join(folder, folder_of(split)), "label.csv")
}

/// Reads the rows of all tables, in their order.
pub(super) fn fer_rows(root: &Root, source: &Source<'_>) -> Result<Vec<FerRow>, DataError> {
    let named = |file: &str| root.named("annotation file", file);
    let rows: Vec<FerRow> = match source {
        Source::Pixels { pixels } => {
            pixel_rows(&named(pixels)?)?.into_iter().map(|row| pixels_only(row, pixels)).collect()
        }
        Source::Votes { votes } => {
            ballots_of_table(&named(votes)?)?.into_iter().map(|row| votes_only(row, votes)).collect()
        }
        Source::Both { pixels, votes } => {
            let paths = (named(pixels)?, named(votes)?);
            pair((pixels, pixel_rows(&paths.0)?), (votes, ballots_of_table(&paths.1)?), &paths)?
        }
        Source::Parts { folder } => {
            let mut rows = Vec::new();
            for split in Split::ALL {
                let file = label_file(folder, split);
                let ballots = ballots_of_part(&named(&file)?, split)?;
                rows.extend(ballots.into_iter().map(|row| votes_only(row, &file)));
            }
            rows
        }
    };
    if rows.is_empty() {
        let path = source.files().first().map_or_else(PathBuf::new, PathBuf::from);
        return Err(DataError::Empty { path, got: "there is only a header" });
    }
    Ok(rows)
}

/// Puts rows of the same number together.
///
/// Tables of different length, or of which row k is in different parts, are not aligned: every pair after the gap
/// would join one picture with the votes on another, so the whole dataset is refused.
fn pair(
    (pixels_file, pixels): (&str, Vec<PixelRow>),
    (votes_file, ballots): (&str, Vec<BallotRow>),
    (path, other): &(PathBuf, PathBuf),
) -> Result<Vec<FerRow>, DataError> {
    let unpaired = |line, detail| unpaired(path, other, line, detail);
    if pixels.len() != ballots.len() {
        let line = pixels.last().map_or(1, |row| row.line);
        let detail =
            format!("the table ends after {} rows, that of the votes after {}", pixels.len(), ballots.len());
        return Err(unpaired(line, detail));
    }
    let mut rows = Vec::with_capacity(pixels.len());
    for (row, ballot) in pixels.into_iter().zip(ballots) {
        if let (Ok(picture), Ok(votes)) = (&row.content, &ballot.content)
            && picture.split != votes.split
        {
            let (ours, theirs) = (picture.split, votes.split);
            let detail =
                format!("the row is of the {ours} part, line {} of the votes of {theirs}", ballot.line);
            return Err(unpaired(row.line, detail));
        }
        let pictured = pixels_only(row, pixels_file);
        let voted = votes_only(ballot, votes_file);
        let split = pictured.split.or(voted.split);
        rows.push(match (pictured.content, voted.content) {
            (Ok(picture), Ok(FerContent { votes, bbox, .. })) => {
                let content = Ok(FerContent { votes, bbox, ..picture });
                FerRow { line: pictured.line, name: voted.name, split, content }
            }
            (Err(fault), _) => FerRow { line: pictured.line, name: voted.name, split, content: Err(fault) },
            (_, Err(fault)) => FerRow { line: voted.line, name: voted.name, split, content: Err(fault) },
        });
    }
    Ok(rows)
}

fn unpaired(path: &Path, other: &Path, line: u64, detail: String) -> DataError {
    DataError::Unpaired { path: path.to_owned(), line, other: other.to_owned(), detail }
}

fn pixels_only(row: PixelRow, file: &str) -> FerRow {
    let split = row.content.as_ref().ok().map(|pixels| pixels.split);
    let fault = |detail| (QuarantineReason::MalformedRow, format!("{file}: {detail}"));
    let content = row.content.map_err(fault);
    let content = content.map(|pixels| FerContent {
        emotion: pixels.emotion,
        pixels: Some(PixelPlace { file: join("", file), offset: pixels.offset, len: pixels.len }),
        votes: None,
        bbox: None,
    });
    FerRow { line: row.line, name: String::new(), split, content }
}

fn votes_only(row: BallotRow, file: &str) -> FerRow {
    let split = row.content.as_ref().ok().map(|ballot| ballot.split);
    let content = row.content.map_err(|(reason, detail)| (reason, format!("{file}: {detail}")));
    let content = content.map(|Ballot { votes, bbox, .. }| FerContent {
        emotion: String::new(),
        pixels: None,
        votes: Some(votes),
        bbox,
    });
    FerRow { line: row.line, name: row.name, split, content }
}

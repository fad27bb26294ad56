//! Votes of FER+, from `fer2013new.csv` or from the `label.csv` beside exported pictures.

use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_face::FaceBox;

use super::fer_votes::{VOTE_COLUMNS, Votes, split_of};
use crate::DataError;
use crate::csv_rows::{CsvRow, csv_rows};

/// What is wrong with a row.
pub(super) type Fault = (QuarantineReason, String);

/// One row of votes.
#[derive(Debug)]
pub(super) struct BallotRow {
    pub(super) line: u64,
    /// Picture file, without folder; empty where the row names none.
    pub(super) name: String,
    /// What it says, or what is wrong.
    pub(super) content: Result<Ballot, Fault>,
}

/// The votes on a picture.
#[derive(Debug)]
pub(super) struct Ballot {
    pub(super) split: Split,
    pub(super) votes: Votes,
    pub(super) bbox: Option<FaceBox>,
}

/// Positions of the columns of `fer2013new.csv`.
struct Places {
    usage: usize,
    name: usize,
    votes: [usize; 10],
}

/// Reads `fer2013new.csv`, by the names of its columns.
pub(super) fn ballots_of_table(path: &Path) -> Result<Vec<BallotRow>, DataError> {
    let mut rows = read(path)?.into_iter();
    let header = rows.next().ok_or_else(|| empty(path))?.fields.unwrap_or_default();
    let place = |column: &str| {
        let found = header.iter().position(|name| name == column);
        let (path, header) = (path.to_owned(), header.clone());
        found.ok_or_else(|| DataError::Column { path, column: column.to_owned(), header })
    };
    let mut places = Places { usage: place("Usage")?, name: place("Image name")?, votes: [0; 10] };
    for (at, column) in places.votes.iter_mut().zip(VOTE_COLUMNS) {
        *at = place(column)?;
    }
    Ok(rows.map(|row| places.row(&row)).collect())
}

/// Reads a `label.csv`: no header; name, box, ten votes; in files written by the authors' script no box.
pub(super) fn ballots_of_part(path: &Path, split: Split) -> Result<Vec<BallotRow>, DataError> {
    let rows = read(path)?;
    if rows.is_empty() {
        return Err(empty(path));
    }
    Ok(rows.iter().map(|row| part_row(row, split)).collect())
}

fn read(path: &Path) -> Result<Vec<CsvRow>, DataError> {
    let bytes = std::fs::read(path).map_err(DataError::io("read", path))?;
    csv_rows(path, &bytes, ',')
}

fn empty(path: &Path) -> DataError {
    DataError::Empty { path: path.to_owned(), got: "the file has no line" }
}

fn malformed(detail: impl Into<String>) -> Fault {
    (QuarantineReason::MalformedRow, detail.into())
}

impl Places {
    fn row(&self, row: &CsvRow) -> BallotRow {
        let Some(fields) = &row.fields else { return not_text(row.line) };
        let cell = |at: usize| fields.get(at).map_or("", String::as_str);
        let content = || {
            let split = split_of(cell(self.usage)).map_err(malformed)?;
            Ok(Ballot { split, votes: votes(&self.votes.map(cell))?, bbox: None })
        };
        BallotRow { line: row.line, name: cell(self.name).to_owned(), content: content() }
    }
}

fn part_row(row: &CsvRow, split: Split) -> BallotRow {
    let Some(fields) = &row.fields else { return not_text(row.line) };
    let cells: Vec<&str> = fields.iter().map(String::as_str).collect();
    let content = match cells.as_slice() {
        [_, bbox, cells @ ..] if cells.len() == 10 => face_box(bbox).and_then(|bbox| {
            let cells = cells.try_into().expect("because there are ten");
            Ok(Ballot { split, votes: votes(cells)?, bbox: Some(bbox) })
        }),
        [_, cells @ ..] if cells.len() == 10 => {
            let cells = cells.try_into().expect("because there are ten");
            votes(cells).map(|votes| Ballot { split, votes, bbox: None })
        }
        _ => Err(malformed(format!("{} fields; expected a name, perhaps a box, and 10 votes", cells.len()))),
    };
    BallotRow { line: row.line, name: cells.first().map_or("", |name| name).to_owned(), content }
}

fn not_text(line: u64) -> BallotRow {
    BallotRow { line, name: String::new(), content: Err(malformed("the line is not UTF-8 text")) }
}

fn votes(cells: &[&str; 10]) -> Result<Votes, Fault> {
    let mut votes = [0; 10];
    for ((count, cell), column) in votes.iter_mut().zip(cells).zip(VOTE_COLUMNS) {
        let number = cell.parse::<f64>();
        let number =
            number.map_err(|_| malformed(format!("{column} has {cell:?} votes, which is no number")))?;
        if !(number.fract() == 0.0 && (0.0..=1e6).contains(&number)) {
            return Err((QuarantineReason::LabelRange, format!("{column} has {cell} votes")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in range"
        )]
        let whole = number as u32;
        *count = whole;
    }
    Ok(votes)
}

/// A box `(left, top, right, bottom)` in pixels.
fn face_box(text: &str) -> Result<FaceBox, Fault> {
    let unreadable = || malformed(format!("box {text:?}; expected (left, top, right, bottom)"));
    let inner = text.trim_start_matches('(').trim_end_matches(')');
    let numbers: Result<Vec<f32>, _> = inner.split(',').map(|number| number.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[left, top, right, bottom])
            if right > left && bottom > top && (right - left + bottom - top).is_finite() =>
        {
            Ok(FaceBox { x: left, y: top, width: right - left, height: bottom - top })
        }
        _ => Err(unreadable()),
    }
}

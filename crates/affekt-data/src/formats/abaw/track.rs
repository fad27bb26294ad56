//! Annotation files of one video on one track.

use affekt_core::LabelSet;
use serde::Deserialize;

use super::codes::{Fault, Labels, fields, malformed, quoted};
use crate::Dataset;
use crate::text_lines::text_lines;

/// A uni-task challenge: what its annotation files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbawTrack {
    /// Valence and arousal.
    Va,
    /// Expression.
    Expr,
    /// Action units.
    Au,
}

impl AbawTrack {
    /// First word of its folder's name, which goes on differently in each year.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Va => "va",
            Self::Expr => "expr",
            Self::Au => "au",
        }
    }

    /// The header its files begin with: it tells releases with other classes apart.
    pub(super) fn header(self, dataset: &Dataset) -> String {
        match self {
            Self::Va => "valence,arousal".to_owned(),
            Self::Expr => dataset.labels().source().classes().join(","),
            Self::Au => {
                let names: Vec<String> = dataset.spec().aus.iter().map(|au| format!("au{au}")).collect();
                names.join(",")
            }
        }
    }

    fn labels(self, fields: &[&str], set: &LabelSet, n_aus: usize) -> Result<Labels, Fault> {
        let mut labels = Labels::default();
        match self {
            Self::Va => labels.set_va(fields)?,
            Self::Expr => labels.set_expression(fields, set)?,
            Self::Au => labels.set_aus(fields, n_aus)?,
        }
        Ok(labels)
    }
}

/// Rows of one file: row k, from 0, is about frame k + 1.
#[derive(Debug)]
pub(super) struct TrackRows<'b> {
    pub(super) track: AbawTrack,
    /// Line of the header.
    pub(super) header_line: u64,
    rows: Vec<Option<&'b str>>,
}

/// Why a whole file cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It begins with something else than the header expected.
    Header(String),
    /// It cannot be told which row is about which frame.
    Rows { line: u64, detail: String },
}

impl<'b> TrackRows<'b> {
    /// Splits a file under the header expected.
    pub(super) fn parse(track: AbawTrack, bytes: &'b [u8], expected: &str) -> Result<Self, Unusable> {
        let mut lines = text_lines(bytes);
        let Some((header_line, header)) = lines.next() else { return Err(Unusable::Header(String::new())) };
        let header = header.unwrap_or("not UTF-8 text");
        if !same_header(header, expected) {
            return Err(Unusable::Header(quoted(header)));
        }
        let mut rows = Vec::new();
        for ((line, text), due) in lines.zip(header_line + 1..) {
            if line != due {
                let detail =
                    format!("line {due} is blank: which frame the rows below are about cannot be told");
                return Err(Unusable::Rows { line: due, detail });
            }
            rows.push(text);
        }
        Ok(Self { track, header_line, rows })
    }

    /// Number of rows.
    pub(super) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Labels of a frame, from 1; none where the file ends before.
    pub(super) fn labels(&self, frame: u64, set: &LabelSet, n_aus: usize) -> Result<Labels, Fault> {
        let at = usize::try_from(frame).ok().and_then(|frame| frame.checked_sub(1));
        match at.and_then(|at| self.rows.get(at)) {
            None => Ok(Labels::default()),
            Some(None) => Err(malformed("the line is not UTF-8 text")),
            Some(Some(text)) => self.track.labels(&fields(text), set, n_aus),
        }
    }
}

/// Whether a header says what is expected; case and spaces make no difference.
pub(super) fn same_header(header: &str, expected: &str) -> bool {
    let names = fields(header);
    names.len() == expected.split(',').count()
        && names.iter().zip(expected.split(',')).all(|(name, expected)| name.eq_ignore_ascii_case(expected))
}

//! Annotations in a table.

use std::path::Path;

use affekt_core::{Split, VaPoint};
use serde::Deserialize;

use super::{Format, Refuse, inside};
use crate::csv_rows::{CsvRow, csv_rows};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, Label, Reading};

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

impl Format for CsvLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.file", &self.file)?;
        inside(refuse, "layout.images", &self.images)?;
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\r' | '\n') {
            return Err(refuse("layout.delimiter", &self.delimiter.to_string(), "one ASCII character"));
        }
        let columns = &self.columns;
        if columns.valence.is_some() != columns.arousal.is_some() {
            return Err(refuse("layout.columns", "one of valence and arousal", "both or neither"));
        }
        let optional = [&columns.subject, &columns.video, &columns.split, &columns.valence, &columns.arousal];
        let mut all = [&columns.image, &columns.label].into_iter().chain(optional.into_iter().flatten());
        let wrong = all.find(|c| matches!(c, ColumnRef::Name(_)) != self.header);
        match wrong {
            Some(ColumnRef::Name(name)) => {
                Err(refuse("layout.columns", name, "positions from 0, as `header` is false"))
            }
            Some(ColumnRef::Position(n)) => {
                Err(refuse("layout.columns", &n.to_string(), "column names, as `header` is true"))
            }
            None => Ok(()),
        }
    }

    fn names_subject(&self) -> bool {
        self.columns.subject.is_some()
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(CsvReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

/// Reads a table with one row an image.
#[derive(Clone, Debug)]
struct CsvReader {
    dataset: Dataset,
    layout: CsvLayout,
}

/// Positions of the columns.
struct Places {
    image: usize,
    label: usize,
    subject: Option<usize>,
    video: Option<usize>,
    split: Option<usize>,
    va: Option<(usize, usize)>,
}

impl CsvReader {
    fn places(&self, path: &Path, header: &[String]) -> Result<Places, DataError> {
        let place =
            |column: &ColumnRef| match column {
                ColumnRef::Position(at) => Ok(*at),
                ColumnRef::Name(name) => header.iter().position(|h| h == name).ok_or_else(|| {
                    DataError::Column { path: path.to_owned(), column: name.clone(), header: header.to_vec() }
                }),
            };
        let optional = |column: &Option<ColumnRef>| column.as_ref().map(place).transpose();
        let columns = &self.layout.columns;
        Ok(Places {
            image: place(&columns.image)?,
            label: place(&columns.label)?,
            subject: optional(&columns.subject)?,
            video: optional(&columns.video)?,
            split: optional(&columns.split)?,
            va: optional(&columns.valence)?.zip(optional(&columns.arousal)?),
        })
    }
}

impl AnnotationReader for CsvReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let folder = Root::open(root)?;
        let path = folder.named("annotation file", &self.layout.file)?;
        folder.named("image folder", &self.layout.images)?;
        let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
        let mut rows = csv_rows(&path, &bytes, self.layout.delimiter)?.into_iter();
        let empty = |got| DataError::Empty { path: path.clone(), got };
        let header = if self.layout.header {
            let first = rows.next().ok_or_else(|| empty("the file has no line"))?;
            first.fields.ok_or_else(|| empty("the header is not UTF-8 text"))?
        } else {
            Vec::new()
        };
        let places = self.places(&path, &header)?;
        if rows.len() == 0 {
            return Err(empty(if self.layout.header {
                "there is only a header"
            } else {
                "the file has no line"
            }));
        }
        let mut gather = Gather::new(&self.dataset, &self.layout.images);
        gather.names(join("", &self.layout.file));
        for row in rows {
            match places.entry(&row) {
                Ok(entry) => gather.add(entry)?,
                Err((name, detail)) => gather.malformed(name, Some(row.line), None, detail),
            }
        }
        Ok(gather.finish())
    }
}

impl Places {
    /// The row as an entry, or the image it may be about and what is wrong.
    fn entry<'r>(&self, row: &'r CsvRow) -> Result<Entry<'r>, (&'r str, String)> {
        let Some(fields) = &row.fields else { return Err(("", "the line is not UTF-8 text".to_owned())) };
        let name = fields.get(self.image).map_or("", String::as_str);
        let cell = |at: usize, what: &str| match fields.get(at).map(String::as_str) {
            None | Some("") => Err((name, format!("no {what} in field {} of {}", at + 1, fields.len()))),
            Some(text) => Ok(text),
        };
        let split = |at| {
            let text = cell(at, "split")?;
            text.to_lowercase().parse::<Split>().map_err(|error| (name, error.to_string()))
        };
        let va = |(valence, arousal)| {
            let number = |at, what| {
                let text = cell(at, what)?;
                text.parse::<f64>().map_err(|_| (name, format!("{what} {text:?} is not a number")))
            };
            let (valence, arousal) = (number(valence, "valence")?, number(arousal, "arousal")?);
            VaPoint::new(valence, arousal).map_err(|error| (name, error.to_string()))
        };
        Ok(Entry {
            name: cell(self.image, "image")?,
            label: Label::Text(cell(self.label, "label")?),
            subject: self.subject.map(|at| cell(at, "subject")).transpose()?,
            video: self.video.map(|at| cell(at, "video")).transpose()?,
            split: self.split.map(split).transpose()?,
            va: self.va.map(va).transpose()?,
            line: Some(row.line),
            ..Entry::default()
        })
    }
}

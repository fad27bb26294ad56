//! Annotations in a table.

use std::path::Path;

use affekt_core::{Split, VaPoint};

use crate::csv_rows::{CsvRow, csv_rows};
use crate::root::Root;
use crate::{AnnotationReader, ColumnRef, CsvLayout, DataError, Dataset, Entry, Gather, Reading};

/// Reads a table with one row an image.
#[derive(Clone, Debug)]
pub struct CsvReader {
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
    /// A reader for a dataset laid out like this.
    pub fn new(dataset: &Dataset, layout: CsvLayout) -> Self {
        Self { dataset: dataset.clone(), layout }
    }

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
        for row in rows {
            match places.entry(&row) {
                Ok(entry) => gather.add(&entry)?,
                Err((name, detail)) => gather.malformed(name, Some(row.line), detail),
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
            label: cell(self.label, "label")?,
            subject: self.subject.map(|at| cell(at, "subject")).transpose()?,
            video: self.video.map(|at| cell(at, "video")).transpose()?,
            split: self.split.map(split).transpose()?,
            va: self.va.map(va).transpose()?,
            line: Some(row.line),
        })
    }
}

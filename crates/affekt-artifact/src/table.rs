//! Shared reading and writing of CSV tables with a fixed header.

use std::path::{Path, PathBuf};

use crate::{ArtifactError, write_atomic};

/// One row on its way in: cells are taken in column order, and errors know their place.
pub(crate) struct RowReader<'a> {
    path: &'a Path,
    line: u64,
    columns: &'a [String],
    record: &'a csv::StringRecord,
    next: usize,
}

impl RowReader<'_> {
    /// The next cell as text.
    pub(crate) fn text(&mut self) -> &str {
        let cell = self.record.get(self.next).unwrap_or("");
        self.next += 1;
        cell
    }

    /// The next cell through `parse`; `None` when it is empty.
    pub(crate) fn optional<T>(
        &mut self,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ArtifactError> {
        let at = self.next;
        let cell = self.text().to_owned();
        if cell.is_empty() {
            return Ok(None);
        }
        parse(&cell).map(Some).ok_or_else(|| self.refuse(at, expected))
    }

    /// The next cell through `parse`; empty is refused.
    pub(crate) fn required<T>(
        &mut self,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ArtifactError> {
        let at = self.next;
        self.optional(expected, parse)?.ok_or_else(|| self.refuse(at, expected))
    }

    /// A refusal of the cell just read.
    pub(crate) fn refuse_last(&self, expected: &str) -> ArtifactError {
        self.refuse(self.next.saturating_sub(1), expected)
    }

    fn refuse(&self, at: usize, expected: &str) -> ArtifactError {
        ArtifactError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column: self.columns.get(at).cloned().unwrap_or_default(),
            expected: expected.to_owned(),
            got: self.record.get(at).unwrap_or("").to_owned(),
        }
    }
}

/// A CSV text split into header and records, the byte-order mark removed.
pub(crate) struct RawTable {
    path: PathBuf,
    pub(crate) columns: Vec<String>,
    records: Vec<csv::StringRecord>,
}

impl RawTable {
    pub(crate) fn load(path: &Path) -> Result<Self, ArtifactError> {
        let bytes = std::fs::read(path).map_err(ArtifactError::io("read", path))?;
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let csv_error = |source| ArtifactError::Csv { path: path.to_owned(), source };
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(body);
        let columns = reader.headers().map_err(csv_error)?.iter().map(str::to_owned).collect();
        let records = reader.records().collect::<Result<_, _>>().map_err(csv_error)?;
        Ok(Self { path: path.to_owned(), columns, records })
    }

    /// Refuses any header but `expected`.
    pub(crate) fn expect_columns(&self, expected: &[String]) -> Result<(), ArtifactError> {
        if self.columns == expected {
            return Ok(());
        }
        Err(ArtifactError::Header {
            path: self.path.clone(),
            expected: expected.join(","),
            got: self.columns.join(","),
        })
    }

    /// Reads every record.
    pub(crate) fn rows<T>(
        &self,
        mut read: impl FnMut(&mut RowReader<'_>) -> Result<T, ArtifactError>,
    ) -> Result<Vec<T>, ArtifactError> {
        self.records
            .iter()
            .map(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                let (path, columns) = (&self.path, &self.columns);
                read(&mut RowReader { path, line, columns, record, next: 0 })
            })
            .collect()
    }
}

/// Writes a table atomically.
pub(crate) fn save<C: AsRef<[u8]>>(
    path: &Path,
    columns: &[String],
    rows: impl Iterator<Item = Vec<C>>,
) -> Result<(), ArtifactError> {
    let csv_error = |source| ArtifactError::Csv { path: path.to_owned(), source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(csv_error)?;
    for row in rows {
        writer.write_record(&row).map_err(csv_error)?;
    }
    let bytes = writer.into_inner().map_err(|e| csv_error(e.into_error().into()))?;
    write_atomic(path, &bytes)
}

/// Shortest text that reads back to the same number; empty for a missing one.
pub(crate) fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// A finite number.
pub(crate) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

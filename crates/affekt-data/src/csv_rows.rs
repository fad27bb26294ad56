//! Records of a delimited text with their line numbers.

use std::path::Path;

use crate::DataError;

/// One record: fields trimmed, and its line.
#[derive(Debug)]
pub(crate) struct CsvRow {
    pub(crate) line: u64,
    /// `None` where the line is not UTF-8.
    pub(crate) fields: Option<Vec<String>>,
}

/// Splits a table; a byte-order mark, CRLF, blank lines and a missing final newline make no difference.
pub(crate) fn csv_rows(path: &Path, bytes: &[u8], delimiter: char) -> Result<Vec<CsvRow>, DataError> {
    CsvRows::new(path, bytes, delimiter).collect()
}

/// The records of [`csv_rows`] one after another, for tables too long to hold twice; ends with the first error.
pub(crate) struct CsvRows<'a> {
    path: &'a Path,
    reader: csv::Reader<&'a [u8]>,
    record: csv::ByteRecord,
    lines: LineCounter<'a>,
    failed: bool,
}

impl<'a> CsvRows<'a> {
    pub(crate) fn new(path: &'a Path, bytes: &'a [u8], delimiter: char) -> Self {
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(u8::try_from(delimiter).unwrap_or(b','))
            .from_reader(body);
        let lines = LineCounter { body, at: 0, line: 1 };
        Self { path, reader, record: csv::ByteRecord::new(), lines, failed: false }
    }

    /// The next record that holds anything.
    fn read(&mut self) -> Result<Option<CsvRow>, DataError> {
        loop {
            // A byte reader over memory without a demand on lengths has nothing left to refuse.
            let more = self.reader.read_byte_record(&mut self.record).map_err(|source| DataError::Io {
                action: "split into fields",
                path: self.path.to_owned(),
                source: source.into(),
            })?;
            if !more {
                return Ok(None);
            }
            let line = self.lines.line_of(self.record.position().map_or(0, csv::Position::byte));
            if self.record.iter().any(|field| field.contains(&b'\n')) {
                return Err(DataError::Quote { path: self.path.to_owned(), line });
            }
            let fields =
                self.record.iter().map(|field| str::from_utf8(field).map(|text| text.trim().to_owned()));
            let fields = fields.collect::<Result<Vec<_>, _>>().ok();
            if fields.as_ref().is_none_or(|fields| fields.iter().any(|field| !field.is_empty())) {
                return Ok(Some(CsvRow { line, fields }));
            }
        }
    }
}

impl Iterator for CsvRows<'_> {
    type Item = Result<CsvRow, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.read().transpose();
        self.failed = matches!(row, Some(Err(_)));
        row
    }
}

/// Line numbers from byte offsets: the parser's own are those of the line end before, when lines end in
/// CRLF or blank lines come between.
struct LineCounter<'a> {
    body: &'a [u8],
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    fn line_of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.body.len());
        // Leftovers of line ends before the record belong to the lines before it.
        let skipped = self.body[offset..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = offset + skipped;
        self.line += self.body[self.at..start].split(|&b| b == b'\n').skip(1).count() as u64;
        self.at = start;
        self.line
    }
}

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
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(body);
    let mut rows = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut lines = LineCounter { body, at: 0, line: 1 };
    loop {
        // A byte reader over memory without a demand on lengths has nothing left to refuse.
        let more = reader.read_byte_record(&mut record).map_err(|source| DataError::Io {
            action: "split into fields",
            path: path.to_owned(),
            source: source.into(),
        })?;
        if !more {
            return Ok(rows);
        }
        let line = lines.line_of(record.position().map_or(0, csv::Position::byte));
        if record.iter().any(|field| field.contains(&b'\n')) {
            return Err(DataError::Quote { path: path.to_owned(), line });
        }
        let fields = record.iter().map(|field| str::from_utf8(field).map(|text| text.trim().to_owned()));
        let fields = fields.collect::<Result<Vec<_>, _>>().ok();
        if fields.as_ref().is_none_or(|fields| fields.iter().any(|field| !field.is_empty())) {
            rows.push(CsvRow { line, fields });
        }
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

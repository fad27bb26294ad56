//! Tables that other programs export: commas, quotes, CRLF and byte order marks as they come.

use std::path::{Path, PathBuf};

/// Longest file read.
const MAX_BYTES: u64 = 256 << 20;

/// A table as text, each row with its line in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTable {
    /// Column names; a column without one (the index of pandas, the row names of R) has an empty name.
    pub columns: Vec<String>,
    /// Lines and cells of the rows.
    pub rows: Vec<(u64, Vec<String>)>,
}

/// A file that is no table this program reads.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The file is too long to be a table of results.
    #[error("the file has {got} bytes; expected at most {limit}: leave out what is not compared")]
    TooLong {
        /// Bytes found.
        got: u64,
        /// Bytes accepted.
        limit: u64,
    },
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8 text (Excel: save as `CSV UTF-8`; R: fileEncoding = \"UTF-8\")")]
    NotUtf8,
    /// Columns are separated by something else than commas.
    #[error(
        "line 1: columns are separated by {separator}{}; expected commas and decimal points: in R use write.csv, \
         not write.csv2, in pandas to_csv(sep=\",\", decimal=\".\")",
        if *decimal_comma { " and numbers have a decimal comma" } else { "" }
    )]
    Separator {
        /// The separator, in words.
        separator: &'static str,
        /// Whether numbers look as if they had a decimal comma.
        decimal_comma: bool,
    },
    /// No header, or no row below it.
    #[error("the table has no {what}")]
    Empty {
        /// `header` or `row`.
        what: &'static str,
    },
    /// Two columns have one name.
    #[error("line 1: two columns are called {name:?}")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A row has more or fewer cells than the header.
    #[error(
        "line {line}: {got} cells; expected {expected} as in the header (a number with a decimal comma counts as two)"
    )]
    Width {
        /// Line of the row.
        line: u64,
        /// Columns of the header.
        expected: usize,
        /// Cells of the row.
        got: usize,
    },
    /// Quotes that do not close, or the like.
    #[error("not a table of comma-separated values")]
    Csv {
        /// The cause.
        #[source]
        source: csv::Error,
    },
}

impl TextTable {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn load(path: &Path) -> Result<Self, TableError> {
        let io = |source| TableError::Io { path: path.to_owned(), source };
        let got = std::fs::metadata(path).map_err(io)?.len();
        if got > MAX_BYTES {
            return Err(TableError::TooLong { got, limit: MAX_BYTES });
        }
        Self::parse(&std::fs::read(path).map_err(io)?)
    }

    /// Reads the bytes of a table.
    ///
    /// # Errors
    /// [`TableError`], all but [`TableError::Io`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TableError> {
        let text = std::str::from_utf8(bytes).map_err(|_| TableError::NotUtf8)?;
        let text = text.trim_start_matches('\u{feff}');
        check_separator(text)?;
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut records = reader.records();
        let header = records.next().ok_or(TableError::Empty { what: "header" })?;
        let header = header.map_err(|source| TableError::Csv { source })?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        for (i, name) in columns.iter().enumerate() {
            if !name.is_empty() && columns[..i].contains(name) {
                return Err(TableError::DuplicateColumn { name: name.clone() });
            }
        }
        let mut rows = Vec::new();
        for record in records {
            let record = record.map_err(|source| TableError::Csv { source })?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != columns.len() {
                return Err(TableError::Width { line, expected: columns.len(), got: record.len() });
            }
            rows.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
        }
        if rows.is_empty() {
            return Err(TableError::Empty { what: "row" });
        }
        Ok(Self { columns, rows })
    }

    /// Position of a column.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

/// Refuses semicolons and tabs, which would give one column of nonsense.
fn check_separator(text: &str) -> Result<(), TableError> {
    let header = text.lines().next().unwrap_or_default();
    let mut quoted = false;
    let (mut commas, mut semicolons, mut tabs) = (0, 0, 0);
    for character in header.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => commas += 1,
            ';' if !quoted => semicolons += 1,
            '\t' if !quoted => tabs += 1,
            _ => {}
        }
    }
    let separator = if semicolons > commas {
        "semicolons"
    } else if tabs > commas {
        "tabs"
    } else {
        return Ok(());
    };
    // A digit on both sides of a comma below the header.
    let decimal_comma = text.lines().skip(1).take(100).any(|line| {
        line.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b',' && w[2].is_ascii_digit())
    });
    Err(TableError::Separator { separator, decimal_comma })
}

//! `fer2013.csv`: pictures written into a table, found without being read into memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use affekt_core::Split;

use super::fer_votes::split_of;
use crate::DataError;

/// Longest line taken for one of the table, in bytes; 48 x 48 levels take 9,216.
const LONGEST_LINE: usize = 1 << 15;

/// One picture of the table.
#[derive(Debug)]
pub(super) struct PixelRow {
    /// Line in the table.
    pub(super) line: u64,
    /// What it says, or what is wrong.
    pub(super) content: Result<Pixels, String>,
}

/// Fields of a picture.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) split: Split,
    /// Code of the expression, as written.
    pub(super) emotion: String,
    /// First byte of the grey levels in the file.
    pub(super) offset: u64,
    /// Bytes of the grey levels.
    pub(super) len: u64,
}

/// Positions of the columns.
struct Places {
    emotion: usize,
    pixels: usize,
    usage: usize,
}

/// Reads the rows of the table; blank lines are none.
pub(super) fn pixel_rows(path: &Path) -> Result<Vec<PixelRow>, DataError> {
    let file = File::open(path).map_err(DataError::io("read", path))?;
    let mut lines = Lines { file: BufReader::new(file), line: 0, end: 0, text: Vec::new() };
    let Some(header) = lines.next().map_err(DataError::io("read", path))? else {
        return Err(DataError::Empty { path: path.to_owned(), got: "the file has no line" });
    };
    let header: Vec<String> = header
        .fields()
        .into_iter()
        .map(|field| String::from_utf8_lossy(&header.text[field]).into_owned())
        .collect();
    let place = |column: &str| {
        let found = header.iter().position(|name| name.eq_ignore_ascii_case(column));
        let (path, header) = (path.to_owned(), header.clone());
        found.ok_or_else(|| DataError::Column { path, column: column.to_owned(), header })
    };
    let places = Places { emotion: place("emotion")?, pixels: place("pixels")?, usage: place("Usage")? };
    let mut rows = Vec::new();
    while let Some(line) = lines.next().map_err(DataError::io("read", path))? {
        rows.push(PixelRow { line: line.number, content: places.row(&line) });
    }
    Ok(rows)
}

impl Places {
    fn row(&self, line: &Line<'_>) -> Result<Pixels, String> {
        if line.text.len() >= LONGEST_LINE {
            return Err(format!("a line of {LONGEST_LINE} or more bytes"));
        }
        let fields = line.fields();
        let place = |at: usize, what: &str| {
            let field = fields.get(at).filter(|field| !field.is_empty()).cloned();
            field.ok_or_else(|| format!("no {what} in field {} of {}", at + 1, fields.len()))
        };
        let text = |field: Range<usize>| String::from_utf8_lossy(&line.text[field]).into_owned();
        let pixels = place(self.pixels, "pixels")?;
        Ok(Pixels {
            split: split_of(&text(place(self.usage, "usage")?))?,
            emotion: fields.get(self.emotion).cloned().map(text).unwrap_or_default(),
            offset: line.start + pixels.start as u64,
            len: pixels.len() as u64,
        })
    }
}

/// One line that is not blank; what is longer than [`LONGEST_LINE`] is cut there.
struct Line<'t> {
    number: u64,
    /// Its first byte in the file.
    start: u64,
    text: &'t [u8],
}

impl Line<'_> {
    /// Where the fields are within the line, without space and quotation marks around them.
    fn fields(&self) -> Vec<Range<usize>> {
        let mut fields = Vec::new();
        let (mut from, mut quoted) = (0, false);
        for (at, &byte) in self.text.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => fields.push(self.trim(std::mem::replace(&mut from, at + 1)..at)),
                _ => {}
            }
        }
        fields.push(self.trim(from..self.text.len()));
        fields
    }

    fn trim(&self, field: Range<usize>) -> Range<usize> {
        let around = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'"';
        let text = &self.text[field.clone()];
        let before = text.iter().take_while(|&byte| around(byte)).count();
        let after = text[before..].iter().rev().take_while(|&byte| around(byte)).count();
        field.start + before..field.end - after
    }
}

/// Lines of a file of any length in bounded memory.
struct Lines {
    file: BufReader<File>,
    /// Number of the line last read.
    line: u64,
    /// Where it ended.
    end: u64,
    text: Vec<u8>,
}

impl Lines {
    fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        loop {
            self.text.clear();
            let mut start = self.end;
            let limit = LONGEST_LINE as u64;
            let mut got = self.file.by_ref().take(limit).read_until(b'\n', &mut self.text)?;
            if got == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.end += got as u64;
            if !self.text.ends_with(b"\n") {
                // The rest of a line that is too long; nothing where the file ends without a newline.
                while got > 0 {
                    let mut rest = Vec::new();
                    got = self.file.by_ref().take(limit).read_until(b'\n', &mut rest)?;
                    self.end += got as u64;
                    if rest.ends_with(b"\n") {
                        break;
                    }
                }
            }
            let marked = start == 0 && self.text.starts_with(b"\xef\xbb\xbf");
            let skip = if marked { 3 } else { 0 };
            start += skip as u64;
            if !self.text[skip..].trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.line, start, text: &self.text[skip..] }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<PixelRow> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fer2013.csv");
        std::fs::write(&path, text).unwrap();
        pixel_rows(&path).unwrap()
    }

    #[test]
    fn pixels_are_found_byte_for_byte_whatever_surrounds_them() {
        let text =
            b"\xef\xbb\xbfemotion,pixels,Usage\r\n3,\"70 80 82\", Training\r\n\r\n4,151 150,PublicTest";
        let found: Vec<_> = rows(text).into_iter().map(|row| (row.line, row.content.unwrap())).collect();
        let levels = |pixels: &Pixels| {
            let from = usize::try_from(pixels.offset).unwrap();
            text[from..from + usize::try_from(pixels.len).unwrap()].to_vec()
        };
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, levels(&found[0].1)), (2, b"70 80 82".to_vec()));
        assert_eq!((found[1].0, levels(&found[1].1)), (4, b"151 150".to_vec()));
        assert_eq!((found[0].1.split, found[1].1.split), (Split::Train, Split::Valid));
    }

    #[test]
    fn a_line_without_end_is_one_bad_row() {
        let mut text = b"emotion, Usage, pixels\n0,Training,".to_vec();
        text.extend(std::iter::repeat_n(b'1', 3 * LONGEST_LINE));
        text.extend_from_slice(b"\n1,PrivateTest,5 6\n2,Training,\n3,Somewhere,1\n\xff\n");
        let found = rows(&text);
        assert!(found[0].content.as_ref().is_err_and(|detail| detail.contains("bytes")));
        let good = found[1].content.as_ref().unwrap();
        assert_eq!((good.split, good.emotion.as_str()), (Split::Test, "1"));
        let at = usize::try_from(good.offset).unwrap();
        assert_eq!(&text[at..at + 3], b"5 6");
        assert!(found[2..].iter().all(|row| row.content.is_err()) && found.len() == 5);
        assert_eq!(found[4].line, 6);
    }
}

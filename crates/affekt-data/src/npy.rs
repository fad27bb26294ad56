//! Small `NumPy` arrays from files that may hold anything.

/// Longest text of a string element, in characters.
const MAX_TEXT: usize = 64;

/// Why bytes are not the array that was asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum NpyError {
    /// Another kind of file.
    #[error("no npy file: it does not begin with \\x93NUMPY")]
    Magic,
    /// A format version that is not published.
    #[error("npy version {0}; expected 1, 2 or 3")]
    Version(u8),
    /// Fewer bytes than announced.
    #[error("the file ends within its header")]
    Truncated,
    /// The header is no dictionary of `descr`, `fortran_order` and `shape`.
    #[error("the npy header is not {{'descr': ..., 'fortran_order': ..., 'shape': ...}}")]
    Header,
    /// Elements of another type.
    #[error("element type {0:?}; expected little-endian numbers, or text of at most {MAX_TEXT} characters")]
    Type(String),
    /// Another number of elements, or their order is not plain.
    #[error("shape {got:?}{order}; expected {expected} numbers in a row", order = if *fortran { ", columns first" } else { "" })]
    Shape {
        /// Shape in the header.
        got: Vec<usize>,
        /// Whether columns come first.
        fortran: bool,
        /// Elements asked for.
        expected: usize,
    },
    /// More or fewer bytes of data than the shape takes.
    #[error("{got} bytes of data; expected {expected}")]
    Data {
        /// Bytes that follow the header.
        got: usize,
        /// Bytes of such an array.
        expected: usize,
    },
    /// An element is a text that is no number.
    #[error("{0:?} is not a number")]
    Number(String),
}

/// Element types, with their width in bytes.
#[derive(Clone, Copy, Debug)]
enum Type {
    /// Decimal text, one UTF-32 unit a character.
    Wide(usize),
    /// Decimal text in ASCII.
    Narrow(usize),
    Float32,
    Float64,
    Signed(usize),
    Unsigned(usize),
}

/// What the header says.
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

/// The `expected` elements of an array; text (`<U`, `|S`) is read as decimal numbers.
///
/// Any shape of so many elements will do, for the files in use differ in it, except one whose memory order is not
/// that of the elements: a matrix with columns first, and (2, n), which holds all x before all y. Objects are
/// pickles and never opened.
///
/// # Errors
/// [`NpyError`]; nothing is allocated by what the header claims.
pub(crate) fn numbers(bytes: &[u8], expected: usize) -> Result<Vec<f64>, NpyError> {
    let (Header { descr, fortran, shape }, data) = split(bytes)?;
    let element = parse_type(&descr).ok_or(NpyError::Type(descr))?;
    let axes: Vec<usize> = shape.iter().copied().filter(|&n| n != 1).collect();
    let n_elements = shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n));
    let in_a_row = axes.len() < 2 || !(fortran || axes == [2, expected / 2]);
    if n_elements != Some(expected) || !in_a_row {
        return Err(NpyError::Shape { got: shape, fortran, expected });
    }
    let width = element.width();
    if data.len() != expected * width {
        return Err(NpyError::Data { got: data.len(), expected: expected * width });
    }
    data.chunks_exact(width).map(|chunk| element.number(chunk)).collect()
}

/// Header and data.
fn split(bytes: &[u8]) -> Result<(Header, &[u8]), NpyError> {
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or(NpyError::Magic)?;
    let (header_len, rest) = match rest {
        [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        [version @ (0 | 4..), ..] => return Err(NpyError::Version(*version)),
        _ => return Err(NpyError::Truncated),
    };
    let (text, data) = rest.split_at_checked(header_len).ok_or(NpyError::Truncated)?;
    let header = str::from_utf8(text).ok().and_then(|text| Scanner(text).header()).ok_or(NpyError::Header)?;
    Ok((header, data))
}

/// Reads the subset of Python literals that npy headers are written in.
struct Scanner<'t>(&'t str);

impl<'t> Scanner<'t> {
    fn header(mut self) -> Option<Header> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        self.eat('{')?;
        while self.eat('}').is_none() {
            let key = self.text()?;
            self.eat(':')?;
            match key {
                "descr" => descr = Some(self.text()?.to_owned()),
                "fortran_order" => fortran = Some(self.flag()?),
                "shape" => shape = Some(self.tuple()?),
                _ => return None,
            }
            if self.eat(',').is_none() {
                self.eat('}')?;
                break;
            }
        }
        let header = Header { descr: descr?, fortran: fortran?, shape: shape? };
        self.0.trim().is_empty().then_some(header)
    }

    fn eat(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(expected)?;
        Some(())
    }

    fn text(&mut self) -> Option<&'t str> {
        let quote = if self.eat('\'').is_some() { '\'' } else { self.eat('"').map(|()| '"')? };
        let (text, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    fn word(&mut self) -> &'t str {
        let text = self.0.trim_start();
        let (word, rest) =
            text.split_at(text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len()));
        self.0 = rest;
        word
    }

    fn flag(&mut self) -> Option<bool> {
        match self.word() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        }
    }

    fn tuple(&mut self) -> Option<Vec<usize>> {
        let mut entries = Vec::new();
        self.eat('(')?;
        while self.eat(')').is_none() {
            entries.push(self.word().parse().ok()?);
            if self.eat(',').is_none() {
                self.eat(')')?;
                break;
            }
        }
        Some(entries)
    }
}

fn parse_type(descr: &str) -> Option<Type> {
    let mut chars = descr.chars();
    let (order, kind) = (chars.next()?, chars.next()?);
    let size: usize = chars.as_str().parse().ok()?;
    match (order, kind, size) {
        ('<', 'U', 1..=MAX_TEXT) => Some(Type::Wide(4 * size)),
        ('|', 'S', 1..=MAX_TEXT) => Some(Type::Narrow(size)),
        ('<', 'f', 4) => Some(Type::Float32),
        ('<', 'f', 8) => Some(Type::Float64),
        ('|', 'i', 1) | ('<', 'i', 2 | 4 | 8) => Some(Type::Signed(size)),
        ('|', 'u', 1) | ('<', 'u', 2 | 4 | 8) => Some(Type::Unsigned(size)),
        _ => None,
    }
}

impl Type {
    const fn width(self) -> usize {
        match self {
            Self::Wide(width) | Self::Narrow(width) | Self::Signed(width) | Self::Unsigned(width) => width,
            Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// The element in a chunk of this width.
    fn number(self, chunk: &[u8]) -> Result<f64, NpyError> {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        let (word, unused) = (u64::from_le_bytes(word), 64 - 8 * self.width().min(8));
        match self {
            Self::Wide(_) => {
                let units = chunk
                    .chunks_exact(4)
                    .map(|unit| unit.iter().rev().fold(0, |sum, &b| sum << 8 | u32::from(b)));
                parse_text(
                    &units
                        .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                        .collect::<String>(),
                )
            }
            Self::Narrow(_) => parse_text(&String::from_utf8_lossy(chunk)),
            Self::Float32 => Ok(f64::from(f32::from_bits((word & 0xffff_ffff) as u32))),
            Self::Float64 => Ok(f64::from_bits(word)),
            Self::Signed(_) => Ok(((word << unused).cast_signed() >> unused) as f64),
            Self::Unsigned(_) => Ok(word as f64),
        }
    }
}

/// Text elements are padded with NUL.
fn parse_text(padded: &str) -> Result<f64, NpyError> {
    let text = padded.trim_end_matches('\0').trim();
    text.parse().map_err(|_| NpyError::Number(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    /// What `NumPy` wrote, by `tests/golden/npy.py`.
    fn golden() -> Vec<serde_json::Value> {
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../tests/golden/npy.json")).unwrap();
        document["cases"].as_array().unwrap().clone()
    }

    fn bytes_of(case: &serde_json::Value) -> Vec<u8> {
        let hex = case["hex"].as_str().unwrap();
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn arrays_of_numpy_are_read_or_refused() {
        let (mut n_read, mut n_refused) = (0, 0);
        for case in golden() {
            let (name, n) = (&case["case"], case["n"].as_u64().unwrap());
            let found = numbers(&bytes_of(&case), usize::try_from(n).unwrap());
            if let Some(expected) = case["numbers"].as_array() {
                let expected: Vec<f64> = expected.iter().map(|value| value.as_f64().unwrap()).collect();
                assert_eq!(found, Ok(expected), "{name}");
                n_read += 1;
            } else {
                assert!(found.is_err(), "{name}: {found:?}");
                n_refused += 1;
            }
        }
        assert!(n_read > 20 && n_refused > 10, "{n_read} and {n_refused}");
    }

    #[test]
    fn the_miniatures_write_what_numpy_writes() {
        let cases = golden();
        let of = |name: &str| bytes_of(cases.iter().find(|case| case["case"] == name).unwrap());
        assert_eq!(affekt_testkit::npy_text("0"), of("text of one character, shape ()"));
        assert_eq!(affekt_testkit::npy_text("-0.176846"), of("text of nine characters, shape ()"));
        let points = of("points, float64");
        assert_eq!(affekt_testkit::npy_doubles(&numbers(&points, 136).unwrap()), points);
    }

    #[test]
    fn no_cut_and_no_changed_byte_of_an_array_makes_the_reader_panic() {
        for case in golden() {
            let (whole, n) = (bytes_of(&case), usize::try_from(case["n"].as_u64().unwrap()).unwrap());
            assert!((0..whole.len()).all(|len| numbers(&whole[..len], n).is_err()), "{}", case["case"]);
            let longer = [&whole[..], b"\0"].concat();
            assert!(numbers(&longer, n).is_err(), "{}", case["case"]);
            for at in 0..whole.len().min(140) {
                for value in [0, b'(', b'9', b'\'', 0xff] {
                    let mut changed = whole.clone();
                    changed[at] = value;
                    let _ = numbers(&changed, n);
                }
            }
        }
    }
}

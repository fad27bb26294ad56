//! One file of a face cache: the faces of a run of input rows, whole or absent.

use std::path::Path;

use affekt_artifact::{Digest, Hasher};
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::CacheError;

const MAGIC: [u8; 8] = *b"AFFKSHRD";
const VERSION: u32 = 2;
const DIGEST_LEN: usize = 64;

/// Bytes before the first image; a multiple of 64, so images start aligned when their length is one.
pub(crate) const HEADER_LEN: usize = 256;
/// Where the content digest stands; it covers what precedes it and everything after the header.
const CONTENT_AT: usize = 56 + 2 * DIGEST_LEN;

/// An input row without a face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFailure {
    /// The row, counted from 0.
    pub row: u64,
    /// A word for the kind of fault, the caller's own.
    pub reason: String,
    /// What exactly was wrong.
    pub detail: String,
}

/// What a shard is made from and how much it holds.
///
/// The file, little-endian: magic `AFFKSHRD`, version u32, size u32, images of three channels u64, first row u64, rows
/// u64, images u64, length of the failures u64; preprocess digest, key and content digest as 64 hex digits each;
/// zeros up to [`HEADER_LEN`]; the images, \[size, size, channels\] u8 each; the number of channels of each image, 1 or
/// 3, as u8; the failures as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardHeader {
    pub(crate) size: usize,
    pub(crate) first_row: u64,
    pub(crate) rows: u64,
    pub(crate) images: usize,
    /// Those of three channels; the others have one.
    pub(crate) in_colour: usize,
    pub(crate) failures_len: usize,
    pub(crate) preprocess: Digest,
    pub(crate) key: Digest,
}

impl ShardHeader {
    /// Bytes of all images, and of the channel numbers behind them.
    pub(crate) fn images_len(&self) -> Option<usize> {
        let grey = self.images.checked_sub(self.in_colour)?;
        let colour = bytes_of(self.size, self.in_colour)?;
        self.size.checked_mul(self.size)?.checked_mul(grey)?.checked_add(colour)?.checked_add(self.images)
    }

    /// Length of the whole file; an error where it does not fit the address space.
    pub(crate) fn file_len(&self) -> Result<usize, CacheError> {
        self.images_len()
            .and_then(|n| n.checked_add(HEADER_LEN))
            .and_then(|n| n.checked_add(self.failures_len))
            .ok_or(CacheError::TooLarge { count: self.images as u64, size: self.size as u64 })
    }

    /// The header's bytes and the content digest that stands in them.
    pub(crate) fn seal(&self, images: &[u8], channels: &[u8], failures: &[u8]) -> ([u8; HEADER_LEN], Digest) {
        let mut bytes = [0; HEADER_LEN];
        let size = u32::try_from(self.size).expect("because the writer bounded the size");
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&size.to_le_bytes());
        bytes[16..24].copy_from_slice(&(self.in_colour as u64).to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_row.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.rows.to_le_bytes());
        bytes[40..48].copy_from_slice(&(self.images as u64).to_le_bytes());
        bytes[48..56].copy_from_slice(&(self.failures_len as u64).to_le_bytes());
        bytes[56..56 + DIGEST_LEN].copy_from_slice(self.preprocess.as_str().as_bytes());
        bytes[56 + DIGEST_LEN..CONTENT_AT].copy_from_slice(self.key.as_str().as_bytes());
        let content = content_of(&bytes, images, channels, failures);
        bytes[CONTENT_AT..CONTENT_AT + DIGEST_LEN].copy_from_slice(content.as_str().as_bytes());
        (bytes, content)
    }

    /// Reads a header and compares the file's length with it; also gives the content digest it holds.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<(Self, Digest), CacheError> {
        let refuse = |what, expected: &dyn ToString, got: &dyn ToString| CacheError::Header {
            path: path.to_owned(),
            what,
            expected: expected.to_string(),
            got: got.to_string(),
        };
        let length = |expected: usize| CacheError::Length {
            path: path.to_owned(),
            expected: expected as u64,
            got: bytes.len() as u64,
        };
        let head = bytes.first_chunk::<HEADER_LEN>().ok_or_else(|| length(HEADER_LEN))?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let digest = |what, at: usize| {
            let text = str::from_utf8(&head[at..at + DIGEST_LEN]).unwrap_or("");
            digest_of(text).ok_or_else(|| refuse(what, &"64 hex digits", &text))
        };
        if head[..8] != MAGIC {
            return Err(refuse("magic", &"AFFKSHRD", &String::from_utf8_lossy(&head[..8])));
        }
        if word(8) != VERSION {
            return Err(refuse("version", &VERSION, &word(8)));
        }
        let too_large = || CacheError::TooLarge { count: long(40), size: word(12).into() };
        let header = Self {
            size: word(12) as usize,
            first_row: long(24),
            rows: long(32),
            images: usize::try_from(long(40)).map_err(|_| too_large())?,
            in_colour: usize::try_from(long(16)).map_err(|_| too_large())?,
            failures_len: usize::try_from(long(48)).map_err(|_| too_large())?,
            preprocess: digest("preprocess digest", 56)?,
            key: digest("key", 56 + DIGEST_LEN)?,
        };
        let content = digest("content digest", CONTENT_AT)?;
        let expected = header.file_len()?;
        if bytes.len() != expected {
            return Err(length(expected));
        }
        Ok((header, content))
    }
}

fn content_of(header: &[u8], images: &[u8], channels: &[u8], failures: &[u8]) -> Digest {
    Hasher::new()
        .part("header", &header[..CONTENT_AT])
        .part("images", images)
        .part("channels", channels)
        .part("failures", failures)
        .finish()
}

/// Bytes of `count` images of side `size` in colour; `None` for a side of 0 or where they do not fit the address space.
pub(crate) fn bytes_of(size: usize, count: usize) -> Option<usize> {
    let image = size.checked_mul(size).and_then(|n| n.checked_mul(3)).filter(|&n| n > 0);
    image.and_then(|n| n.checked_mul(count))
}

fn digest_of(text: &str) -> Option<Digest> {
    if text.len() != DIGEST_LEN || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let digits: StrDeserializer<'_, ValueError> = text.into_deserializer();
    Digest::deserialize(digits).ok()
}

//! The header of a cache in one file, as [`FaceCacheWriter`](crate::FaceCacheWriter) writes it.

use std::path::Path;

use affekt_artifact::Digest;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::CacheError;

const MAGIC: [u8; 8] = *b"AFFKFACE";
const VERSION: u32 = 1;
const CHANNELS: u32 = 3;
const DIGEST_LEN: usize = 64;

/// Bytes before the first image; a multiple of 64, so images start aligned when their length is one.
pub(crate) const HEADER_LEN: usize = 128;

/// Header of a cache file, little-endian: magic, version, size, channels, 4 zero bytes, count (8 bytes),
/// preprocess digest (64 hex digits), zeros up to [`HEADER_LEN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) size: usize,
    pub(crate) count: usize,
    pub(crate) preprocess: Digest,
}

impl Header {
    pub(crate) fn image_len(&self) -> usize {
        self.size * self.size * CHANNELS as usize
    }

    /// Length of the whole file; an error where it does not fit the address space.
    pub(crate) fn file_len(&self) -> Result<usize, CacheError> {
        let image = self.size.checked_mul(self.size).and_then(|n| n.checked_mul(CHANNELS as usize));
        image
            .filter(|&n| n > 0)
            .and_then(|n| n.checked_mul(self.count))
            .and_then(|n| n.checked_add(HEADER_LEN))
            .ok_or(CacheError::TooLarge { count: self.count as u64, size: self.size as u64 })
    }

    pub(crate) fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        let size = u32::try_from(self.size).expect("because file_len bounded the image");
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&size.to_le_bytes());
        bytes[16..20].copy_from_slice(&CHANNELS.to_le_bytes());
        bytes[24..32].copy_from_slice(&(self.count as u64).to_le_bytes());
        let digest = self.preprocess.as_str().as_bytes();
        bytes[32..32 + DIGEST_LEN].copy_from_slice(&digest[..DIGEST_LEN]);
        bytes
    }

    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, CacheError> {
        let refuse = |what, expected: &dyn ToString, got: &dyn ToString| CacheError::Header {
            path: path.to_owned(),
            what,
            expected: expected.to_string(),
            got: got.to_string(),
        };
        let Some(head) = bytes.first_chunk::<HEADER_LEN>() else {
            let expected = HEADER_LEN as u64;
            return Err(CacheError::Length { path: path.to_owned(), expected, got: bytes.len() as u64 });
        };
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if head[..8] != MAGIC {
            return Err(refuse("magic", &"AFFKFACE", &String::from_utf8_lossy(&head[..8])));
        }
        if word(8) != VERSION {
            return Err(refuse("version", &VERSION, &word(8)));
        }
        if word(16) != CHANNELS {
            return Err(refuse("channels", &CHANNELS, &word(16)));
        }
        let count = u64::from(word(24)) | u64::from(word(28)) << 32;
        let size = u64::from(word(12));
        let text = str::from_utf8(&head[32..32 + DIGEST_LEN]).unwrap_or("");
        if text.len() != DIGEST_LEN || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refuse("preprocess digest", &"64 hex digits", &text));
        }
        let digits: StrDeserializer<'_, ValueError> = text.into_deserializer();
        let preprocess = Digest::deserialize(digits).expect("because a digest is written as a string");
        match (usize::try_from(size), usize::try_from(count)) {
            (Ok(size), Ok(count)) => Ok(Self { size, count, preprocess }),
            _ => Err(CacheError::TooLarge { count, size }),
        }
    }
}

//! Equal-sized faces in one memory-mapped file.

use std::fs::File;
use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use memmap2::Mmap;
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

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, CacheError> {
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

/// Faces of a prepared dataset, read through the page cache; cheap to open and to share.
#[derive(Debug)]
pub struct FaceCache {
    path: PathBuf,
    header: Header,
    map: Mmap,
}

impl FaceCache {
    /// Opens a cache and checks magic, version and length; the pixels are not read.
    ///
    /// # Errors
    /// [`CacheError`] when the file is missing, not a cache, or not whole.
    pub fn open(path: &Path) -> Result<Self, CacheError> {
        let file = File::open(path).map_err(CacheError::io("open", path))?;
        let map = map_read_only(&file).map_err(CacheError::io("map", path))?;
        let header = Header::parse(path, &map)?;
        let expected = header.file_len()?;
        if map.len() != expected {
            let (expected, got) = (expected as u64, map.len() as u64);
            return Err(CacheError::Length { path: path.to_owned(), expected, got });
        }
        Ok(Self { path: path.to_owned(), header, map })
    }

    /// One image, \[size, size, 3\] u8; `None` beyond the end.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        if index >= self.header.count {
            return None;
        }
        let len = self.header.image_len();
        let start = HEADER_LEN + index * len;
        self.map.get(start..start + len)
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.header.count
    }

    /// True without any image.
    pub fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// Side of every image in pixels.
    pub fn size(&self) -> usize {
        self.header.size
    }

    /// Bytes of one image.
    pub fn image_len(&self) -> usize {
        self.header.image_len()
    }

    /// Digest of the preprocessing that made the images.
    pub fn preprocess_digest(&self) -> &Digest {
        &self.header.preprocess
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Mean colour of the images at `indices`, rounded; indices beyond the end are left out, and of no
    /// image at all it is black.
    pub fn mean_colour(&self, indices: impl IntoIterator<Item = usize>) -> [u8; 3] {
        let (mut sums, mut n) = ([0_u64; 3], 0_u64);
        for image in indices.into_iter().filter_map(|index| self.image(index)) {
            for pixel in image.chunks_exact(3) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += u64::from(value);
                }
            }
            n += (image.len() / 3) as u64;
        }
        sums.map(|sum| (sum + n / 2).checked_div(n).map_or(0, |mean| u8::try_from(mean).unwrap_or(u8::MAX)))
    }
}

#[expect(unsafe_code, reason = "mapping a file is unsafe by nature; this is the only place that does it")]
fn map_read_only(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: the map is only ever read as plain bytes. Caches are written under a temporary name and
    // renamed when whole (`FaceCacheWriter`), never changed in place, so the bytes under a map do not change
    // unless someone edits the file by hand while it is in use.
    unsafe { Mmap::map(file) }
}

//! Equal-sized faces, memory-mapped.

use std::fs::File;
use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use memmap2::Mmap;

use crate::CacheError;
use crate::index::{Index, shard_name};
use crate::shard::{HEADER_LEN, ShardHeader, bytes_of};

/// Faces of a prepared dataset, read through the page cache; cheap to open and to share.
///
/// Image k is the k-th input row that gave a face.
#[derive(Debug)]
pub struct FaceCache {
    path: PathBuf,
    size: usize,
    image_len: usize,
    len: usize,
    preprocess: Digest,
    shards: Vec<MappedShard>,
}

#[derive(Debug)]
struct MappedShard {
    /// Index of its first image.
    first: usize,
    map: Mmap,
}

impl FaceCache {
    /// Opens a cache, a folder of shards, and compares every shard's header and length with the index; the pixels
    /// are not read.
    ///
    /// # Errors
    /// [`CacheError`] when a file is missing, not of this cache, or not whole.
    pub fn open(path: &Path) -> Result<Self, CacheError> {
        let index = Index::load(path)?;
        let size = index.size as usize;
        let too_large = |count: u64| CacheError::TooLarge { count, size: index.size.into() };
        let image_len = bytes_of(size, 1).ok_or_else(|| too_large(1))?;
        let mut shards = Vec::new();
        let (mut first, mut first_row) = (0_usize, 0_u64);
        for (at, expected) in index.shards.iter().enumerate() {
            let file = path.join(shard_name(at));
            let map = map_file(&file)?;
            let (header, content) = ShardHeader::parse(&file, &map)?;
            let refuse = |what, expected: &dyn ToString, got: &dyn ToString| {
                let (expected, got) = (expected.to_string(), got.to_string());
                Err(CacheError::Header { path: file.clone(), what, expected, got })
            };
            if header.size != size {
                return refuse("size", &size, &header.size);
            }
            if header.preprocess != index.preprocess {
                return refuse("preprocess digest", &index.preprocess, &header.preprocess);
            }
            if (header.first_row, header.rows) != (first_row, expected.rows) {
                return refuse("number of rows", &expected.rows, &header.rows);
            }
            if header.images as u64 != expected.images {
                return refuse("number of images", &expected.images, &header.images);
            }
            if content != expected.content {
                return refuse("content digest", &expected.content, &content);
            }
            shards.push(MappedShard { first, map });
            first = first.checked_add(header.images).ok_or_else(|| too_large(expected.images))?;
            first_row = first_row.checked_add(header.rows).ok_or_else(|| too_large(expected.rows))?;
        }
        Ok(Self { path: path.to_owned(), size, image_len, len: first, preprocess: index.preprocess, shards })
    }

    /// One image, \[size, size, 3\] u8; `None` beyond the end.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        if index >= self.len {
            return None;
        }
        let shard =
            self.shards.get(self.shards.partition_point(|shard| shard.first <= index).checked_sub(1)?)?;
        let start = HEADER_LEN + (index - shard.first) * self.image_len;
        shard.map.get(start..start + self.image_len)
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without any image.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Side of every image in pixels.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes of one image.
    pub fn image_len(&self) -> usize {
        self.image_len
    }

    /// Digest of the preprocessing that made the images.
    pub fn preprocess_digest(&self) -> &Digest {
        &self.preprocess
    }

    /// The folder.
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

fn map_file(path: &Path) -> Result<Mmap, CacheError> {
    let file = File::open(path).map_err(CacheError::io("open", path))?;
    map_read_only(&file).map_err(CacheError::io("map", path))
}

#[expect(unsafe_code, reason = "mapping a file is unsafe by nature; this is the only place that does it")]
fn map_read_only(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: the map is only ever read as plain bytes. Shards are written under a temporary name and renamed
    // when whole, never changed in place, so the bytes under a map do not change unless someone edits the file
    // by hand while it is in use.
    unsafe { Mmap::map(file) }
}

//! Equal-sized faces, memory-mapped.

use std::fs::File;
use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use memmap2::Mmap;

use crate::CacheError;
use crate::index::{Index, shard_name};
use crate::picture::spread;
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
    /// Where each image begins in the file, and where the last ends.
    starts: Vec<usize>,
}

/// A face as the cache holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CachedFace<'a> {
    /// \[size, size\] u8, for all three channels.
    Grey(&'a [u8]),
    /// \[size, size, 3\] u8.
    Rgb(&'a [u8]),
}

impl CachedFace<'_> {
    /// Fills `out` with the face in colour, \[size, size, 3\] u8.
    pub fn copy_rgb(self, out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Rgb(pixels) => out.extend_from_slice(pixels),
            Self::Grey(pixels) => {
                out.resize(pixels.len() * 3, 0);
                spread(pixels, out);
            }
        }
    }
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
            let Some(starts) = starts_of(&header, &map) else {
                return refuse(
                    "channels of an image",
                    &"1 or 3, as the header counts them",
                    &"another number",
                );
            };
            shards.push(MappedShard { first, map, starts });
            first = first.checked_add(header.images).ok_or_else(|| too_large(expected.images))?;
            first_row = first_row.checked_add(header.rows).ok_or_else(|| too_large(expected.rows))?;
        }
        Ok(Self { path: path.to_owned(), size, image_len, len: first, preprocess: index.preprocess, shards })
    }

    /// One image; `None` beyond the end.
    pub fn image(&self, index: usize) -> Option<CachedFace<'_>> {
        if index >= self.len {
            return None;
        }
        let shard =
            self.shards.get(self.shards.partition_point(|shard| shard.first <= index).checked_sub(1)?)?;
        let at = index - shard.first;
        let pixels = shard.map.get(*shard.starts.get(at)?..*shard.starts.get(at + 1)?)?;
        Some(if pixels.len() == self.image_len { CachedFace::Rgb(pixels) } else { CachedFace::Grey(pixels) })
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

    /// Bytes of one image in colour.
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
            match image {
                CachedFace::Grey(pixels) => {
                    let sum: u64 = pixels.iter().map(|&level| u64::from(level)).sum();
                    sums = sums.map(|channel| channel + sum);
                    n += pixels.len() as u64;
                }
                CachedFace::Rgb(pixels) => {
                    for pixel in pixels.chunks_exact(3) {
                        for (sum, &value) in sums.iter_mut().zip(pixel) {
                            *sum += u64::from(value);
                        }
                    }
                    n += (pixels.len() / 3) as u64;
                }
            }
        }
        sums.map(|sum| (sum + n / 2).checked_div(n).map_or(0, |mean| u8::try_from(mean).unwrap_or(u8::MAX)))
    }
}

/// Where the images of a shard begin, and where the last ends; `None` where their channels are not what the header says.
fn starts_of(header: &ShardHeader, file: &[u8]) -> Option<Vec<usize>> {
    let end = HEADER_LEN + header.images_len()?;
    let channels = file.get(end - header.images..end)?;
    let known = channels.iter().all(|n| matches!(n, 1 | 3));
    let in_colour = memchr::memchr_iter(3, channels).count();
    let plane = header.size * header.size;
    let starts = channels.iter().scan(HEADER_LEN, |start, &n| {
        *start += plane * usize::from(n);
        Some(*start)
    });
    (known && in_colour == header.in_colour).then(|| std::iter::once(HEADER_LEN).chain(starts).collect())
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

//! Writing a face cache shard by shard, so that work done is kept when the process dies.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread::{self, ScopedJoinHandle};

use affekt_artifact::{Digest, write_atomic_with};
use rayon::prelude::*;

use crate::index::{Index, IndexedShard, shard_name};
use crate::shard::{HEADER_LEN, ShardHeader, bytes_of};
use crate::{CacheError, Channels, RowFailure};

/// Most rows of a shard.
const MAX_ROWS: usize = 4096;
/// Most bytes of images of a shard, unless one image alone is larger; the writer holds two shards, one being made and
/// one being written.
const MAX_BYTES: usize = 64 << 20;

/// What became of one input row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// Its face was written to the front of the buffer.
    Face {
        /// Bytes of each of its pixels.
        channels: Channels,
    },
    /// It has no face, and would have none on another try either.
    Failed {
        /// A word for the kind of fault, the caller's own.
        reason: String,
        /// What exactly was wrong.
        detail: String,
    },
}

/// How far the writer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardDone {
    /// Rows of the shard.
    pub rows: Range<usize>,
    /// Rows of the cache.
    pub of: usize,
    /// Whether it was there, whole and made from the same input.
    pub kept: bool,
}

/// A shard on disk.
struct Saved {
    rows: Range<usize>,
    shard: IndexedShard,
    failed: Vec<RowFailure>,
    /// The buffer it was made in, for the next one.
    pixels: Vec<u8>,
}

/// What a thread that saves a shard came to; its panic is ours.
fn joined(saving: ScopedJoinHandle<'_, Result<Saved, CacheError>>) -> Result<Saved, CacheError> {
    saving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A finished cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSummary {
    /// Identity of the cache.
    pub digest: Digest,
    /// Faces in it.
    pub images: u64,
    /// Rows without a face, in order.
    pub failures: Vec<RowFailure>,
}

/// Makes a folder of shards from input rows 0 to `rows`.
///
/// Rows are divided into shards by their number alone and each shard is a file of its own, whole or absent. A
/// writer that finds shards of an earlier try keeps those that were made from the same input; the folder ends
/// with the same bytes as after an uninterrupted try.
///
/// One writer at a time may work on a folder: it removes what it does not know.
#[derive(Clone, Debug)]
pub struct ShardedCacheWriter {
    folder: PathBuf,
    size: u32,
    image_len: usize,
    rows: usize,
    preprocess: Digest,
}

impl ShardedCacheWriter {
    /// A writer of `rows` faces of side `size`; nothing is touched yet.
    ///
    /// # Errors
    /// [`CacheError::TooLarge`] for a size of 0, or faces that do not fit the address space.
    pub fn new(folder: &Path, size: u32, rows: usize, preprocess: &Digest) -> Result<Self, CacheError> {
        let too_large = || CacheError::TooLarge { count: rows as u64, size: size.into() };
        let side = usize::try_from(size).map_err(|_| too_large())?;
        bytes_of(side, rows).ok_or_else(too_large)?;
        let image_len = bytes_of(side, 1).ok_or_else(too_large)?;
        Ok(Self { folder: folder.to_owned(), size, image_len, rows, preprocess: preprocess.clone() })
    }

    /// Writes every shard that is not there yet, then the index.
    ///
    /// `key` gives the identity of everything that the rows of a shard are made from, apart from preprocessing.
    /// `fill` makes one face in a buffer of \[size, size, 3\] bytes of any content; it is called from several
    /// threads at once, each time with a state of its own made by `init`. `after` is called after each shard, in
    /// order.
    ///
    /// # Errors
    /// The first error of a callback, and [`CacheError`]. Shards finished before it stay for the next try.
    pub fn write<S, E>(
        self,
        key: impl Fn(Range<usize>) -> Digest,
        init: impl Fn() -> Result<S, E> + Sync,
        fill: impl Fn(&mut S, usize, &mut [u8]) -> Result<RowOutcome, E> + Sync,
        mut after: impl FnMut(&ShardDone) -> Result<(), E>,
    ) -> Result<CacheSummary, E>
    where
        S: Send,
        E: From<CacheError> + Send,
    {
        self.begin()?;
        let per_shard = (MAX_BYTES / self.image_len).clamp(1, MAX_ROWS);
        // States outlive a shard: one may hold a child process or a model.
        let idle = Mutex::new(Vec::new());
        let (mut shards, mut failures) = (Vec::new(), Vec::new());
        // Takes note of a shard and hands its buffer back.
        let mut take = |saved: Saved, kept: bool| {
            let Saved { rows, shard, failed, pixels } = saved;
            shards.push(shard);
            failures.extend(failed);
            after(&ShardDone { rows, of: self.rows, kept }).map(|()| pixels)
        };
        thread::scope(|scope| {
            // One shard is hashed and written while the next is made.
            let mut saving: Option<ScopedJoinHandle<'_, Result<Saved, CacheError>>> = None;
            let mut spare = Vec::new();
            for (at, first) in (0..self.rows).step_by(per_shard).enumerate() {
                let rows = first..self.rows.min(first + per_shard);
                let (path, key) = (self.folder.join(shard_name(at)), key(rows.clone()));
                if let Some(found) = self.find(&path, &rows, &key) {
                    if let Some(saving) = saving.take() {
                        spare = take(joined(saving)?, false)?;
                    }
                    take(found, true)?;
                    continue;
                }
                let mut pixels: Vec<u8> = std::mem::take(&mut spare);
                pixels.resize(rows.len() * self.image_len, 0);
                let outcomes: Vec<RowOutcome> = pixels
                    .par_chunks_exact_mut(self.image_len)
                    .zip(rows.clone())
                    .map(|(out, row)| {
                        let spare = idle.lock().ok().and_then(|mut idle| idle.pop());
                        let mut state = spare.map_or_else(&init, Ok)?;
                        let outcome = fill(&mut state, row, out)?;
                        if let Ok(mut idle) = idle.lock() {
                            idle.push(state);
                        }
                        Ok(outcome)
                    })
                    .collect::<Result<_, E>>()?;
                if let Some(saving) = saving.take() {
                    spare = take(joined(saving)?, false)?;
                }
                let writer = &self;
                saving = Some(scope.spawn(move || writer.save(&path, rows, key, pixels, outcomes)));
            }
            saving.map_or(Ok(()), |saving| take(joined(saving)?, false).map(drop))
        })?;
        Ok(self.finish(shards, failures)?)
    }

    /// Makes the folder, and takes back the claim that it is whole.
    fn begin(&self) -> Result<(), CacheError> {
        fs::create_dir_all(&self.folder).map_err(CacheError::io("create folder", &self.folder))?;
        self.remove(|name| name == Index::FILE || is_temporary(name))
    }

    /// The shard at `path`, if it is whole and was made from this input.
    fn find(&self, path: &Path, rows: &Range<usize>, key: &Digest) -> Option<Saved> {
        // A file much larger than any shard of ours is not read.
        let bound = (rows.len() * self.image_len + HEADER_LEN) as u64 + (64 << 20);
        let bytes = fs::metadata(path).ok().filter(|m| m.len() <= bound).and_then(|_| fs::read(path).ok())?;
        let (header, content) = ShardHeader::parse(path, &bytes).ok()?;
        let (images, failures) = bytes[HEADER_LEN..].split_at(header.images_len()?);
        let (images, channels) = images.split_at(images.len() - header.images);
        // What this writer would have written before these images and failures.
        let expected = ShardHeader {
            images: header.images,
            in_colour: header.in_colour,
            failures_len: header.failures_len,
            ..self.header(rows, key.clone())
        };
        if bytes[..HEADER_LEN] != expected.seal(images, channels, failures).0 {
            return None;
        }
        let failures: Vec<RowFailure> = serde_json::from_slice(failures).ok()?;
        (header.images + failures.len() == rows.len()).then_some(())?;
        let shard = IndexedShard { rows: header.rows, images: header.images as u64, content };
        Some(Saved { rows: rows.clone(), shard, failed: failures, pixels: Vec::new() })
    }

    fn save(
        &self,
        path: &Path,
        rows: Range<usize>,
        key: Digest,
        mut pixels: Vec<u8>,
        outcomes: Vec<RowOutcome>,
    ) -> Result<Saved, CacheError> {
        let mut failures = Vec::new();
        // Faces move together: those without one leave a gap, those in grey two thirds of one.
        let (mut channels_of, mut end) = (Vec::with_capacity(outcomes.len()), 0);
        for (k, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                RowOutcome::Face { channels } => {
                    let (from, len) = (k * self.image_len, self.image_len / 3 * channels.count());
                    if end < from {
                        pixels.copy_within(from..from + len, end);
                    }
                    end += len;
                    channels_of.push(if channels == Channels::Grey { 1 } else { 3 });
                }
                RowOutcome::Failed { reason, detail } => {
                    failures.push(RowFailure { row: (rows.start + k) as u64, reason, detail });
                }
            }
        }
        let (faces, images) = (&pixels[..end], channels_of.len());
        let in_colour = memchr::memchr_iter(3, &channels_of).count();
        let notes = serde_json::to_vec(&failures).expect("because failures are plain structs of strings");
        let header = ShardHeader { images, in_colour, failures_len: notes.len(), ..self.header(&rows, key) };
        let (head, content) = header.seal(faces, &channels_of, &notes);
        write_atomic_with(path, |out| {
            out.write_all(&head)?;
            out.write_all(faces)?;
            out.write_all(&channels_of)?;
            out.write_all(&notes)
        })?;
        let shard = IndexedShard { rows: header.rows, images: images as u64, content };
        Ok(Saved { rows, shard, failed: failures, pixels })
    }

    fn header(&self, rows: &Range<usize>, key: Digest) -> ShardHeader {
        ShardHeader {
            size: self.size as usize,
            first_row: rows.start as u64,
            rows: rows.len() as u64,
            images: 0,
            in_colour: 0,
            failures_len: 0,
            preprocess: self.preprocess.clone(),
            key,
        }
    }

    fn finish(
        self,
        shards: Vec<IndexedShard>,
        failures: Vec<RowFailure>,
    ) -> Result<CacheSummary, CacheError> {
        let known = shards.len();
        // Shards of an earlier try with more rows.
        self.remove(|name| {
            let number = name.strip_suffix(".faces").and_then(|digits| digits.parse::<usize>().ok());
            number.is_some_and(|at| at >= known || name != shard_name(at))
        })?;
        let index = Index::new(self.size, self.preprocess, shards);
        index.save(&self.folder)?;
        let images = index.shards.iter().map(|shard| shard.images).sum();
        Ok(CacheSummary { digest: index.digest(), images, failures })
    }

    fn remove(&self, is_stale: impl Fn(&str) -> bool) -> Result<(), CacheError> {
        let refuse = CacheError::io("list", &self.folder);
        let entries: Vec<_> = fs::read_dir(&self.folder).and_then(Iterator::collect).map_err(refuse)?;
        for entry in entries {
            if entry.file_name().to_str().is_some_and(&is_stale) {
                let path = entry.path();
                fs::remove_file(&path).map_err(CacheError::io("remove", &path))?;
            }
        }
        Ok(())
    }
}

/// Whether `write_atomic_with` left the file behind when its process died.
fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && Path::new(name).extension().is_some_and(|extension| extension == "tmp")
}

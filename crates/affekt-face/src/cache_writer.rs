//! Writing a face cache that is whole or absent.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use affekt_artifact::Digest;

use crate::CacheError;
use crate::single_file::{HEADER_LEN, Header};

/// Fills a cache from several threads at once; nothing appears under the final name before
/// [`finish`](Self::finish).
#[derive(Debug)]
pub struct FaceCacheWriter {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    header: Header,
    written: Vec<AtomicBool>,
    renamed: bool,
}

impl FaceCacheWriter {
    /// Begins a cache of `count` images of side `size`, under a temporary name beside `path`.
    ///
    /// # Errors
    /// [`CacheError::TooLarge`] and [`CacheError::Io`].
    pub fn create(path: &Path, size: usize, count: usize, preprocess: &Digest) -> Result<Self, CacheError> {
        // Unique per process and call, so that two writers of one path never share a temporary file.
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let header = Header { size, count, preprocess: preprocess.clone() };
        header.file_len()?;
        if u32::try_from(size).is_err() {
            return Err(CacheError::TooLarge { count: count as u64, size: size as u64 });
        }
        let folder = folder_of(path);
        fs::create_dir_all(folder).map_err(CacheError::io("create folder", folder))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let nth = COUNTER.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".{name}.{}-{nth}.tmp", std::process::id()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(CacheError::io("create", &temporary))?;
        let written = (0..count).map(|_| AtomicBool::new(false)).collect();
        Ok(Self { path: path.to_owned(), temporary, file, header, written, renamed: false })
    }

    /// Writes one image at its place; any thread, any order, each place once.
    ///
    /// # Errors
    /// [`CacheError::Index`], [`CacheError::ImageLength`] and [`CacheError::Io`].
    pub fn write(&self, index: usize, image: &[u8]) -> Result<(), CacheError> {
        let expected = self.header.image_len();
        if image.len() != expected {
            let (path, got) = (self.path.clone(), image.len());
            return Err(CacheError::ImageLength { path, index, expected, got });
        }
        let refuse = || CacheError::Index { path: self.path.clone(), index, count: self.header.count };
        let place = self.written.get(index).ok_or_else(refuse)?;
        if place.swap(true, Ordering::Relaxed) {
            return Err(refuse());
        }
        let offset = (HEADER_LEN + index * expected) as u64;
        self.file.write_all_at(image, offset).map_err(CacheError::io("write", &self.temporary))
    }

    /// Lowers the number of images: the first `count` places remain.
    ///
    /// For a caller who learns only while decoding how many pictures are good. More than before is ignored.
    pub fn shrink_to(&mut self, count: usize) {
        self.written.truncate(count);
        self.header.count = self.written.len();
    }

    /// Checks that every place was written, writes the header, syncs, hashes and renames.
    ///
    /// # Errors
    /// [`CacheError::Unfinished`] and [`CacheError::Io`]; the final name is untouched then.
    pub fn finish(mut self) -> Result<Digest, CacheError> {
        if let Some(first_missing) = self.written.iter().position(|w| !w.load(Ordering::Relaxed)) {
            return Err(CacheError::Unfinished { path: self.path.clone(), first_missing });
        }
        let length = self.header.file_len()? as u64;
        let header = self.header.to_bytes();
        self.file
            .write_all_at(&header, 0)
            .and_then(|()| self.file.set_len(length))
            .and_then(|()| self.file.sync_all())
            .map_err(CacheError::io("write", &self.temporary))?;
        let digest = Digest::of_file(&self.temporary)?;
        fs::rename(&self.temporary, &self.path).map_err(CacheError::io("rename to", &self.path))?;
        self.renamed = true;
        let folder = folder_of(&self.path);
        File::open(folder).and_then(|f| f.sync_all()).map_err(CacheError::io("sync", folder))?;
        Ok(digest)
    }
}

impl Drop for FaceCacheWriter {
    fn drop(&mut self) {
        if !self.renamed {
            // The temporary file is ours alone; failing to remove it leaves a stray, never a wrong result.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

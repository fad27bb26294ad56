//! Where a submission goes: first beside its place, and there only when it has been checked.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::SubmissionError;

/// The place of a file or folder, and the name it has until it is checked; removed with this unless handed over.
#[derive(Debug)]
pub(super) struct Place {
    out: PathBuf,
    staged: PathBuf,
    parent: PathBuf,
}

impl Place {
    /// For one file, which may be there.
    pub(super) fn file(out: &Path) -> Result<Self, SubmissionError> {
        if out.is_dir() {
            let (got, expected) = (out.display().to_string(), "a file, not a folder".to_owned());
            return Err(SubmissionError::Value { key: "--out", got, expected });
        }
        Self::beside(out)
    }

    /// For a folder, which may be there and empty; made under its staged name.
    pub(super) fn folder(out: &Path) -> Result<Self, SubmissionError> {
        let is_empty = |out: &Path| fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
        if out.symlink_metadata().is_ok() && !is_empty(out) {
            return Err(SubmissionError::OutExists { path: out.to_owned() });
        }
        let place = Self::beside(out)?;
        fs::create_dir_all(&place.staged).map_err(SubmissionError::io("create folder", &place.staged))?;
        Ok(place)
    }

    fn beside(out: &Path) -> Result<Self, SubmissionError> {
        let Some(name) = out.file_name() else {
            let (got, expected) = (out.display().to_string(), "the name of a file or folder".to_owned());
            return Err(SubmissionError::Value { key: "--out", got, expected });
        };
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let staged = format!(".{}.{}.unchecked", name.to_string_lossy(), std::process::id());
        let (out, staged) = (out.to_owned(), parent.join(staged));
        Ok(Self { out, staged, parent: parent.to_owned() })
    }

    /// Where to write.
    pub(super) fn staged(&self) -> &Path {
        &self.staged
    }

    /// Compares the names in the folder with those it must have.
    pub(super) fn holds_exactly(&self, names: impl Iterator<Item = String>) -> Result<(), SubmissionError> {
        let io = || SubmissionError::io("read folder", &self.staged);
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(&self.staged).map_err(io())? {
            found.insert(entry.map_err(io())?.file_name().to_string_lossy().into_owned());
        }
        let expected: BTreeSet<String> = names.collect();
        match expected.symmetric_difference(&found).next() {
            None => Ok(()),
            Some(name) => Err(SubmissionError::ReadBack {
                path: self.staged.clone(),
                line: 0,
                expected: format!("{} files, one a video", expected.len()),
                got: format!("{} files; of list and folder only one has {name}", found.len()),
            }),
        }
    }

    /// Moves what was checked to its place.
    pub(super) fn hand_over(&self) -> Result<(), SubmissionError> {
        fs::rename(&self.staged, &self.out).map_err(SubmissionError::io("move into place", &self.out))?;
        let sync = File::open(&self.parent).and_then(|folder| folder.sync_all());
        sync.map_err(SubmissionError::io("sync", &self.parent))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing is there after handing over; what failed is ours alone, and a stray harms nobody.
        let _ = if self.staged.is_dir() {
            fs::remove_dir_all(&self.staged)
        } else {
            fs::remove_file(&self.staged)
        };
    }
}

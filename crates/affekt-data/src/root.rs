//! Nothing outside the dataset root is read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::DataError;

/// Whether a relative path stays inside by its text alone: no `..`, no absolute part.
pub(crate) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\0')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// A path with `.` and doubled separators removed; joins `folder` and `name` with `/`.
pub(crate) fn join(folder: &str, name: &str) -> String {
    let parts = [folder, name].into_iter().flat_map(|text| text.split('/'));
    parts.filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

/// A dataset root whose links were resolved once.
#[derive(Debug)]
pub(crate) struct Root {
    given: PathBuf,
    real: PathBuf,
    /// Whether each folder, by its path relative to the root, lies inside once links are followed.
    folders: BTreeMap<String, bool>,
}

impl Root {
    pub(crate) fn open(given: &Path) -> Result<Self, DataError> {
        let missing = || DataError::NotFound { what: "dataset root", path: given.to_owned() };
        let real = fs::canonicalize(given).map_err(|_| missing())?;
        if !real.is_dir() {
            return Err(missing());
        }
        Ok(Self { given: given.to_owned(), real, folders: BTreeMap::new() })
    }

    /// Looks at the folders of these images once, so that [`image`](Self::image) need not.
    pub(crate) fn learn_folders<'a>(&mut self, images: impl Iterator<Item = &'a str>) {
        for path in images {
            let folder = folder_of(path);
            if !self.folders.contains_key(folder) {
                // A folder that is not there holds nothing to read: the image will be found missing.
                let real = fs::canonicalize(self.given.join(folder));
                let inside = real.map_or(true, |real| real.starts_with(&self.real));
                self.folders.insert(folder.to_owned(), inside);
            }
        }
    }

    /// Where an image is; `None` when its path or a link leads outside.
    pub(crate) fn image(&self, relative: &str) -> Option<PathBuf> {
        if !is_inside(relative) || !self.folders.get(folder_of(relative)).copied().unwrap_or(false) {
            return None;
        }
        let path = self.given.join(relative);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|m| m.file_type().is_symlink());
        if is_link && fs::canonicalize(&path).is_ok_and(|real| !real.starts_with(&self.real)) {
            return None;
        }
        Some(path)
    }

    /// Where a file or folder that the description names is.
    pub(crate) fn named(&self, what: &'static str, relative: &str) -> Result<PathBuf, DataError> {
        let path = self.given.join(relative);
        let real = fs::canonicalize(&path).map_err(|_| DataError::NotFound { what, path: path.clone() })?;
        if real.starts_with(&self.real) {
            Ok(path)
        } else {
            Err(DataError::LeavesRoot { what, path: real, root: self.real.clone() })
        }
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::{is_inside, join};

    #[test]
    fn paths_that_leave_are_told_by_their_text() {
        for path in ["a.jpg", "./a.jpg", "a/b/c.jpg", "a//b", "..a.jpg", "."] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "..", "../a.jpg", "a/../../b", "a/..", "/etc/passwd", "a\0b"] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn joining_keeps_one_spelling_of_a_path() {
        assert_eq!(join("images", "./a.jpg"), "images/a.jpg");
        assert_eq!(join(".", "x//a.jpg"), "x/a.jpg");
    }
}

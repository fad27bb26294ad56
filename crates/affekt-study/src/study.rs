//! The checked study.

use std::path::{Path, PathBuf};

use affekt_artifact::Digest;

use crate::run::{canonical_digest, plain_value};
use crate::{StudyError, StudySpec, check, overlay};

/// A study file that was read, overlaid and checked.
#[derive(Clone, Debug)]
pub struct Study {
    path: PathBuf,
    spec: StudySpec,
}

impl Study {
    /// Reads a study file with one of its `[tier.<name>]` tables and `key=value` overrides over it.
    ///
    /// # Errors
    /// [`StudyError::File`] for text that is no study, [`StudyError::Invalid`] with every value that cannot be.
    pub fn load(path: &Path, tier: Option<&str>, overrides: &[String]) -> Result<Self, StudyError> {
        let text = std::fs::read_to_string(path).map_err(StudyError::io("read study file", path))?;
        let spec: StudySpec = overlay::read(&text, tier, overrides)
            .map_err(|source| StudyError::File { path: path.to_owned(), source })?;
        let study = Self { path: path.to_owned(), spec };
        let problems = check::problems(&study.spec, &study.folder());
        if problems.is_empty() {
            Ok(study)
        } else {
            Err(StudyError::Invalid { path: path.to_owned(), problems })
        }
    }

    /// The study as written, tier and overrides applied.
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// The study file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that paths in the study file are relative to.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
    }

    /// Digest of the study as resolved, whatever the order of keys in the file.
    pub fn digest(&self) -> Digest {
        canonical_digest(&plain_value(&self.spec))
    }
}

//! The checked study.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affekt_artifact::{ArtifactError, Digest, write_atomic};

use crate::overlay::Overlaid;
use crate::run::{canonical_digest, plain_value};
use crate::{StudyError, StudySpec, WeightsSpec, check};

/// A study file that was read, overlaid and checked.
#[derive(Clone, Debug)]
pub struct Study {
    path: PathBuf,
    spec: StudySpec,
}

/// A file of weights that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedWeights {
    /// Its absolute path.
    pub path: PathBuf,
    /// Digest of its content.
    pub digest: Digest,
}

impl Study {
    /// Reads a study file with one of its `[tier.<name>]` tables and `key=value` overrides over it.
    ///
    /// # Errors
    /// [`StudyError::File`] for text that is no study, [`StudyError::Invalid`] with every value that cannot be.
    pub fn load(path: &Path, tier: Option<&str>, overrides: &[String]) -> Result<Self, StudyError> {
        let text = std::fs::read_to_string(path).map_err(StudyError::io("read study file", path))?;
        let overlaid = Overlaid::new(path, &text, tier, overrides)?;
        let study = Self { path: path.to_owned(), spec: overlaid.read()? };
        let mut problems = check::problems(&study.spec, &study.folder());
        if problems.is_empty() {
            return Ok(study);
        }
        for problem in &mut problems {
            problem.place = overlaid.place(&problem.key);
        }
        Err(StudyError::Invalid { path: path.to_owned(), problems })
    }

    /// The study as it was run: reads the `study.toml` that [`Study::save`] left in a study folder.
    ///
    /// Files it names are not looked for; the study may have moved since.
    ///
    /// # Errors
    /// [`StudyError::Io`] and [`StudyError::File`].
    pub fn load_spec(study_dir: &Path) -> Result<StudySpec, StudyError> {
        let path = study_dir.join("study.toml");
        let text = std::fs::read_to_string(&path).map_err(StudyError::io("read", &path))?;
        Ok(Overlaid::new(&path, &text, None, &[])?.read()?)
    }

    /// Writes the study with tier and overrides applied as `study.toml` into a study folder.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] on I/O.
    pub fn save(&self, study_dir: &Path) -> Result<(), StudyError> {
        let text = plain_toml(&self.spec);
        Ok(write_if_changed(&study_dir.join("study.toml"), text.as_bytes())?)
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

    /// The file of weights that each arm's training starts from, in the order of the arms; `None` without one.
    ///
    /// # Errors
    /// [`StudyError::NoWeights`] when it is not there, [`StudyError::Io`] and [`StudyError::Artifact`] when it cannot be
    /// read.
    pub fn weights(&self) -> Result<Vec<Option<LocatedWeights>>, StudyError> {
        let mut located = BTreeMap::new();
        let arms = self.spec.arms.iter().map(|arm| {
            let Some(weights) = arm.network(&self.spec.model).1 else { return Ok(None) };
            // Arms share files; each is read once.
            if !located.contains_key(&weights.file) {
                located.insert(weights.file.clone(), self.locate(weights)?);
            }
            Ok(located.get(&weights.file).cloned())
        });
        arms.collect()
    }

    fn locate(&self, weights: &WeightsSpec) -> Result<LocatedWeights, StudyError> {
        let named = self.folder().join(&weights.file);
        if !named.is_file() {
            let path = std::path::absolute(&named).unwrap_or(named);
            return Err(StudyError::NoWeights { study: self.path.clone(), path });
        }
        let path = named.canonicalize().map_err(StudyError::io("find", &named))?;
        let digest = Digest::of_file(&path)?;
        Ok(LocatedWeights { path, digest })
    }

    /// Digest of the study as resolved, whatever the order of keys in the file.
    pub fn digest(&self) -> Digest {
        canonical_digest(&plain_value(&self.spec))
    }
}

fn plain_toml(spec: &StudySpec) -> String {
    toml::to_string(spec).expect("because a study was read from TOML")
}

/// Leaves a file alone that already has the content, so that its time tells when it changed.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), ArtifactError> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) { Ok(()) } else { write_atomic(path, bytes) }
}

//! What a prepared folder was made from: `prepared.toml`, written last.

use std::path::Path;

use affekt_artifact::{Digest, Hasher, write_atomic};
use affekt_face::Preprocess;
use serde::{Deserialize, Serialize};

use crate::{DataError, LabelNoise, SplitSpec};

/// The record that makes a prepared folder whole; without it the folder is to be made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedStamp {
    /// `affekt-prepared/1`.
    pub schema: String,
    /// [`fingerprint`](crate::fingerprint) of the dataset it was made from.
    pub fingerprint: Digest,
    /// Identity of what was made: manifest and faces.
    pub digest: Digest,
    /// Preprocessing applied.
    pub preprocess: Preprocess,
    /// Division asked for.
    pub split: SplitSpec,
    /// Noise put on the training labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<LabelNoise>,
}

impl PreparedStamp {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-prepared/1";
    /// File name inside a prepared folder.
    pub const FILE: &'static str = "prepared.toml";

    pub(crate) fn new(
        fingerprint: Digest,
        manifest_csv: &Digest,
        faces: &Digest,
        preprocess: Preprocess,
        split: SplitSpec,
        noise: Option<&LabelNoise>,
    ) -> Self {
        let digest = Hasher::new()
            .part("manifest", manifest_csv.as_str().as_bytes())
            .part("faces", faces.as_str().as_bytes())
            .finish();
        Self {
            schema: Self::SCHEMA.to_owned(),
            fingerprint,
            digest,
            preprocess,
            split,
            noise: noise.cloned(),
        }
    }

    /// Reads the stamp of a folder; `None` when there is none, or one of another version.
    pub fn load(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join(Self::FILE)).ok()?;
        toml::from_str(&text).ok().filter(|stamp: &Self| stamp.schema == Self::SCHEMA)
    }

    /// Whether the folder was made from this input with these settings.
    pub fn is_current(
        &self,
        fingerprint: &Digest,
        preprocess: Preprocess,
        split: SplitSpec,
        noise: Option<&LabelNoise>,
    ) -> bool {
        (&self.fingerprint, self.preprocess, self.split, self.noise.as_ref())
            == (fingerprint, preprocess, split, noise)
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<(), DataError> {
        let text = toml::to_string(self).expect("because the stamp is a plain struct of strings and numbers");
        Ok(write_atomic(&folder.join(Self::FILE), text.as_bytes())?)
    }
}

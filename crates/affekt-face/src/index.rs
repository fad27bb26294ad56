//! The document that makes a folder of shards a cache.

use std::path::Path;

use affekt_artifact::{Digest, Hasher, expect_schema, load_json, save_json};
use serde::{Deserialize, Serialize};

use crate::CacheError;

/// `index.json`, written last; a folder without it is in the making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    schema: String,
    pub(crate) size: u32,
    pub(crate) preprocess: Digest,
    pub(crate) shards: Vec<IndexedShard>,
}

/// One shard of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndexedShard {
    /// Input rows it covers.
    pub(crate) rows: u64,
    /// Faces it holds; its other rows are failures.
    pub(crate) images: u64,
    /// Digest of what it holds.
    pub(crate) content: Digest,
}

impl Index {
    pub(crate) const FILE: &'static str = "index.json";
    const SCHEMA: &'static str = "affekt-faces/1";

    pub(crate) fn new(size: u32, preprocess: Digest, shards: Vec<IndexedShard>) -> Self {
        Self { schema: Self::SCHEMA.to_owned(), size, preprocess, shards }
    }

    pub(crate) fn load(folder: &Path) -> Result<Self, CacheError> {
        let path = folder.join(Self::FILE);
        if !path.exists() {
            return Err(CacheError::NoIndex { path: folder.to_owned() });
        }
        let index: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &index.schema)?;
        Ok(index)
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<(), CacheError> {
        Ok(save_json(&folder.join(Self::FILE), self)?)
    }

    /// Identity of the whole cache.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher.part("schema", self.schema.as_bytes()).part("size", &self.size.to_le_bytes());
        hasher.part("preprocess", self.preprocess.as_str().as_bytes());
        for shard in &self.shards {
            hasher.part("shard", shard.content.as_str().as_bytes());
        }
        hasher.finish()
    }
}

/// File name of the shard at position `at`.
pub(crate) fn shard_name(at: usize) -> String {
    format!("{at:05}.faces")
}

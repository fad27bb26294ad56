//! Faces and labels of each split, as the loop wants them.

use std::sync::Arc;

use affekt_artifact::{Manifest, ManifestRow};
use affekt_core::{LabelSet, Split};
use affekt_face::FaceCache;

use crate::{SealedTest, TrainError};

/// Samples of one split with their place in the face cache.
#[derive(Clone, Debug)]
pub struct FaceSet {
    pub(crate) cache: Arc<FaceCache>,
    pub(crate) rows: Vec<(usize, ManifestRow)>,
    pub(crate) label_set: LabelSet,
    pub(crate) n_aus: usize,
}

/// Fits the weights.
#[derive(Clone, Debug)]
pub struct TrainSet(pub(crate) FaceSet);

/// Chooses the epoch.
#[derive(Clone, Debug)]
pub struct ValidSet(pub(crate) FaceSet);

/// The three parts of a prepared dataset; the test part is sealed.
#[derive(Debug)]
pub struct Splits {
    /// Training samples.
    pub train: TrainSet,
    /// Validation samples.
    pub valid: ValidSet,
    /// Test samples, to be opened after selection.
    pub test: SealedTest,
}

impl FaceSet {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The samples, in the order of their positions.
    pub fn rows(&self) -> impl Iterator<Item = &ManifestRow> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// Mean colour of the faces.
    pub fn mean_colour(&self) -> [u8; 3] {
        self.cache.mean_colour(self.rows.iter().map(|(index, _)| *index))
    }

    /// True when there is no sample.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl TrainSet {
    /// The samples.
    pub fn faces(&self) -> &FaceSet {
        &self.0
    }
}

impl ValidSet {
    /// The samples.
    pub fn faces(&self) -> &FaceSet {
        &self.0
    }
}

impl Splits {
    /// Divides a prepared dataset; row k of the manifest is face k of the cache.
    ///
    /// # Errors
    /// [`TrainError::CacheSize`] when manifest and cache differ in length, [`TrainError::TooFew`] for a split
    /// without samples.
    pub fn new(manifest: &Manifest, cache: FaceCache) -> Result<Self, TrainError> {
        if cache.len() != manifest.rows.len() {
            return Err(TrainError::CacheSize {
                path: cache.path().to_owned(),
                images: cache.len(),
                rows: manifest.rows.len(),
            });
        }
        let cache = Arc::new(cache);
        let part = |split: Split| {
            let rows: Vec<_> =
                manifest.rows.iter().enumerate().filter(|(_, row)| row.split == split).map(own).collect();
            if rows.is_empty() {
                return Err(TrainError::TooFew { split, expected: 1, got: 0 });
            }
            let label_set = manifest.label_set.clone();
            Ok(FaceSet { cache: Arc::clone(&cache), rows, label_set, n_aus: manifest.aus.len() })
        };
        Ok(Self {
            train: TrainSet(part(Split::Train)?),
            valid: ValidSet(part(Split::Valid)?),
            test: SealedTest::new(part(Split::Test)?),
        })
    }
}

fn own((index, row): (usize, &ManifestRow)) -> (usize, ManifestRow) {
    (index, row.clone())
}

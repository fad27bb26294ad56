//! Faces and labels of each split, as the loop wants them.

use std::sync::Arc;

use affekt_artifact::{Manifest, ManifestRow};
use affekt_core::{LabelSet, SharedClasses, Split};
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

    /// Labelled samples per class.
    pub fn class_counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.label_set.len()];
        for class in self.rows().filter_map(|row| row.expression) {
            if let Some(count) = counts.get_mut(class.get()) {
                *count += 1;
            }
        }
        counts
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

impl SealedTest {
    /// The test split of another dataset than the one trained on, its labels in the model's terms: a class or action
    /// unit (`aus`, by FACS number) that the other side does not know is missing.
    ///
    /// # Errors
    /// [`TrainError::CacheSize`] when manifest and cache differ in length, [`TrainError::TooFew`] without test samples.
    pub fn elsewhere(
        manifest: &Manifest,
        cache: FaceCache,
        model: &LabelSet,
        shared: &SharedClasses,
        aus: &[u8],
    ) -> Result<Self, TrainError> {
        check_length(manifest, &cache)?;
        let places: Vec<_> = aus.iter().map(|au| manifest.aus.iter().position(|known| known == au)).collect();
        let rows: Vec<_> = manifest
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.split == Split::Test)
            .map(|(index, row)| {
                let told = |place: &Option<usize>| place.and_then(|k| row.aus.get(k).copied().flatten());
                let expression = row.expression.and_then(|class| shared.data_to_model(class));
                let aus = places.iter().map(told).collect();
                let (distribution, posterior, clean_expression) = (None, None, None);
                let row = row.clone();
                (index, ManifestRow { expression, aus, distribution, posterior, clean_expression, ..row })
            })
            .collect();
        if rows.is_empty() {
            return Err(TrainError::TooFew { split: Split::Test, expected: 1, got: 0 });
        }
        let (cache, label_set, n_aus) = (Arc::new(cache), model.clone(), aus.len());
        Ok(Self::new(FaceSet { cache, rows, label_set, n_aus }))
    }
}

fn check_length(manifest: &Manifest, cache: &FaceCache) -> Result<(), TrainError> {
    if cache.len() == manifest.rows.len() {
        return Ok(());
    }
    let (path, images, rows) = (cache.path().to_owned(), cache.len(), manifest.rows.len());
    Err(TrainError::CacheSize { path, images, rows })
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
        check_length(manifest, &cache)?;
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

impl Splits {
    /// Validation samples train too, and nothing is left to validate on: for settings that have been chosen.
    #[must_use]
    pub fn learning_valid(mut self) -> Self {
        let FaceSet { rows, .. } = &mut self.valid.0;
        self.train.0.rows.append(rows);
        // In the order of the manifest, as any training split is.
        self.train.0.rows.sort_by_key(|(index, _)| *index);
        self
    }
}

fn own((index, row): (usize, &ManifestRow)) -> (usize, ManifestRow) {
    (index, row.clone())
}

//! What a plan needs to know of a prepared dataset: `prepared.json`.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Digest, Manifest, ManifestRow, expect_schema, load_json, save_json};
use affekt_core::{LabelSet, Split, VaPoint};
use affekt_face::{Colour, Framing};
use affekt_ot::ClassCloud;
use serde::{Deserialize, Serialize};

use crate::StudyError;

/// Summary of a dataset folder, written last when it is prepared.
///
/// It holds all that planning reads, so that nothing large is opened when there is nothing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// `affekt-dataset-summary/2`.
    pub schema: String,
    /// Name of the dataset.
    pub dataset: String,
    /// Digest of everything the folder was made from.
    pub inputs: Digest,
    /// Digest of manifest and face cache.
    pub digest: Digest,
    /// Expression classes.
    pub label_set: LabelSet,
    /// Action units with labels.
    pub aus: Vec<u8>,
    /// Items per split and class: train, valid, test.
    pub class_counts: [Vec<u64>; 3],
    /// Mean and covariance of valence and arousal per class on the training split; none for a class without any.
    pub class_clouds: Vec<Option<ClassCloud>>,
    /// Share of the class's training items that show each action unit, in the order of `aus`, over the items with both
    /// labels; none where there are none.
    pub au_rates: Vec<Vec<Option<f64>>>,
    /// True when the true posterior is known and `limits.json` exists.
    pub has_limits: bool,
    /// How the faces were cut out of pictures; none for faces that were rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<FaceOrigin>,
    /// Set-aside items per reason.
    pub quarantined: BTreeMap<String, u64>,
    /// What label noise came to on the training split; none without noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<RealisedNoise>,
}

/// How faces were cut out of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceOrigin {
    /// Which part of a picture, and how it was brought to size.
    pub framing: Framing,
    /// Whether colours stayed.
    pub colour: Colour,
}

/// Training labels that noise was put on, and those it made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RealisedNoise {
    /// Labelled training items.
    pub labels: u64,
    /// Of these, items whose label became another.
    pub changed: u64,
}

impl RealisedNoise {
    /// Counts a manifest; `None` when no row had noise put on it.
    pub fn of(manifest: &Manifest) -> Option<Self> {
        let noisy: Vec<bool> = manifest.rows.iter().filter_map(ManifestRow::is_mislabelled).collect();
        let changed = noisy.iter().filter(|&&wrong| wrong).count() as u64;
        (!noisy.is_empty()).then_some(Self { labels: noisy.len() as u64, changed })
    }

    /// Share of wrong labels.
    pub fn rate(self) -> f64 {
        self.changed as f64 / self.labels as f64
    }
}

impl Prepared {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-dataset-summary/2";

    /// Summary of a manifest; `cache` is the digest of its face cache.
    pub fn of(manifest: &Manifest, inputs: Digest, digest: Digest, has_limits: bool) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            dataset: manifest.dataset.clone(),
            inputs,
            digest,
            label_set: manifest.label_set.clone(),
            aus: manifest.aus.clone(),
            class_counts: Split::ALL.map(|split| manifest.class_counts(split)),
            class_clouds: class_clouds(manifest),
            au_rates: au_rates(manifest),
            has_limits,
            faces: None,
            quarantined: BTreeMap::new(),
            noise: RealisedNoise::of(manifest),
        }
    }

    /// Reads `prepared.json` of a dataset folder.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] when it is missing, malformed or of another schema.
    pub fn load(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join("prepared.json");
        let prepared: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &prepared.schema)?;
        Ok(prepared)
    }

    /// Writes `prepared.json` into a dataset folder.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] on I/O.
    pub fn save(&self, folder: &Path) -> Result<(), StudyError> {
        Ok(save_json(&folder.join("prepared.json"), self)?)
    }
}

/// Clouds of valence and arousal over training items with both labels.
fn class_clouds(manifest: &Manifest) -> Vec<Option<ClassCloud>> {
    let mut points = vec![Vec::new(); manifest.label_set.len()];
    for row in manifest.split(Split::Train) {
        if let (Some(class), Some(va)) = (row.expression, row.va)
            && let Some(points) = points.get_mut(class.get())
        {
            points.push([VaPoint::valence(va), VaPoint::arousal(va)]);
        }
    }
    // Only a class without points has no cloud: every point is finite.
    points.iter().map(|points| ClassCloud::from_points(points).ok()).collect()
}

/// Rates of the action units over training items with both labels.
fn au_rates(manifest: &Manifest) -> Vec<Vec<Option<f64>>> {
    let mut counts = vec![vec![(0_u64, 0_u64); manifest.aus.len()]; manifest.label_set.len()];
    for row in manifest.split(Split::Train) {
        let class = row.expression.and_then(|class| counts.get_mut(class.get()));
        for ((shown, labelled), label) in class.into_iter().flatten().zip(&row.aus) {
            *labelled += u64::from(label.is_some());
            *shown += u64::from(*label == Some(true));
        }
    }
    let rate = |(shown, labelled): (u64, u64)| (labelled > 0).then(|| shown as f64 / labelled as f64);
    counts.into_iter().map(|class| class.into_iter().map(rate).collect()).collect()
}

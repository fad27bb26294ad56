//! A manifest with noisy training labels.

use std::collections::BTreeMap;

use affekt_artifact::Manifest;
use affekt_core::Split;

use super::{NoiseError, NoisyLabels};

impl NoisyLabels {
    /// The manifest with the labels of this table.
    ///
    /// Changed rows lose their distribution, which would still tell the right label; valence, arousal, action units
    /// and true posteriors stay. Rows of other parts are as before.
    ///
    /// # Errors
    /// [`NoiseError::Mismatch`] for another dataset or label set; [`NoiseError::Sample`] unless the table holds exactly
    /// the labelled training rows, with the labels they have.
    pub fn apply(&self, manifest: &Manifest) -> Result<Manifest, NoiseError> {
        if manifest.dataset != self.dataset {
            let (expected, got) = (self.dataset.clone(), manifest.dataset.clone());
            return Err(NoiseError::Mismatch { what: "dataset", expected, got });
        }
        if manifest.label_set != self.label_set {
            let (expected, got) = (self.label_set.name().to_owned(), manifest.label_set.name().to_owned());
            return Err(NoiseError::Mismatch { what: "label set", expected, got });
        }
        let refuse = |sample: &str, detail: &str| {
            Err(NoiseError::Sample { sample: sample.to_owned(), detail: detail.to_owned() })
        };
        let mut left: BTreeMap<&str, _> = self.rows.iter().map(|row| (row.sample.as_str(), row)).collect();
        let mut noisy = manifest.clone();
        for row in &mut noisy.rows {
            let Some(class) = row.expression.filter(|_| row.split == Split::Train) else { continue };
            match left.remove(row.sample.as_str()) {
                Some(label) if label.original == class => {
                    row.expression = Some(label.noisy);
                    if label.changed() {
                        row.distribution = None;
                    }
                }
                Some(_) => return refuse(row.sample.as_str(), "the table gives another original label"),
                None => return refuse(row.sample.as_str(), "the table has no label for this training row"),
            }
        }
        match left.keys().next() {
            Some(sample) => refuse(sample, "the manifest has no such labelled training row"),
            None => Ok(noisy),
        }
    }
}

//! A manifest with noisy training labels.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::Manifest;
use affekt_core::Split;

use super::{LabelNoise, NoiseError, NoisyLabels, refuse_noisy};

/// Draws the noise of a dataset in the making, writes it as `noise.csv` and `noise.toml` into its folder, and gives the
/// manifest with the noisy labels, which is the caller's to write.
///
/// # Errors
/// As [`NoisyLabels::draw`] and [`NoisyLabels::save`]; [`NoiseError::Unlabelled`] when no training row has a class.
pub fn put_noise(manifest: &Manifest, noise: LabelNoise, folder: &Path) -> Result<Manifest, NoiseError> {
    let labels = NoisyLabels::draw(manifest, noise)?;
    if labels.rows.is_empty() {
        return Err(NoiseError::Unlabelled { dataset: manifest.dataset.clone() });
    }
    labels.save(&folder.join("noise.csv"))?;
    labels.apply(manifest)
}

impl NoisyLabels {
    /// The manifest with the labels of this table.
    ///
    /// Every row of the table keeps its first class as `clean_expression`. Changed rows lose their distribution, which
    /// would still tell the right label; valence, arousal, action units and true posteriors stay. Rows of other parts
    /// are as before.
    ///
    /// # Errors
    /// [`NoiseError::Mismatch`] for another dataset or label set; [`NoiseError::Sample`] unless the table holds exactly
    /// the labelled training rows, with the labels they have; [`NoiseError::Twice`] where noise was put on before.
    pub fn apply(&self, manifest: &Manifest) -> Result<Manifest, NoiseError> {
        if manifest.dataset != self.dataset {
            let (expected, got) = (self.dataset.clone(), manifest.dataset.clone());
            return Err(NoiseError::Mismatch { what: "dataset", expected, got });
        }
        if manifest.label_set != self.label_set {
            let (expected, got) = (self.label_set.name().to_owned(), manifest.label_set.name().to_owned());
            return Err(NoiseError::Mismatch { what: "label set", expected, got });
        }
        refuse_noisy(manifest)?;
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
                    row.clean_expression = Some(label.original);
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

//! Wrong training labels on purpose: which, and what they become.

mod apply;
mod error;
mod file;

pub use apply::put_noise;
pub use error::NoiseError;

use affekt_artifact::Manifest;
use affekt_core::{ClassIndex, LabelSet, SampleId, Seed, Split};
use serde::{Deserialize, Serialize};

use crate::split::word_of;

/// How labels are made wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelNoise {
    /// Probability of each training label to become another, in [0, 1].
    pub rate: f64,
    /// Seed of the noise; its own, so that run seeds share one set of labels.
    pub seed: u64,
    /// What a wrong label becomes.
    pub shape: NoiseShape,
}

/// Which of the other classes a wrong label becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NoiseShape {
    /// Each of the others equally often.
    Uniform {},
    /// Near classes more often: `P(j | i)` in proportion to `exp(-d_ij / T)`, j other than i.
    Circumplex {
        /// T, in the unit of the distances; small ones leave only the nearest class.
        temperature: f64,
        /// `d_ij`, class i the true one, in the order of the label set; the diagonal is not looked at.
        distances: Vec<Vec<f64>>,
    },
}

/// A training label and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoisyRow {
    /// The sample.
    pub sample: SampleId,
    /// Label of the dataset.
    pub original: ClassIndex,
    /// Label to train with.
    pub noisy: ClassIndex,
}

impl NoisyRow {
    /// Whether the label became another.
    pub fn changed(&self) -> bool {
        self.original != self.noisy
    }
}

/// Every labelled training row of a manifest with its label after noise.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyLabels {
    /// Name of the dataset.
    pub dataset: String,
    /// Its classes.
    pub label_set: LabelSet,
    /// What was drawn.
    pub noise: LabelNoise,
    /// The rows, in the order of the manifest.
    pub rows: Vec<NoisyRow>,
}

impl LabelNoise {
    /// Probability of each class j, other than i, for a wrong label of a row of class i.
    ///
    /// # Equation
    /// uniform: `P(j | i) = 1 / (n - 1)`; circumplex: `P(j | i) = exp(-d_ij / T) / sum_{k != i} exp(-d_ik / T)`; both
    /// `P(i | i) = 0`, so that the share of changed labels is the rate.
    ///
    /// # Shape
    /// `[n, n]`, rows i
    ///
    /// # Range
    /// rows on the simplex
    ///
    /// # Numerics
    /// distances are taken relative to the nearest class, so that small temperatures do not underflow
    ///
    /// # Errors
    /// [`NoiseError::Temperature`], [`NoiseError::Distances`].
    ///
    /// # Example
    /// ```
    /// use affekt_data::{LabelNoise, NoiseShape};
    /// let noise = LabelNoise { rate: 0.1, seed: 0, shape: NoiseShape::Uniform {} };
    /// assert_eq!(noise.transition(3)?[1], [0.5, 0.0, 0.5]);
    /// # Ok::<(), affekt_data::NoiseError>(())
    /// ```
    pub fn transition(&self, n_classes: usize) -> Result<Vec<Vec<f64>>, NoiseError> {
        let weights: Vec<Vec<f64>> = match &self.shape {
            NoiseShape::Uniform {} => vec![vec![1.0; n_classes]; n_classes],
            NoiseShape::Circumplex { temperature, distances } => {
                if !(*temperature > 0.0 && temperature.is_finite()) {
                    return Err(NoiseError::Temperature { got: *temperature });
                }
                check(distances, n_classes)?;
                let row = |(i, row): (usize, &Vec<f64>)| {
                    let others = row.iter().enumerate().filter(|&(j, _)| j != i).map(|(_, &d)| d);
                    let nearest = others.min_by(f64::total_cmp).unwrap_or(0.0);
                    row.iter().map(|d| (-(d - nearest) / temperature).exp()).collect()
                };
                distances.iter().enumerate().map(row).collect()
            }
        };
        let normalised = |(i, mut row): (usize, Vec<f64>)| {
            row[i] = 0.0;
            let total: f64 = row.iter().sum();
            row.into_iter().map(|weight| weight / total).collect()
        };
        Ok(weights.into_iter().enumerate().map(normalised).collect())
    }
}

impl NoisyLabels {
    /// Draws the noise of the training part; rows without a class and other parts stay out.
    ///
    /// Each row is changed with probability `rate`, on its own. Its draws depend on the seed and its name alone: other
    /// rows, their order and the rate do not matter, so that labels wrong at one rate are wrong in the same way at
    /// every higher rate.
    ///
    /// # Errors
    /// [`NoiseError::Rate`], [`NoiseError::Temperature`], [`NoiseError::Distances`], [`NoiseError::Twice`].
    pub fn draw(manifest: &Manifest, noise: LabelNoise) -> Result<Self, NoiseError> {
        if !(0.0..=1.0).contains(&noise.rate) {
            return Err(NoiseError::Rate { got: noise.rate });
        }
        refuse_noisy(manifest)?;
        let label_set = &manifest.label_set;
        let transition = noise.transition(label_set.len())?;
        let row = |sample: &SampleId, original: ClassIndex| {
            let mut stream = Seed(noise.seed).stream("label-noise", &[word_of(sample.as_str())]);
            let wrong = stream.bernoulli(noise.rate);
            let other = transition.get(original.get()).map(|weights| stream.categorical(weights));
            let other = other.and_then(|class| label_set.class_at(class)).filter(|_| wrong);
            NoisyRow { sample: sample.clone(), original, noisy: other.unwrap_or(original) }
        };
        let train = manifest.split(Split::Train);
        let rows = train.filter_map(|r| r.expression.map(|class| row(&r.sample, class))).collect();
        Ok(Self { dataset: manifest.dataset.clone(), label_set: label_set.clone(), noise, rows })
    }

    /// Rows whose label became another.
    pub fn n_changed(&self) -> usize {
        self.rows.iter().filter(|row| row.changed()).count()
    }
}

/// Refuses a manifest whose labels are not clean.
fn refuse_noisy(manifest: &Manifest) -> Result<(), NoiseError> {
    match manifest.rows.iter().find(|row| row.clean_expression.is_some()) {
        Some(row) => Err(NoiseError::Twice {
            dataset: manifest.dataset.clone(),
            sample: row.sample.as_str().to_owned(),
        }),
        None => Ok(()),
    }
}

fn check(distances: &[Vec<f64>], n_classes: usize) -> Result<(), NoiseError> {
    let refuse = |got| Err(NoiseError::Distances { n_classes, got });
    if distances.len() != n_classes {
        return refuse(format!("{} rows", distances.len()));
    }
    for (i, row) in distances.iter().enumerate() {
        if row.len() != n_classes {
            return refuse(format!("row {i} of {} numbers", row.len()));
        }
        let wrong = (0..n_classes).find(|&j| j != i && !(0.0..f64::INFINITY).contains(&row[j]));
        if let Some(j) = wrong {
            return refuse(format!("{} in row {i}, column {j}", row[j]));
        }
    }
    Ok(())
}

//! A probability vector over the classes of a label set.

use serde::{Deserialize, Serialize};

/// A point of the simplex: entries >= 0 whose sum is 1 within 1e-6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct LabelDistribution(Vec<f64>);

/// Why a vector is not a distribution.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum DistributionError {
    /// An entry is negative, NaN or infinite.
    #[error("entry {index} is {got}; expected a finite number >= 0")]
    Entry {
        /// Position of the entry.
        index: usize,
        /// Its value.
        got: f64,
    },
    /// The entries do not sum to one.
    #[error("entries sum to {got}; expected 1 within 1e-6")]
    Sum {
        /// The sum found.
        got: f64,
    },
}

impl LabelDistribution {
    /// Checks a vector; it is kept as given, not renormalised.
    ///
    /// # Errors
    /// [`DistributionError`].
    pub fn new(entries: Vec<f64>) -> Result<Self, DistributionError> {
        for (index, &got) in entries.iter().enumerate() {
            if !(0.0..=f64::MAX).contains(&got) {
                return Err(DistributionError::Entry { index, got });
            }
        }
        let got: f64 = entries.iter().sum();
        if (got - 1.0).abs() <= 1e-6 { Ok(Self(entries)) } else { Err(DistributionError::Sum { got }) }
    }

    /// The entries in class order.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }
}

impl TryFrom<Vec<f64>> for LabelDistribution {
    type Error = DistributionError;

    fn try_from(entries: Vec<f64>) -> Result<Self, Self::Error> {
        Self::new(entries)
    }
}

impl From<LabelDistribution> for Vec<f64> {
    fn from(distribution: LabelDistribution) -> Self {
        distribution.0
    }
}

//! The log of a training, `metrics.jsonl`: one JSON object per epoch.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ArtifactError;

/// What a training says of one epoch. Numbers are `None` where they were not finite: JSON writes such a number as
/// `null`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct EpochLine {
    /// Epoch, from 1.
    pub epoch: u64,
    /// Mean training loss.
    #[serde(default)]
    pub train_loss: Option<f64>,
    /// Accuracy on the validation split.
    #[serde(default)]
    pub valid_accuracy: Option<f64>,
    /// Macro-F1 on the validation split.
    #[serde(default)]
    pub valid_macro_f1: Option<f64>,
    /// Mean of each part of the loss.
    #[serde(default)]
    pub parts: BTreeMap<String, Option<f64>>,
    /// Further numbers of the objective by name.
    #[serde(default)]
    pub numbers: BTreeMap<String, Option<f64>>,
    /// Class distributions after the epoch, row c that of class c; empty where the method has none.
    #[serde(default)]
    pub class_distributions: Vec<Vec<Option<f64>>>,
    /// What looked wrong, each with its number.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Every other key of the line that holds a number, such as `lr` and `seconds`; other keys are passed over.
    #[serde(skip)]
    pub further: BTreeMap<String, f64>,
}

/// Keys with a field of their own, and the number of epochs planned.
const KNOWN: [&str; 5] = ["epoch", "epochs", "train_loss", "valid_accuracy", "valid_macro_f1"];

impl EpochLine {
    /// Every finite loss, score and number of the objective under its name in `epochs.csv`; a part of the loss is
    /// `loss:<part>`.
    pub fn values(&self) -> Vec<(String, f64)> {
        let fixed = [
            ("train_loss", self.train_loss),
            ("valid_accuracy", self.valid_accuracy),
            ("valid_macro_f1", self.valid_macro_f1),
        ];
        let fixed = fixed.into_iter().map(|(name, value)| (name.to_owned(), value));
        let parts = self.parts.iter().map(|(name, value)| (format!("loss:{name}"), *value));
        let numbers = self.numbers.iter().map(|(name, value)| (name.clone(), *value));
        let all = fixed.chain(parts).chain(numbers);
        all.filter_map(|(name, value)| Some((name, value.filter(|v| v.is_finite())?))).collect()
    }
}

/// The epochs of a training in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingLog {
    /// One line per epoch.
    pub epochs: Vec<EpochLine>,
}

impl TrainingLog {
    /// Reads `metrics.jsonl`; where an epoch is told twice, as after a restart, the later line counts.
    ///
    /// # Errors
    /// [`ArtifactError::Io`]; [`ArtifactError::JsonLine`] with the place of the first line that is not an epoch.
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let text = std::fs::read_to_string(path).map_err(ArtifactError::io("read", path))?;
        let mut epochs = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            // By way of an object: alone, serde would take a list for the fields in their order.
            let epoch = serde_json::from_str::<Map<String, Value>>(line)
                .and_then(|object| {
                    let further = further(&object);
                    let epoch: EpochLine = serde_json::from_value(Value::Object(object))?;
                    Ok(EpochLine { further, ..epoch })
                })
                .map_err(|source| ArtifactError::JsonLine { path: path.to_owned(), line: at + 1, source })?;
            epochs.insert(epoch.epoch, epoch);
        }
        Ok(Self { epochs: epochs.into_values().collect() })
    }
}

fn further(object: &Map<String, Value>) -> BTreeMap<String, f64> {
    let others = object.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
    others.filter_map(|(key, value)| Some((key.clone(), value.as_f64()?))).collect()
}

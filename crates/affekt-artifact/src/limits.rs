//! What no rule can beat, where the truth is known.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{ArtifactError, Digest, expect_schema, load_json, save_json};

/// Upper bounds of a dataset whose posterior is known, `limits.json`.
///
/// Bounds are for anything that sees the latent cues; pixels can only hide some of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// `affekt-limits/1`.
    pub schema: String,
    /// Expected accuracy of the posterior-argmax rule, E max eta.
    pub accuracy: f64,
    /// Best expected macro-F1 over all decision rules.
    pub macro_f1: f64,
    /// Macro-F1 of the posterior-argmax rule; a re-weighting remedy may pass it, `macro_f1` never.
    pub argmax_macro_f1: f64,
    /// Standard deviation of accuracy on a test split of the study's size.
    pub accuracy_sd: f64,
    /// Standard deviation of the best rule's macro-F1 on a test split of the study's size.
    pub macro_f1_sd: f64,
    /// F1 per class of the best rule.
    pub best_f1_per_class: Vec<f64>,
    /// F1 per class of the argmax rule.
    pub argmax_f1_per_class: Vec<f64>,
    /// Expected confusion shares of the best rule, rows = true class, total 1.
    pub best_confusion: Vec<Vec<f64>>,
    /// Expected confusion shares of the argmax rule, rows = true class, total 1.
    pub argmax_confusion: Vec<Vec<f64>>,
    /// Area under the ROC curve that the true posterior ratio reaches for every two classes, in [0.5, 1]; 0.5 on the
    /// diagonal. Empty in files of builds that did not compute it.
    #[serde(default)]
    pub pair_auc: Vec<Vec<f64>>,
    /// Probability that the world's pair exchanges faces: its place in a sweep; none without such a pair.
    #[serde(default)]
    pub rho: Option<f64>,
    /// The two classes that exchange faces, as positions in the label set; none without such a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<[usize; 2]>,
    /// Digest of all that decides the dataset but rho and names: datasets of one such digest are points of one sweep over
    /// rho. None in files of builds that did not compute it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Digest>,
}

/// True when a mean over seeds lies so far above a limit that a leak between training and test is the likelier cause: more
/// than three standard errors. `sampling_sd` is that of the limit on the test split, `seed_error` the standard error of the
/// mean over seeds. All seeds share one test split, so its sampling error does not shrink with their number; the spread over
/// seeds does.
///
/// # Example
/// ```
/// use affekt_artifact::is_above;
/// assert!(!is_above(0.80, 0.01, 0.82, 0.0));
/// assert!(is_above(0.80, 0.01, 0.84, 0.005));
/// assert!(!is_above(0.80, 0.01, 0.84, 0.02));
/// ```
pub fn is_above(limit: f64, sampling_sd: f64, mean: f64, seed_error: f64) -> bool {
    mean - limit > 3.0 * sampling_sd.hypot(seed_error)
}

impl Limits {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-limits/1";

    /// What the best rule expects of a metric of `results.csv`, `pair` being that of `pair_auc`; none for a metric without
    /// such a bound.
    pub fn of(&self, metric: &str, pair: Option<[usize; 2]>) -> Option<f64> {
        match metric {
            "accuracy" => Some(self.accuracy),
            "macro_f1" => Some(self.macro_f1),
            "pair_auc" => {
                let [a, b] = pair?;
                self.pair_auc.get(a)?.get(b).copied()
            }
            _ => None,
        }
    }

    /// Reads `limits.json`.
    ///
    /// # Errors
    /// [`ArtifactError`] when it is missing, malformed or of another schema.
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let limits: Self = load_json(path)?;
        expect_schema(path, Self::SCHEMA, &limits.schema)?;
        Ok(limits)
    }

    /// Writes `limits.json`.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        save_json(path, self)
    }
}

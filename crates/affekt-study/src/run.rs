//! One run with everything resolved: `run.json`.

use std::path::{Path, PathBuf};

use affekt_artifact::{Digest, expect_schema, load_json, save_json};
use affekt_augment::AugmentSpec;
use affekt_core::LabelSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ExpressionLossSpec, InputSpec, MethodSpec, MixupSpec, ModelSpec, SecondStageSpec, StudyError,
    TaskWeights, TrainSpec,
};

/// All that decides the numbers of one run, and where its data are.
///
/// With `lambda` 0 two arms of a seed differ in `arm` and `cost` only, hence train to the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolvedRun {
    /// `affekt-run/1`.
    pub schema: String,
    /// `<dataset>-<arm>-seed<k>-<hash>`; also the name of the run's folder.
    pub id: String,
    /// Study it belongs to.
    pub study: String,
    /// Dataset.
    pub dataset: String,
    /// Folder with manifest and face cache, relative to the output folder of all studies.
    pub data_folder: String,
    /// Digest of manifest and face cache.
    pub data_digest: Digest,
    /// Arm.
    pub arm: String,
    /// Run seed; the same seed pairs the arms.
    pub seed: u64,
    /// Threads, fixed because the order of sums depends on them.
    pub threads: u32,
    /// Expression classes.
    pub label_set: LabelSet,
    /// Action units with labels, by FACS number.
    pub aus: Vec<u8>,
    /// What the network sees.
    pub input: InputSpec,
    /// Network; the file of its weights, where it names one, by its absolute path.
    pub model: ModelSpec,
    /// Digest of that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_digest: Option<Digest>,
    /// Optimisation.
    pub train: TrainSpec,
    /// Augmentation of training images.
    pub augment: AugmentSpec,
    /// Task weights.
    pub tasks: TaskWeights,
    /// Weight of the transport term; 0 for an arm without one.
    pub lambda: f64,
    /// `cost[predicted][true]`, normalised as the arm says; none without a transport term.
    pub cost: Option<Vec<Vec<f64>>>,
    /// Network and loss of the arm's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodSpec>,
    /// Loss of the expression head; none for cross-entropy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<ExpressionLossSpec>,
    /// Images and targets mixed in pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixup: Option<MixupSpec>,
    /// What follows training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_stage: Option<SecondStageSpec>,
    /// True to weigh the tasks by learned uncertainties.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertainty: bool,
    /// True to keep the feature vectors of the test faces.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embeddings: bool,
    /// For a run that is not trained: whose predictions it starts from and what it does with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_hoc: Option<PostHoc>,
    /// Other datasets whose test split the run predicts as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<TransferTarget>,
    /// Digest of the source files that decide numbers.
    pub code: String,
    /// Version of `LibTorch`.
    pub libtorch: String,
}

/// Another decision from the predictions of a run that trained, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostHoc {
    /// Id of that run, of the same study.
    pub source: String,
    /// The rule.
    pub rule: PostHocRule,
}

/// A rule of decision with its numbers, in the order of the run's label set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PostHocRule {
    /// The class of least expected cost.
    MinRisk {
        /// `cost[predicted][true]`.
        cost: Vec<Vec<f64>>,
    },
    /// Probabilities times `exp(offset)`, scaled to sum to 1.
    Offset {
        /// Per class.
        offsets: Vec<f64>,
    },
}

/// Another dataset that a run is tested on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferTarget {
    /// Its name.
    pub dataset: String,
    /// Folder with manifest and face cache, relative to the output folder of all studies.
    pub data_folder: String,
    /// Digest of manifest and face cache.
    pub data_digest: Digest,
}

impl ResolvedRun {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-run/1";

    /// Names that say where a run belongs but decide no number; they are not part of its hash.
    const NAMES: [&'static str; 5] = ["id", "study", "dataset", "data_folder", "arm"];

    /// Digest of everything that decides the run's numbers, whatever the order of fields.
    pub fn digest(&self) -> Digest {
        let mut value = plain_value(self);
        if let Value::Object(fields) = &mut value {
            fields.retain(|name, _| !Self::NAMES.contains(&name.as_str()));
            // Where the file of weights lies decides nothing either; its digest does.
            if let Some(Value::Object(weights)) = fields.get_mut("model").and_then(|m| m.get_mut("weights")) {
                weights.remove("file");
            }
        }
        canonical_digest(&value)
    }

    /// The run under the id that its content gives it.
    #[must_use]
    pub fn identified(mut self) -> Self {
        self.id = format!("{}-{}-seed{}-{}", self.dataset, self.arm, self.seed, self.digest().short());
        self
    }

    /// Reads `run.json` of a run folder.
    ///
    /// # Errors
    /// [`StudyError`] when it is missing, malformed or of another schema.
    pub fn load(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join("run.json");
        let run: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &run.schema)?;
        Ok(run)
    }

    /// Writes `run.json` into a run folder, making the folder if need be.
    ///
    /// # Errors
    /// [`StudyError::Artifact`] on I/O.
    pub fn save(&self, folder: &Path) -> Result<(), StudyError> {
        Ok(save_json(&folder.join("run.json"), self)?)
    }

    /// Folder of the data of the run in `folder`, which lies at `<out>/<study>/runs/<id>`.
    ///
    /// # Errors
    /// [`StudyError::Io`] when the folder does not exist or does not lie that deep.
    pub fn data_path(&self, folder: &Path) -> Result<PathBuf, StudyError> {
        Ok(Self::out_root(folder)?.join(&self.data_folder))
    }

    /// The output folder of all studies, for a run in `folder`, which lies at `<out>/<study>/runs/<id>`.
    ///
    /// # Errors
    /// [`StudyError::Io`] when the folder does not exist or does not lie that deep.
    pub fn out_root(folder: &Path) -> Result<PathBuf, StudyError> {
        let whole = folder.canonicalize().map_err(StudyError::io("find", folder))?;
        let root = whole.ancestors().nth(3).ok_or_else(|| {
            let source = std::io::Error::other("expected a folder <out>/<study>/runs/<id>");
            StudyError::Io { action: "find the output folder above", path: whole.clone(), source }
        })?;
        Ok(root.to_owned())
    }
}

/// Plain data as a JSON value.
pub(crate) fn plain_value<T: Serialize>(data: &T) -> Value {
    serde_json::to_value(data).expect("because the types of a study are plain strings, numbers and lists")
}

/// Digest of a JSON value, whatever the order of its keys.
pub(crate) fn canonical_digest(value: &Value) -> Digest {
    let mut text = String::new();
    write_canonical(value, &mut text);
    Digest::of_bytes(text.as_bytes())
}

/// JSON with sorted keys and no spaces: one text for one content.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            text.push('{');
            for key in keys {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(&fields[key], text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

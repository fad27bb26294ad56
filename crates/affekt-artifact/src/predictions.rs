//! What a trained model said about each sample of a split, `predictions.csv`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use affekt_core::{ClassIndex, LabelSet, SampleId, Split, SubjectId, VaPoint};

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// Which state of the weights a prediction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    /// After the last epoch: no choice was made.
    Last,
    /// The epoch with the best score on the validation split.
    BestValid,
}

impl Selection {
    /// Name as written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::BestValid => "best-valid",
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Last, Self::BestValid]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("unknown selection {text:?}; expected last or best-valid"))
    }
}

/// One sample's truth and prediction; `None` and empty where unlabelled or not predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionRow {
    /// Weights the prediction comes from.
    pub selection: Selection,
    /// The sample.
    pub sample: SampleId,
    /// Its subject.
    pub subject: SubjectId,
    /// Its video.
    pub video: Option<String>,
    /// Its split.
    pub split: Split,
    /// True expression class.
    pub true_class: Option<ClassIndex>,
    /// Predicted expression class.
    pub predicted_class: ClassIndex,
    /// Probability per class.
    pub probabilities: Vec<f32>,
    /// True valence and arousal.
    pub true_va: Option<VaPoint>,
    /// Predicted valence and arousal, each in [-1, 1].
    pub predicted_va: Option<[f32; 2]>,
    /// True presence per action unit.
    pub true_aus: Vec<Option<bool>>,
    /// Probability per action unit; empty when the model has no action-unit head.
    pub au_probabilities: Vec<f32>,
}

/// All predictions of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// Expression classes, in the order of `probabilities`.
    pub label_set: LabelSet,
    /// Action units, in the order of `true_aus`.
    pub aus: Vec<u8>,
    /// The rows.
    pub rows: Vec<PredictionRow>,
}

impl Predictions {
    fn columns(label_set: &LabelSet, aus: &[u8]) -> Vec<String> {
        let fixed = ["selection", "sample", "subject", "video", "split", "true_class", "predicted_class"];
        let mut columns: Vec<String> = fixed.map(str::to_owned).to_vec();
        columns.extend(label_set.classes().iter().map(|class| format!("p_{class}")));
        let va = ["true_valence", "true_arousal", "predicted_valence", "predicted_arousal"];
        columns.extend(va.map(str::to_owned));
        columns.extend(aus.iter().map(|au| format!("true_au{au}")));
        columns.extend(aus.iter().map(|au| format!("p_au{au}")));
        columns
    }

    /// Writes `predictions.csv`.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let name = |class| self.label_set.name_of(class).unwrap_or("?").to_owned();
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![
                row.selection.as_str().to_owned(),
                row.sample.as_str().to_owned(),
                row.subject.as_str().to_owned(),
                row.video.clone().unwrap_or_default(),
                row.split.as_str().to_owned(),
                row.true_class.map(name).unwrap_or_default(),
                name(row.predicted_class),
            ];
            cells.extend(row.probabilities.iter().map(ToString::to_string));
            cells.push(table::number(row.true_va.map(VaPoint::valence)));
            cells.push(table::number(row.true_va.map(VaPoint::arousal)));
            cells.extend((0..2).map(|k| table::number(row.predicted_va.map(|va| va[k]))));
            let n_aus = self.aus.len();
            cells.extend(
                (0..n_aus).map(|k| table::number(row.true_aus.get(k).copied().flatten().map(u8::from))),
            );
            cells.extend((0..n_aus).map(|k| table::number(row.au_probabilities.get(k))));
            cells
        });
        table::save(path, &Self::columns(&self.label_set, &self.aus), rows)
    }

    /// Reads `predictions.csv` written for `label_set` and `aus`.
    ///
    /// # Errors
    /// [`ArtifactError`]: another class order shows as a header error, a bad cell by its line and column.
    pub fn load(path: &Path, label_set: &LabelSet, aus: &[u8]) -> Result<Self, ArtifactError> {
        let raw = RawTable::load(path)?;
        raw.expect_columns(&Self::columns(label_set, aus))?;
        let number = |t: &str| t.parse().ok().filter(|x: &f32| x.is_finite());
        let rows = raw.rows(|row| {
            let selection = row.required("last or best-valid", |t| t.parse().ok())?;
            let sample = row.required("a sample id", |t| SampleId::new(t).ok())?;
            let subject = row.required("a subject id", |t| SubjectId::new(t).ok())?;
            let video = row.optional("text", |t| Some(t.to_owned()))?;
            let split = row.required("train, valid or test", |t| t.parse().ok())?;
            let true_class = row.optional("a class of the label set", |t| label_set.parse_class(t).ok())?;
            let predicted_class =
                row.required("a class of the label set", |t| label_set.parse_class(t).ok())?;
            let probabilities = (0..label_set.len())
                .map(|_| row.required("a probability", number))
                .collect::<Result<_, _>>()?;
            let truth = (
                row.optional("a number in [-1, 1]", table::finite)?,
                row.optional("a number in [-1, 1]", table::finite)?,
            );
            let true_va = match truth {
                (Some(v), Some(a)) => {
                    Some(VaPoint::new(v, a).map_err(|_| row.refuse_last("a number in [-1, 1]"))?)
                }
                _ => None,
            };
            let predicted = (row.optional("a number", number)?, row.optional("a number", number)?);
            let predicted_va = match predicted {
                (Some(v), Some(a)) => Some([v, a]),
                _ => None,
            };
            let true_aus = aus
                .iter()
                .map(|_| {
                    row.optional("0 or 1", |t| match t {
                        "0" => Some(false),
                        "1" => Some(true),
                        _ => None,
                    })
                })
                .collect::<Result<_, _>>()?;
            let au_cells =
                aus.iter().map(|_| row.optional("a probability", number)).collect::<Result<Vec<_>, _>>()?;
            let au_probabilities = au_cells.into_iter().flatten().collect();
            Ok(PredictionRow {
                selection,
                sample,
                subject,
                video,
                split,
                true_class,
                predicted_class,
                probabilities,
                true_va,
                predicted_va,
                true_aus,
                au_probabilities,
            })
        })?;
        Ok(Self { label_set: label_set.clone(), aus: aus.to_vec(), rows })
    }
}

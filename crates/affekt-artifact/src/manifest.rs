//! One row per usable sample, whatever the dataset looked like.

use std::path::Path;

use affekt_core::{ClassIndex, LabelDistribution, LabelSet, SampleId, Split, SubjectId, VaPoint};
use serde::{Deserialize, Serialize};

use crate::document::{load_toml, save_toml};
use crate::table::{self, RawTable, RowReader};
use crate::{ArtifactError, Digest, expect_schema};

/// Column of the class before label noise.
const CLEAN: &str = "clean_expression";

/// A usable sample. Missing labels are `None`: codes such as -1 or -5 end in the reader.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestRow {
    /// Unique within the dataset.
    pub sample: SampleId,
    /// Image path relative to the dataset root, `/` between folders; empty for rendered worlds.
    pub path: String,
    /// Person or recording; splits never cut through one.
    pub subject: SubjectId,
    /// Video the frame comes from, if any.
    pub video: Option<String>,
    /// Number of the frame within its video, as the dataset counts.
    pub frame: Option<u64>,
    /// Part of the dataset.
    pub split: Split,
    /// Expression class, the one to train with or to score against.
    pub expression: Option<ClassIndex>,
    /// Valence and arousal.
    pub va: Option<VaPoint>,
    /// Presence of each action unit of the manifest, in its order; empty when there are none.
    pub aus: Vec<Option<bool>>,
    /// Distribution over the classes, where annotators voted or the dataset states one.
    pub distribution: Option<LabelDistribution>,
    /// True class posterior, where the truth is known.
    pub posterior: Option<LabelDistribution>,
    /// Expression class before label noise, whether or not the noise changed it; none where none was put on the row.
    pub clean_expression: Option<ClassIndex>,
}

impl ManifestRow {
    /// Whether label noise made the expression wrong; none where no noise was put on the row.
    pub fn is_mislabelled(&self) -> Option<bool> {
        self.clean_expression.map(|clean| self.expression != Some(clean))
    }
}

/// A dataset as the rest of the pipeline sees it: `manifest.toml` beside `manifest.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Name of the dataset.
    pub dataset: String,
    /// Its expression classes.
    pub label_set: LabelSet,
    /// Its action units, by FACS number.
    pub aus: Vec<u8>,
    /// Its samples.
    pub rows: Vec<ManifestRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    dataset: String,
    n_rows: u64,
    aus: Vec<u8>,
    csv_blake3: Digest,
    label_set: LabelSet,
}

impl Manifest {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-manifest/2";

    /// Rows of one split, in order.
    pub fn split(&self, split: Split) -> impl Iterator<Item = &ManifestRow> {
        self.rows.iter().filter(move |row| row.split == split)
    }

    /// Samples of each class in a split.
    pub fn class_counts(&self, split: Split) -> Vec<u64> {
        let mut counts = vec![0; self.label_set.len()];
        for class in self.split(split).filter_map(|row| row.expression) {
            if let Some(count) = counts.get_mut(class.get()) {
                *count += 1;
            }
        }
        counts
    }

    /// The columns; the last one is there in manifests with label noise only, so that all others stay as they were.
    fn columns(label_set: &LabelSet, aus: &[u8], noisy: bool) -> Vec<String> {
        let fixed =
            ["sample", "path", "subject", "video", "frame", "split", "expression", "valence", "arousal"];
        let mut columns: Vec<String> = fixed.map(str::to_owned).to_vec();
        columns.extend(aus.iter().map(|au| format!("au{au}")));
        columns.extend(label_set.classes().iter().map(|class| format!("p_{class}")));
        columns.extend(label_set.classes().iter().map(|class| format!("eta_{class}")));
        columns.extend(noisy.then(|| CLEAN.to_owned()));
        columns
    }

    /// Writes `manifest.csv` and `manifest.toml` into `folder`, the head last.
    ///
    /// # Errors
    /// [`ArtifactError`] on I/O.
    pub fn save(&self, folder: &Path) -> Result<(), ArtifactError> {
        let csv_path = folder.join("manifest.csv");
        let n_classes = self.label_set.len();
        let noisy = self.rows.iter().any(|row| row.clean_expression.is_some());
        let name = |class: Option<ClassIndex>| {
            class.map(|c| self.label_set.name_of(c).unwrap_or("?").to_owned()).unwrap_or_default()
        };
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![
                row.sample.as_str().to_owned(),
                row.path.clone(),
                row.subject.as_str().to_owned(),
                row.video.clone().unwrap_or_default(),
                table::number(row.frame),
                row.split.as_str().to_owned(),
                name(row.expression),
                table::number(row.va.map(VaPoint::valence)),
                table::number(row.va.map(VaPoint::arousal)),
            ];
            cells.extend(
                (0..self.aus.len()).map(|k| table::number(row.aus.get(k).copied().flatten().map(u8::from))),
            );
            for distribution in [&row.distribution, &row.posterior] {
                let entries = distribution.as_ref().map(LabelDistribution::as_slice);
                cells.extend((0..n_classes).map(|c| table::number(entries.and_then(|e| e.get(c)))));
            }
            cells.extend(noisy.then(|| name(row.clean_expression)));
            cells
        });
        table::save(&csv_path, &Self::columns(&self.label_set, &self.aus, noisy), rows)?;
        let head = Head {
            schema: Self::SCHEMA.to_owned(),
            dataset: self.dataset.clone(),
            n_rows: self.rows.len() as u64,
            aus: self.aus.clone(),
            csv_blake3: Digest::of_file(&csv_path)?,
            label_set: self.label_set.clone(),
        };
        save_toml(&folder.join("manifest.toml"), &head)
    }

    /// Reads the manifest in `folder` and checks it against its recorded hash.
    ///
    /// # Errors
    /// [`ArtifactError`] with the place of the first cell that does not hold what its column demands.
    pub fn load(folder: &Path) -> Result<Self, ArtifactError> {
        let head_path = folder.join("manifest.toml");
        let head: Head = load_toml(&head_path)?;
        expect_schema(&head_path, Self::SCHEMA, &head.schema)?;
        let csv_path = folder.join("manifest.csv");
        let got = Digest::of_file(&csv_path)?;
        if got != head.csv_blake3 {
            let expected = head.csv_blake3.to_string();
            return Err(ArtifactError::Hash { path: csv_path, expected, got: got.to_string() });
        }
        let (label_set, aus) = (head.label_set, head.aus);
        let raw = RawTable::load(&csv_path)?;
        let noisy = raw.columns.last().is_some_and(|column| column == CLEAN);
        raw.expect_columns(&Self::columns(&label_set, &aus, noisy))?;
        let rows = raw.rows(|row| {
            let sample = row.required("a sample id", |t| SampleId::new(t).ok())?;
            let path = row.text().to_owned();
            let subject = row.required("a subject id", |t| SubjectId::new(t).ok())?;
            let video = row.optional("text", |t| Some(t.to_owned()))?;
            let frame = row.optional("a frame number", |t| t.parse().ok())?;
            let split = row.required("train, valid or test", |t| t.parse().ok())?;
            let expression = row.optional("a class of the label set", |t| label_set.parse_class(t).ok())?;
            let valence = row.optional("a number in [-1, 1]", table::finite)?;
            let arousal = row.optional("a number in [-1, 1]", table::finite)?;
            let va = match (valence, arousal) {
                (Some(v), Some(a)) => {
                    Some(VaPoint::new(v, a).map_err(|_| row.refuse_last("a number in [-1, 1]"))?)
                }
                (None, None) => None,
                _ => return Err(row.refuse_last("valence and arousal, or neither")),
            };
            let aus = aus
                .iter()
                .map(|_| {
                    row.optional("0 or 1", |t| match t {
                        "0" => Some(false),
                        "1" => Some(true),
                        _ => None,
                    })
                })
                .collect::<Result<Vec<_>, _>>()?;
            let distribution = read_distribution(row, label_set.len())?;
            let posterior = read_distribution(row, label_set.len())?;
            let clean_expression = if noisy {
                row.optional("a class of the label set", |t| label_set.parse_class(t).ok())?
            } else {
                None
            };
            Ok(ManifestRow {
                sample,
                path,
                subject,
                video,
                frame,
                split,
                expression,
                va,
                aus,
                distribution,
                posterior,
                clean_expression,
            })
        })?;
        Ok(Self { dataset: head.dataset, label_set, aus, rows })
    }
}

/// The next `n_classes` cells: a distribution, or all empty.
fn read_distribution(
    row: &mut RowReader<'_>,
    n_classes: usize,
) -> Result<Option<LabelDistribution>, ArtifactError> {
    let entries = (0..n_classes)
        .map(|_| row.optional("a probability", table::finite))
        .collect::<Result<Vec<_>, _>>()?;
    let distribution = entries.into_iter().collect::<Option<Vec<f64>>>().map(LabelDistribution::new);
    distribution.transpose().map_err(|_| row.refuse_last("a distribution over the classes"))
}

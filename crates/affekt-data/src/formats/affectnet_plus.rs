//! `AffectNet`+: a document of labels and estimates beside each picture.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::{LabelDistribution, LabelSet, Split};
use serde::Deserialize;

use super::affectnet::{
    Fault, check_parts, class, landmarks_of_doubles, malformed, out_of_range, valence_arousal, whole,
};
use super::numbered::{Annotated, Files};
use super::{Format, Refuse};
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// Longest document read: those of the release hold a few hundred numbers.
const MAX_BYTES: u64 = 256 << 10;
/// How far eight probabilities may be from a sum of 1 for having been written with two decimals.
const ROUNDING: f64 = 0.04;

/// Parts with `images/<N>.jpg` and `annotations/<N>.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffectnetPlusLayout {
    /// Folder of each part the release comes in, relative to the root: split = folder.
    pub splits: BTreeMap<Split, String>,
    /// The subsets kept; all pictures, where this is absent.
    pub subset: Option<Vec<AffectnetSubset>>,
}

/// How hard a picture is, as the release says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AffectnetSubset {
    /// Code 0.
    Easy,
    /// Code 1.
    Challenging,
    /// Code 2.
    Difficult,
}

impl Format for AffectnetPlusLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        check_parts(refuse, &self.splits)?;
        match &self.subset {
            Some(kept) if kept.is_empty() => {
                Err(refuse("layout.subset", "[]", "easy, challenging or difficult, or no such key"))
            }
            _ => Ok(()),
        }
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::affectnet8()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(AffectnetPlusReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct AffectnetPlusReader {
    dataset: Dataset,
    layout: AffectnetPlusLayout,
}

impl AnnotationReader for AffectnetPlusReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let kept = self.layout.subset.as_deref();
        let parse = |files: &[Vec<u8>]| parse(files, kept);
        Files { endings: &[".json"], max_bytes: MAX_BYTES, parse }.read(
            &self.dataset,
            root,
            &self.layout.splits,
        )
    }
}

/// The document, as far as it is used; other keys are let be.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "human-label")]
    human_label: Option<Value>,
    #[serde(rename = "soft-label")]
    soft_label: Option<Vec<Value>>,
    subset: Option<Value>,
    #[serde(rename = "meta-data")]
    meta_data: Option<MetaData>,
}

#[derive(Default, Deserialize)]
struct MetaData {
    valence: Option<Value>,
    arousal: Option<Value>,
    #[serde(rename = "landmark-68")]
    landmarks: Option<Vec<Value>>,
}

/// A number, or the text of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    fn number(&self, what: &str) -> Result<f64, Fault> {
        match self {
            Self::Number(value) => Ok(*value),
            Self::Text(text) => {
                text.trim().parse().map_err(|_| malformed(format!("{what} {text:?} is not a number")))
            }
        }
    }
}

fn numbers(what: &str, values: &[Value]) -> Result<Vec<f64>, Fault> {
    values.iter().map(|value| value.number(what)).collect()
}

fn parse(files: &[Vec<u8>], kept: Option<&[AffectnetSubset]>) -> Result<Annotated, Fault> {
    let bytes = files.first().map_or(&[][..], Vec::as_slice);
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A list would be read by the order of the keys above.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(malformed("a list; expected an object with `human-label`"));
    }
    let document: Document = serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    let label = document.human_label.ok_or_else(|| malformed("no `human-label`"))?;
    let mut notes = Vec::new();
    let (subset, note) = match &document.subset {
        None => (None, "no `subset`"),
        Some(code) => match whole("subset", code.number("subset")?, 2)? {
            0 => (Some(AffectnetSubset::Easy), "subset easy"),
            1 => (Some(AffectnetSubset::Challenging), "subset challenging"),
            _ => (Some(AffectnetSubset::Difficult), "subset difficult"),
        },
    };
    notes.push(note);
    let distribution = match &document.soft_label {
        None => {
            notes.push("no `soft-label`");
            None
        }
        Some(values) => {
            let (distribution, sum) = distribution(numbers("soft-label", values)?)?;
            if (sum - 1.0).abs() > 1e-6 {
                notes.push("`soft-label` with a sum off 1 by rounding, renormalised");
            }
            Some(distribution)
        }
    };
    let MetaData { valence, arousal, landmarks } = document.meta_data.unwrap_or_default();
    let va = match (&valence, &arousal) {
        (None, None) => None,
        (Some(v), Some(a)) => valence_arousal(v.number("valence")?, a.number("arousal")?)?,
        _ => return Err(malformed("one of `valence` and `arousal` without the other")),
    };
    let points = landmarks.map(|values| landmarks_of_doubles(&numbers("landmark-68", &values)?));
    Ok(Annotated {
        expression: class(label.number("human-label")?)?,
        distribution,
        va,
        landmarks: points.transpose()?,
        notes,
        left_out: kept.is_some_and(|kept| !subset.is_some_and(|subset| kept.contains(&subset))),
    })
}

/// Eight probabilities in class order, and the sum they had before it was made 1.
fn distribution(entries: Vec<f64>) -> Result<(LabelDistribution, f64), Fault> {
    let (n, sum) = (entries.len(), entries.iter().sum::<f64>());
    if n != LabelSet::affectnet8().len() {
        return Err(malformed(format!("`soft-label` has {n} entries; expected 8")));
    }
    // Tested positively, so that NaN fails.
    if !(1.0 - ROUNDING..=1.0 + ROUNDING).contains(&sum) {
        return Err(out_of_range(format!("`soft-label` sums to {sum}; expected 1")));
    }
    let distribution = LabelDistribution::new(entries.into_iter().map(|p| p / sum).collect());
    distribution
        .map(|distribution| (distribution, sum))
        .map_err(|error| out_of_range(format!("`soft-label`: {error}")))
}

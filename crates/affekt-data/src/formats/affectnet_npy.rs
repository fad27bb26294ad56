//! `AffectNet` as folders of arrays: the release of eight expressions.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::{LabelSet, Split};
use serde::Deserialize;

use super::affectnet::{Fault, check_parts, class, landmarks_of_doubles, malformed, valence_arousal};
use super::numbered::{Annotated, Files};
use super::{Format, Refuse};
use crate::npy::numbers;
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// Longest array file read: 136 doubles and a header take 1216 bytes.
const MAX_BYTES: u64 = 16 << 10;

/// Parts with `images/<N>.jpg` and `annotations/<N>_{exp,val,aro,lnd}.npy`: one array a value, numbers or text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffectnetNpyLayout {
    /// Folder of each part the release comes in, relative to the root: split = folder.
    pub splits: BTreeMap<Split, String>,
}

impl Format for AffectnetNpyLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        check_parts(refuse, &self.splits)
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::affectnet8()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(AffectnetNpyReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct AffectnetNpyReader {
    dataset: Dataset,
    layout: AffectnetNpyLayout,
}

impl AnnotationReader for AffectnetNpyReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let endings = &["_exp.npy", "_val.npy", "_aro.npy", "_lnd.npy"];
        Files { endings, max_bytes: MAX_BYTES, parse }.read(&self.dataset, root, &self.layout.splits)
    }
}

fn parse(files: &[Vec<u8>]) -> Result<Annotated, Fault> {
    let [exp, val, aro, lnd] = files else { return Err(malformed("not four arrays")) };
    let array = |what: &str, bytes: &[u8], n: usize| {
        numbers(bytes, n).map_err(|error| malformed(format!("{what}: {error}")))
    };
    let scalar = |what: &str, bytes: &[u8]| array(what, bytes, 1).map(|values| values[0]);
    let va = valence_arousal(scalar("val", val)?, scalar("aro", aro)?)?;
    Ok(Annotated {
        expression: class(scalar("exp", exp)?)?,
        distribution: None,
        va,
        landmarks: Some(landmarks_of_doubles(&array("lnd", lnd, 136)?)?),
        notes: Vec::new(),
        left_out: false,
    })
}

//! A cost matrix in a file of one's own.

use std::io::Read;
use std::path::Path;

use affekt_core::LabelSet;
use affekt_ot::CostMatrix;
use serde::Deserialize;

use super::Context;
use crate::StudyError;

/// Largest file read: 255 classes at the longest a number is written.
const MOST_BYTES: u64 = 4 << 20;

/// `rows[i][j]`: cost of predicting `classes[i]` when `classes[j]` is true.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CostFile {
    classes: Vec<String>,
    rows: Vec<Vec<f64>>,
}

/// Reads the matrix and puts it into the order of the label set.
pub(super) fn load(context: &Context<'_>, file: &Path) -> Result<CostMatrix, StudyError> {
    let path = context.folder.join(file);
    let mut text = String::new();
    let opened = std::fs::File::open(&path).map_err(StudyError::io("read cost file", &path))?;
    opened.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(StudyError::io("read cost file", &path))?;
    let refuse = |reason: String| StudyError::CostFile { path: path.clone(), reason };
    if text.len() as u64 > MOST_BYTES {
        return Err(refuse(format!(
            "it is larger than {MOST_BYTES} bytes; expected a matrix over the classes"
        )));
    }
    let file: CostFile =
        toml::from_str(&text).map_err(|error| refuse(error.to_string().trim_end().to_owned()))?;
    let order = positions(&file.classes, &context.prepared.label_set).map_err(&refuse)?;
    let matrix = CostMatrix::from_rows(&file.rows).map_err(|error| refuse(error.to_string()))?;
    // A file with more or fewer rows than names is refused here.
    matrix.permuted(&order).map_err(|error| refuse(format!("rows for {} classes: {error}", order.len())))
}

/// Where each class of the set is in the file.
fn positions(names: &[String], set: &LabelSet) -> Result<Vec<usize>, String> {
    let expected = || format!("expected each class of {} once: {}", set.name(), set.classes().join(", "));
    if names.len() != set.len() {
        return Err(format!("{} classes; {}", names.len(), expected()));
    }
    let place = |class: &String| {
        let found = names.iter().position(|name| name == class);
        found.ok_or_else(|| format!("no class {class}; {}", expected()))
    };
    set.classes().iter().map(place).collect()
}

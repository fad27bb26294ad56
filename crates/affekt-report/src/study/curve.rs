//! The training log, `metrics.jsonl`: one JSON object a line, any key may be absent.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::ReportError;

/// What a log says of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Epoch {
    pub(crate) number: u64,
    pub(crate) train_loss: Option<f64>,
    pub(crate) valid_macro_f1: Option<f64>,
}

/// Reads a log; an absent file is an empty one. `name` is the path that errors tell.
pub(crate) fn load_curve(path: &Path, name: &Path) -> Result<Vec<Epoch>, ReportError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(ReportError::Read { path: name.to_owned(), source }),
    };
    // Sum and number of the losses of an epoch, last validation score.
    let mut epochs: BTreeMap<u64, (f64, u64, Option<f64>)> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let object: Map<String, Value> = serde_json::from_str(line)
            .map_err(|source| ReportError::LogLine { path: name.to_owned(), line: at + 1, source })?;
        let Some(epoch) = object.get("epoch").and_then(Value::as_u64) else { continue };
        let number = |key: &str| object.get(key).and_then(Value::as_f64).filter(|v| v.is_finite());
        let entry = epochs.entry(epoch).or_insert((0.0, 0, None));
        if let Some(loss) = number("train_loss") {
            entry.0 += loss;
            entry.1 += 1;
        }
        entry.2 = number("valid_macro_f1").or(entry.2);
    }
    let finished = epochs.into_iter().map(|(number, (sum, count, valid_macro_f1))| Epoch {
        number,
        train_loss: (count > 0).then(|| sum / count as f64),
        valid_macro_f1,
    });
    Ok(finished.collect())
}

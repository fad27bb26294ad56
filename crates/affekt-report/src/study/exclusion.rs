//! What was set aside while a dataset was read, and what ended a run.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::Failure;

use crate::ReportError;

/// Items per reason in `quarantine.csv`; none when the table was not kept.
pub(crate) fn quarantine_counts(path: &Path) -> Result<Option<BTreeMap<String, u64>>, ReportError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ReportError::Read { path: path.to_owned(), source }),
    };
    let unreadable = |source| ReportError::Quarantine { path: path.to_owned(), source };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(unreadable)?;
    let Some(column) = header.iter().position(|name| name == "reason") else {
        return Err(ReportError::Field {
            path: path.to_owned(),
            field: "header".to_owned(),
            expected: "a column `reason`".to_owned(),
            got: format!("{:?}", header.iter().collect::<Vec<_>>().join(",")),
        });
    };
    let mut counts = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        *counts.entry(record.get(column).unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    Ok(Some(counts))
}

/// Kind and first line of what ended the run in `folder`; none where it left no note.
pub(crate) fn failure(folder: &Path) -> Option<String> {
    let Failure { class, message } = Failure::of(folder)?;
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason was written");
    Some(format!("{class}: {}", line.trim()))
}

//! Reading a written file as the organisers do, and comparing it with what was meant.
//!
//! Nothing here knows how the rows came about: frames come from the release list, read again by the reader of test
//! lists, and values through the reader of annotations.

use std::path::Path;

use affekt_core::{ABAW_AUS, LabelSet};

use super::super::AbawTestLine;
use super::super::codes::{Fault, Labels, malformed, quoted};
use super::scores::Answer;
use super::{AbawTask, SubmissionError, SubmissionFormat};

/// Compares a file row for row; `names` are the frames its rows begin with, none where they hold values only.
pub(super) fn read_back(
    path: &Path,
    format: &SubmissionFormat,
    names: Option<&[AbawTestLine]>,
    meant: &[Answer],
    decimals: usize,
) -> Result<(), SubmissionError> {
    let differs = |line: u64, expected: &str, got: &str| {
        let (expected, got) = (expected.to_owned(), quoted(got));
        Err(SubmissionError::ReadBack { path: path.to_owned(), line, expected, got })
    };
    let text = std::fs::read_to_string(path).map_err(SubmissionError::io("read", path))?;
    let mut lines = text.split('\n');
    let header = lines.next().unwrap_or("");
    if header != format.header() {
        return differs(1, &format.header(), header);
    }
    let mut rows: Vec<&str> = lines.collect();
    let end = rows.pop();
    let n_rows = names.map_or(meant.len(), <[AbawTestLine]>::len);
    if end != Some("") || rows.len() != n_rows || meant.len() != n_rows {
        let got = format!("{} rows, then {:?}", rows.len(), end.unwrap_or(""));
        return differs(rows.len() as u64 + 1, &format!("{n_rows} rows, then the end of the file"), &got);
    }
    let classes = LabelSet::aff_wild2();
    let tolerance = 0.5 * 0.1_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX)) + 1e-12;
    for (k, (row, meant)) in rows.iter().zip(meant).enumerate() {
        let line = k as u64 + 2;
        let values = match names {
            None => row,
            Some(names) => match row.split_once(',') {
                Some((name, values)) if name == names[k].name => values,
                _ => return differs(line, &format!("a row about {}", names[k].name), row),
            },
        };
        match labels(values, format.task, &classes) {
            Err((_, detail)) => return differs(line, &detail, row),
            Ok(got) if !same(&got, meant, format.task, tolerance) => {
                return differs(line, &meant.text(format.task, decimals), row);
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Values of a row.
fn labels(values: &str, task: AbawTask, classes: &LabelSet) -> Result<Labels, Fault> {
    let fields: Vec<&str> = values.split(',').collect();
    let (va, rest) = fields.split_at(if task.has_va() { fields.len().min(2) } else { 0 });
    let (expression, aus) = rest.split_at(if task.has_expression() { rest.len().min(1) } else { 0 });
    if let Some(field) = rest.iter().find(|field| field.len() != 1) {
        return Err(malformed(format!("one digit where it says {field:?}")));
    }
    let mut labels = Labels::default();
    if task.has_va() {
        labels.set_va(va)?;
    }
    if task.has_expression() {
        labels.set_expression(expression, classes)?;
    }
    labels.set_aus(aus, if task.has_aus() { ABAW_AUS.len() } else { 0 })?;
    Ok(labels)
}

/// Whether values are those meant, valence and arousal up to rounding.
fn same(got: &Labels, meant: &Answer, task: AbawTask, tolerance: f64) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance;
    let va = got
        .va
        .is_some_and(|va| near(va.valence(), meant.va.valence()) && near(va.arousal(), meant.va.arousal()));
    let expression = got.expression.is_some_and(|class| class.get() == meant.expression);
    let aus = got.aus.iter().copied().eq(meant.aus.map(Some));
    (va || !task.has_va()) && (expression || !task.has_expression()) && (aus || !task.has_aus())
}

#[cfg(test)]
mod tests {
    use affekt_core::VaPoint;

    use super::*;

    const GOOD: &str = "image,valence,arousal,expression,aus\n\
                        video96/00008.jpg,0.125,-1.000,3,0,1,0,0,0,0,0,0,0,0,0,1\n\
                        video96/00001.jpg,0.000,0.000,0,0,0,0,0,0,0,0,0,0,0,0,0\n";

    fn read(text: &str) -> Result<(), SubmissionError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("predictions.txt");
        std::fs::write(&path, text).unwrap();
        let line = |line, name: &str| AbawTestLine { line, name: name.to_owned() };
        let names = [line(2, "video96/00008.jpg"), line(3, "video96/00001.jpg")];
        let mut first = Answer { va: VaPoint::clamped(0.1254, -1.0), expression: 3, ..Answer::neutral() };
        (first.aus[1], first.aus[11]) = (true, true);
        let format = SubmissionFormat::of(7, AbawTask::Mtl).unwrap();
        read_back(&path, &format, Some(&names), &[first, Answer::neutral()], 3)
    }

    #[test]
    fn what_was_meant_passes_and_any_change_is_found_on_its_line() {
        read(GOOD).unwrap();
        let changes = [
            ("image,", "Image,", 1),
            ("0.125", "0.127", 2),
            ("-1.000", "-1.001", 2),
            ("-1.000", "-5", 2),
            ("0.125", "nan", 2),
            (",3,", ",4,", 2),
            (",3,", ",3.0,", 2),
            (",3,", ",8,", 2),
            (",3,", ",-1,", 2),
            (",0,1,0", ",1,0,0", 2),
            (",0,1\n", ",0\n", 2),
            (",0,1\n", ",0,1,\n", 2),
            (",0,1\n", ",0,1\r\n", 2),
            ("00008", "00009", 2),
            ("00001.jpg,0.000", "00001.jpg, 0.001", 3),
            ("\nvideo96/00001.jpg,0.000,0.000,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "\n", 2),
            (",0,0\n", ",0,0", 2),
            (",0,0\n", ",0,0\n\n", 4),
        ];
        for (from, to, line) in changes {
            let changed = GOOD.replacen(from, to, 1);
            assert_ne!(changed, GOOD, "{from}");
            let error = read(&changed).unwrap_err();
            assert!(
                matches!(error, SubmissionError::ReadBack { line: at, .. } if at == line),
                "{from} to {to}: {error}"
            );
        }
    }
}

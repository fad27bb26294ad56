//! FER2013 and FER+: pairing by row, votes, names that repeat or are missing, and the real votes where at hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod faults;
mod labels;
#[path = "../miniature/mod.rs"]
#[expect(dead_code, reason = "each test file uses a part of the miniature")]
mod miniature;
mod real;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use affekt_data::{DataError, Dataset, ReadRow, Reading};
use miniature::{Miniature, changed, layout};

/// A layout key, and its value or that it goes.
type Change = (&'static str, Option<&'static str>);
/// What turns a manifest to pictures in files.
const FILES: [Change; 2] = [("images", Some("data")), ("pixels", None)];

/// The description with layout keys set or removed.
fn described(name: &str, changes: &[Change]) -> Result<Dataset, DataError> {
    changed(name, |table| set(table, changes))
}

fn set(table: &mut toml::Table, changes: &[Change]) {
    let layout = layout(table);
    for (key, value) in changes {
        match value {
            Some(value) => drop(layout.insert((*key).to_owned(), toml::Value::from(*value))),
            None => drop(layout.remove(*key)),
        }
    }
}

fn dataset(name: &str, changes: &[Change]) -> Dataset {
    described(name, changes).unwrap()
}

fn edit(miniature: &Miniature, file: &str, change: impl FnOnce(String) -> String) {
    miniature.tree().write(file, change(miniature.text(file)));
}

/// Sample, class and line of each row.
fn labels(dataset: &Dataset, reading: &Reading) -> Vec<(String, String, u64)> {
    let class = |row: &ReadRow| dataset.label_set().name_of(row.expression.unwrap()).unwrap().to_owned();
    reading.rows.iter().map(|row| (row.sample.to_string(), class(row), row.line.unwrap())).collect()
}

fn note(reading: &Reading, text: &str) -> u64 {
    reading.counts.notes.get(text).copied().unwrap_or(0)
}

//! Aff-Wild2 as the ABAW challenges distribute it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod lists;
#[path = "../miniature/mod.rs"]
#[expect(dead_code, reason = "each test file uses a part of the support")]
mod miniature;
mod mtl;
mod published;
mod submission;
mod tracks;
mod tracks_joined;

use affekt_core::{LabelSet, Split};
use affekt_data::{ReadRow, Reading};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

/// Classes by code, as the header of the annotations lists them.
const CLASSES: [&str; 8] =
    ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"];

/// Samples of a part, in order.
fn samples(reading: &Reading, split: Split) -> Vec<&str> {
    let of_part = reading.rows.iter().filter(|row| row.split == Some(split));
    of_part.map(|row| row.sample.as_str()).collect()
}

fn row<'r>(reading: &'r Reading, sample: &str) -> &'r ReadRow {
    reading.rows.iter().find(|row| row.sample.as_str() == sample).unwrap()
}

/// Name of the class of a row.
fn class<'s>(set: &'s LabelSet, row: &ReadRow) -> Option<&'s str> {
    row.expression.map(|class| set.name_of(class).unwrap())
}

fn note(reading: &Reading, text: &str) -> u64 {
    let notes = &reading.counts.notes;
    notes.iter().filter(|(note, _)| note.contains(text)).map(|(_, n)| n).sum()
}

/// Each row is a sample, set aside, or counted; rows of videos without a folder are set aside together.
fn assert_accounted(reading: &Reading) {
    let counts = &reading.counts;
    let together =
        reading.quarantine.items.iter().filter(|item| item.detail.contains("rows that need one")).count();
    let alone = reading.rows.len() + reading.quarantine.items.len() - together;
    let absent = note(reading, "rows of videos without any image");
    assert_eq!(
        alone as u64 + absent + counts.ignored + counts.all.without_face,
        counts.all.rows,
        "{reading:?}"
    );
    assert_eq!(counts.splits.values().map(|part| part.rows).sum::<u64>(), counts.all.rows);
}

/// Runs a property on one miniature: to build one anew for each case would take most of the time.
fn run_cases<S: Strategy>(inputs: &S, property: impl Fn(S::Value)) {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(inputs, |input| {
        property(input);
        Ok(())
    });
    run.unwrap();
}

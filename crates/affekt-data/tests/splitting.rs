//! Splits: disjoint in subjects, close to their shares, the same every time.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::{LabelSet, SampleId, Split, SubjectId};
use affekt_data::{DataError, ImageSource, ReadRow, SplitSpec, split_by_subject};
use affekt_face::FaceHint;
use proptest::prelude::*;

const SPEC: SplitSpec = SplitSpec { valid: 0.2, test: 0.1, seed: 3, keep: None };

fn row(k: usize, subject: usize, class: usize) -> ReadRow {
    ReadRow {
        sample: SampleId::new(format!("{k}")).unwrap(),
        image: ImageSource::File(format!("{k}.png")),
        expression: LabelSet::affectnet8().class_at(class),
        distribution: None,
        aus: Vec::new(),
        frame: None,
        hint: FaceHint::default(),
        subject: SubjectId::new(format!("s{subject}")).unwrap(),
        video: None,
        split: None,
        va: None,
        line: None,
    }
}

fn counts(rows: &[ReadRow], splits: &[Split]) -> BTreeMap<Split, [u64; 8]> {
    let mut counts: BTreeMap<_, [u64; 8]> = BTreeMap::new();
    for (row, split) in rows.iter().zip(splits) {
        counts.entry(*split).or_default()[row.expression.unwrap().get()] += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_subject_lies_in_two_splits_and_order_does_not_matter(
        pairs in prop::collection::vec((0..40_usize, 0..8_usize), 1..300),
        seed: u64,
    ) {
        let rows: Vec<ReadRow> = pairs.iter().enumerate().map(|(k, &(s, c))| row(k, s, c)).collect();
        let spec = SplitSpec { seed, ..SPEC };
        let splits = split_by_subject(&rows, &spec).unwrap();
        let mut of_subject: BTreeMap<&SubjectId, BTreeSet<Split>> = BTreeMap::new();
        for (row, &split) in rows.iter().zip(&splits) {
            of_subject.entry(&row.subject).or_default().insert(split);
        }
        prop_assert!(of_subject.values().all(|splits| splits.len() == 1));

        let reversed: Vec<ReadRow> = rows.iter().rev().cloned().collect();
        let mut again = split_by_subject(&reversed, &spec).unwrap();
        again.reverse();
        prop_assert_eq!(splits, again);
    }
}

#[test]
fn many_small_subjects_give_the_shares_asked_for() {
    let rows: Vec<ReadRow> = (0..2000).map(|k| row(k, k / 2, (k * k) % 4)).collect();
    let counts = counts(&rows, &split_by_subject(&rows, &SPEC).unwrap());
    for class in 0..4 {
        let total: u64 = counts.values().map(|c| c[class]).sum();
        for split in Split::ALL {
            let share = counts[&split][class] as f64 / (total as f64).clamp(1.0, f64::MAX);
            let off = (share - SPEC.fraction(split)).abs();
            assert!(total == 0 || off < 0.02, "class {class} {split}: {share}");
        }
    }
}

#[test]
fn a_rare_class_reaches_every_split_when_its_subjects_allow() {
    let mut rows: Vec<ReadRow> = (0..600).map(|k| row(k, k, 0)).collect();
    rows.extend((0..3).map(|k| row(600 + k, 600 + k, 7)));
    for seed in 0..20 {
        let counts = counts(&rows, &split_by_subject(&rows, &SplitSpec { seed, ..SPEC }).unwrap());
        assert!(Split::ALL.into_iter().all(|split| counts[&split][7] == 1), "{counts:?}");
    }
}

#[test]
fn a_subject_with_most_of_a_class_goes_to_train() {
    let mut rows: Vec<ReadRow> = (0..500).map(|k| row(k, k / 5, 0)).collect();
    rows.extend((0..100).map(|k| row(500 + k, 900, 5)));
    rows.extend((0..60).map(|k| row(600 + k, 901 + k, 5)));
    let splits = split_by_subject(&rows, &SPEC).unwrap();
    assert_eq!(splits[500], Split::Train);
    let counts = counts(&rows, &splits);
    assert!((24..=40).contains(&counts[&Split::Valid][5]) && (12..=24).contains(&counts[&Split::Test][5]));
}

#[test]
fn seeds_differ_and_repeat() {
    let rows: Vec<ReadRow> = (0..400).map(|k| row(k, k / 2, k % 3)).collect();
    let of = |seed| split_by_subject(&rows, &SplitSpec { seed, ..SPEC }).unwrap();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn a_split_of_share_zero_stays_empty() {
    let rows: Vec<ReadRow> = (0..100).map(|k| row(k, k, k % 2)).collect();
    let splits = split_by_subject(&rows, &SplitSpec { valid: 0.0, test: 0.5, seed: 0, keep: None }).unwrap();
    assert!(!splits.contains(&Split::Valid));
    assert_eq!(splits.iter().filter(|&&s| s == Split::Test).count(), 50);
    assert!(split_by_subject(&[], &SPEC).unwrap().is_empty());
}

#[test]
fn fractions_that_leave_no_training_part_are_refused() {
    for (valid, test) in [(0.5, 0.5), (-0.1, 0.2), (1.0, 0.0), (f64::NAN, 0.1), (0.1, f64::INFINITY)] {
        let error = split_by_subject(&[row(0, 0, 0)], &SplitSpec { valid, test, seed: 0, keep: None });
        assert!(matches!(error, Err(DataError::Fractions { .. })), "{valid} {test}");
    }
}

//! The real faces8, where the shared data is at hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{Dataset, SplitSpec, check, prepare_files, split_by_subject};
use support::{preparing, shared};

fn faces8() -> Dataset {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-manifests/faces8.toml");
    Dataset::load(&path).unwrap()
}

#[test]
fn the_description_is_valid_and_adds_up() {
    let dataset = faces8();
    assert_eq!(dataset.spec().published.as_ref().unwrap().all.classes.values().sum::<u64>(), 10_679);
    assert_eq!(dataset.label_set().name(), "affectnet-8");
}

#[test]
fn reading_gives_the_published_counts() {
    let Some(root) = shared("faces8") else { return };
    let reading = faces8().reader().read(&root).unwrap();
    assert_eq!(reading.counts.all.rows, 10_679);
    assert_eq!(reading.counts.all.per_class, [5364, 4386, 210, 292, 17, 196, 206, 8]);
    assert_eq!(
        (reading.counts.duplicates, reading.counts.conflicts, reading.counts.case_folded),
        (6, 1, 680)
    );
    assert_eq!(reading.rows.len(), 10_671);
    let subjects: BTreeSet<_> = reading.rows.iter().map(|row| &row.subject).collect();
    assert_eq!(subjects.len(), 4_459);
    let conflicts: Vec<_> =
        reading.quarantine.items.iter().filter(|i| i.reason == QuarantineReason::ConflictingLabel).collect();
    assert!(conflicts.len() == 2 && conflicts.iter().all(|i| i.path == "images/s5611_024.jpg"));
}

#[test]
fn every_split_has_every_class_in_about_its_share() {
    let Some(root) = shared("faces8") else { return };
    let reading = faces8().reader().read(&root).unwrap();
    for seed in 0..5 {
        let spec = SplitSpec { valid: 0.15, test: 0.15, seed, keep: None };
        let splits = split_by_subject(&reading.rows, &spec).unwrap();
        let mut counts: BTreeMap<Split, [u64; 8]> = BTreeMap::new();
        for (row, split) in reading.rows.iter().zip(splits) {
            counts.entry(split).or_default()[row.expression.unwrap().get()] += 1;
        }
        for split in [Split::Valid, Split::Test] {
            for (class, &n) in counts[&split].iter().enumerate() {
                let total: u64 = counts.values().map(|c| c[class]).sum();
                let share = n as f64 / total as f64;
                // Disgust hangs on four subjects; of contempt there are eight single images.
                assert!(
                    n > 0 && (0.08..=0.25).contains(&share),
                    "seed {seed} {split} class {class}: {share}"
                );
            }
        }
    }
}

#[test]
fn check_and_prepare_agree_with_the_readme() {
    let Some(root) = shared("faces8") else { return };
    let report = check(&faces8(), &root).unwrap();
    assert!(!report.needs_attention(), "{report}");
    assert_eq!((report.images, report.subjects, report.largest_subject), (10_671, 4_459, 520));
    assert_eq!(report.images_without_rows, 0);
    let out = tempfile::tempdir().unwrap();
    let spec = SplitSpec { valid: 0.15, test: 0.15, seed: 0, keep: None };
    let prepared = prepare_files(&faces8(), &root, preparing(spec, &mut |_| ()), out.path()).unwrap();
    assert_eq!(prepared.manifest.rows.len(), 10_671);
    assert_eq!(prepared.quarantine.faults().count(), 2);
}

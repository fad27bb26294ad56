//! `AffectNet` in its three releases.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod csv;
mod npy;
mod plus;

use std::path::{Path, PathBuf};

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{DataError, Dataset, PublishedCounts, ReadRow, Reading};
use affekt_testkit::Tree;

/// The codes of every release, from the dataset's documentation and not from the library.
const CODES: [(&str, &str); 8] = [
    ("0", "neutral"),
    ("1", "happiness"),
    ("2", "sadness"),
    ("3", "surprise"),
    ("4", "fear"),
    ("5", "disgust"),
    ("6", "anger"),
    ("7", "contempt"),
];

/// A miniature that is removed with its owner.
struct Miniature {
    folder: tempfile::TempDir,
    tree: Tree,
}

impl Miniature {
    fn new(write: fn(&Tree)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::new(folder.path().join("root"));
        write(&tree);
        Self { folder, tree }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.tree.root().join(file)
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    fn read(&self, dataset: &Dataset) -> Result<Reading, DataError> {
        dataset.reader().read(self.tree.root())
    }
}

fn manifest_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-manifests").join(name)
}

/// A published description with parts replaced, without the counts of the whole dataset.
fn description(name: &str, changes: &[(&str, &str)]) -> String {
    let text = std::fs::read_to_string(manifest_path(name)).unwrap();
    let text = changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{name} has no {from}");
        text.replace(from, to)
    });
    let mut table: toml::Table = text.parse().unwrap();
    table.remove("published");
    table.to_string()
}

fn dataset(name: &str, changes: &[(&str, &str)]) -> Dataset {
    Dataset::parse(&description(name, changes)).unwrap()
}

fn class_of(dataset: &Dataset, row: &ReadRow) -> Option<String> {
    row.expression.map(|class| dataset.label_set().name_of(class).unwrap().to_owned())
}

/// Set-aside items as (path, line, reason, detail).
fn set_aside(reading: &Reading) -> Vec<(&str, Option<u64>, QuarantineReason, &str)> {
    let items = reading.quarantine.items.iter();
    items.map(|item| (item.path.as_str(), item.line, item.reason, item.detail.as_str())).collect()
}

/// Every row is a sample, set aside or ignored.
fn all_accounted_for(reading: &Reading) -> bool {
    let n_elsewhere = reading.quarantine.items.len() as u64 + reading.counts.ignored;
    reading.rows.len() as u64 + n_elsewhere == reading.counts.all.rows
}

fn n_labelled(counts: &PublishedCounts) -> u64 {
    counts.classes.values().sum()
}

#[test]
fn the_counts_of_the_descriptions_add_up() {
    let published = |name: &str| Dataset::load(&manifest_path(name)).unwrap().spec().published.clone();
    let eight = published("affectnet-8.toml").unwrap();
    assert_eq!((n_labelled(&eight.train), eight.train.rows), (287_651, Some(287_651)));
    assert_eq!((n_labelled(&eight.valid), eight.valid.rows), (3_999, Some(3_999)));
    let seven = published("affectnet-7.toml").unwrap();
    assert_eq!((n_labelled(&seven.train), n_labelled(&seven.valid)), (283_901, 3_500));
    let table = published("affectnet-csv.toml").unwrap();
    // None, Uncertain with No-Face, and the row without a face box.
    assert_eq!(Some(n_labelled(&table.train) + 33_088 + 94_060 + 1), table.train.rows);
    assert_eq!(Some(n_labelled(&table.train) + 33_088), table.train.va);
    assert_eq!(Some(n_labelled(&table.valid) + 3 * 500), table.valid.rows);
    assert!(published("affectnet-plus.toml").is_none());
}

#[test]
fn codes_read_in_the_order_of_another_label_set_are_refused() {
    for name in ["affectnet-csv.toml", "affectnet-8.toml", "affectnet-plus.toml"] {
        let text = description(name, &[("label_set = \"affectnet-8\"", "label_set = \"aff-wild2\"")]);
        let error = Dataset::parse(&text).unwrap_err();
        assert!(error.to_string().contains("affectnet-8"), "{name}: {error}");
    }
}

#[test]
fn a_layout_is_refused_for_each_wrong_value() {
    let wrong = [
        ("affectnet-csv.toml", "train = \"Manually", "train = \"../Manually"),
        ("affectnet-csv.toml", "train = \"Manually", "dev = \"Manually"),
        (
            "affectnet-csv.toml",
            "images = \"Manually_Annotated/Manually_Annotated_Images\"",
            "images = \"/etc\"",
        ),
        ("affectnet-csv.toml", "images = \"Manually_Annotated/Manually_Annotated_Images\"", ""),
        ("affectnet-8.toml", "kind = \"affectnet-npy\"", "kind = \"affectnet-npy\"\nimages = \"images\""),
        ("affectnet-8.toml", "train = \"train_set\"\nvalid = \"val_set\"", ""),
        ("affectnet-8.toml", "train = \"train_set\"", "train = \"..\""),
        ("affectnet-plus.toml", "kind = \"affectnet-plus\"", "kind = \"affectnet-plus\"\nsubset = []"),
        (
            "affectnet-plus.toml",
            "kind = \"affectnet-plus\"",
            "kind = \"affectnet-plus\"\nsubset = [\"hard\"]",
        ),
    ];
    for (name, from, to) in wrong {
        assert!(Dataset::parse(&description(name, &[(from, to)])).is_err(), "{name}: {to:?} was accepted");
    }
}

/// Rows of a part with their classes, numbers or paths in reading order.
fn samples(reading: &Reading, split: Split) -> Vec<&str> {
    reading.rows.iter().filter(|row| row.split == Some(split)).map(|row| row.sample.as_str()).collect()
}

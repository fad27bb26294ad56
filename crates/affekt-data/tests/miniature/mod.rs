//! A miniature dataset on disk, read under the real description of its layout.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};

use affekt_artifact::QuarantineReason;
use affekt_core::{Seed, Split};
use affekt_data::{CheckReport, DataError, Dataset, Reading, check};
use affekt_testkit::{Tree, mutate};

/// A folder with a miniature, removed with its owner.
pub(crate) struct Miniature {
    folder: tempfile::TempDir,
}

impl Miniature {
    pub(crate) fn new(build: impl FnOnce(&Tree)) -> Self {
        let miniature = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(miniature.root()).unwrap();
        build(&miniature.tree());
        miniature
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// A path beside the root.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::new(self.root())
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root().join(path)).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub(crate) fn read(&self, dataset: &Dataset) -> Result<Reading, DataError> {
        dataset.reader().read(&self.root())
    }

    pub(crate) fn check(&self, dataset: &Dataset) -> CheckReport {
        check(dataset, &self.root()).unwrap()
    }

    /// Damages an annotation file in many ways: nothing panics, and every row is accounted for.
    pub(crate) fn damage(&self, dataset: &Dataset, file: &str) {
        let path = self.root().join(file);
        let whole = std::fs::read(&path).unwrap();
        for n in 0..300 {
            let damaged = mutate(&whole, &mut Seed(3).stream(file, &[n]));
            std::fs::write(&path, &damaged).unwrap();
            if let Ok(reading) = self.read(dataset) {
                assert_accounted(&reading);
            }
        }
        std::fs::write(path, whole).unwrap();
    }
}

/// Each row of the annotation is a sample, set aside, or counted.
pub(crate) fn assert_accounted(reading: &Reading) {
    let counts = &reading.counts;
    let used = reading.rows.len() + reading.quarantine.items.len();
    assert_eq!(used as u64 + counts.ignored + counts.all.without_face, counts.all.rows, "{reading:?}");
}

/// A description of `data-manifests/`, as a table to change.
pub(crate) fn manifest(name: &str) -> toml::Table {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-manifests").join(format!("{name}.toml"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The description without published counts, which a miniature cannot have.
pub(crate) fn dataset(name: &str) -> Dataset {
    changed(name, |_| {}).unwrap()
}

/// The description without published counts, changed.
pub(crate) fn changed(name: &str, change: impl FnOnce(&mut toml::Table)) -> Result<Dataset, DataError> {
    let mut table = manifest(name);
    table.remove("published");
    change(&mut table);
    Dataset::parse(&table.to_string())
}

/// The layout of a description.
pub(crate) fn layout(table: &mut toml::Table) -> &mut toml::Table {
    table["layout"].as_table_mut().unwrap()
}

/// Rows of a part per class name.
pub(crate) fn classes_of(dataset: &Dataset, reading: &Reading, split: Split) -> Vec<(String, u64)> {
    let names = dataset.label_set().classes().iter().cloned();
    names.zip(reading.counts.splits[&split].per_class.iter().copied()).collect()
}

/// Name of the class of a row.
pub(crate) fn class_name<'d>(dataset: &'d Dataset, reading: &Reading, row: usize) -> &'d str {
    dataset.label_set().name_of(reading.rows[row].expression.unwrap()).unwrap()
}

/// Set-aside items as (path, line, reason).
pub(crate) fn set_aside(reading: &Reading) -> Vec<(&str, Option<u64>, QuarantineReason)> {
    reading.quarantine.items.iter().map(|item| (item.path.as_str(), item.line, item.reason)).collect()
}

/// Asserts that exchanging any two classes of a part moves a count by more than the description tolerates.
pub(crate) fn assert_swaps_are_told(name: &str) {
    let table = manifest(name);
    let published = table["published"].as_table().unwrap();
    let tolerance = published["tolerance"].as_float().unwrap();
    let mut parts = 0;
    for part in ["all", "train", "valid", "test"] {
        let Some(classes) = published.get(part).and_then(|part| part.get("classes")) else { continue };
        parts += 1;
        let counts: Vec<i64> =
            classes.as_table().unwrap().values().map(|n| n.as_integer().unwrap()).collect();
        for (k, &one) in counts.iter().enumerate() {
            for &other in &counts[k + 1..] {
                assert!(one.abs_diff(other) as f64 > tolerance * one as f64, "{name} {part}: {one}, {other}");
            }
        }
    }
    assert!(parts > 0);
}

//! A study from data to report through the real binary, predictions written by hand in place of training.
#![cfg(not(feature = "torch"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::{Path, PathBuf};

use affekt_artifact::{Manifest, PredictionRow, Predictions, Selection};
use affekt_core::Split;
use affekt_study::{ResolvedRun, finish_run};
use support::{Ran, affekt};

/// One small world, two seeds.
const SMALL: [&str; 6] = [
    "--set",
    "seeds=[0, 1]",
    "--set",
    "train.batch_size=16",
    "--set",
    "dataset=[{ name = \"degenerate\", prototypes = { kind = \"empirical\" }, source = { kind = \"world\", \
     world = \"../../../../configs/worlds/degenerate.toml\", size = { train = 400, valid = 40, test = 120 }, seed = 0 } }]",
];

struct Studio {
    folder: tempfile::TempDir,
}

impl Studio {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    fn study(&self, command: &str, more: &[&str]) -> Ran {
        let out = self.out();
        let head = [
            "study",
            command,
            "crates/affekt-study/tests/fixture/circumplex-worlds.toml",
            "--out",
            out.to_str().unwrap(),
        ];
        affekt(&[&head[..], &SMALL, more].concat())
    }

    fn run_folders(&self) -> Vec<PathBuf> {
        let runs = self.out().join("circumplex-worlds/runs");
        let mut folders: Vec<PathBuf> = std::fs::read_dir(runs).unwrap().map(|e| e.unwrap().path()).collect();
        folders.sort();
        folders
    }
}

/// What training would leave: the true class with confidence 0.65.
fn train_by_hand(folder: &Path) {
    let run = ResolvedRun::load(folder).unwrap();
    let manifest = Manifest::load(&run.data_path(folder).unwrap()).unwrap();
    let rows = manifest.split(Split::Test).map(|row| {
        let truth = row.expression.unwrap();
        PredictionRow {
            selection: Selection::Last,
            sample: row.sample.clone(),
            subject: row.subject.clone(),
            video: None,
            split: row.split,
            true_class: row.expression,
            predicted_class: truth,
            probabilities: (0..8).map(|c| if c == truth.get() { 0.65 } else { 0.05 }).collect(),
            true_va: row.va,
            predicted_va: Some([0.1, 0.2]),
            true_aus: row.aus.clone(),
            au_probabilities: vec![0.5; run.aus.len()],
        }
    });
    let predictions =
        Predictions { label_set: run.label_set.clone(), aus: run.aus.clone(), rows: rows.collect() };
    predictions.save(&folder.join("predictions.csv")).unwrap();
    std::fs::write(folder.join("metrics.jsonl"), "{\"epoch\":1,\"train_loss\":1.5}\n").unwrap();
    std::fs::write(folder.join("checkpoint.safetensors"), "weights").unwrap();
    finish_run(folder, &[]).unwrap();
}

#[test]
fn from_data_to_report_and_nothing_twice() {
    let studio = Studio::new();
    // Without LibTorch every run fails; data, plan and run folders are there all the same.
    let ran = studio.study("run", &["--fail-fast", "--jobs", "1"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("this build has no LibTorch"), "{}", ran.stderr);
    assert!(ran.stderr.contains("was not run"), "{}", ran.stderr);
    let folders = studio.run_folders();
    assert_eq!(folders.len(), 8);
    let study_dir = studio.out().join("circumplex-worlds");
    assert!(study_dir.join("report.html").is_file(), "a report with holes");

    for folder in &folders {
        train_by_hand(folder);
    }
    let ran = studio.study("run", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("preparing"), "{}", ran.stderr);
    for part in ["C1 ", "C3 ", "undecided", "macro_f1 circumplex vs uniform", "limit", "report: "] {
        assert!(ran.stdout.contains(part), "{part} is missing in {}", ran.stdout);
    }
    // Knowing every label of the test set is more than the faces allow.
    assert!(ran.stdout.contains("ABOVE THE LIMIT") && ran.stderr.contains("leak"), "{}", ran.stdout);

    let before = snapshot(&studio.out());
    let ran = studio.study("run", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("nothing to do: 8 of 8 runs done, report is current"), "{}", ran.stdout);
    assert!(ran.stdout.contains("C1 "), "{}", ran.stdout);
    assert_eq!(before, snapshot(&studio.out()), "a file was written");

    let ran = studio.study("plan", &[]);
    assert!(ran.stdout.contains("8 done, 0 to do") && ran.stdout.contains("nothing left"), "{}", ran.stdout);
    let dir = study_dir.to_str().unwrap();
    assert!(affekt(&["study", "status", dir]).stdout.contains("8 done, 0 running, 0 failed, 0 to do"));
    assert_eq!(affekt(&["study", "collect", dir]).code, 0);
    assert!(affekt(&["report", dir]).stdout.contains("report.html"));

    // A finished run taken away is done again, and only that one.
    std::fs::remove_file(folders[0].join("DONE")).unwrap();
    let ran = studio.study("run", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("1 of 8 runs to do"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 runs have no results"), "{}", ran.stderr);
}

/// Path, length and time of every file.
/// What ships can be planned: not only its keys are right, but the classes that its tables, wheels and pairs name.
#[test]
fn every_shipped_study_of_worlds_can_be_planned() {
    let studio = Studio::new();
    let mut planned = 0;
    for entry in std::fs::read_dir(support::repository().join("configs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let ran = affekt(&[
            "study",
            "plan",
            path.to_str().unwrap(),
            "--tier",
            "smoke",
            "--out",
            studio.out().to_str().unwrap(),
        ]);
        let needs_files = ["pass --data-root", "model.weights"].iter().any(|why| ran.stderr.contains(why));
        assert!(ran.code == 0 || needs_files, "{}: {}", path.display(), ran.stderr);
        planned += usize::from(ran.code == 0);
    }
    assert!(planned >= 15, "{planned}");
}

fn snapshot(folder: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.metadata().unwrap();
        if meta.is_dir() {
            found.extend(snapshot(&path));
        } else {
            found.push((path, meta.len(), meta.modified().unwrap()));
        }
    }
    found.sort();
    found
}

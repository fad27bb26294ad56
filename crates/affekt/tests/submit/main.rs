//! `affekt submit`: every edition's files, holes, and what is refused.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod formats;
mod holes;
mod means;
mod refusals;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use affekt_artifact::{PredictionRow, Predictions, Selection};
use affekt_core::{ABAW_AUS, LabelSet, SampleId, Split, SubjectId};
use affekt_testkit::{Tree, abaw_mtl, abaw_test_lists};
use serde_json::Value;
use support::{Ran, affekt};

const EXPR: &str = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other";
const AU: &str = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26";
const LIST_5: &str = "CVPR_5th_ABAW_EXPR_test_set_sample.txt";
const LIST_6: &str = "CVPR_6th_ABAW_Expr_test_set_example.txt";
const LIST_6_VA: &str = "CVPR_6th_ABAW_VA_test_set_example.txt";
const LIST_7: &str = "MTL_Challenge_test_set_release.txt";

/// One predicted frame: probabilities 0.9 of a class, 0.9 and 0.1 of present and absent action units.
#[derive(Clone)]
struct Said {
    sample: &'static str,
    class: usize,
    va: [f32; 2],
    aus: &'static [u8],
}

/// Frames 1, 3 and 8 of `video96`; valence of the second lies outside, and its arousal rounds to 0 from below.
fn said() -> Vec<Said> {
    vec![
        Said { sample: "video96/00001.jpg", class: 4, va: [0.25, -0.5], aus: &[1, 26] },
        Said { sample: "video96/00003.jpg", class: 7, va: [1.5, -0.0001], aus: &[2] },
        Said { sample: "video96/00008.jpg", class: 0, va: [-1.0, 1.0], aus: &[] },
    ]
}

fn row(said: &Said, label_set: &LabelSet, aus: &[u8]) -> PredictionRow {
    let rest = 0.1 / 7.0;
    let p = |k| if k == said.class { 0.9 } else { rest };
    PredictionRow {
        selection: Selection::Last,
        sample: SampleId::new(said.sample).unwrap(),
        subject: SubjectId::new("video96").unwrap(),
        video: Some("video96".to_owned()),
        split: Split::Test,
        true_class: None,
        predicted_class: label_set.class_at(said.class).unwrap(),
        probabilities: (0..label_set.len()).map(p).collect(),
        true_va: None,
        predicted_va: Some(said.va),
        true_aus: vec![None; aus.len()],
        au_probabilities: aus.iter().map(|au| if said.aus.contains(au) { 0.9 } else { 0.1 }).collect(),
    }
}

/// Release lists and predictions of a miniature.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        abaw_test_lists(&case.tree());
        abaw_mtl(&case.tree());
        case.predict("p.csv", &said());
        case
    }

    fn tree(&self) -> Tree {
        Tree::new(self.folder.path())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn predict(&self, name: &str, said: &[Said]) {
        self.predict_with(name, said, |_| {});
    }

    /// Predictions under the labels of Aff-Wild2, changed before they are written.
    fn predict_with(&self, name: &str, said: &[Said], change: impl FnOnce(&mut Predictions)) {
        let (label_set, aus) = (LabelSet::aff_wild2(), ABAW_AUS.to_vec());
        let rows = said.iter().map(|said| row(said, &label_set, &aus)).collect();
        let mut predictions = Predictions { label_set, aus, rows };
        change(&mut predictions);
        predictions.save(&self.path(name)).unwrap();
    }

    /// `affekt submit` with `p.csv` to `out`; later words win over earlier ones, `--predictions` adds a file.
    fn submit(&self, edition: &str, track: &str, list: &str, words: &[&str]) -> Ran {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let (list, p, out) = (path(list), path("p.csv"), path("out"));
        let mut all = vec!["submit", "--edition", edition, "--track", track, "--list", &list, "--out", &out];
        if !words.contains(&"--predictions") {
            all.extend(["--predictions", &p]);
        }
        for (word, default) in [("--selection", "last"), ("--holes", "nearest")] {
            if !words.contains(&word) {
                all.extend([word, default]);
            }
        }
        let files: Vec<String> = words.iter().map(|word| path(word)).collect();
        let is_file = |k: usize| k > 0 && matches!(words[k - 1], "--predictions" | "--lengths");
        all.extend((0..words.len()).map(|k| if is_file(k) { files[k].as_str() } else { words[k] }));
        affekt(&all)
    }

    /// The file written and the report.
    fn submitted(&self, edition: &str, track: &str, list: &str, words: &[&str]) -> (String, Value) {
        let ran = self.submit(edition, track, list, &[words, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (self.text("out"), serde_json::from_str(&ran.stdout).unwrap())
    }

    /// The message, where nothing may be written.
    fn refused(&self, edition: &str, track: &str, list: &str, words: &[&str]) -> String {
        let before = self.names();
        let ran = self.submit(edition, track, list, words);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert_eq!(self.names(), before);
        ran.stderr
    }

    /// Everything beside the lists, hidden files too.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

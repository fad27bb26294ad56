//! What one study has trained another takes over.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::Path;

use support::{Ran, affekt, toy_study};

/// An arm of that name and what it does to the loss of the expression head.
type Arm = (&'static str, &'static str);

const SMOOTHING: &str = "expression = { kind = \"label-smoothing\", epsilon = 0.1 }";
const FOCAL: &str = "expression = { kind = \"focal\", gamma = 2.0 }";

fn study(command: &str, folder: &Path, out: &str, name: &str, arms: [Arm; 2]) -> Ran {
    let path = folder.join(format!("{name}.toml"));
    let arm = |(name, loss): Arm| {
        format!("[[arm]]\nname = \"{name}\"\nisolates = \"{name}.\"\ncost = {{ kind = \"none\" }}\n{loss}\n")
    };
    let text = toy_study(name, arms.map(|(name, _)| name), &arms.map(arm).concat());
    std::fs::write(&path, text).unwrap();
    let out = folder.join(out).display().to_string();
    let ran = affekt(&["study", command, path.to_str().unwrap(), "--out", &out]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

#[test]
fn the_second_study_trains_what_the_first_did_not() {
    let folder = tempfile::tempdir().unwrap();
    // The same arm under another name.
    let (first, second) = ([("plain", ""), ("smoothed", SMOOTHING)], [("control", ""), ("focal", FOCAL)]);
    study("run", folder.path(), "runs", "first", first);

    let plan = study("plan", folder.path(), "runs", "second", second).stdout;
    assert!(plan.contains("0 done, 4 to do, 2 of them finished by another study"), "{plan}");
    let ran = study("run", folder.path(), "runs", "second", second);
    assert_eq!(ran.stderr.matches("taken from first/runs/world-plain-seed").count(), 2, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches(" done in ").count(), 2, "{}", ran.stderr);
    let report = std::fs::read_to_string(folder.path().join("runs/second/report.html")).unwrap();
    assert!(report.contains("2 of them were trained for another study"));

    // Its numbers are those of a study that trained everything itself.
    let alone = study("run", folder.path(), "alone", "second", second);
    assert!(!alone.stderr.contains("taken from"), "{}", alone.stderr);
    let results = |out: &str| std::fs::read(folder.path().join(out).join("second/results.csv")).unwrap();
    assert_eq!(results("runs"), results("alone"));
}

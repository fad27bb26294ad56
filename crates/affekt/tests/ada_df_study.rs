//! A small Ada-DF study from its file to its results, trained for real.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::affekt;

fn run_folders(study: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> =
        fs::read_dir(study.join("runs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn epochs(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_arm_trains_and_leaves_what_its_report_needs() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let words =
        ["study", "run", "configs/ada-df-worlds.toml", "--tier", "smoke", "--set", "seeds=[0]", "--out", out];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("A1"), "{}", ran.stdout);
    let study = folder.path().join("ada-df-worlds-smoke");
    let folders = run_folders(&study);
    assert_eq!(folders.len(), 4);
    for folder in folders {
        let is_plain = folder.to_string_lossy().contains("-plain-");
        let epochs = epochs(&folder);
        assert_eq!(epochs.len(), 2);
        for epoch in epochs {
            let number = |name: &str| epoch["numbers"][name].as_f64();
            for name in ["kl_label_distribution", "kl_class_distribution", "kl_fused_distribution"] {
                assert_eq!(
                    number(name).is_some_and(|kl| kl > 0.0 && kl < 10.0),
                    !is_plain,
                    "{name}: {epoch}"
                );
            }
            let weight = number("fusion_weight");
            match folder.to_string_lossy() {
                name if name.contains("-auxiliary-") => assert_eq!(weight, Some(0.0)),
                name if name.contains("-mining-") => assert_eq!(weight, Some(0.5)),
                name if name.contains("-full-") => assert!(weight.is_some_and(|w| w > 0.2 && w < 1.0)),
                _ => assert_eq!(weight, None),
            }
            let rows = epoch["class_distributions"].as_array().map_or(0, Vec::len);
            assert_eq!(rows, if is_plain { 0 } else { 7 });
        }
        let faces = folder.join("distributions.csv");
        assert_eq!(faces.is_file(), !is_plain);
        if !is_plain {
            let text = fs::read_to_string(faces).unwrap();
            let header = text.lines().next().unwrap();
            assert!(header.starts_with("sample,class,clean_class,attention,p:neutral,"), "{header}");
            assert!(header.contains(",eta:neutral,") && header.ends_with(",x,y"), "{header}");
            assert_eq!(text.lines().count(), 601);
        }
    }
    let again = affekt(&words);
    assert!(
        again.stdout.contains("nothing to do") || again.stderr.contains("nothing to do"),
        "{}",
        again.stdout
    );
}

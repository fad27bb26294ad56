//! Predictions on pictures of anywhere: nothing ends them, and a kill costs a picture.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use affekt_core::Seed;
use image::{Rgb, RgbImage};
use support::{TWO_ARMS, affekt_with, repository, toy_study};

/// The folders of two trained runs.
fn trained(folder: &Path) -> Vec<PathBuf> {
    let study = folder.join("study.toml");
    std::fs::write(&study, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let words =
        ["study", "run", study.to_str().unwrap(), "--out", folder.to_str().unwrap(), "--set", "seeds=[0]"];
    let mut words: Vec<String> = words.map(str::to_owned).to_vec();
    words.extend(["--set", "train.epochs=1"].map(str::to_owned));
    let ran = affekt_with(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut runs: Vec<PathBuf> =
        std::fs::read_dir(folder.join("toy/runs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    runs.sort();
    runs
}

/// Pictures of noise, two that are none, and a name that is not there.
fn pictures(folder: &Path) -> PathBuf {
    let root = folder.join("pictures");
    let mut stream = Seed(3).stream("pictures", &[]);
    for name in ["one.png", "video/frame_2.png", "video/frame_10.png", "two.jpg"] {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let picture = RgbImage::from_fn(40, 30, |_, _| {
            Rgb([0; 3].map(|_: u8| u8::try_from(stream.below(256)).unwrap()))
        });
        picture.save(&path).unwrap();
    }
    std::fs::write(root.join("empty.png"), b"").unwrap();
    let whole = std::fs::read(root.join("two.jpg")).unwrap();
    std::fs::write(root.join("cut.jpg"), &whole[..whole.len() / 2]).unwrap();
    root
}

fn words(checkpoint: &Path, pictures: &[&Path], out: &Path, rest: &[&str]) -> Vec<String> {
    let mut words: Vec<String> =
        vec!["predict".into(), "--checkpoint".into(), checkpoint.display().to_string()];
    words.extend(pictures.iter().map(|path| path.display().to_string()));
    words.extend(["--out".to_owned(), out.display().to_string()]);
    words.extend(rest.iter().map(ToString::to_string));
    words
}

type Row = BTreeMap<String, String>;

fn rows(table: &Path) -> Vec<Row> {
    csv::Reader::from_path(table).unwrap().deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn bad_pictures_are_rows_and_a_torn_table_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let runs = trained(folder.path());
    let (root, out) = (pictures(folder.path()), folder.path().join("out/predictions.csv"));
    let lost = folder.path().join("lost.png");
    let told = words(&runs[0], &[&root, &lost], &out, &[]);
    let ran = affekt_with(&told);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("7 pictures, 4 faces"), "{}", ran.stdout);
    let table = rows(&out);
    let names: Vec<&str> = table.iter().map(|row| row["path"].rsplit('/').next().unwrap()).collect();
    assert_eq!(
        names,
        ["cut.jpg", "empty.png", "one.png", "two.jpg", "frame_2.png", "frame_10.png", "lost.png"]
    );
    for row in &table {
        let found = row["face_found"] == "true";
        assert_eq!(found, row["reason"].is_empty(), "{row:?}");
        let probabilities: Vec<f64> = row
            .iter()
            .filter(|(name, text)| name.starts_with("p_") && !text.is_empty())
            .map(|(_, text)| text.parse().unwrap())
            .collect();
        assert_eq!(!probabilities.is_empty(), found);
        assert!(!found || (probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    }
    assert_eq!(
        (table[5]["frame"].as_str(), table[5]["video"].as_str()),
        ("10", root.join("video").to_str().unwrap())
    );

    let whole = std::fs::read(&out).unwrap();
    let again = affekt_with(&told);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("all 7 pictures are predicted already"), "{}", again.stdout);
    for cut in [whole.len() - 7, whole.len() / 2, 30, 0] {
        std::fs::write(&out, &whole[..cut]).unwrap();
        let ran = affekt_with(&told);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(std::fs::read(&out).unwrap() == whole, "cut at {cut}");
    }
    let other = affekt_with(&words(&runs[1], &[&root], &out, &[]));
    assert_eq!(other.code, 2, "{}", other.stderr);
    assert!(
        other.stderr.contains("another checkpoint") && other.stderr.contains("--restart"),
        "{}",
        other.stderr
    );
    assert!(std::fs::read(&out).unwrap() == whole, "a refusal changes nothing");
    let anew = affekt_with(&words(&runs[1], &[&root], &out, &["--restart"]));
    assert_eq!(anew.code, 0, "{}", anew.stderr);
    assert!(std::fs::read(&out).unwrap() != whole);
}

#[test]
fn torchscript_says_what_the_network_says() {
    let folder = tempfile::tempdir().unwrap();
    let runs = trained(folder.path());
    let root = pictures(folder.path());
    let script = folder.path().join("model.pt");
    let mut told = vec!["export".to_owned(), "--checkpoint".to_owned()];
    told.push(runs[0].join("checkpoint.safetensors").display().to_string());
    told.extend(["--format", "torchscript", "--out"].map(str::to_owned));
    told.push(script.display().to_string());
    let ran = affekt_with(&told);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let table = |checkpoint: &Path, name: &str| {
        let out = folder.path().join(name);
        let ran = affekt_with(&words(checkpoint, &[&root], &out, &[]));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        rows(&out)
    };
    let (ours, recorded) = (table(&runs[0], "ours.csv"), table(&script, "recorded.csv"));
    assert_eq!(ours.len(), recorded.len());
    for (a, b) in ours.iter().zip(&recorded) {
        for (name, text) in a {
            match (text.parse::<f64>(), b[name].parse::<f64>()) {
                (Ok(x), Ok(y)) => assert!((x - y).abs() < 1e-5, "{name}: {x} {y}"),
                _ => assert_eq!(*text, b[name]),
            }
        }
    }
    std::fs::remove_file(folder.path().join("model.pt.json")).unwrap();
    let alone = affekt_with(&words(&script, &[&root], &folder.path().join("x.csv"), &[]));
    assert_eq!(alone.code, 2);
}

#[test]
fn files_that_say_nothing_of_classes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.safetensors");
    let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    let bytes = safetensors::serialize([("x", tensor)], None).unwrap();
    std::fs::write(&foreign, bytes).unwrap();
    let out = folder.path().join("predictions.csv");
    let ran = affekt_with(&words(&foreign, &[folder.path()], &out, &[]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no checkpoint of affekt"), "{}", ran.stderr);
    assert!(!out.exists());
}

/// A program that finds two faces in every picture wider than high, and none in others.
const DETECTOR: &str = r#"#!/bin/sh
while read -r request; do
  width=$(echo "$request" | sed 's/.*"width":\([0-9]*\).*/\1/')
  height=$(echo "$request" | sed 's/.*"height":\([0-9]*\).*/\1/')
  head -c $((width * height * 3)) > /dev/null
  if [ "$width" -gt "$height" ]; then
    echo '{"faces":[{"x":1,"y":2,"width":10,"height":12,"score":0.5},{"x":15,"y":3,"width":20,"height":20,"score":0.25}]}'
  else
    echo '{"faces":[]}'
  fi
done
"#;

#[test]
fn detected_faces_are_rows_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let runs = trained(folder.path());
    let root = pictures(folder.path());
    RgbImage::new(20, 50).save(root.join("nobody.png")).unwrap();
    let program = folder.path().join("detector.sh");
    std::fs::write(&program, DETECTOR).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let detect = |faces: &str, out: &Path| {
        let rest = ["--framing", "detect", "--detector", "two-faces", "--faces", faces];
        let ran = Command::new(env!("CARGO_BIN_EXE_affekt"))
            .args(words(&runs[0], &[&root], out, &rest))
            .env("AFFEKT_DETECTOR", &program)
            .current_dir(repository())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        rows(out)
    };
    let all = detect("all", &folder.path().join("all.csv"));
    let largest = detect("largest", &folder.path().join("largest.csv"));
    let found = |table: &[Row]| table.iter().filter(|row| row["face_found"] == "true").count();
    assert_eq!((found(&all), found(&largest)), (8, 4));
    let nobody = all.iter().find(|row| row["path"].ends_with("nobody.png")).unwrap();
    assert_eq!(nobody["reason"], "no face found");
    assert!(
        largest
            .iter()
            .filter(|row| row["face_found"] == "true")
            .all(|row| row["score"] == "0.25" && row["x"] == "15")
    );
    let missing =
        affekt_with(&words(&runs[0], &[&root], &folder.path().join("x.csv"), &["--framing", "detect"]));
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("AFFEKT_RUSTFACE_MODEL"), "{}", missing.stderr);
}

//! Commands, exit codes and what goes where.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::affekt;

const CONFIG: &str = "crates/affekt-study/tests/fixture/circumplex-worlds.toml";

fn results(rows: &[(&str, u64, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("study,dataset,arm,seed,split,selection,metric,value\n");
    for (arm, seed, value) in rows {
        text += &["s,d,", arm, ",", &seed.to_string(), ",test,last,macro_f1,", value, "\n"].concat();
    }
    std::fs::write(folder.path().join("results.csv"), text).unwrap();
    folder
}

fn compare(folder: &tempfile::TempDir, more: &[&str]) -> support::Ran {
    let path = folder.path().join("results.csv");
    let words =
        ["compare", path.to_str().unwrap(), "--metric", "macro_f1", "--treatment", "t", "--control", "c"];
    affekt(&[&words, more].concat())
}

#[test]
fn help_names_every_command_on_standard_output() {
    let ran = affekt(&["--help"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    for command in ["study", "compare", "report", "data", "worlds", "train"] {
        assert!(ran.stdout.contains(command), "{}", ran.stdout);
    }
}

#[test]
fn usage_errors_exit_2() {
    for words in [&["nonsense"][..], &["study", "run"], &["compare", "x.csv"], &["data", "check", "x.toml"]] {
        assert_eq!(affekt(words).code, 2, "{words:?}");
    }
}

#[test]
fn a_missing_study_file_is_named() {
    let ran = affekt(&["study", "plan", "configs/nowhere.toml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("configs/nowhere.toml") && ran.stderr.starts_with("error: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_wrong_key_shows_its_line_and_the_nearest_key() {
    let ran = affekt(&["study", "plan", CONFIG, "--set", "train.epoch=3"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.starts_with("error: --set train.epoch=3: train.epoch: unknown field `epoch`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("did you mean `epochs`?"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("unknown field").count(), 1, "said once: {}", ran.stderr);
    assert!(!ran.stderr.contains("line "), "no line of a text nobody saw: {}", ran.stderr);
}

/// Told before data are prepared: no data root is given here.
#[test]
fn a_study_whose_weights_are_not_there_exits_2_and_says_how_to_get_them() {
    for command in ["plan", "run"] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("runs");
        let weights = "model.weights={ file = \"../weights/nowhere.pth\", key = \"state_dict\" }";
        let ran = affekt(&["study", command, CONFIG, "--out", out.to_str().unwrap(), "--set", weights]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        for part in
            ["model.weights.file", "weights/nowhere.pth", "never starts from random weights", "MS-Celeb-1M"]
        {
            assert!(ran.stderr.contains(part), "{part} is missing in {}", ran.stderr);
        }
        assert!(!out.exists());
    }
}

#[test]
fn a_plan_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("runs");
    let words = ["study", "plan", CONFIG, "--tier", "smoke", "--out", out.to_str().unwrap()];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("to prepare") && ran.stdout.contains("0 done"), "{}", ran.stdout);
    assert!(!out.exists());
    let ran = affekt(&[&words[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["done"], 0);
    assert_eq!(json["datasets"][0]["prepared"], false);
}

#[test]
fn files_need_a_data_root() {
    let ran = affekt(&["study", "run", "configs/faces8.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("pass --data-root"), "{}", ran.stderr);
}

#[test]
fn six_seeds_compare() {
    let values = ["0.50", "0.61", "0.72", "0.55", "0.66", "0.77"];
    let mut rows: Vec<(&str, u64, &str)> = Vec::new();
    for (seed, value) in (0..).zip(values) {
        rows.push(("t", seed, value));
        rows.push(("c", seed, "0.4"));
    }
    let folder = results(&rows);
    let ran = compare(&folder, &["--margin", "0.02"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("On d, macro_f1 of t minus c is +0.2350 on average over 6 seeds"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("0.03125"), "{}", ran.stdout);
    let ran = compare(&folder, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["comparisons"][0]["summary"]["sign_flip_p"], 0.03125);
    assert_eq!(json["comparisons"][0]["pairs"].as_array().unwrap().len(), 6);
}

#[test]
fn holes_in_a_table_are_refused_by_line() {
    let ran = compare(&results(&[("t", 0, "0.5"), ("t", 1, "0.5"), ("c", 0, "0.4")]), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("c has no row for seed 1"), "{}", ran.stderr);
    let ran = compare(&results(&[("t", 0, "0.5"), ("t", 0, "0.5"), ("c", 0, "0.4")]), &[]);
    assert!(ran.stderr.contains("lines 2 and 3"), "{}", ran.stderr);
    let ran = compare(&results(&[("t", 0, "NaN"), ("c", 0, "0.4")]), &[]);
    assert!(ran.stderr.contains("results.csv") && ran.stderr.contains("line 2"), "{}", ran.stderr);
    let ran = compare(&results(&[("t", 0, ""), ("c", 0, "0.4")]), &[]);
    assert!(ran.stderr.contains("line 2") && ran.stderr.contains("undefined"), "{}", ran.stderr);
}

#[test]
fn a_world_renders_pictures_labels_and_limits() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let words =
        ["worlds", "render", "configs/worlds/separable.toml", "--n", "4", "--size", "32", "--out", out];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let labels = std::fs::read_to_string(folder.path().join("labels.csv")).unwrap();
    assert_eq!(labels.lines().count(), 5);
    assert!(labels.starts_with("image,subject,expression,valence,arousal,au1"), "{labels}");
    for row in labels.lines().skip(1) {
        assert!(folder.path().join(row.split(',').next().unwrap()).is_file());
    }
    assert!(affekt_artifact::Limits::load(&folder.path().join("limits.json")).is_ok());
}

/// A dataset of four pictures, one of them no picture.
fn dataset(max_quarantine: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("root/images");
    std::fs::create_dir_all(&images).unwrap();
    let mut legend = String::from("image,subject,emotion\n");
    for k in 0..4_u8 {
        let name = format!("s{k}.png");
        if k == 3 {
            std::fs::write(images.join(&name), "no picture").unwrap();
        } else {
            image::RgbImage::from_pixel(9, 9, image::Rgb([k; 3])).save(images.join(&name)).unwrap();
        }
        let label = if k % 2 == 0 { "fear" } else { "anger" };
        legend += &[&name, ",p", &k.to_string(), ",", label, "\n"].concat();
    }
    std::fs::write(folder.path().join("root/legend.csv"), legend).unwrap();
    let faces8 = std::fs::read_to_string(support::repository().join("data-manifests/faces8.toml")).unwrap();
    let (kept, _) = faces8.split_once("[published]").unwrap();
    let text = kept.replace("max_quarantine = 20", &format!("max_quarantine = {max_quarantine}"));
    std::fs::write(folder.path().join("set.toml"), text).unwrap();
    folder
}

#[test]
fn a_dataset_check_exits_1_when_someone_must_look() {
    let folder = dataset(0);
    let (set, root) = (folder.path().join("set.toml"), folder.path().join("root"));
    let words = ["data", "check", set.to_str().unwrap(), "--root", root.to_str().unwrap()];
    let ran = affekt(&words);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("s3.png"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("verdict: needs attention\n"), "{}", ran.stdout);
    let ran = affekt(&[&words[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["faults"], 1);
    assert_eq!(affekt(&["data", "check", "no.toml", "--root", "."]).code, 2);
}

#[test]
fn a_check_without_published_counts_claims_no_comparison() {
    let folder = dataset(0);
    let images = folder.path().join("root/images");
    std::fs::write(folder.path().join("root/images/limits.json"), "{}").unwrap();
    std::fs::copy(images.join("s0.png"), images.join("s3.png")).unwrap();
    let set = folder.path().join("set.toml");
    // All classes that are left have an image; a label of no class is shown as it stands.
    let text = std::fs::read_to_string(&set).unwrap();
    let classes = "label_set = { name = \"two\", classes = [\"anger\", \"fear\"] }";
    std::fs::write(&set, text.replace("label_set = \"affectnet-8\"", classes)).unwrap();
    let root = folder.path().join("root");
    let words = ["data", "check", set.to_str().unwrap(), "--root", root.to_str().unwrap()];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("no [published] counts to compare with"), "{}", ran.stdout);
    for word in ["as published", "  published", "differ", "limits.json"] {
        assert!(!ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
    let legend = root.join("legend.csv");
    let text = std::fs::read_to_string(&legend).unwrap().replacen("fear", "scared", 1);
    std::fs::write(&legend, text).unwrap();
    let ran = affekt(&words);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("label \"scared\""), "{}", ran.stdout);
}

#[test]
fn a_dataset_is_prepared_and_what_is_set_aside_is_said() {
    let folder = dataset(1);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (set, root, out) = (path("set.toml"), path("root"), path("out"));
    let words = [
        "data", "prepare", &set, "--root", &root, "--out", &out, "--size", "16", "--valid", "0", "--test",
        "0",
    ];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 unreadable-image"), "{}", ran.stderr);
    assert!(ran.stdout.contains("3 images in"), "{}", ran.stdout);
    assert!(folder.path().join("out/faces/index.json").is_file());
}

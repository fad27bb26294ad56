//! What other programs read of a study: TensorBoard its events, pandas its tables, LaTeX its tables for a paper.
//!
//! `$AFFEKT_INTEROP_PYTHON` is a Python with tensorboard and pandas; `cargo xtask test` makes one. Without it, and without a
//! LaTeX, the tests say that they were skipped.
#![cfg(not(feature = "torch"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "interop/study.rs"]
mod study;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use affekt_testkit::skip;
use serde_json::{Value, json};
use study::{CLASSES, EPOCHS, FEAR, SPECIALS, macro_f1, run_id};
use support::{affekt, repository};

/// The study and its report with everything beside it.
struct Reported {
    folder: tempfile::TempDir,
    study: PathBuf,
    stdout: String,
}

impl Reported {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let study = study::write(folder.path());
        let mut words = vec!["report".to_owned(), study.display().to_string()];
        for (option, name) in [("--latex", "latex"), ("--tensorboard", "events"), ("--parquet", "parquet")] {
            words.extend([option.to_owned(), folder.path().join(name).display().to_string()]);
        }
        let ran = affekt(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self { folder, study, stdout: ran.stdout }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What a script says of a folder; none, told and counted, without its Python.
fn ask(test: &str, script: &str, folder: &Path) -> Option<Value> {
    let Some(python) = std::env::var_os("AFFEKT_INTEROP_PYTHON") else {
        skip(&format!("{test}: $AFFEKT_INTEROP_PYTHON is not set (cargo xtask test sets it)"));
        return None;
    };
    let script = repository().join("crates/affekt/tests/interop").join(script);
    let ran = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(serde_json::from_slice(&ran.stdout).unwrap())
}

#[test]
fn the_command_names_what_it_wrote() {
    let reported = Reported::new();
    let lines: Vec<&str> = reported.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].ends_with("report.html") && Path::new(lines[0]).is_file());
    assert!(lines[1].ends_with("tables.tex") && Path::new(lines[1]).is_file());
    assert!(lines[2].ends_with("events: 4 runs"), "{}", lines[2]);
    assert!(lines[3].ends_with("results.parquet") && lines[4].ends_with("predictions-toy.parquet"));

    std::fs::write(reported.study.join("runs").join(run_id(1, 0)).join("metrics.jsonl"), "{").unwrap();
    let events = reported.path("events");
    let ran =
        affekt(&["report", reported.study.to_str().unwrap(), "--tensorboard", events.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("toy-other-seed0-0a1b2c3d/metrics.jsonl:1"), "{}", ran.stderr);
}

#[test]
fn tensorboard_lists_every_scalar_and_curve() {
    let reported = Reported::new();
    let name = "tensorboard_lists_every_scalar_and_curve";
    let Some(found) = ask(name, "events.py", &reported.path("events")) else { return };
    assert_eq!(found.as_object().unwrap().len(), 4);
    for (arm, seed) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let run = &found[run_id(arm, seed)];
        assert_eq!(run["version"], 2.0, "{run}");
        // Step, seconds since the start, value.
        let series = |of: fn(u32, u64) -> f64| {
            let point = |epoch: u32| json!([epoch, 2.5 * f64::from(epoch), of(epoch, seed)]);
            Value::Array((1..=EPOCHS).map(point).collect())
        };
        let loss = series(|epoch, seed| f64::from(4 - epoch) / 2.0 + seed as f64);
        let expected = json!({
            "loss/total": loss,
            "loss/expression": loss,
            "valid/accuracy": series(|_, _| 0.5),
            "valid/macro_f1": series(|_, _| 0.25),
            "train/lr": series(|_, _| 0.125),
            "train/seconds": series(|_, _| 2.5),
            "train/images_per_second": series(|_, _| 1024.0),
            "test/macro_f1": [[EPOCHS, 7.5, macro_f1(arm, seed)]],
        });
        assert_eq!(run["scalars"], expected, "an undefined score has no point");
        let mut tags: Vec<&String> = expected.as_object().unwrap().keys().collect();
        tags.sort();
        assert_eq!(run["shown"], json!(tags), "what the dashboard of scalars shows");
        curves(&run["curves"]);
    }
}

fn curves(found: &Value) {
    let names: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(names, ["pr/anger", "pr/fear"], "{} is absent from the test split", CLASSES[2]);
    let fear = &found["pr/fear"];
    assert_eq!((&fear["step"], &fear["thresholds"]), (&json!(EPOCHS), &json!(201)));
    let row = |at: usize| fear["rows"][at].as_array().unwrap();
    for (threshold, k) in (0..=200_u32).map(|k| (f64::from(k) / 200.0, k as usize)) {
        let count =
            |of: bool| FEAR.iter().filter(|(p, is)| *is == of && f64::from(*p) >= threshold).count() as f64;
        let (hits, alarms) = (count(true), count(false));
        let precision = if hits + alarms > 0.0 { hits / (hits + alarms) } else { 0.0 };
        let expected = [hits, alarms, 2.0 - alarms, 2.0 - hits, precision, hits / 2.0];
        for (at, expected) in expected.into_iter().enumerate() {
            let got = row(at)[k].as_f64().unwrap();
            assert!((got - expected).abs() < 1e-6, "row {at} at {threshold}: {got}, expected {expected}");
        }
    }
}

#[test]
fn pandas_reads_every_table() {
    let reported = Reported::new();
    let Some(found) = ask("pandas_reads_every_table", "tables.py", &reported.study) else { return };
    let tables = found["tables"].as_object().unwrap();
    assert!(tables.len() >= 15 && tables.contains_key("tables/metrics-toy.csv"), "{tables:?}");
    for (name, table) in tables {
        let mut reader = csv::Reader::from_path(reported.study.join(name)).unwrap();
        let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let pandas: Vec<&String> = table["columns"].as_object().unwrap().keys().collect();
        assert_eq!(columns.len(), pandas.len(), "{name}: {columns:?}, {pandas:?}");
        assert!(columns.iter().all(|column| pandas.contains(&column)), "{name}: {columns:?}, {pandas:?}");
        assert_eq!(table["rows"], reader.records().count(), "{name}");
    }
    let kind = |table: &str, column: &str| tables[table]["columns"][column].as_str().unwrap().to_owned();
    assert_eq!(kind("results.csv", "value"), "f");
    assert_eq!(kind("tests.csv", "sign_flip_p"), "f");
    assert_eq!(kind("tables/metrics-toy.csv", "base mean"), "f");
    assert_eq!(kind(&format!("runs/{}/predictions.csv", run_id(0, 0)), "p_fear"), "f");
    assert_eq!(found["means"], json!({ "toy/base": 0.375, format!("toy/{SPECIALS}"): 0.6875 }));
}

#[test]
fn pandas_reads_the_same_from_parquet() {
    let reported = Reported::new();
    let Some(found) = ask("pandas_reads_the_same_from_parquet", "parquet.py", &reported.path("")) else {
        return;
    };
    let kind = |table: &str, column: &str| found["kinds"][table][column].as_str().unwrap().to_owned();
    assert_eq!(kind("results", "seed"), "i");
    assert_eq!(kind("results", "value"), "f8");
    assert_eq!(kind("predictions-toy", "p_fear"), "f4");
    assert_eq!(found["rows"]["results"], found["csv_rows"]["results"]);
    assert_eq!(found["rows"]["predictions-toy"], found["csv_rows"]["predictions-toy"]);
    assert_eq!(found["differences"], json!([]), "cell by cell");
}

#[test]
fn latex_sets_the_tables_without_a_complaint() {
    let runs =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    let Some(program) = ["pdflatex", "tectonic"].into_iter().find(|program| runs(program)) else {
        return skip("latex_sets_the_tables_without_a_complaint: neither pdflatex nor tectonic is installed");
    };
    let reported = Reported::new();
    let folder = reported.path("latex");
    let mut command = Command::new(program);
    if program == "pdflatex" {
        command.args(["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]);
    }
    let ran = command.arg("tables.tex").current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && folder.join("tables.pdf").is_file(), "{said}");
    assert!(!said.contains("Overfull \\hbox"), "a table is wider than the page: {said}");
}

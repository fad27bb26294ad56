//! `affekt compare` on tables that pandas and R exported (`golden/exports.py`), and what it writes.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use serde_json::Value;
use support::affekt;

const EXPORTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/exports");

fn compare(file: &str, more: &[&str]) -> support::Ran {
    let path = format!("{EXPORTS}/{file}");
    affekt(&[&["compare", &path, "--control", "c"][..], more].concat())
}

fn json(file: &str, more: &[&str]) -> Value {
    let ran = compare(file, &[&["--json"][..], more].concat());
    assert_eq!(ran.code, 0, "{file}: {}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn exports_of_pandas_and_r_mean_the_same() {
    let metric = ["--metric", "macro_f1"];
    let expected = json("pandas-long.csv", &metric);
    let comparison = &expected["comparisons"][0];
    assert_eq!(comparison["pairs"].as_array().unwrap().len(), 6);
    assert_eq!(
        (&comparison["pairs"][0]["treatment"], &comparison["pairs"][0]["control"]),
        (&0.412.into(), &0.401.into())
    );
    for file in ["r-long.csv", "r-crlf.csv", "pandas-metrics.csv", "pandas-arms.csv", "r-wide.csv"] {
        assert_eq!(json(file, &metric), expected, "{file}");
    }
}

#[test]
fn semicolons_and_decimal_commas_are_refused_with_a_way_out() {
    for file in ["pandas-semicolon.csv", "r-semicolon.csv"] {
        let ran = compare(file, &["--metric", "macro_f1"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        for part in [file, "semicolons", "decimal comma", "write.csv", "to_csv("] {
            assert!(ran.stderr.contains(part), "{part} is missing in {}", ran.stderr);
        }
    }
}

#[test]
fn without_a_metric_those_of_the_table_are_listed() {
    let ran = compare("r-long.csv", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("accuracy, macro_f1"), "{}", ran.stderr);
    assert_eq!(json("pandas-arms.csv", &[])["comparisons"][0]["metric"], "value");
}

#[test]
fn two_metrics_are_one_family() {
    let found = json("r-long.csv", &["--metric", "macro_f1", "--metric", "accuracy"]);
    let comparisons = found["comparisons"].as_array().unwrap();
    assert_eq!(comparisons.len(), 2);
    assert!(comparisons.iter().all(|c| c["family_size"] == 2 && c["adjusted_p"] == 0.0625), "{found}");
    let metrics = ["--metric", "macro_f1", "--metric", "accuracy"];
    let primary = json("r-long.csv", &[&metrics[..], &["--primary", "t/macro_f1"]].concat());
    assert_eq!(primary["comparisons"][0]["adjusted_p"], 0.03125);
    let ran = compare("r-long.csv", &[&metrics[..], &["--primary", "t"]].concat());
    assert!(ran.code == 2 && ran.stderr.contains("ARM/METRIC"), "{}", ran.stderr);
}

#[test]
fn every_format_says_the_same() {
    let metric = ["--metric", "macro_f1", "--margin", "0.02"];
    let sentence = json("r-long.csv", &metric)["comparisons"][0]["sentence"].as_str().unwrap().to_owned();
    assert!(sentence.contains("macro_f1 of t minus c is +0.0188"), "{sentence}");
    let of = |format: &str| {
        let ran = compare("r-long.csv", &[&metric[..], &["--format", format]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let text = of("text");
    for part in [&sentence, "0.03125", "found with 80 % power", "d_z 1.79", "attainable 0.03125", "TOST p"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let csv = of("csv");
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("dataset,metric,treatment,control,role,n,mean difference"));
    assert!(lines.next().unwrap().contains(",0.03125,"), "{csv}");
    let latex = of("latex");
    assert!(latex.contains("\\begin{tabular}") && latex.contains("macro\\_f1 & t & c & 6"), "{latex}");
}

#[test]
fn figures_are_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = std::path::Path::new(EXPORTS).join("pandas-arms.csv");
    let table = std::fs::read_to_string(path).unwrap();
    let rows = table
        .lines()
        .enumerate()
        .map(|(i, line)| if i == 0 { format!("{line},u<&") } else { format!("{line},0.3{i}") });
    let three = folder.path().join("three.csv");
    std::fs::write(&three, rows.collect::<Vec<_>>().join("\n")).unwrap();
    let out = folder.path().join("figures");
    let (three, figures) = (three.to_str().unwrap(), out.to_str().unwrap());
    let ran =
        affekt(&["compare", three, "--control", "c", "--ranks", "--margin", "0.01", "--figures", figures]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("Friedman's chi-squared = 12.000"), "{}", ran.stdout);
    for name in ["forest.svg", "paired-differences.svg", "critical-difference-value.svg"] {
        let svg = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                && svg.trim_end().ends_with("</svg>")
        );
        assert!(
            svg.contains("<desc ") && !svg.contains("NaN") && !svg.contains("u<&") && !svg.contains("var("),
            "{name}"
        );
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
}

#[test]
fn wrong_requests_are_told_apart_from_wrong_tables() {
    for (more, part) in [
        (&["--alpha", "1.5"][..], "(0, 1)"),
        (&["--margin", "-1"], "margin must lie in"),
        (&["--expect", "10"], "share 6 values of seed"),
        (&["--where", "arm"], "COLUMN=VALUE"),
        (&["--where", "arm=x"], "no row of arm \"x\""),
        (&["--test", "anova"], "sign_flip"),
    ] {
        let ran = compare("r-long.csv", &[&["--metric", "macro_f1"][..], more].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{more:?}");
        assert!(ran.stderr.contains(part), "{more:?}: {}", ran.stderr);
    }
}

//! `affekt data check` on miniatures of every release of `AffectNet`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_testkit::{Tree, affectnet_csv, affectnet_npy, affectnet_plus};
use serde_json::Value;
use support::affekt;

/// Checks a miniature against the published description, with other counts in place of those of the whole dataset.
fn check(name: &str, published: Option<&str>, write: fn(&Tree)) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    write(&Tree::new(folder.path().join("root")));
    let text = std::fs::read_to_string(support::repository().join("data-manifests").join(name)).unwrap();
    let text = match published {
        None => text,
        Some(counts) => format!("{}\n{counts}", text.split("\n[published]").next().unwrap()),
    };
    std::fs::write(folder.path().join("set.toml"), text).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let ran = affekt(&["data", "check", &path("set.toml"), "--root", &path("root"), "--json"]);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr)))
}

#[test]
fn tables_of_the_first_release() {
    let counts = "[published]\ntolerance = 0.0\ntrain = { rows = 14, va = 11, classes = { happiness = 2, fear = 1 } }\n\
                  valid = { rows = 11, va = 9, classes = { contempt = 1 } }";
    let (code, report) = check("affectnet-csv.toml", Some(counts), affectnet_csv);
    assert_eq!((code, &report["images"], &report["faults"]), (0, &18.into(), &3.into()), "{report}");
    for reason in ["empty-image", "unreadable-image", "malformed-row"] {
        assert_eq!(report["quarantine"][reason], 1, "{report}");
    }
    assert_eq!(report["counts"]["ignored"], 4);
    assert_eq!(report["images_without_rows"], 0);
}

#[test]
fn arrays_in_eight_and_in_seven_expressions() {
    let counts = "[published]\ntolerance = 0.0\ntrain = { rows = 10 }\nvalid = { rows = 10, classes = { sadness = 2 } }";
    let (code, report) = check("affectnet-8.toml", Some(counts), affectnet_npy);
    assert_eq!(
        (code, &report["images"], &report["counts"]["ignored"]),
        (0, &20.into(), &0.into()),
        "{report}"
    );
    let (code, report) = check("affectnet-7.toml", Some(counts), affectnet_npy);
    assert_eq!(
        (code, &report["images"], &report["counts"]["ignored"]),
        (0, &17.into(), &3.into()),
        "{report}"
    );
    let counts = counts.replace("valid =", "test =");
    let (code, report) = check("affectnet-7-reported.toml", Some(&counts), affectnet_npy);
    assert_eq!((code, &report["images"], &report["faults"]), (0, &17.into(), &0.into()), "{report}");
}

#[test]
fn documents_of_the_successor() {
    let (code, report) = check("affectnet-plus.toml", None, affectnet_plus);
    assert_eq!((code, &report["images"], &report["faults"]), (0, &10.into(), &0.into()), "{report}");
    assert_eq!(report["counts"]["notes"]["subset difficult"], 4);
}

#[test]
fn a_copy_with_other_counts_than_published_needs_attention() {
    let (code, report) = check("affectnet-8.toml", None, affectnet_npy);
    assert_eq!(code, 1);
    let published = report["published"].as_array().unwrap();
    let of = |split: &str, what: &str| {
        published.iter().find(|c| c["split"] == split && c["what"] == what).unwrap()
    };
    assert_eq!(
        (&of("train", "rows")["found"], &of("train", "rows")["published"]),
        (&10.into(), &287_651.into())
    );
    assert_eq!(of("valid", "contempt")["published"], 499);
}

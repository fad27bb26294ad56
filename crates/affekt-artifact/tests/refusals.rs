//! Files that are not what they should be are refused, with place, expectation and finding.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::path::{Path, PathBuf};

use affekt_artifact::{
    ArtifactError, ClaimSet, Digest, Hasher, Limits, Manifest, ManifestRow, Plan, Predictions, Quarantine,
    QuarantineItem, QuarantineReason, ResultRow, Results, Tests, TrainingLog, remove_dead_strays,
    write_atomic, write_atomic_with,
};
use affekt_core::{LabelSet, SampleId, Split, SubjectId};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

const RESULTS: &str = "study,dataset,arm,seed,split,selection,metric,value\n";

#[test]
fn a_bad_cell_is_named_by_line_and_column() {
    let folder = Folder::new();
    for (value, seed) in [("NaN", "0"), ("inf", "0"), ("0,5", "0"), ("0.5", "-1"), ("0.5", "")] {
        let row = format!("{RESULTS}s,d,a,0,test,last,m,0.5\ns,d,a,{seed},test,last,m,\"{value}\"\n");
        let error = Results::load(&folder.file("results.csv", &row)).unwrap_err();
        let ArtifactError::Cell { line, column, .. } = &error else { panic!("{error}") };
        assert_eq!(*line, 3);
        assert_eq!(column, if seed == "0" { "value" } else { "seed" });
        assert!(error.to_string().contains("results.csv:3"), "{error}");
    }
}

#[test]
fn a_torn_line_of_a_log_is_named_and_a_number_that_was_not_finite_is_none() {
    let folder = Folder::new();
    let whole = "{\"epoch\":2,\"train_loss\":null,\"numbers\":{\"a\":null,\"b\":2.0}}\n\n{\"epoch\":1,\"epochs\":2,\"seconds\":3,\"device\":\"cpu\"}\n";
    let log = TrainingLog::load(&folder.file("m.jsonl", whole)).unwrap();
    assert_eq!(log.epochs.iter().map(|line| line.epoch).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(log.epochs[1].values(), [("b".to_owned(), 2.0)]);
    assert_eq!(log.epochs[0].further, std::collections::BTreeMap::from([("seconds".to_owned(), 3.0)]));
    for (text, expected) in [("{\"epoch\":1}\n{\"epo", 2), ("{\"step\":1}\n", 1), ("[1]\n", 1)] {
        let error = TrainingLog::load(&folder.file("t.jsonl", text)).unwrap_err();
        let ArtifactError::JsonLine { line, .. } = &error else { panic!("{error}") };
        assert_eq!(*line, expected, "{text}");
    }
}

#[test]
fn another_header_is_refused_and_a_byte_order_mark_is_not() {
    let folder = Folder::new();
    let error = Results::load(&folder.file("r.csv", "study,dataset\n")).unwrap_err();
    assert!(matches!(error, ArtifactError::Header { .. }));
    let error = Tests::load(&folder.file("t.csv", RESULTS)).unwrap_err();
    assert!(matches!(error, ArtifactError::Header { .. }));
    let results = Results::load(&folder.file("b.csv", &format!("\u{feff}{RESULTS}"))).unwrap();
    assert!(results.rows.is_empty());
}

#[test]
fn a_short_row_is_refused() {
    let folder = Folder::new();
    let error = Results::load(&folder.file("r.csv", &format!("{RESULTS}s,d,a\n"))).unwrap_err();
    assert!(matches!(error, ArtifactError::Csv { .. }), "{error}");
}

#[test]
fn another_schema_or_an_unknown_key_is_refused() {
    let folder = Folder::new();
    let claims = folder.file("claims.json", r#"{"schema":"affekt-claims/9","study":"s","claims":[]}"#);
    let error = ClaimSet::load(&claims).unwrap_err();
    assert!(matches!(&error, ArtifactError::Schema { got, .. } if got == "affekt-claims/9"), "{error}");
    let claims =
        folder.file("claims.json", r#"{"schema":"affekt-claims/1","study":"s","claims":[],"more":1}"#);
    assert!(matches!(ClaimSet::load(&claims).unwrap_err(), ArtifactError::Json { .. }));
    let limits = folder.file("limits.json", "{");
    assert!(matches!(Limits::load(&limits).unwrap_err(), ArtifactError::Json { .. }));
    let plan = folder.file("plan.toml", "schema = 3");
    assert!(matches!(Plan::load(&plan).unwrap_err(), ArtifactError::Toml { .. }));
    assert!(matches!(Plan::load(&folder.path().join("no.toml")).unwrap_err(), ArtifactError::Io { .. }));
}

fn manifest() -> Manifest {
    let row = ManifestRow {
        sample: SampleId::new("a").unwrap(),
        path: "a.png".to_owned(),
        subject: SubjectId::new("p").unwrap(),
        video: None,
        frame: None,
        split: Split::Train,
        expression: None,
        va: None,
        aus: Vec::new(),
        distribution: None,
        posterior: None,
        clean_expression: None,
    };
    Manifest { dataset: "d".to_owned(), label_set: LabelSet::aff_wild2(), aus: Vec::new(), rows: vec![row] }
}

#[test]
fn a_manifest_that_was_edited_is_refused() {
    let folder = Folder::new();
    manifest().save(folder.path()).unwrap();
    let path = folder.path().join("manifest.csv");
    let text = std::fs::read_to_string(&path).unwrap().replace("a.png", "b.png");
    std::fs::write(&path, text).unwrap();
    assert!(matches!(Manifest::load(folder.path()).unwrap_err(), ArtifactError::Hash { .. }));
}

#[test]
fn the_column_of_clean_classes_is_there_only_where_it_says_something() {
    let folder = Folder::new();
    let mut manifest = manifest();
    let header = || {
        let text = std::fs::read_to_string(folder.path().join("manifest.csv")).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    manifest.save(folder.path()).unwrap();
    assert!(header().ends_with("eta_other"), "{}", header());
    assert_eq!(manifest.rows[0].is_mislabelled(), None);

    let class = |at| LabelSet::aff_wild2().class_at(at);
    manifest.rows[0].expression = class(3);
    manifest.rows[0].clean_expression = class(3);
    assert_eq!(manifest.rows[0].is_mislabelled(), Some(false));
    manifest.rows[0].clean_expression = class(4);
    assert_eq!(manifest.rows[0].is_mislabelled(), Some(true));
    manifest.save(folder.path()).unwrap();
    assert!(header().ends_with("eta_other,clean_expression"), "{}", header());
    assert_eq!(Manifest::load(folder.path()).unwrap(), manifest);
}

#[test]
fn predictions_of_another_class_order_are_refused() {
    let folder = Folder::new();
    let path = folder.path().join("predictions.csv");
    let predictions = Predictions { label_set: LabelSet::aff_wild2(), aus: vec![1], rows: Vec::new() };
    predictions.save(&path).unwrap();
    for (set, aus) in [(LabelSet::affectnet8(), vec![1]), (LabelSet::aff_wild2(), vec![2])] {
        assert!(matches!(Predictions::load(&path, &set, &aus).unwrap_err(), ArtifactError::Header { .. }));
    }
}

#[test]
fn results_by_seed_are_those_of_the_test_split() {
    let row = |split: &str, value| ResultRow {
        study: "s".to_owned(),
        dataset: "d".to_owned(),
        arm: "a".to_owned(),
        seed: 1,
        split: split.to_owned(),
        selection: "last".to_owned(),
        metric: "m".to_owned(),
        value: Some(value),
    };
    let results = Results { rows: vec![row("test", 0.5), row("valid", 0.9)] };
    assert_eq!(results.by_seed("d", "a", "last", "m"), [(1, Some(0.5))].into());
}

#[test]
fn a_failed_write_leaves_the_old_file_and_no_other() {
    let folder = Folder::new();
    let path = folder.file("x", "old");
    let error = write_atomic_with(&path, |out| {
        out.write_all(b"half")?;
        Err(std::io::Error::other("full"))
    });
    assert!(error.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    write_atomic(&path, b"new").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn strays_of_the_dead_go_and_a_writers_stay() {
    let folder = Folder::new();
    let path = folder.path().join("x");
    let mut dead = std::process::Command::new("true").spawn().unwrap();
    let pid = dead.id();
    dead.wait().unwrap();
    let names = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    write_atomic_with(&path, |out| {
        let mine = names().remove(0);
        let other = mine.replace(&format!(".{}-", std::process::id()), &format!(".{pid}-"));
        let elsewhere = other.replace(&format!(".{pid}-"), &format!("-of-another.{pid}-"));
        for stray in [&other, &elsewhere] {
            std::fs::write(folder.path().join(stray), "half")?;
        }
        remove_dead_strays(folder.path());
        let left = names();
        assert!(left.contains(&mine) && left.contains(&elsewhere) && !left.contains(&other), "{left:?}");
        out.write_all(b"whole")
    })
    .unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole");
}

#[test]
fn quarantine_keeps_the_order_and_counts_reasons() {
    let folder = Folder::new();
    let item = |path: &str, reason| QuarantineItem {
        path: path.to_owned(),
        line: Some(7),
        reason,
        detail: "so, \"it\" is".to_owned(),
    };
    let quarantine = Quarantine {
        items: vec![item("b", QuarantineReason::EmptyImage), item("a", QuarantineReason::DuplicateRow)],
    };
    assert_eq!(quarantine.faults().count(), 1);
    assert_eq!(quarantine.counts()[&QuarantineReason::DuplicateRow], 1);
    let path = folder.path().join("quarantine.csv");
    quarantine.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let detail = "\"so, \"\"it\"\" is\"";
    let expected = format!("path,line,reason,detail\nb,7,empty-image,{detail}\na,7,duplicate-row,{detail}\n");
    assert_eq!(text, expected);
}

#[test]
fn digests_keep_parts_apart() {
    let of = |parts: &[(&str, &str)]| {
        let mut hasher = Hasher::new();
        for (name, bytes) in parts {
            hasher.part(name, bytes.as_bytes());
        }
        hasher.finish()
    };
    assert_ne!(of(&[("a", "bc")]), of(&[("ab", "c")]));
    assert_ne!(of(&[("a", "b"), ("", "")]), of(&[("a", "b")]));
    assert_eq!(Digest::of_bytes(b"x").as_str().len(), 64);
    assert_eq!(Digest::of_bytes(b"x").short().len(), 8);
}

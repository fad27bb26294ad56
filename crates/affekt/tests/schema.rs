//! The JSON Schema of study files says what reading them demands.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::{Path, PathBuf};

use affekt_study::{Study, StudyError};
use jsonschema::Validator;
use serde_json::Value;
use support::{TWO_ARMS, affekt, repository, toy_study};

fn schema() -> Value {
    let ran = affekt(&["study", "schema"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    serde_json::from_str(&ran.stdout).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn problems(validator: &Validator, text: &str) -> Vec<String> {
    validator.iter_errors(&json(text)).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The study files of `configs/`.
fn configs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("configs")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect()
}

#[test]
fn the_committed_schema_is_what_the_binary_prints() {
    let committed =
        std::fs::read_to_string(repository().join("configs/study.schema.json")).unwrap_or_default();
    assert!(
        committed == affekt(&["study", "schema"]).stdout,
        "configs/study.schema.json is old; refresh it: affekt study schema > configs/study.schema.json"
    );
}

#[test]
fn every_study_that_ships_validates_and_names_the_schema() {
    let validator = validator();
    let configs = configs();
    assert!(configs.len() > 20, "{}", configs.len());
    for path in configs {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(problems(&validator, &text), [""; 0], "{}", path.display());
        assert!(text.starts_with("#:schema ./study.schema.json\n"), "{}: first line", path.display());
    }
}

/// True where the file can be read, whatever its values.
fn is_read(path: &Path) -> bool {
    !matches!(Study::load(path, None, &[]), Err(StudyError::File(_)))
}

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = validator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    let toy = toy_study("toy", ["a", "b"], TWO_ARMS);
    let check = |from: &str, to: &str, expected: bool| {
        assert!(toy.contains(from), "{from}");
        let text = toy.replacen(from, to, 1);
        std::fs::write(&path, &text).unwrap();
        assert_eq!(is_read(&path), expected, "reader: {to}");
        let problems = problems(&validator, &text);
        assert_eq!(problems.is_empty(), expected, "schema: {to}: {problems:?}");
    };
    check("epochs = 5", "epochs = 5", true);
    let wrong = [
        ("epochs = 5", "epoch = 5"),
        ("epochs = 5", "epochs = \"5\""),
        ("epochs = 5", "epochs = 5.5"),
        ("epochs = 5", "epochs = -5"),
        ("epochs = 5", ""),
        ("epochs = 5", "epochs = 5\nsampling = \"balance\""),
        ("seeds = [0, 1]", "seeds = 0"),
        ("mean = [0.5, 0.5, 0.5]", "mean = [0.5, 0.5]"),
        ("mean = [0.5, 0.5, 0.5]", "mean = [0.5, 0.5, 0.5, 0.5]"),
        ("claim = []", "claim = []\npair = [\"fear\"]"),
        ("mirror = false", "mirror = \"no\""),
        ("kind = \"adam\"", "kind = \"adm\""),
        ("lr = 1e-3, ", ""),
        ("lr = 1e-3", "lr = 1e-3, momentum = 0.9"),
        ("heads = [\"expression\"]", "heads = [\"expressions\"]"),
        ("cost = { kind = \"none\" }", "cost = \"none\""),
        ("cost = { kind = \"none\" }", "cost = { kind = \"none\", normalisation = \"max\" }"),
        ("absent_class = \"zero\"", "absent_class = \"nought\""),
        ("[loss]", "[los]"),
        ("seed = 0 }", "seed = 0, noise = { kind = \"salt\", rate = 0.1, seed = 1 } }"),
    ];
    for (from, to) in wrong {
        check(from, to, false);
    }
    let right = [
        ("epochs = 5", "epochs = 5\nsampling = \"balanced\"\nclip_norm = 1"),
        ("lambda = 0.0", "lambda = 0"),
        ("claim = []", "claim = []\npair = [\"fear\", \"anger\"]"),
        ("seed = 0 }", "seed = 0, noise = { kind = \"symmetric\", rate = 0.1, seed = 1 } }"),
        ("seed = 0 }", "seed = 0, noise = { kind = \"uniform\", rate = 0.1, seed = 1 } }"),
        ("seed = 0 }", "seed = 0, prior = { fear = 0.1 } }"),
        ("[loss]", "[tier.smoke.train]\nepochs = 1\n[tier.smoke.dataset.0.source]\nseed = 4\n[loss]"),
    ];
    for (from, to) in right {
        check(from, to, true);
    }
    // A tier that is not asked for is not read: here the schema may say more.
    let text = toy.replacen("[loss]", "[tier.smoke.trian]\nepochs = 1\n[loss]", 1);
    assert!(!problems(&validator, &text).is_empty());
}

//! Weights that a study starts from: read, looked for when planned, part of a run's identity.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use affekt_study::{ResolvedRun, Study, StudyError, WeightsSpec, plan_study};
use support::{config, context, prepared, study};

fn named(file: &Path) -> String {
    format!("model.weights={{ file = '{}', key = \"state_dict\", drop = [\"fc.\"] }}", file.display())
}

fn first_run(study: &Study) -> Result<ResolvedRun, StudyError> {
    let data: Vec<_> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
    Ok(plan_study(study, &data, &context())?.runs.swap_remove(0))
}

#[test]
fn a_study_names_its_weights_and_reads_back() {
    let study = study(&[&named(Path::new("../weights/net.pth"))]);
    let expected = WeightsSpec {
        file: PathBuf::from("../weights/net.pth"),
        key: Some("state_dict".to_owned()),
        drop: vec!["fc.".to_owned()],
        fresh: Vec::new(),
    };
    assert_eq!(study.spec().model.weights.as_ref(), Some(&expected));
    let folder = tempfile::tempdir().unwrap();
    study.save(folder.path()).unwrap();
    assert_eq!(Study::load_spec(folder.path()).unwrap(), *study.spec());
}

#[test]
fn weights_that_cannot_be_are_refused_by_key() {
    let refused = |weights: &str| {
        let error = Study::load(&config(), None, &[format!("model.weights={weights}")]).unwrap_err();
        std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
    };
    assert!(refused("{ file = \"\" }").contains("model.weights.file is"));
    assert!(refused("{ file = \"a\", key = \"\" }").contains("model.weights.key is"));
    assert!(refused("{ file = \"a\", drop = [\"\"] }").contains("model.weights.drop is"));
    let message = refused("{ file = \"a\", drops = [] }");
    assert!(message.contains("unknown field `drops`"), "{message}");
}

#[test]
fn planning_without_the_file_says_what_to_do() {
    let error = first_run(&study(&[&named(Path::new("../weights/nowhere.pth"))])).unwrap_err();
    let StudyError::NoWeights { path, .. } = &error else { panic!("{error}") };
    assert!(path.is_absolute() && path.ends_with("weights/nowhere.pth"), "{}", path.display());
    let text = error.to_string();
    for part in [
        "circumplex-worlds.toml: model.weights.file",
        "never starts from random weights silently",
        "timm or torchvision",
        "safetensors",
        "MS-Celeb-1M",
        "`state_dict`",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn the_content_of_the_file_decides_and_its_place_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        first_run(&study(&[&named(&path)])).unwrap()
    };
    let (run, moved, other) = (put("a.pth", "one"), put("b.pth", "one"), put("c.pth", "two"));
    let weights = run.model.weights.as_ref().unwrap();
    assert_eq!(weights.file, folder.path().canonicalize().unwrap().join("a.pth"));
    assert_eq!(run.weights_digest, Some(Digest::of_bytes(b"one")));
    assert_ne!(run.model, moved.model);
    assert_eq!(run.id, moved.id);
    assert_ne!(run.id, other.id);
    // What is taken of the file decides too, and weights at all.
    let path = folder.path().join("a.pth");
    let without_drop = study(&[&named(&path), "model.weights.drop=[]"]);
    assert_ne!(first_run(&without_drop).unwrap().id, run.id);
    assert_ne!(first_run(&study(&[])).unwrap().id, run.id);
    let text = serde_json::to_string(&run).unwrap();
    assert_eq!(serde_json::from_str::<ResolvedRun>(&text).unwrap(), run);
    let random = serde_json::to_value(first_run(&study(&[])).unwrap()).unwrap();
    assert!(random.get("weights_digest").is_none() && random["model"].get("weights").is_none());
}

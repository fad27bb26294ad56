//! Tiers, overrides and what is refused.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::fmt::Write as _;

use affekt_study::{Backbone, DatasetSource, NoiseSpec, Study, StudyError};
use support::config;

fn refused(tier: Option<&str>, overrides: &[&str]) -> String {
    let overrides: Vec<String> = overrides.iter().map(|&item| item.to_owned()).collect();
    chain(&Study::load(&config(), tier, &overrides).unwrap_err())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

#[test]
fn a_tier_is_merged_over_the_rest() {
    let whole = support::study(&[]);
    let smoke = Study::load(&config(), Some("smoke"), &[]).unwrap();
    assert_eq!(smoke.spec().study, "circumplex-worlds-smoke");
    // Arrays are replaced, tables are merged.
    assert!(smoke.spec().seeds.len() < whole.spec().seeds.len());
    assert_eq!(smoke.spec().train.optimizer, whole.spec().train.optimizer);
    assert_eq!(smoke.spec().arms, whole.spec().arms);
    for (small, large) in smoke.spec().datasets.iter().zip(&whole.spec().datasets) {
        let size = |source: &DatasetSource| match source {
            DatasetSource::World { size, .. } => size.train,
            DatasetSource::Files { .. } => 0,
        };
        assert!(size(&small.source) < size(&large.source));
        assert_eq!(small.name, large.name);
    }
    assert_ne!(smoke.digest(), whole.digest());
}

#[test]
fn overrides_come_last() {
    let study = support::study(&[
        "train.epochs=2",
        "study=other",
        "dataset.1.source.seed=7",
        "model.backbone={ kind = \"resnet18\" }",
        "seeds=[4, 5]",
    ]);
    let spec = study.spec();
    assert_eq!((spec.train.epochs, spec.study.as_str()), (2, "other"));
    assert_eq!(spec.model.backbone, Backbone::Resnet18 {}, "another kind replaces the table");
    assert_eq!(spec.seeds, [4, 5]);
    assert!(matches!(spec.datasets[1].source, DatasetSource::World { seed: 7, .. }));
    assert!(matches!(spec.datasets[0].source, DatasetSource::World { seed: 0, .. }));
}

#[test]
fn errors_name_key_line_and_the_nearest_valid_key() {
    let message = refused(None, &["train.epoch=2"]);
    assert!(message.contains("unknown field `epoch`"), "{message}");
    assert!(message.contains("did you mean `epochs`?"), "{message}");
    assert!(message.starts_with("--set train.epoch=2: "), "the override is shown: {message}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    let text = std::fs::read_to_string(config()).unwrap().replace("batch_size = 64", "batchsize = 64");
    std::fs::write(&path, &text).unwrap();
    let message = chain(&Study::load(&path, None, &[]).unwrap_err());
    let line = text.lines().position(|line| line.starts_with("batchsize")).unwrap() + 1;
    let place = format!("{}:{line}:1: train.batchsize: unknown field", path.display());
    assert!(message.starts_with(&place), "{message}");
    assert!(message.contains("batchsize = 64\n"), "the line is shown: {message}");
    assert!(message.contains("did you mean `batch_size`?"), "{message}");
}

#[test]
fn every_table_refuses_an_extra_key() {
    for table in [
        "",
        "input.",
        "dataset.0.",
        "dataset.0.source.",
        "dataset.0.source.size.",
        "dataset.0.prototypes.",
        "model.",
        "model.backbone.",
        "train.",
        "train.optimizer.",
        "train.schedule.",
        "augment.",
        "loss.",
        "loss.tasks.",
        "arm.0.",
        "arm.0.cost.",
        "analysis.",
        "analysis.primary.",
        "analysis.contrast.0.",
        "analysis.claim.0.",
    ] {
        let message = refused(None, &[&format!("{table}surplus=1")]);
        assert!(message.contains("surplus"), "{table}: {message}");
    }
}

#[test]
fn a_difference_that_is_none_by_construction_is_no_contrast() {
    let post_hoc = "arm.1.post_hoc={ of = \"base\", rule = { kind = \"logit-adjust\", tau = 1.0 } }";
    let study = |metric: &str| {
        let primary = format!(
            "analysis.primary={{ metric = \"{metric}\", treatment = \"uniform\", control = \"base\" }}"
        );
        let overrides = ["arm.1.cost={ kind = \"none\" }", post_hoc, &primary].map(str::to_owned);
        Study::load(&config(), None, &overrides)
    };
    let message = chain(&study("pair_auc").unwrap_err());
    assert!(
        message.contains("analysis.primary.metric") && message.contains("0 by construction"),
        "{message}"
    );
    assert!(study("p_mtl").map_or_else(|error| chain(&error), |_| String::new()).is_empty());
}

#[test]
fn a_dataset_may_have_a_pair_of_its_own() {
    let planned = support::planned(&["dataset.0.pair=[\"fear\", \"surprise\"]"]);
    let [own, other] = [0, 1].map(|k| planned.plan.datasets[k].pair(&planned.plan));
    assert_eq!((own, other), (Some([3, 6]), Some([1, 3])));
    let message = refused(None, &["dataset.0.pair=[\"fear\", \"fear\"]"]);
    assert!(message.contains("two different classes"), "{message}");
}

const SYMMETRIC: &str = "dataset.0.source.noise={ kind = \"symmetric\", rate = 0.2, seed = 7 }";

#[test]
fn label_noise_belongs_to_the_source_and_tells_datasets_apart() {
    let (clean, noisy) = (support::study(&[]), support::study(&[SYMMETRIC]));
    assert_eq!(clean.spec().datasets[0].source.noise(), None);
    let expected = NoiseSpec::Symmetric { rate: 0.2, seed: 7 };
    assert_eq!(noisy.spec().datasets[0].source.noise(), Some(&expected));
    assert_ne!(noisy.digest(), clean.digest());
    assert_ne!(noisy.digest(), support::study(&[SYMMETRIC, "dataset.0.source.noise.rate=0.3"]).digest());
    // The command's word for it is understood, and is the same noise.
    let uniform = support::study(&[&SYMMETRIC.replace("symmetric", "uniform")]);
    assert_eq!(uniform.digest(), noisy.digest());
    let circumplex = "dataset.0.source.noise={ kind = \"circumplex\", rate = 0.1, seed = 0, \
                      temperature = 0.3, table = \"nrc-vad\" }";
    let study = support::study(&[circumplex]);
    let folder = tempfile::tempdir().unwrap();
    study.save(folder.path()).unwrap();
    assert_eq!(Study::load_spec(folder.path()).unwrap(), *study.spec());
    assert!((study.spec().datasets[0].source.noise().unwrap().rate() - 0.1).abs() < 1e-12);
}

#[test]
fn label_noise_that_cannot_be_is_refused_by_key() {
    for (rate, got) in [("1.0", "1.0"), ("-0.1", "-0.1"), ("nan", "NaN"), ("20.0", "20.0")] {
        let message = refused(None, &[SYMMETRIC, &format!("dataset.0.source.noise.rate={rate}")]);
        let expected = format!("dataset.0.source.noise.rate is {got}; expected a share in [0, 1)");
        assert!(message.contains(&expected), "{message}");
    }
    let circumplex = |temperature: &str, table: &str| {
        let noise = format!(
            "dataset.1.source.noise={{ kind = \"circumplex\", rate = 0.1, seed = 0, \
             temperature = {temperature}, table = \"{table}\" }}"
        );
        refused(None, &[&noise])
    };
    let message = circumplex("0.0", "nrc-vad");
    assert!(
        message.contains("dataset.1.source.noise.temperature is 0.0; expected a number above"),
        "{message}"
    );
    let message = circumplex("0.3", "nrc");
    assert!(message.contains("dataset.1.source.noise.table is \"nrc\"; expected affectnet-val"), "{message}");

    let message = refused(None, &[&SYMMETRIC.replace("symmetric", "asymmetric")]);
    for part in ["source.noise", "asymmetric", "expected", "`symmetric`", "`circumplex`"] {
        assert!(message.contains(part), "{part} is missing in {message}");
    }
    let message = refused(None, &[&SYMMETRIC.replace("seed = 7", "sed = 7")]);
    assert!(message.contains("source.noise: unknown field `sed`"), "{message}");
    assert!(message.contains("did you mean `seed`?"), "{message}");
    let message = refused(None, &["dataset.0.source.noise={ kind = \"symmetric\", seed = 7 }"]);
    assert!(message.contains("source.noise: missing field `rate`"), "{message}");
}

#[test]
fn unknown_tiers_and_malformed_overrides_are_refused() {
    let message = refused(Some("smok"), &[]);
    assert!(message.contains("no tier \"smok\"; the file has smoke"), "{message}");
    assert!(refused(None, &["train.epochs"]).contains("expected key=value"));
    assert!(refused(None, &["=3"]).contains("expected key=value"));
}

#[test]
fn values_that_cannot_be_are_all_named() {
    let overrides = [
        "train.batch_size=1",
        "train.ema=1.0",
        "augment.flip=1.5",
        "seeds=[1, 1]",
        "analysis.primary.treatment=\"nobody\"",
        "analysis.alpha=nan",
        "dataset.0.source.world=\"nowhere.toml\"",
        "analysis.primary.metric=\"macrof1\"",
        "arm.1.name=\"base\"",
        "study=\"../elsewhere\"",
    ];
    let overrides: Vec<String> = overrides.iter().map(|&item| item.to_owned()).collect();
    let Err(StudyError::Invalid { problems, .. }) = Study::load(&config(), None, &overrides) else {
        panic!("expected a list of problems");
    };
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in [
        "train.batch_size",
        "train.ema",
        "augment.flip",
        "seeds",
        "analysis.primary.treatment",
        "analysis.alpha",
        "dataset.0.source.world",
        "analysis.primary.metric",
        "arm.name",
        "study",
    ] {
        assert!(keys.contains(&key), "{key} is missing in {keys:?}");
    }
}

#[test]
fn a_saved_study_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study::load(&config(), Some("smoke"), &[]).unwrap();
    study.save(folder.path()).unwrap();
    assert_eq!(Study::load_spec(folder.path()).unwrap(), *study.spec());
}

/// Every study that ships can be planned in every tier: values that only fail in training are caught here.
#[test]
fn every_shipped_study_is_valid_in_every_tier() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        for tier in [None, Some("smoke")] {
            if let Err(error) = Study::load(&path, tier, &[]) {
                panic!("{} {tier:?}: {}", path.display(), chain(&error));
            }
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
    assert!(refused(None, &["train.schedule.warmup_epochs=6.0", "train.epochs=6"]).contains("warmup_epochs"));
    assert!(refused(None, &["dataset.0.source.size.valid=0"]).contains("above 0"));
}

#[test]
fn interventions_are_keys_of_the_source() {
    let rho = support::study(&["dataset.0.source.rho=0.5"]);
    assert!(
        matches!(rho.spec().datasets[0].source, DatasetSource::World { rho: Some(rho), .. } if (rho - 0.5).abs() < 1e-12)
    );
    let prior = support::study(&["dataset.0.source.prior={ fear = 0.2, happiness = 0.035 }"]);
    let thin = support::study(&[
        "dataset.0.source.thin={ kind = \"keep\", shares = { happiness = 0.175 }, seed = 3 }",
    ]);
    let balance = support::study(&["dataset.0.source.thin={ kind = \"balance\", seed = 3 }"]);
    let plain = support::study(&[]);
    let digests = [&rho, &prior, &thin, &balance, &plain].map(Study::digest);
    for (i, digest) in digests.iter().enumerate() {
        assert!(!digests[..i].contains(digest), "studies {i} look alike");
    }
    let folder = tempfile::tempdir().unwrap();
    for study in [&rho, &prior, &thin, &balance] {
        study.save(folder.path()).unwrap();
        assert_eq!(Study::load_spec(folder.path()).unwrap(), *study.spec());
    }
    for (item, expected) in [
        ("dataset.0.source.rho=1.5", "dataset.0.source.rho is 1.5; expected a number in [0, 1]"),
        ("dataset.0.source.rho=nan", "dataset.0.source.rho is NaN"),
        (
            "dataset.0.source.prior={ fear = 0.0 }",
            "dataset.0.source.prior.fear is 0.0; expected a share in (0, 1]",
        ),
        (
            "dataset.0.source.thin={ kind = \"keep\", shares = { fear = 2.0 }, seed = 0 }",
            "dataset.0.source.thin.shares.fear is 2.0",
        ),
        (
            "dataset.0.source.thin={ kind = \"keep\", shares = {}, seed = 0 }",
            "at least one class and its share",
        ),
        ("dataset.0.source.thin={ kind = \"half\", seed = 0 }", "unknown variant `half`"),
        ("dataset.0.source.thin={ kind = \"balance\", seed = 0, share = 1 }", "unknown field `share`"),
    ] {
        let message = refused(None, &[item]);
        assert!(message.contains(expected), "{item}: {message}");
    }
}

#[test]
fn what_a_paper_states_is_stated_by_keys_of_the_study() {
    let stated = |settings: &str| format!("paper={{ source = \"a paper\", setting = {{ {settings} }} }}");
    let fits = stated(
        "\"train.epochs\" = 75, \"train.schedule.kind\" = \"exponential\", \"train.schedule.gamma\" = 0.9, \
         \"analysis.selection\" = \"best on test\", \"model.weights.file\" = \"pretrained\", \
         \"arm.base.lambda\" = 1.0, \"arm.elsewhere.lambda\" = 1.0",
    );
    let study = support::study(&[&fits]);
    assert_ne!(study.digest(), support::study(&[]).digest());
    let folder = tempfile::tempdir().unwrap();
    study.save(folder.path()).unwrap();
    assert_eq!(Study::load_spec(folder.path()).unwrap(), *study.spec());
    for wrong in [
        "\"train.epochz\" = 75",
        "\"arm.base.lamda\" = 1.0",
        "\"train.schedule.gamma\" = 0.9",
        "\"train.schedule.kind\" = \"exponentia\"",
        "\"nothing.here\" = 1",
    ] {
        let said = refused(None, &[&stated(wrong)]);
        assert!(said.contains("paper.setting is") && said.contains("could have"), "{wrong}: {said}");
    }
}

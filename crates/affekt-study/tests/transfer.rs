//! Trained on one dataset, tested on another: what a plan makes of it.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_artifact::Transfer;
use affekt_core::LabelSet;
use affekt_ot::ClassCloud;
use affekt_study::{PreparedDataset, Study, StudyError, plan_study};
use support::{config, context, planned, prepared, study};

const THERE: &str = "transfer=[{ train = \"degenerate\", test = \"separable\" }]";

fn refused(overrides: &[&str]) -> String {
    let overrides: Vec<String> = overrides.iter().map(|&item| item.to_owned()).collect();
    let error = Study::load(&config(), None, &overrides).unwrap_err();
    let StudyError::Invalid { problems, .. } = error else { panic!("{error}") };
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The second dataset in other classes and action units than the first.
fn apart(overrides: &[&str], classes: &[&str]) -> Result<affekt_study::PlannedStudy, StudyError> {
    let study = study(overrides);
    let mut data: Vec<PreparedDataset> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
    let other = &mut data[1].prepared;
    other.label_set = LabelSet::new("other", classes.iter().map(|&c| c.to_owned()).collect()).unwrap();
    let n = classes.len();
    let counts = |times: u64| (1..=n as u64).map(|k| k * times).collect();
    other.class_counts = [counts(1000), counts(10), counts(100)];
    other.class_clouds =
        (0..n).map(|k| ClassCloud::new([k as f64 / 10.0, 0.0], [0.04, 0.01, 0.02]).ok()).collect();
    other.au_rates = vec![vec![None; 2]; n];
    other.aus = vec![4, 12];
    plan_study(&study, &data, &context())
}

#[test]
fn a_transfer_is_a_dataset_that_nobody_trains_on() {
    let with = planned(&[THERE]).plan;
    let without = planned(&[]).plan;
    assert_eq!(with.runs.len(), without.runs.len());
    let dataset = with.dataset("degenerate-to-separable").unwrap();
    assert_eq!(
        dataset.transfer,
        Some(Transfer { train: "degenerate".to_owned(), test: "separable".to_owned() })
    );
    assert_eq!(dataset.predictions_file(), "predictions-on-separable.csv");
    assert!(dataset.runs(&with).count() > 0);
    assert!(dataset.runs(&with).all(|run| run.dataset == "degenerate"));
    assert_eq!(with.dataset("separable").unwrap().predictions_file(), "predictions.csv");
}

#[test]
fn what_a_run_is_tested_on_is_part_of_its_identity() {
    let (with, without) = (planned(&[THERE]), planned(&[]));
    for (a, b) in with.runs.iter().zip(&without.runs) {
        let is_tested = a.dataset == "degenerate";
        assert_eq!(a.transfers.len(), usize::from(is_tested));
        assert_eq!(a.id != b.id, is_tested, "{} {}", a.id, b.id);
    }
}

#[test]
fn only_shared_classes_and_units_are_scored() {
    // Aff-Wild2: neutral, anger, disgust, fear, happiness, sadness, surprise, other; AUs 1, 2, 4.
    let classes = ["fear", "contempt", "anger", "neutral"];
    let narrow = ["analysis.pair=[\"anger\", \"fear\"]", THERE];
    let study = apart(&narrow, &classes);
    let plan = study.unwrap().plan;
    let dataset = plan.dataset("degenerate-to-separable").unwrap();
    assert_eq!(dataset.label_set.classes(), ["neutral", "anger", "fear"]);
    assert_eq!(dataset.aus, [4]);
    assert_eq!(dataset.prototypes, [[0.3, 0.0], [0.2, 0.0], [0.0, 0.0]], "those of the dataset tested on");
    assert_eq!(dataset.class_counts[0], [1000; 3], "what was trained on");
    assert_eq!(dataset.class_counts[2], [400, 300, 100], "what it is tested on");
    assert!(!dataset.has_limits);
}

#[test]
fn one_class_in_common_is_refused_with_both_label_sets() {
    let error = apart(&[THERE], &["fear", "contempt"]).unwrap_err();
    let text = error.to_string();
    for part in ["degenerate-to-separable", "fear, contempt", "neutral"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn a_dataset_only_tested_on_has_no_runs_and_no_page_of_its_own() {
    let plan = planned(&[THERE, "dataset.1.tested_only=true"]).plan;
    assert!(plan.dataset("separable").is_none());
    assert!(plan.runs.iter().all(|run| run.dataset != "separable"));
    assert!(plan.dataset("degenerate-to-separable").is_some());
}

#[test]
fn transfers_that_cannot_be_are_refused_by_key() {
    let unknown = refused(&["transfer=[{ train = \"degenerate\", test = \"nowhere\" }]"]);
    assert!(unknown.contains("transfer.0.test is \"nowhere\""), "{unknown}");
    let same = refused(&["transfer=[{ train = \"degenerate\", test = \"degenerate\" }]"]);
    assert!(same.contains("another dataset than it trains on"), "{same}");
    let untrained = refused(&[
        "dataset.0.tested_only=true",
        "transfer=[{ train = \"degenerate\", test = \"separable\" }]",
    ]);
    assert!(
        untrained.contains("transfer.0.train") && untrained.contains("dataset.0.tested_only"),
        "{untrained}"
    );
    let idle = refused(&["dataset.1.tested_only=true"]);
    assert!(idle.contains("dataset.1.tested_only"), "{idle}");
}

#[test]
fn an_arm_may_have_a_network_of_its_own() {
    let own = "arm.1.network={ backbone = { kind = \"resnet18\" } }";
    let (with, without) = (planned(&[own]), planned(&[]));
    let arm = &with.plan.arms[1].name;
    for (a, b) in with.runs.iter().zip(&without.runs) {
        let changed = a.arm == *arm;
        assert_eq!(a.model.backbone == affekt_study::Backbone::Resnet18 {}, changed);
        assert_eq!(a.id != b.id, changed);
    }
    let text = refused(&["arm.1.network={ backbone = { kind = \"small-resnet\", width = 1 } }"]);
    assert!(text.contains("arm.1.network.backbone.width"), "{text}");
}

#[test]
fn crops_are_no_larger_than_the_face_and_are_not_mirrored_twice() {
    let large = refused(&["input.ten_crop=65"]);
    assert!(large.contains("input.ten_crop is 65"), "{large}");
    let twice = refused(&["input.ten_crop=48", "input.mirror=true"]);
    assert!(twice.contains("input.mirror is true"), "{twice}");
    let moved = refused(&["input.ten_crop=48", "input.mirror=false", "input.shift=4"]);
    assert!(moved.contains("input.shift is 4"), "{moved}");
    let far = refused(&["input.shift=40"]);
    assert!(far.contains("input.shift is 40"), "{far}");
    let run = &planned(&["input.ten_crop=48", "input.mirror=false"]).runs[0];
    assert_eq!(run.input.ten_crop, Some(48));
}

#[test]
fn a_run_that_decides_again_is_planned_and_not_trained() {
    let rule = "{ kind = \"logit-adjust\", tau = 1.0 }";
    let planned = planned(&[
        "arm.0.name=\"again\"",
        "arm.0.cost={ kind = \"none\" }",
        &format!("arm.0.post_hoc={{ of = \"uniform\", rule = {rule} }}"),
        "analysis.primary.treatment=\"circumplex\"",
        "analysis.contrast=[]",
        "analysis.claim=[]",
    ]);
    let n = planned.plan.runs.len();
    assert_eq!(planned.plan.n_trained(), n / 4 * 3);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(planned.to_do(folder.path()).len(), n / 4 * 3);
    let again = planned.plan.runs.iter().filter(|run| !planned.plan.is_trained(run));
    assert!(again.count() == n / 4);
}

#[test]
fn keys_that_a_method_would_pass_over_are_refused() {
    let method = "arm.0.method={ kind = \"ada-df\", variant = \"paper\", threshold = 0.5, beta = 3.0, temperature = 1.0, \
                  fusion = { kind = \"fixed\", weight = 0.5 }, rank_share = 0.7, rank_margin = 0.07, \
                  divide_after = \"layer1\", freeze_stem = false, stem_dropout = 0.0 }";
    for (key, value) in [
        ("loss.uncertainty", "true"),
        ("train.soft_targets", "true"),
        ("train.frozen_warmup", "{ epochs = 1, backbone_lr = 0.1 }"),
    ] {
        let told = refused(&[method, &format!("{key}={value}")]);
        assert!(told.contains(&format!("{key} is")), "{told}");
    }
}

//! Results, tests and claims from predictions written by hand.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![allow(clippy::float_cmp, reason = "exact p-values and copied numbers have exact values")]

mod support;

use std::path::Path;

use affekt_artifact::{
    ClaimSet, Epochs, PredictionRow, Predictions, Results, Selection, Tests, Verdict, WarningRow, Warnings,
};
use affekt_core::{LabelSet, SampleId, Split, SubjectId, VaPoint};
use affekt_study::{Collected, PlannedStudy, Study, collect, collection_key, finish_run, run_folder};

/// True class, predicted class and the probability of the latter; the rest is spread over the other classes.
const ITEMS: [(&str, &str, f64); 5] = [
    ("neutral", "neutral", 0.86),
    ("anger", "anger", 0.72),
    ("anger", "fear", 0.58),
    ("fear", "fear", 0.86),
    ("happiness", "happiness", 0.86),
];

struct Fixture {
    out: tempfile::TempDir,
    study: Study,
    planned: PlannedStudy,
}

impl Fixture {
    fn new(overrides: &[&str]) -> Self {
        let out = tempfile::tempdir().unwrap();
        let planned = support::planned(overrides);
        let study = support::study(overrides);
        let fixture = Self { out, study, planned };
        fixture.planned.save(&fixture.dir()).unwrap();
        fixture.study.save(&fixture.dir()).unwrap();
        fixture
    }

    fn dir(&self) -> std::path::PathBuf {
        self.out.path().join("circumplex-worlds")
    }

    /// Finishes the runs that `which` picks; `confused` says whether the third item is taken for fear.
    fn finish(&self, which: impl Fn(&str, u64) -> bool, confused: impl Fn(&str, u64) -> bool) {
        for run in &self.planned.plan.runs {
            if which(&run.arm, run.seed) {
                let folder = run_folder(&self.dir(), run);
                write_run(&folder, confused(&run.arm, run.seed));
            }
        }
    }

    fn collect(&self) -> Collected {
        let analysis = &self.study.spec().analysis;
        collect(&self.dir(), self.out.path(), &self.planned.plan, analysis, "code").unwrap()
    }

    fn value(&self, arm: &str, metric: &str) -> Option<f64> {
        let results = Results::load(&self.dir().join("results.csv")).unwrap();
        results.by_seed("degenerate", arm, "last", metric)[&0]
    }
}

fn write_run(folder: &Path, confused: bool) {
    let label_set = LabelSet::aff_wild2();
    let rows = ITEMS.iter().enumerate().map(|(index, &(truth, predicted, p))| {
        let predicted = if confused { predicted } else { truth };
        let class = |name: &str| label_set.parse_class(name).unwrap();
        let rest = (1.0 - p) / 7.0;
        let probability = |c: usize| if c == class(predicted).get() { p } else { rest };
        #[expect(clippy::cast_possible_truncation, reason = "predictions hold f32")]
        let probabilities = (0..8).map(|c| probability(c) as f32).collect();
        PredictionRow {
            selection: Selection::Last,
            sample: SampleId::new(format!("s{index}")).unwrap(),
            subject: SubjectId::new("p").unwrap(),
            video: None,
            split: Split::Test,
            true_class: Some(class(truth)),
            predicted_class: class(predicted),
            probabilities,
            true_va: VaPoint::new([0.0, 0.25, 0.5, 0.75, 1.0][index], 0.0).ok(),
            predicted_va: Some([[0.0, 0.25, 0.5, 0.75, 1.0][index], 0.5]),
            true_aus: vec![Some(index < 2), Some(false), None],
            au_probabilities: vec![if index < 1 { 0.9 } else { 0.1 }, 0.2, 0.7],
        }
    });
    let rows = rows.collect();
    let predictions = Predictions { label_set: label_set.clone(), aus: vec![1, 2, 4], rows };
    predictions.save(&folder.join("predictions.csv")).unwrap();
    std::fs::write(folder.join("metrics.jsonl"), "{\"epoch\":1,\"train_loss\":1.0}\n").unwrap();
    std::fs::write(folder.join("checkpoint.safetensors"), "weights").unwrap();
    finish_run(folder, &[]).unwrap();
}

fn near(got: Option<f64>, expected: f64) {
    let got = got.expect("a value");
    assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
}

#[test]
fn metrics_by_hand() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|arm, _| arm == "base", |_, _| true);
    fixture.collect();
    let value = |metric| fixture.value("base", metric);
    near(value("accuracy"), 0.8);
    // neutral 1, anger 2/3 (one of two found, none wrongly), fear 2/3 (found, once wrongly), happiness 1; the
    // four classes without items count 0.
    near(value("macro_f1"), (1.0 + 2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 8.0);
    near(value("f1:anger"), 2.0 / 3.0);
    assert_eq!(value("f1:sadness"), None);
    near(value("uar"), (1.0 + 0.5 + 1.0 + 1.0) / 4.0);
    near(value("confidence"), (3.0 * 0.86 + 0.72 + 0.58) / 5.0);
    // One error, anger taken for fear: prototypes (-.5, .6) and (-.6, .6).
    near(value("severity"), 0.1);
    near(value("expected_cost"), 0.02);
    near(value("quadrant_preservation"), 1.0);
    near(value("ccc_valence"), 1.0);
    near(value("ccc_arousal"), 0.0);
    // AU1: one of two found, F1 2/3; AU2 never there nor detected: 0; AU4 not labelled: 0.
    near(value("au_f1"), (2.0 / 3.0) / 3.0);
    near(value("p_mtl"), 0.5 + (10.0 / 3.0) / 8.0 + 2.0 / 9.0);
    // Shares of anger: .72/(.72+.04) and .06/(.06+.58) against fear's .02/(.02+.86).
    near(value("pair_auc"), 1.0);
    let nll = -(3.0 * 0.86_f64.ln() + 0.72_f64.ln() + 0.06_f64.ln()) / 5.0;
    near(value("nll"), nll);
}

#[test]
fn contrasts_and_claims_follow_the_values() {
    let fixture = Fixture::new(&[]);
    // Circumplex never confuses, the others always do: macro-F1 rises by the same step on every seed.
    fixture.finish(|_, _| true, |arm, _| arm != "circumplex");
    let collected = fixture.collect();
    assert_eq!((collected.n_done, collected.holes.len()), (48, 0));
    let tests = Tests::load(&fixture.dir().join("tests.csv")).unwrap();
    let primary =
        tests.rows.iter().find(|row| row.family == "primary" && row.dataset == "degenerate").unwrap();
    assert_eq!((primary.n, primary.sign_flip_p), (6, 0.03125));
    near(Some(primary.mean_difference), (2.0 / 3.0) / 8.0);
    assert_eq!(primary.verdict, "better");
    let family: Vec<_> =
        tests.rows.iter().filter(|row| row.family == "contrast" && row.dataset == "degenerate").collect();
    let of = |treatment: &str, control: &str, metric: &str| {
        family
            .iter()
            .find(|r| r.treatment == treatment && r.control == control && r.metric == metric)
            .unwrap()
    };
    // Holm over the tests of the family that exist: severity is undefined where nothing is confused.
    let n_family = family.len() as f64;
    near(Some(of("circumplex", "base", "macro_f1").holm_p), 0.03125 * n_family);
    assert_eq!(of("uniform", "base", "macro_f1").verdict, "equivalent");
    let claims = ClaimSet::load(&fixture.dir().join("claims.json")).unwrap().claims;
    let verdict = |id: &str| claims.iter().find(|c| c.id == id && c.dataset == "degenerate").unwrap();
    assert_eq!(verdict("C1").verdict, Verdict::Reproduced);
    assert_eq!(verdict("C2").verdict, Verdict::Contradicted);
    assert_eq!(verdict("C3").verdict, Verdict::Undecided);
    assert!(verdict("C3").reason.contains("no seed has severity_index"), "{}", verdict("C3").reason);
    assert!(verdict("C1").evidence.iter().all(|item| item.file == "tests.csv"));
}

#[test]
fn holes_are_named_and_contrasts_use_the_seeds_of_both_arms() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|arm, seed| arm != "base" || seed < 2, |arm, _| arm != "circumplex");
    let collected = fixture.collect();
    assert_eq!(collected.holes.len(), 8);
    assert!(collected.holes.iter().all(|hole| hole.arm == "base" && hole.seed >= 2));
    let tests = Tests::load(&fixture.dir().join("tests.csv")).unwrap();
    let row = tests.rows.iter().find(|row| row.control == "base" && row.treatment == "circumplex").unwrap();
    assert_eq!(row.n, 2);
    let claims = ClaimSet::load(&fixture.dir().join("claims.json")).unwrap().claims;
    let claim = claims.iter().find(|claim| claim.id == "C1").unwrap();
    assert_eq!(claim.verdict, Verdict::Undecided);
    assert!(claim.reason.contains("smallest attainable p is 0.5"), "{}", claim.reason);
    assert!(claim.reason.contains("seed 2: base has no run"), "{}", claim.reason);
}

#[test]
fn a_study_without_any_run_collects_to_holes() {
    let fixture = Fixture::new(&[]);
    let collected = fixture.collect();
    assert_eq!((collected.n_done, collected.holes.len()), (0, 48));
    let claims = ClaimSet::load(&fixture.dir().join("claims.json")).unwrap().claims;
    assert!(claims.iter().all(|claim| claim.verdict == Verdict::Undecided));
}

#[test]
fn the_key_changes_with_runs_plan_and_code() {
    let fixture = Fixture::new(&[]);
    let plan = &fixture.planned.plan;
    let key = |code| collection_key(&fixture.dir(), plan, code).unwrap();
    let before = key("code");
    assert_eq!(before, key("code"));
    assert_ne!(before, key("other code"));
    fixture.finish(|arm, seed| arm == "base" && seed == 0, |_, _| false);
    assert_ne!(before, key("code"));
    let collected = fixture.collect();
    assert!(collected.is_current(&fixture.dir(), &key("code")));
    std::fs::remove_file(fixture.dir().join("tests.csv")).unwrap();
    assert!(!collected.is_current(&fixture.dir(), &key("code")));
}

#[test]
fn collection_is_deterministic() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|_, _| true, |_, seed| seed % 2 == 0);
    let names = ["results.csv", "tests.csv", "claims.json", "epochs.csv", "warnings.csv", "collected.json"];
    let read = || names.map(|n| std::fs::read(fixture.dir().join(n)).unwrap());
    fixture.collect();
    let first = read();
    fixture.collect();
    assert_eq!(first, read());
}

#[test]
fn epochs_and_warnings_follow_the_plan() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|arm, seed| seed == 0 || arm == "base" && seed == 1, |_, _| false);
    let log = concat!(
        r#"{"epoch":2,"train_loss":0.5,"parts":{"kl":0.25},"numbers":{"fusion_weight":0.75,"spread":null},"#,
        r#""valid_accuracy":0.5,"valid_macro_f1":null,"lr":0.1,"warnings":["attention collapsed: 1e-5, \"low\""]}"#,
        "\n",
        r#"{"epoch":1,"train_loss":1.5,"numbers":{"fusion_weight":0.5}}"#,
        "\n"
    );
    let first = &fixture.planned.plan.runs[0];
    std::fs::write(run_folder(&fixture.dir(), first).join("metrics.jsonl"), log).unwrap();
    let collected = fixture.collect();
    assert!(collected.notes.is_empty(), "{:?}", collected.notes);
    let rows = Epochs::load(&fixture.dir().join("epochs.csv")).unwrap().rows;
    let of_first: Vec<(u64, &str, f64)> = rows
        .iter()
        .filter(|r| r.dataset == first.dataset && r.arm == first.arm && r.seed == first.seed)
        .map(|r| (r.epoch, r.name.as_str(), r.value))
        .collect();
    let expected = [
        (1, "train_loss", 1.5),
        (1, "fusion_weight", 0.5),
        (2, "train_loss", 0.5),
        (2, "valid_accuracy", 0.5),
        (2, "loss:kl", 0.25),
        (2, "fusion_weight", 0.75),
    ];
    assert_eq!(of_first, expected);
    // Runs stand in the order of the plan, whatever their names.
    let mut runs: Vec<(&str, &str, u64)> =
        rows.iter().map(|r| (r.dataset.as_str(), r.arm.as_str(), r.seed)).collect();
    runs.dedup();
    let done = fixture.planned.plan.runs.iter().filter(|r| r.seed == 0 || r.arm == "base" && r.seed == 1);
    let planned: Vec<_> = done.map(|r| (r.dataset.as_str(), r.arm.as_str(), r.seed)).collect();
    assert_eq!(runs, planned);
    let warnings = Warnings::load(&fixture.dir().join("warnings.csv")).unwrap().rows;
    let expected = WarningRow {
        dataset: first.dataset.clone(),
        arm: first.arm.clone(),
        seed: 0,
        epoch: 2,
        warning: "attention collapsed: 1e-5, \"low\"".to_owned(),
    };
    assert_eq!(warnings, [expected]);
}

#[test]
fn a_log_that_cannot_be_read_is_a_note() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|_, seed| seed < 2, |_, _| false);
    let runs = &fixture.planned.plan.runs;
    let damaged = runs.iter().find(|run| run.seed == 1).unwrap();
    let path = run_folder(&fixture.dir(), damaged).join("metrics.jsonl");
    std::fs::write(path, "{\"epoch\":1,\"train_loss\":1.0}\n{\"epoch\":2,\"tra").unwrap();
    let missing = runs.iter().find(|run| run.seed == 0).unwrap();
    std::fs::remove_file(run_folder(&fixture.dir(), missing).join("metrics.jsonl")).unwrap();
    let collected = fixture.collect();
    // Without its log a run is not finished: a hole. With a damaged one it is, and keeps its results.
    assert!(collected.holes.iter().any(|hole| hole.arm == missing.arm && hole.seed == 0));
    assert_eq!(collected.notes.len(), 1, "{:?}", collected.notes);
    let note = &collected.notes[0];
    assert!(note.contains(&format!("runs/{}/metrics.jsonl:2: ", damaged.id)), "{note}");
    assert!(note.contains("seed 1") && !note.contains(&*fixture.out.path().to_string_lossy()), "{note}");
    assert_eq!(Collected::load(&fixture.dir()).unwrap().notes, collected.notes);
    let rows = Epochs::load(&fixture.dir().join("epochs.csv")).unwrap().rows;
    assert!(
        rows.iter().all(|row| !(row.dataset == damaged.dataset && row.arm == damaged.arm && row.seed == 1))
    );
    let results = Results::load(&fixture.dir().join("results.csv")).unwrap();
    assert!(results.rows.iter().any(|row| row.arm == damaged.arm && row.seed == 1));
}

#[test]
fn one_digit_of_a_prediction_reaches_the_report() {
    let fixture = Fixture::new(&[]);
    fixture.finish(|_, _| true, |arm, _| arm == "base");
    let page = || {
        fixture.collect();
        let path = affekt_report::write(&fixture.dir(), fixture.out.path()).unwrap();
        (std::fs::read_to_string(path).unwrap(), fixture.value("base", "ccc_valence").unwrap())
    };
    let (before, exact) = page();
    near(Some(exact), 1.0);
    let run = fixture.planned.plan.runs.iter().find(|run| run.arm == "base" && run.seed == 0).unwrap();
    let file = run_folder(&fixture.dir(), run).join("predictions.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    // True valence and arousal, then those predicted, of the second item.
    assert_eq!(text.matches(",0.25,0,0.25,0.5,").count(), 1, "{text}");
    std::fs::write(&file, text.replace(",0.25,0,0.25,0.5,", ",0.25,0,0.35,0.5,")).unwrap();
    finish_run(&run_folder(&fixture.dir(), run), &[]).unwrap();
    let (after, changed) = page();
    assert!((0.9..0.9999).contains(&changed), "{changed}");
    let shown = format!(">{changed:.4}<");
    assert!(after.contains(&shown) && !before.contains(&shown), "{shown}");
}

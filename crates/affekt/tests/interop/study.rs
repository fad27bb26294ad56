//! A study of one dataset, two arms and two seeds, written by hand: every number in it can be looked up here.

use std::path::{Path, PathBuf};

use affekt_artifact::{
    Claim, ClaimSet, Digest, Evidence, Plan, PlannedArm, PlannedDataset, PlannedRun, PredictionRow,
    Predictions, Provenance, ResultRow, Results, Selection, TestRow, Tests, Verdict,
};
use affekt_core::{LabelSet, SampleId, Split, SubjectId};

/// Every character LaTeX gives a meaning, and one of CSV.
pub(crate) const SPECIALS: &str = r"a_b 50% & #1 $x$ {y} z^2 ~ \n, [c]";
pub(crate) const ARMS: [&str; 2] = ["base", SPECIALS];
pub(crate) const CLASSES: [&str; 3] = ["fear", "anger", "neutral"];
pub(crate) const EPOCHS: u32 = 3;

/// Macro-F1 of an arm's run on the test split.
pub(crate) fn macro_f1(arm: usize, seed: u64) -> f64 {
    [[0.5, 0.25], [0.75, 0.625]][arm][usize::try_from(seed).unwrap()]
}

/// Folder of a run.
pub(crate) fn run_id(arm: usize, seed: u64) -> String {
    format!("toy-{}-seed{seed}-0a1b2c3d", ["base", "other"][arm])
}

/// Probability of `fear`, and whether it is.
pub(crate) const FEAR: [(f32, bool); 4] = [(0.875, true), (0.5, false), (0.375, true), (0.125, false)];

/// Writes the study to `<root>/toy`.
pub(crate) fn write(root: &Path) -> PathBuf {
    let dir = root.join("toy");
    let label_set = LabelSet::new("toy-3", CLASSES.map(str::to_owned).to_vec()).unwrap();
    let plan = plan(&label_set);
    plan.save(&dir.join("plan.toml")).unwrap();
    let mut results = Results::default();
    for run in &plan.runs {
        let folder = dir.join("runs").join(&run.id);
        let arm = ARMS.iter().position(|arm| *arm == run.arm).unwrap();
        predictions(&label_set).save(&folder.join("predictions.csv")).unwrap();
        let log: Vec<String> = (1..=EPOCHS).map(|epoch| log_line(epoch, run.seed)).collect();
        std::fs::write(folder.join("metrics.jsonl"), log.concat()).unwrap();
        for (metric, value) in [("macro_f1", Some(macro_f1(arm, run.seed))), ("ccc_valence", None)] {
            results.rows.push(ResultRow {
                study: plan.study.clone(),
                dataset: run.dataset.clone(),
                arm: run.arm.clone(),
                seed: run.seed,
                split: "test".to_owned(),
                selection: "last".to_owned(),
                metric: metric.to_owned(),
                value,
            });
        }
    }
    results.save(&dir.join("results.csv")).unwrap();
    Tests { rows: vec![test()] }.save(&dir.join("tests.csv")).unwrap();
    ClaimSet::new(plan.study, vec![claim()]).save(&dir).unwrap();
    dir
}

fn log_line(epoch: u32, seed: u64) -> String {
    let loss = f64::from(4 - epoch) / 2.0 + seed as f64;
    format!(
        "{{\"epoch\":{epoch},\"epochs\":{EPOCHS},\"train_loss\":{loss},\"parts\":{{\"expression\":{loss}}},\"lr\":0.125,\
         \"valid_accuracy\":0.5,\"valid_macro_f1\":0.25,\"seconds\":2.5,\"images_per_second\":1024.0}}\n"
    )
}

fn plan(label_set: &LabelSet) -> Plan {
    let run = |(arm, seed): (usize, u64)| PlannedRun {
        id: run_id(arm, seed),
        dataset: "toy".to_owned(),
        arm: ARMS[arm].to_owned(),
        seed,
    };
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        study: SPECIALS.to_owned(),
        question: "What do others read?".to_owned(),
        selection: "last".to_owned(),
        absent_class: "zero".to_owned(),
        alpha: 0.05,
        margins: [("macro_f1".to_owned(), 0.02)].into(),
        pair: None,
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            code: "code".to_owned(),
            libtorch: "none".to_owned(),
            config: Digest::of_bytes(b"config"),
            threads_per_run: 1,
            command: "none".to_owned(),
        },
        arms: ARMS
            .map(|name| PlannedArm { name: name.to_owned(), isolates: SPECIALS.to_owned(), post_hoc: None })
            .to_vec(),
        datasets: vec![PlannedDataset {
            name: "toy".to_owned(),
            folder: "data/toy".to_owned(),
            digest: Digest::of_bytes(b"toy"),
            prototype_source: "empirical".to_owned(),
            prototypes: vec![[-0.4, 0.6], [-0.5, 0.5], [0.0, 0.0]],
            aus: Vec::new(),
            has_limits: false,
            class_counts: [vec![4, 4, 4], vec![2, 2, 2], vec![2, 2, 0]],
            label_set: label_set.clone(),
            pair: None,
            label_noise: None,
            transfer: None,
        }],
        runs: [(0, 0), (0, 1), (1, 0), (1, 1)].map(run).to_vec(),
    }
}

/// Four faces, of fear and anger; neutral is absent.
fn predictions(label_set: &LabelSet) -> Predictions {
    let rows = FEAR.iter().enumerate().map(|(i, (fear, is_fear))| PredictionRow {
        selection: Selection::Last,
        sample: SampleId::new(format!("face, {i}")).unwrap(),
        subject: SubjectId::new(format!("p{i}")).unwrap(),
        video: None,
        split: Split::Test,
        true_class: label_set.class_at(usize::from(!is_fear)),
        predicted_class: label_set.class_at(usize::from(*fear < 0.5)).unwrap(),
        probabilities: vec![*fear, 1.0 - fear, 0.0],
        true_va: None,
        predicted_va: None,
        true_aus: Vec::new(),
        au_probabilities: Vec::new(),
    });
    Predictions { label_set: label_set.clone(), aus: Vec::new(), rows: rows.collect() }
}

fn test() -> TestRow {
    TestRow {
        dataset: "toy".to_owned(),
        metric: "macro_f1".to_owned(),
        treatment: SPECIALS.to_owned(),
        control: "base".to_owned(),
        family: "primary".to_owned(),
        n: 2,
        treatment_mean: 0.6875,
        control_mean: 0.375,
        mean_difference: 0.3125,
        hodges_lehmann: 0.3125,
        ci_low: None,
        ci_high: None,
        ci_confidence: None,
        sign_flip_p: 0.5,
        wilcoxon_p: 0.5,
        holm_p: 0.5,
        d_z: Some(3.54),
        rank_biserial: Some(1.0),
        margin: Some(0.02),
        tost_p: Some(1.0),
        below_margin_p: Some(1.0),
        rope_below: Some(0.0),
        rope_within: Some(0.0),
        rope_above: Some(1.0),
        min_attainable_p: 0.5,
        verdict: "undecided".to_owned(),
    }
}

fn claim() -> Claim {
    let evidence =
        |what: &str, value| Evidence { what: what.to_owned(), value, file: "tests.csv".to_owned() };
    Claim {
        id: "C1".to_owned(),
        dataset: "toy".to_owned(),
        statement: format!(
            "What is called {SPECIALS} does better than the base, in words that take more than a line."
        ),
        source: "nowhere".to_owned(),
        verdict: Verdict::Undecided,
        reason: "Two seeds decide nothing.".to_owned(),
        numbers: "difference +0.3125, n = 2".to_owned(),
        evidence: vec![evidence("mean difference", Some(0.3125)), evidence("sign-flip p", Some(0.5))],
    }
}

//! Every kind of arm in one small study, trained through the real binary.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::{Path, PathBuf};

use affekt_artifact::{Plan, Predictions, Results, Selection};
use affekt_study::{PostHocRule, ResolvedRun};
use affekt_weights::StateDict;
use support::{affekt, repository};

const STUDY: &str = r#"
study = "arms"
question = "Does every arm run?"
seeds = [0, 1]
threads_per_run = 1
embeddings = true

[input]
size = 16
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
mirror = false

[[dataset]]
name = "world"
source = { kind = "world", world = "WORLDS/separable.toml", size = { train = 96, valid = 32, test = 40 }, seed = 0 }
prototypes = { kind = "table", table = "warriner" }

[model]
backbone = { kind = "small-resnet", width = 4 }
heads = ["expression", "va", "au"]
dropout = 0.1

[train]
epochs = 2
batch_size = 16
precision = "fp32"
optimizer = { kind = "adam", lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }
schedule = { kind = "exponential", gamma = 0.9 }

[augment]
flip = 0.5
shift = 2

[loss]
lambda = 0.5
tasks = { expression = 1.0, va = 1.0, au = 1.0 }

ARMS

[analysis]
selection = "last"
absent_class = "zero"
alpha = 0.05
margins = { accuracy = 0.02 }
primary = { metric = "accuracy", treatment = "min-risk", control = "base" }
contrast = []
claim = []
"#;

const ARMS: [(&str, &str); 17] = [
    ("base", ""),
    ("class-weights", r#"expression = { kind = "class-weights", power = 1.0 }"#),
    ("effective-number", r#"expression = { kind = "effective-number", beta = 0.99 }"#),
    ("focal", r#"expression = { kind = "focal", gamma = 2.0 }"#),
    (
        "ldam-drw",
        r#"expression = { kind = "ldam-drw", max_margin = 0.5, scale = 30.0, beta = 0.99, deferred = 0.5 }"#,
    ),
    ("logit-adjust", r#"expression = { kind = "logit-adjust", tau = 1.0 }"#),
    ("balanced-softmax", r#"expression = { kind = "balanced-softmax" }"#),
    ("label-smoothing", r#"expression = { kind = "label-smoothing", epsilon = 0.1 }"#),
    ("confidence-penalty", r#"expression = { kind = "confidence-penalty", beta = 0.1 }"#),
    ("mae", r#"expression = { kind = "mean-absolute" }"#),
    ("balanced-sampling", r#"sampling = "balanced""#),
    ("sqrt-sampling", r#"sampling = "square-root""#),
    ("mixup", "mixup = { alpha = 0.2 }"),
    ("crt", r#"second_stage = { kind = "crt", epochs = 1, lr = 1e-3 }"#),
    ("tau-norm", r#"second_stage = { kind = "tau-norm", tau = 0.7 }"#),
    (
        "min-risk",
        r#"post_hoc = { of = "base", rule = { kind = "min-risk", cost = { kind = "circumplex", normalisation = "mean-off-diagonal" } } }"#,
    ),
    ("post-hoc-adjust", r#"post_hoc = { of = "base", rule = { kind = "logit-adjust", tau = 1.0 } }"#),
];

struct Studio {
    folder: tempfile::TempDir,
    plan: Plan,
}

impl Studio {
    fn run() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let worlds = repository().canonicalize().unwrap().join("configs/worlds");
        let arm = |(name, keys): &(&str, &str)| {
            format!(
                "[[arm]]\nname = \"{name}\"\nisolates = \"{name}.\"\ncost = {{ kind = \"none\" }}\n{keys}\n"
            )
        };
        let arms: String = ARMS.iter().map(arm).collect();
        let text = STUDY.replace("WORLDS", worlds.to_str().unwrap()).replace("ARMS", &arms);
        let path = folder.path().join("study.toml");
        std::fs::write(&path, text).unwrap();
        let out = folder.path().join("runs");
        let words = ["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "2"];
        let ran = affekt(&words);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let plan = Plan::load(&folder.path().join("runs/arms/plan.toml")).unwrap();
        Self { folder, plan }
    }

    fn at(&self, arm: &str, seed: u64) -> PathBuf {
        let run = self.plan.runs.iter().find(|run| run.arm == arm && run.seed == seed).unwrap();
        self.folder.path().join("runs/arms/runs").join(&run.id)
    }

    fn weights(&self, arm: &str, seed: u64) -> StateDict {
        StateDict::read(&self.at(arm, seed).join("checkpoint.safetensors")).unwrap()
    }

    fn predictions(&self, arm: &str, seed: u64) -> Predictions {
        let dataset = self.plan.dataset("world").unwrap();
        let path = self.at(arm, seed).join("predictions.csv");
        Predictions::load(&path, &dataset.label_set, &dataset.aus).unwrap()
    }
}

fn values(state: &StateDict, name: &str) -> Vec<f32> {
    state.get(name).unwrap().to_f32()
}

fn is_file(path: &Path, name: &str) -> bool {
    path.join(name).is_file()
}

#[test]
fn every_arm_runs_and_does_what_it_says() {
    let studio = Studio::run();
    let results = Results::load(&studio.folder.path().join("runs/arms/results.csv")).unwrap();
    for (arm, _) in ARMS {
        for split in ["valid", "test"] {
            let found = results.rows.iter().filter(|row| row.arm == arm && row.split == split);
            assert!(
                found.filter(|row| row.metric == "macro_f1" && row.value.is_some()).count() == 4,
                "{arm}"
            );
        }
    }
    let (base, seed) = (studio.weights("base", 0), 0);
    for (arm, _) in ARMS {
        if studio.plan.arm(arm).unwrap().post_hoc.is_some() {
            assert!(!is_file(&studio.at(arm, seed), "checkpoint.safetensors"));
            continue;
        }
        let state = studio.weights(arm, seed);
        let same = |prefix: &str| {
            let names: Vec<&str> = base.names().filter(|name| name.starts_with(prefix)).collect();
            names.iter().all(|name| state.get(name).is_some_and(|t| t.to_f32() == values(&base, name)))
        };
        match arm {
            "base" => {}
            // The second stages leave all but the expression head as base has it.
            "crt" | "tau-norm" => {
                assert!(same("backbone.") && same("va.") && same("au.") && !same("expression."));
            }
            // The pairing holds up to what the arm changes: its first convolution cannot be base's any more.
            _ => assert!(!same("backbone."), "{arm}"),
        }
        let embeddings = StateDict::read(&studio.at(arm, seed).join("embeddings.safetensors")).unwrap();
        assert_eq!(embeddings.get("features").unwrap().shape()[0], 40, "{arm}");
    }
    // tau-normalisation by hand.
    let (plain, scaled) =
        (values(&base, "expression.weight"), values(&studio.weights("tau-norm", 0), "expression.weight"));
    let width = plain.len() / 8;
    for (a, b) in plain.chunks(width).zip(scaled.chunks(width)) {
        let length = a.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        for (x, y) in a.iter().zip(b) {
            assert!((f64::from(*x) / length.powf(0.7) - f64::from(*y)).abs() < 1e-6);
        }
    }
    assert!(values(&studio.weights("tau-norm", 0), "expression.bias").iter().all(|b| *b == 0.0));
    // The cosine head has no bias.
    assert!(studio.weights("ldam-drw", 0).get("expression.bias").is_none());
    post_hoc_rules(&studio);
}

/// Both rules computed here again, from the predictions of base.
fn post_hoc_rules(studio: &Studio) {
    let from = studio.predictions("base", 1);
    let run = ResolvedRun::load(&studio.at("min-risk", 1)).unwrap();
    let Some(PostHocRule::MinRisk { cost }) = run.post_hoc.map(|rule| rule.rule) else {
        panic!("another rule")
    };
    for (row, decided) in from.rows.iter().zip(&studio.predictions("min-risk", 1).rows) {
        assert_eq!(row.probabilities, decided.probabilities);
        let risk = |j: usize| -> f64 {
            row.probabilities.iter().zip(&cost[j]).map(|(p, c)| f64::from(*p) * c).sum()
        };
        let best = (0..8).min_by(|&a, &b| risk(a).total_cmp(&risk(b))).unwrap();
        assert_eq!(decided.predicted_class.get(), best);
    }
    let run = ResolvedRun::load(&studio.at("post-hoc-adjust", 1)).unwrap();
    assert!(matches!(run.post_hoc.unwrap().rule, PostHocRule::Offset { .. }));
    let counts = &studio.plan.dataset("world").unwrap().class_counts[0];
    for (row, decided) in from.rows.iter().zip(&studio.predictions("post-hoc-adjust", 1).rows) {
        let raw: Vec<f64> =
            row.probabilities.iter().zip(counts).map(|(p, n)| f64::from(*p) / (*n).max(1) as f64).collect();
        let sum: f64 = raw.iter().sum();
        for (expected, p) in raw.iter().zip(&decided.probabilities) {
            assert!((expected / sum - f64::from(*p)).abs() < 1e-6);
        }
    }
    assert!(from.rows.iter().any(|row| row.selection == Selection::BestValid));
}

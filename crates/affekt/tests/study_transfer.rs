//! Trained on one world, tested on another, through the real binary: files, classes, results, resuming, ten crops.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use affekt_artifact::{Manifest, Plan, Predictions, Results};
use affekt_core::Split;
use support::{Ran, affekt, repository};

const STUDY: &str = r#"
study = "transfer"
question = "What is left of it elsewhere?"
seeds = [0, 1]
threads_per_run = 1

[input]
size = 20
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
mirror = false
ten_crop = 16

# Eight classes, the eighth `other`.
[[dataset]]
name = "eight"
source = { kind = "world", world = "WORLDS/separable.toml", size = { train = 64, valid = 32, test = 60 }, seed = 0 }
prototypes = { kind = "table", table = "warriner" }

# Seven of them in another order.
[[dataset]]
name = "seven"
source = { kind = "world", world = "WORLDS/ambiguous.toml", size = { train = 64, valid = 32, test = 40 }, seed = 1 }
prototypes = { kind = "table", table = "affectnet-val" }

[[transfer]]
train = "eight"
test = "seven"

[[transfer]]
train = "seven"
test = "eight"

[model]
backbone = { kind = "small-resnet", width = 4 }
heads = ["expression", "va", "au"]
dropout = 0.0

[train]
epochs = 1
batch_size = 16
precision = "fp32"
optimizer = { kind = "adam", lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }
schedule = { kind = "exponential", gamma = 0.9 }

[augment]
flip = 0.5
shift = 2

[loss]
lambda = 0.0
tasks = { expression = 1.0, va = 1.0, au = 1.0 }

[[arm]]
name = "narrow"
isolates = "The shared network."
cost = { kind = "none" }

[[arm]]
name = "wide"
isolates = "A wider network."
cost = { kind = "none" }
network = { backbone = { kind = "small-resnet", width = 8 } }

[analysis]
selection = "last"
absent_class = "zero"
alpha = 0.05
margins = { accuracy = 0.02 }
primary = { metric = "accuracy", treatment = "wide", control = "narrow" }
contrast = []
claim = []
"#;

fn study(folder: &Path) -> Ran {
    let worlds = repository().canonicalize().unwrap().join("configs/worlds");
    let path = folder.join("study.toml");
    std::fs::write(&path, STUDY.replace("WORLDS", worlds.to_str().unwrap())).unwrap();
    let out = folder.join("runs");
    affekt(&["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "1"])
}

#[test]
fn a_run_is_tested_on_the_other_dataset_over_what_both_know() {
    let folder = tempfile::tempdir().unwrap();
    let first = study(folder.path());
    assert_eq!(first.code, 0, "{}", first.stderr);
    let plan = Plan::load(&folder.path().join("runs/transfer/plan.toml")).unwrap();
    assert_eq!(plan.runs.len(), 8);
    for (train, test, n) in [("eight", "seven", 40), ("seven", "eight", 60)] {
        let dataset = plan.dataset(&format!("{train}-to-{test}")).unwrap();
        assert!(dataset.label_set.len() == 7 && dataset.label_set.parse_class("other").is_err());
        let manifest = Manifest::load(&folder.path().join("runs").join(&dataset.folder)).unwrap();
        let truths: Vec<_> = manifest.split(Split::Test).collect();
        for run in dataset.runs(&plan) {
            let path =
                folder.path().join("runs/transfer/runs").join(&run.id).join(dataset.predictions_file());
            let predictions = Predictions::load(&path, &dataset.label_set, &dataset.aus).unwrap();
            assert_eq!(predictions.rows.len(), 2 * n);
            for (row, truth) in predictions.rows.iter().zip(truths.iter().cycle()) {
                // The class before and after, by name: `other` is not scored.
                let name = |class| manifest.label_set.name_of(class).unwrap();
                let expected = truth.expression.map(name).filter(|name| *name != "other");
                assert_eq!(row.sample, truth.sample);
                assert_eq!(row.true_class.map(|class| dataset.label_set.name_of(class).unwrap()), expected);
                let sum: f32 = row.probabilities.iter().sum();
                assert!((sum - 1.0).abs() < 1e-5);
                assert_eq!(row.au_probabilities.len(), dataset.aus.len());
            }
        }
    }
    let results = Results::load(&folder.path().join("runs/transfer/results.csv")).unwrap();
    let measured: BTreeSet<&str> = results.rows.iter().map(|row| row.dataset.as_str()).collect();
    assert_eq!(measured, BTreeSet::from(["eight", "seven", "eight-to-seven", "seven-to-eight"]));
    let report = std::fs::read_to_string(folder.path().join("runs/transfer/report.html")).unwrap();
    assert!(report.contains("tested on the test split of seven") && report.contains("Across datasets"));

    let again = study(folder.path());
    assert!(again.stdout.contains("nothing to do: 8 of 8 runs done"), "{}{}", again.stdout, again.stderr);
    // Predictions elsewhere belong to the run: without them it is not finished, and a changed one is made again.
    let run = plan.runs.iter().find(|run| run.dataset == "eight").unwrap();
    let path = folder.path().join("runs/transfer/runs").join(&run.id).join("predictions-on-seven.csv");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, b"changed").unwrap();
    assert_eq!(study(folder.path()).code, 0);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

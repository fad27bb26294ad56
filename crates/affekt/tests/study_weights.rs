//! Studies that start from weights, trained through the real binary so little that what was loaded can be seen.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affekt_testkit::drawn;
use affekt_weights::{HostTensor, StateDict, save};
use support::{Ran, affekt, repository};

const STUDY: &str = r#"
study = "start"
question = "Does training start from the weights named?"
seeds = [0, 1]
threads_per_run = 1

[input]
size = 16
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
mirror = false

[[dataset]]
name = "world"
source = { kind = "world", world = "WORLD", size = { train = 64, valid = 32, test = 32 }, seed = 0 }
prototypes = { kind = "empirical" }

[model]
backbone = { kind = "small-resnet", width = 4 }
heads = ["expression", "va"]
dropout = 0.0
FREEZE
WEIGHTS

[train]
epochs = 1
batch_size = 16
precision = "fp32"
optimizer = { kind = "adam", lr = RATE, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }
schedule = { kind = "exponential", gamma = 0.9 }

[augment]
flip = 0.5
shift = 0

[loss]
lambda = 0.0
tasks = { expression = 1.0, va = 1.0, au = 0.0 }

[[arm]]
name = "plain"
isolates = "One branch."
cost = { kind = "none" }

[[arm]]
name = "paper"
isolates = "Two branches."
cost = { kind = "none" }

[arm.method]
kind = "ada-df"
variant = "paper"
threshold = 0.7
beta = 3.0
temperature = 1.0
fusion = { kind = "adaptive", min = 0.2, max = 1.0 }
rank_share = 0.7
rank_margin = 0.07
divide_after = "layer1"
freeze_stem = true
stem_dropout = 0.0

[analysis]
selection = "last"
absent_class = "zero"
alpha = 0.05
margins = { accuracy = 0.02 }
primary = { metric = "accuracy", treatment = "paper", control = "plain" }
contrast = []
claim = []
"#;

struct Studio(tempfile::TempDir);

impl Studio {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// With steps so small that no weight changes in 32 bit.
    fn study(&self, freeze: &str, weights: &str) -> Ran {
        self.study_at("1e-30", freeze, weights)
    }

    fn study_at(&self, rate: &str, freeze: &str, weights: &str) -> Ran {
        let world = repository().canonicalize().unwrap().join("configs/worlds/separable.toml");
        let text =
            STUDY.replace("WORLD", world.to_str().unwrap()).replace("FREEZE", freeze).replace("RATE", rate);
        let path = self.at("study.toml");
        std::fs::write(&path, text.replace("WEIGHTS", weights)).unwrap();
        let out = self.at("runs");
        affekt(&["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "1"])
    }

    /// Folder of the run of an arm with the least seed.
    fn run(&self, arm: &str) -> PathBuf {
        let plan = affekt_artifact::Plan::load(&self.at("runs/start/plan.toml")).unwrap();
        let run = plan.runs.iter().find(|run| run.arm == arm && run.seed == 0).unwrap();
        self.at("runs/start/runs").join(&run.id)
    }

    fn checkpoint(&self, arm: &str) -> StateDict {
        StateDict::read(&self.run(arm).join("checkpoint.safetensors")).unwrap()
    }
}

/// A network under timm's names with drawn values and a classifier of ten classes, beside what `plain` has.
fn write_net(path: &Path, plain: &StateDict) -> StateDict {
    let drawn = |name: &str, shape: &[usize]| {
        (name.to_owned(), HostTensor::from_f32(shape.to_vec(), &drawn::parameter(name, shape)).unwrap())
    };
    let backbone = plain
        .iter()
        .filter_map(|(name, tensor)| name.strip_prefix("backbone.").map(|name| drawn(name, tensor.shape())));
    let net =
        StateDict::from_tensors(backbone.chain([drawn("fc.weight", &[10, 16]), drawn("fc.bias", &[10])]));
    save(path, &net, &BTreeMap::new()).unwrap();
    net
}

fn is_parameter(name: &str) -> bool {
    !name.contains("running")
}

#[test]
fn both_networks_start_from_the_file_and_what_is_frozen_stays() {
    let studio = Studio::new();
    let ran = studio.study("", "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let random = studio.checkpoint("plain");
    let random_paper = studio.checkpoint("paper");
    assert!(!studio.run("plain").join("weights.txt").exists());
    let net = write_net(&studio.at("net.safetensors"), &random);

    // Relative to the study file.
    let ran = studio.study("freeze = \"layer1\"", "weights = { file = \"net.safetensors\" }");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let plain = studio.checkpoint("plain");
    for (name, tensor) in net.iter().filter(|(name, _)| !name.starts_with("fc.") && is_parameter(name)) {
        assert_eq!(plain.get(&format!("backbone.{name}")).unwrap(), tensor, "{name}");
        assert_ne!(random.get(&format!("backbone.{name}")).unwrap(), tensor, "{name}");
    }
    for head in ["expression.weight", "expression.bias", "va.weight", "va.bias"] {
        assert_eq!(plain.get(head), random.get(head), "{head} starts random");
    }
    let text = std::fs::read_to_string(studio.run("plain").join("weights.txt")).unwrap();
    for part in [
        "net.safetensors, safetensors, BLAKE3",
        "keeping initial values 4: expression.bias, expression.weight, va.bias, va.weight",
        "fc.weight (a classifier of 10 classes, the model has 8)",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }

    let paper = studio.checkpoint("paper");
    for (name, tensor) in net.iter().filter(|(name, _)| !name.starts_with("fc.")) {
        let places: &[&str] = if ["layer2.", "layer3."].iter().any(|stage| name.starts_with(stage)) {
            &["auxiliary", "target"]
        } else {
            &["stem"]
        };
        // A frozen stem of the variant `paper` keeps its statistics too.
        for place in places.iter().filter(|&&place| place == "stem" || is_parameter(name)) {
            assert_eq!(paper.get(&format!("{place}.{name}")).unwrap(), tensor, "{place}.{name}");
        }
    }
    for (name, tensor) in paper.iter().filter(|(name, _)| is_parameter(name)) {
        if let Some(rest) = name.strip_prefix("target.") {
            assert_eq!(paper.get(&format!("auxiliary.{rest}")), Some(tensor), "{name}");
        }
        if name.contains("attention") || name.contains("expression") {
            assert_eq!(random_paper.get(name), Some(tensor), "{name} starts random");
        }
    }
    let log = std::fs::read_to_string(studio.run("paper").join("log.txt")).unwrap();
    assert!(log.contains("loaded") && log.contains("keeping initial values"), "{log}");

    // With steps that count, what is frozen keeps the values of the file and nothing else does.
    let ran = studio.study_at("0.01", "freeze = \"layer1\"", "weights = { file = \"net.safetensors\" }");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (plain, paper) = (studio.checkpoint("plain"), studio.checkpoint("paper"));
    for (name, tensor) in net.iter().filter(|(name, _)| !name.starts_with("fc.") && is_parameter(name)) {
        let is_frozen = ["conv1.", "bn1.", "layer1."].iter().any(|stage| name.starts_with(stage));
        let place = if is_frozen { "stem" } else { "target" };
        for (model, place) in [(&plain, "backbone"), (&paper, place)] {
            assert_eq!(model.get(&format!("{place}.{name}")) == Some(tensor), is_frozen, "{place}.{name}");
        }
    }

    // Other content than the one planned is refused.
    let folder = studio.run("plain");
    std::fs::remove_file(folder.join("DONE")).unwrap();
    std::fs::copy(folder.join("checkpoint.safetensors"), studio.at("net.safetensors")).unwrap();
    let ran = affekt(&["train", "--run", folder.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("weights digest is") && ran.stderr.contains("plan the study again"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_does_not_fit_is_listed_and_nothing_is_trained() {
    let studio = Studio::new();
    assert_eq!(studio.study("", "").code, 0);
    let net = write_net(&studio.at("whole.safetensors"), &studio.checkpoint("plain"));
    let kept = net.iter().filter(|(name, _)| *name != "layer2.0.bn1.bias");
    let short = StateDict::from_tensors(kept.map(|(name, tensor)| (name.to_owned(), tensor.clone())));
    save(&studio.at("short.safetensors"), &short, &BTreeMap::new()).unwrap();
    let ran = studio.study("", "weights = { file = \"short.safetensors\" }");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("missing 1: backbone.layer2.0.bn1.bias"), "{}", ran.stderr);
    assert!(ran.stderr.contains("missing 2: auxiliary.layer2.0.bn1.bias"), "{}", ran.stderr);
    assert!(!studio.run("plain").join("checkpoint.safetensors").exists());
    // What the study itself leaves random may be missing.
    let ran = studio.study(
        "",
        "weights = { file = \"short.safetensors\", drop = [\"fc.\"], fresh = [\"backbone.layer2.0.bn1.bias\", \
         \"auxiliary.layer2.0.bn1.bias\", \"target.layer2.0.bn1.bias\"] }",
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_checkpoint_of_the_same_network_is_taken_whole_and_heads_for_other_classes_are_not() {
    let studio = Studio::new();
    assert_eq!(studio.study("", "").code, 0);
    let own = studio.run("plain").join("checkpoint.safetensors");
    std::fs::copy(own, studio.at("own.safetensors")).unwrap();
    let first = studio.checkpoint("plain");
    let ran = studio.study("", "weights = { file = \"own.safetensors\" }");
    // The network with two branches is another one.
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("`affekt export`"), "{}", ran.stderr);
    let text = std::fs::read_to_string(studio.run("plain").join("weights.txt")).unwrap();
    assert!(text.contains(&format!("loaded {}", first.len())), "{text}");
    assert!(!text.contains("keeping initial values"), "{text}");

    // As many classes, but others: nothing but the card of the file tells.
    let net = write_net(&studio.at("net.safetensors"), &first);
    let cut = |name: &str, tensor: &HostTensor| {
        let n = if name == "fc.weight" { 8 * 16 } else { 8 };
        let shape = if name == "fc.weight" { vec![8, 16] } else { vec![8] };
        HostTensor::from_f32(shape, &tensor.to_f32()[..n]).unwrap()
    };
    let eight = StateDict::from_tensors(net.iter().map(|(name, tensor)| {
        (name.to_owned(), if name.starts_with("fc.") { cut(name, tensor) } else { tensor.clone() })
    }));
    let card = |classes: &str| {
        let card = format!("{{ \"label_set\": {{ \"name\": \"x\", \"classes\": [{classes}] }} }}");
        save(&studio.at("eight.safetensors"), &eight, &BTreeMap::from([("affekt".to_owned(), card)]))
            .unwrap();
        let ran = studio.study("", "weights = { file = \"eight.safetensors\" }");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ["plain", "paper"].map(|arm| std::fs::read_to_string(studio.run(arm).join("weights.txt")).unwrap())
    };
    for text in card("\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"") {
        assert!(text.contains("fc.weight (a head for a, b, c, d, e, f, g, h, the model has"), "{text}");
        assert!(text.contains("expression.bias"), "{text}");
    }
    let classes = affekt_core::LabelSet::aff_wild2().classes().join("\", \"");
    for text in card(&format!("\"{classes}\"")) {
        assert!(!text.contains("dropped") && !text.contains("expression.weight"), "{text}");
    }
}

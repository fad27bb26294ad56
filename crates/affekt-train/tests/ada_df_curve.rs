//! Ten epochs of a tiny fixed problem follow the loss curve of our float64 reference in `PyTorch`.
//!
//! Goldens: `golden/make_ada_df_step.py`; weights, images and labels are drawn by a hash that both sides redo.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::Seed;
use affekt_learn::{
    AffectModel, ExponentialSchedule, ModelOutput, Objective, ObjectiveError, Schedule, Survey, Surveyed,
    Target,
};
use affekt_losses::{AdaDf, AdaDfParams, AdaDfSpec, Fusion, Quirk, TaskWeights};
use affekt_models::{Architecture, Division, DualBranch, HeadSizes, Stage};
use affekt_tensor::{
    AdamW, AdamWParams, Device, Kind, Mode, Optimizer as _, ParamStore, Precision, Tensor, no_grad_guard,
    set_threads,
};
use affekt_testkit::drawn;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    config: Config,
    runs: BTreeMap<String, BTreeMap<String, Run>>,
}

#[derive(Deserialize)]
struct Config {
    labels: Vec<i64>,
    lr: f64,
    gamma: f64,
    threshold: f64,
}

#[derive(Deserialize)]
struct Run {
    freeze_stem: bool,
    float64: Vec<Epoch>,
}

#[derive(Deserialize)]
struct Epoch {
    losses: BTreeMap<String, f64>,
    ld: Vec<Vec<f64>>,
}

/// Items, and items of a step.
const ITEMS: i64 = 32;
const BATCH: i64 = 8;

fn target(labels: &Tensor) -> Target {
    let n = labels.size()[0];
    let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    Target {
        expression: labels.shallow_clone(),
        soft: None,
        expression_mask: Tensor::ones([n], (Kind::Float, Device::Cpu)),
        va: zeros(&[n, 2]),
        va_mask: zeros(&[n]),
        aus: zeros(&[n, 0]),
        au_mask: zeros(&[n, 0]),
        posterior: None,
    }
}

struct All<'a> {
    model: &'a DualBranch,
    images: &'a Tensor,
    labels: &'a Tensor,
}

impl Survey for All<'_> {
    fn each(
        &mut self,
        _: Surveyed,
        see: &mut dyn FnMut(&ModelOutput, &Target) -> Result<(), ObjectiveError>,
    ) -> Result<(), ObjectiveError> {
        let _guard = no_grad_guard();
        let mode = Mode { train: false, precision: Precision::Fp32, noise: Seed(0) };
        see(&self.model.forward(self.images, mode), &target(self.labels))
    }
}

fn follow(golden: &Golden, variant: &str, name: &str) {
    set_threads(1);
    let (config, run) = (&golden.config, &golden.runs[variant][name]);
    let reference = variant == "reference";
    let store = ParamStore::new(Seed(0), Device::Cpu);
    let division = Division {
        after: Stage::Layer1,
        freeze_stem: run.freeze_stem,
        stem_batch_statistics: reference,
        stem_dropout: 0.0,
        dropout_in_eval: reference,
    };
    let heads = HeadSizes { n_classes: 4, va: false, n_aus: 0 };
    let model = DualBranch::new(&store, Architecture::ResNet18, division, heads, 0.0).unwrap();
    let weights = store.state().into_iter().map(|(name, tensor)| {
        let shape: Vec<usize> = tensor.size().iter().map(|&n| usize::try_from(n).unwrap()).collect();
        (name.clone(), Tensor::from_slice(&drawn::parameter(&name, &shape)).reshape(tensor.size()))
    });
    store.restore(&weights.collect());
    let pixels: Vec<f32> = (0..32 * 3 * 32 * 32).map(|i| (drawn::unit("images", i) - 0.5) * 4.0).collect();
    let images = Tensor::from_slice(&pixels).reshape([ITEMS, 3, 32, 32]);
    let labels = Tensor::from_slice(&config.labels);
    let spec = AdaDfSpec {
        threshold: config.threshold,
        beta: 3.0,
        temperature: 1.0,
        fusion: Fusion::Adaptive { min: 0.2, max: 1.0 },
        rank_share: 0.7,
        rank_margin: 0.07,
        batch_size: 8,
        quirks: if reference { Quirk::ALL.into() } else { BTreeSet::new() },
    };
    let weights = TaskWeights { expression: 1.0, va: 0.0, au: 0.0 };
    let mut objective = AdaDf::new(AdaDfParams::new(spec).unwrap(), 4, weights, 0.0, None).unwrap();
    let mut optimizer = AdamW::new(AdamWParams::new(0.9, 0.999, 1e-8, 0.0).unwrap(), store.parameters());
    let schedule = ExponentialSchedule::new(config.gamma, 4).unwrap();
    let mode = Mode { train: true, precision: Precision::Fp32, noise: Seed(0) };
    for (epoch, expected) in (1_u32..).zip(&run.float64) {
        objective.begin_epoch(epoch);
        let mut sums = BTreeMap::<&str, f64>::new();
        for step in 0..ITEMS / BATCH {
            let part = |x: &Tensor| x.narrow(0, step * BATCH, BATCH);
            let loss =
                objective.forward(&model.forward(&part(&images), mode), &target(&part(&labels))).unwrap();
            optimizer.zero_grad();
            loss.total.backward();
            let global = u64::from(epoch - 1) * 4 + u64::try_from(step).unwrap();
            optimizer.step(config.lr * schedule.factor(global));
            let named = loss.parts.iter().copied().chain([("total", loss.total.double_value(&[]))]);
            named.for_each(|(name, value)| *sums.entry(name).or_default() += value / 4.0);
        }
        let notes =
            objective.end_epoch(&mut All { model: &model, images: &images, labels: &labels }).unwrap();
        for (theirs, ours) in
            [("total", "total"), ("ce", "cross_entropy"), ("kl", "divergence"), ("rr", "rank")]
        {
            let gap = (sums[ours] - expected.losses[theirs]).abs();
            assert!(gap < 1e-3, "{variant} {name}, epoch {epoch}, {ours}: off by {gap:e}");
        }
        for (ours, theirs) in notes.class_distributions.concat().iter().zip(expected.ld.concat()) {
            assert!((ours - theirs).abs() < 1e-3, "{variant} {name}, epoch {epoch}: {ours} beside {theirs}");
        }
    }
}

#[test]
fn ten_epochs_follow_the_reference_in_both_variants() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/ada_df_curve.json");
    let golden: Golden = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (variant, name) in [("paper", "free"), ("paper", "frozen"), ("reference", "frozen")] {
        assert_eq!(golden.runs[variant][name].float64.len(), 10);
        follow(&golden, variant, name);
    }
}

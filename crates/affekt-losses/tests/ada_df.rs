//! Ada-DF's losses and class distributions against a float64 reference of ours in `PyTorch`.
//!
//! Goldens: `crates/affekt-train/tests/golden/make_ada_df_loss.py`.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};

use affekt_learn::{AuxiliaryOutput, ModelOutput, Objective, ObjectiveError, Survey, Surveyed, Target};
use affekt_losses::{
    AdaDf, AdaDfLoss, AdaDfParams, AdaDfSpec, ClassDistributions, ClassSums, Fusion, Quirk, TaskWeights,
    ramps, soft_transport_loss, transport_loss,
};
use affekt_ot::{CostMatrix, exact};
use affekt_tensor::{Kind, Tensor};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    losses: BTreeMap<String, LossCase>,
    distributions: BTreeMap<String, DistributionCase>,
}

#[derive(Deserialize)]
struct LossCase {
    variant: String,
    fusion: String,
    fixed_w: Option<f64>,
    epoch: u32,
    beta: f64,
    batch_size: usize,
    w_min: f64,
    w_max: f64,
    inputs: LossInputs,
    outputs: LossOutputs,
    gradients: Gradients,
}

#[derive(Deserialize)]
struct LossInputs {
    z1: Vec<Vec<f64>>,
    z2: Vec<Vec<f64>>,
    a1: Vec<Vec<f64>>,
    a2: Vec<Vec<f64>>,
    labels: Vec<i64>,
    ld: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct LossOutputs {
    w: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    ce: f64,
    kl: f64,
    rr: f64,
    alpha1: f64,
    alpha2: f64,
    total: f64,
}

#[derive(Deserialize)]
struct Gradients {
    z1: Vec<Vec<f64>>,
    z2: Vec<Vec<f64>>,
    a1: Vec<Vec<f64>>,
    a2: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct DistributionCase {
    variant: String,
    threshold: f64,
    temperature: Option<f64>,
    inputs: DistributionInputs,
    outputs: DistributionOutputs,
}

#[derive(Deserialize)]
struct DistributionInputs {
    softmax: Vec<Vec<f64>>,
    labels: Vec<usize>,
    previous: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct DistributionOutputs {
    ld: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../affekt-train/tests/golden/ada_df_loss.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn quirks(variant: &str) -> BTreeSet<Quirk> {
    if variant == "reference" { Quirk::ALL.into() } else { BTreeSet::new() }
}

fn spec(variant: &str, fusion: Fusion) -> AdaDfSpec {
    AdaDfSpec {
        threshold: 0.7,
        beta: 3.0,
        temperature: 1.0,
        fusion,
        rank_share: 0.7,
        rank_margin: 0.07,
        batch_size: 8,
        quirks: quirks(variant),
    }
}

const ADAPTIVE: Fusion = Fusion::Adaptive { min: 0.2, max: 1.0 };
const ONE: TaskWeights = TaskWeights { expression: 1.0, va: 0.0, au: 0.0 };

fn matrix(rows: &[Vec<f64>]) -> Tensor {
    let columns = i64::try_from(rows[0].len()).unwrap();
    Tensor::from_slice(&rows.concat()).reshape([-1, columns])
}

fn leaf(rows: &[Vec<f64>]) -> Tensor {
    matrix(rows).set_requires_grad(true)
}

fn flat(x: &Tensor) -> Vec<f64> {
    let x = x.detach().to_kind(Kind::Double).contiguous().view([-1]);
    let mut values = vec![0.0; x.numel()];
    x.copy_data(&mut values, x.numel());
    values
}

fn same(what: &str, got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (got, expected) in got.iter().zip(expected) {
        let size = expected.abs();
        let allowed = 1e-10 * if size > 1e-3 { size } else { 1e-3 };
        assert!((got - expected).abs() <= allowed, "{what}: got {got}, expected {expected}");
    }
}

fn gradient(leaf: &Tensor) -> Vec<f64> {
    let gradient = leaf.grad();
    if gradient.defined() { flat(&gradient) } else { vec![0.0; leaf.numel()] }
}

#[test]
fn losses_and_gradients_equal_the_reference_in_both_variants() {
    let golden = golden();
    assert_eq!(golden.losses.len(), 29);
    for (name, case) in &golden.losses {
        let fusion = match case.fusion.as_str() {
            "adaptive" => Fusion::Adaptive { min: case.w_min, max: case.w_max },
            "label" => Fusion::Fixed { weight: 0.0 },
            "class" => Fusion::Fixed { weight: 1.0 },
            _ => Fusion::Fixed { weight: case.fixed_w.unwrap() },
        };
        let spec = AdaDfSpec { beta: case.beta, batch_size: case.batch_size, ..spec(&case.variant, fusion) };
        let n_classes = case.inputs.ld.len();
        let mut objective = AdaDf::new(AdaDfParams::new(spec).unwrap(), n_classes, ONE, 0.0, None).unwrap();
        objective.set_distributions(ClassDistributions::from_rows(case.inputs.ld.clone())).unwrap();
        objective.begin_epoch(case.epoch);
        let [z1, z2] = [&case.inputs.z1, &case.inputs.z2].map(|rows| leaf(rows));
        let [a1, a2] = [&case.inputs.a1, &case.inputs.a2].map(|rows| leaf(rows));
        let attention = (&a1 + &a2) * 0.5;
        let AdaDfLoss { weight, fused, cross_entropy, divergence, rank, total } =
            objective.fused_loss(&z1, &z2, &attention, &Tensor::from_slice(&case.inputs.labels));
        total.backward();
        let expected = &case.outputs;
        let (alpha1, alpha2) = ramps(case.epoch, case.beta);
        same(&format!("{name}: ramps"), &[alpha1, alpha2], &[expected.alpha1, expected.alpha2]);
        same(&format!("{name}: w"), &flat(&weight), &expected.w.concat());
        same(&format!("{name}: q"), &flat(&fused), &expected.q.concat());
        let parts = [cross_entropy, divergence, rank, total].map(|x| x.double_value(&[]));
        same(&format!("{name}: losses"), &parts, &[expected.ce, expected.kl, expected.rr, expected.total]);
        let gradients = &case.gradients;
        same(&format!("{name}: gradient of z1"), &gradient(&z1), &gradients.z1.concat());
        same(&format!("{name}: gradient of z2"), &gradient(&z2), &gradients.z2.concat());
        // The reference breaks ties among equal attentions as ours need not.
        if !name.contains("equal") {
            same(&format!("{name}: gradient of a1"), &gradient(&a1), &gradients.a1.concat());
            same(&format!("{name}: gradient of a2"), &gradient(&a2), &gradients.a2.concat());
        }
    }
}

#[test]
fn class_distributions_equal_the_reference_in_both_variants() {
    let golden = golden();
    assert_eq!(golden.distributions.len(), 20);
    for (name, case) in &golden.distributions {
        let temperature = case.temperature.unwrap_or(1.0);
        let spec = AdaDfSpec { threshold: case.threshold, temperature, ..spec(&case.variant, ADAPTIVE) };
        let mut distributions = ClassDistributions::from_rows(case.inputs.previous.clone());
        let mut sums = ClassSums::new(case.inputs.previous.len());
        for (row, &class) in case.inputs.softmax.iter().zip(&case.inputs.labels) {
            sums.add(class, row);
        }
        distributions.update(&sums, &AdaDfParams::new(spec).unwrap());
        same(name, &distributions.rows().concat(), &case.outputs.ld.concat());
    }
}

#[test]
fn soft_transport_is_exact_and_its_gradient_that_of_the_cost() {
    let cost = CostMatrix::from_prototypes(&[[0.0, 0.0], [0.8, 0.3], [-0.6, 0.5]]).unwrap();
    let logits = [[0.3, -0.2, 0.9], [1.5, 0.1, -0.4]].map(Vec::from);
    let targets = [[0.2, 0.5, 0.3], [0.1, 0.15, 0.75]].map(Vec::from);
    let value = |logits: &[Vec<f64>]| {
        let z = leaf(logits);
        let loss = soft_transport_loss(&z, &matrix(&targets), &cost).unwrap();
        loss.backward();
        (loss.double_value(&[]), gradient(&z))
    };
    let (got, slope) = value(&logits);
    let probabilities = flat(&matrix(&logits).softmax(-1, Kind::Double));
    let costs = probabilities.chunks(3).zip(&targets).map(|(p, q)| exact(p, q, &cost).unwrap().cost_linear);
    assert!((got - costs.sum::<f64>() / 2.0).abs() < 1e-14);
    for k in 0..6 {
        let moved = |by: f64| {
            let mut logits = logits.clone();
            logits[k / 3][k % 3] += by;
            value(&logits).0
        };
        let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assert!((slope[k] - numeric).abs() < 1e-8, "{k}: {} beside {numeric}", slope[k]);
    }
    // A one-hot target is the closed form.
    let z = matrix(&logits);
    let one_hot = matrix(&[vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0]]);
    let columns: Vec<Vec<f64>> = (0..3).map(|y| cost.column(y)).collect();
    let closed = transport_loss(
        &z,
        &Tensor::from_slice(&[1_i64, 0]),
        &Tensor::from_slice(&[1.0; 2]),
        &matrix(&columns),
    );
    let soft = soft_transport_loss(&z, &one_hot, &cost).unwrap();
    assert!((soft - closed).abs().double_value(&[]) < 1e-14);
}

/// Shows one batch, as the loop would after an epoch.
struct OneBatch(Vec<f64>, Vec<i64>);

fn output(logits: &[f64], attention: &[f64]) -> ModelOutput {
    let n = i64::try_from(attention.len()).unwrap();
    let logits = Tensor::from_slice(logits).reshape([n, -1]).to_kind(Kind::Float);
    let attention = Tensor::from_slice(attention).reshape([n, 1]).to_kind(Kind::Float);
    ModelOutput {
        expression: logits.shallow_clone().set_requires_grad(true),
        va: None,
        aus: None,
        features: logits.shallow_clone(),
        auxiliary: Some(AuxiliaryOutput { logits: logits.copy().set_requires_grad(true), attention }),
    }
}

fn target(labels: &[i64], mask: &[f32]) -> Target {
    let n = i64::try_from(labels.len()).unwrap();
    let zeros = |width: i64| Tensor::zeros([n, width], (Kind::Float, affekt_tensor::Device::Cpu));
    Target {
        expression: Tensor::from_slice(labels),
        soft: None,
        expression_mask: Tensor::from_slice(mask),
        va: zeros(2),
        va_mask: zeros(1).view([-1]),
        aus: zeros(0),
        au_mask: zeros(0),
        posterior: None,
    }
}

impl Survey for OneBatch {
    fn each(
        &mut self,
        _: Surveyed,
        see: &mut dyn FnMut(&affekt_learn::ModelOutput, &Target) -> Result<(), ObjectiveError>,
    ) -> Result<(), ObjectiveError> {
        see(&output(&self.0, &vec![0.5; self.1.len()]), &target(&self.1, &vec![1.0; self.1.len()]))
    }
}

/// Loss of one batch and the warnings of the epoch it makes up.
fn epoch(attention: &[f64], labels: &[i64], mask: &[f32]) -> (f64, Vec<String>) {
    let params = AdaDfParams::new(spec("paper", ADAPTIVE)).unwrap();
    let mut objective = AdaDf::new(params, 3, ONE, 0.0, None).unwrap();
    objective.begin_epoch(1);
    let logits: Vec<f64> = (0..labels.len() * 3).map(|k| (k as f64 * 1.7).sin() * 4.0).collect();
    let loss = objective.forward(&output(&logits, attention), &target(labels, mask)).unwrap();
    loss.total.backward();
    let notes = objective.end_epoch(&mut OneBatch(logits, labels.to_vec())).unwrap();
    assert!(notes.numbers.values().all(|value| value.is_finite()), "{:?}", notes.numbers);
    assert!(notes.class_distributions.concat().iter().all(|p| p.is_finite()));
    (loss.total.double_value(&[]), notes.warnings)
}

#[test]
fn what_can_go_wrong_is_defined_and_warned_about() {
    let labels = [0, 0, 1, 1, 0, 1, 0, 0];
    let (loss, warnings) = epoch(&[0.5; 8], &labels, &[1.0; 8]);
    assert!(loss.is_finite());
    let has = |warnings: &[String], text: &str| warnings.iter().any(|w| w.contains(text));
    assert!(
        has(&warnings, "attention collapsed") && has(&warnings, "all attentions were equal"),
        "{warnings:?}"
    );
    assert!(has(&warnings, "class distribution 2 rests on 0 items"), "{warnings:?}");

    let (loss, warnings) = epoch(&[1e-6, 2e-6, 1e-6, 3e-6, 1e-6, 1e-6, 2e-6, 1e-6], &labels, &[1.0; 8]);
    assert!(loss.is_finite() && has(&warnings, "attention saturated"), "{warnings:?}");
    assert!(!has(&warnings, "all attentions were equal"), "{warnings:?}");

    let spread = [0.2, 0.9, 0.4, 0.7, 0.3, 0.6, 0.5, 0.8];
    let (loss, warnings) = epoch(&spread, &labels, &[1.0; 8]);
    assert!(loss.is_finite() && !has(&warnings, "attention"), "{warnings:?}");
    assert!(epoch(&[0.4], &[1], &[1.0]).0.is_finite());
    // Without a single label there is nothing to learn, and nothing breaks.
    let params = AdaDfParams::new(spec("paper", ADAPTIVE)).unwrap();
    let mut objective = AdaDf::new(params, 3, ONE, 0.0, None).unwrap();
    let loss = objective.forward(&output(&[0.1; 6], &[0.3, 0.4]), &target(&[0, 0], &[0.0; 2])).unwrap();
    assert!(loss.total.double_value(&[]).abs() < 1e-12 && loss.parts.is_empty());
}

#[test]
fn a_row_that_stays_on_its_fallback_is_reported_from_the_fifth_epoch() {
    let params = AdaDfParams::new(spec("paper", ADAPTIVE)).unwrap();
    let mut objective = AdaDf::new(params, 3, ONE, 0.0, None).unwrap();
    let (logits, labels) = (vec![0.0; 36], vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    for epoch in 1..=5 {
        objective.begin_epoch(epoch);
        let attention: Vec<f64> = (0..12).map(|k| 0.3 + 0.03 * f64::from(k)).collect();
        objective.forward(&output(&logits, &attention), &target(&labels, &[1.0; 12])).unwrap();
        let notes = objective.end_epoch(&mut OneBatch(logits.clone(), labels.clone())).unwrap();
        let reported = notes.warnings.iter().any(|w| w.contains("on its fallback for 5 epochs"));
        assert_eq!(reported, epoch == 5, "{:?}", notes.warnings);
        assert!(
            notes.warnings.iter().any(|w| w.contains("auxiliary branch says nothing")),
            "{:?}",
            notes.warnings
        );
    }
}

#[test]
fn constants_out_of_range_are_refused() {
    let good = spec("paper", ADAPTIVE);
    for bad in [
        AdaDfSpec { threshold: 1.1, ..good.clone() },
        AdaDfSpec { beta: 0.0, ..good.clone() },
        AdaDfSpec { temperature: f64::NAN, ..good.clone() },
        AdaDfSpec { fusion: Fusion::Adaptive { min: 0.9, max: 0.2 }, ..good.clone() },
        AdaDfSpec { batch_size: 0, ..good.clone() },
    ] {
        assert!(matches!(AdaDfParams::new(bad), Err(ObjectiveError::Range { .. })));
    }
}

#[test]
fn transport_and_the_other_tasks_join_the_fused_loss() {
    let cost = CostMatrix::from_prototypes(&[[0.0, 0.0], [0.8, 0.3], [-0.6, 0.5]]).unwrap();
    let logits = [0.3, -0.2, 0.9, 1.5, 0.1, -0.4];
    let said = || {
        let va = Tensor::from_slice(&[0.1_f32, 0.2, -0.3, 0.4]).reshape([2, 2]).set_requires_grad(true);
        ModelOutput { va: Some(va), ..output(&logits, &[0.3, 0.8]) }
    };
    let mut truth = target(&[2, 0], &[1.0; 2]);
    truth.va = Tensor::from_slice(&[0.5_f32, 0.1, -0.2, 0.6]).reshape([2, 2]);
    truth.va_mask = Tensor::from_slice(&[1.0_f32, 1.0]);
    let weights = TaskWeights { expression: 1.0, va: 0.5, au: 0.0 };
    let loss = |lambda: f64, cost: Option<CostMatrix>| {
        let params = AdaDfParams::new(spec("paper", ADAPTIVE)).unwrap();
        let mut objective = AdaDf::new(params, 3, weights, lambda, cost).unwrap();
        let loss = objective.forward(&said(), &truth).unwrap();
        (loss.total.double_value(&[]), loss.parts.into_iter().collect::<BTreeMap<_, _>>())
    };
    let (without, parts) = loss(0.0, None);
    assert!(parts.contains_key("va") && !parts.contains_key("transport"));
    let (with, parts) = loss(0.5, Some(cost.clone()));
    assert!(parts["transport"] > 0.0);
    assert!((with - without - 0.5 * parts["transport"]).abs() < 1e-6);
    // Logged, and no part of the loss, in an arm with lambda 0.
    assert!((loss(0.0, Some(cost)).0 - without).abs() < 1e-12);
    let params = AdaDfParams::new(spec("paper", ADAPTIVE)).unwrap();
    assert!(matches!(AdaDf::new(params, 3, weights, 0.5, None), Err(ObjectiveError::Weight { .. })));
}

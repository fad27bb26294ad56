//! `affekt step` on a ResNet-18 against our float64 reference in `PyTorch`: weights, batch and indices are drawn by a hash
//! that both sides redo. Goldens: `crates/affekt-train/tests/golden/make_ada_df_step.py`.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use affekt_testkit::drawn;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Deserialize;
use serde_json::{Value, json};
use support::affekt;

#[derive(Deserialize)]
struct Golden {
    variant: String,
    config: Config,
    runs: BTreeMap<String, Run>,
}

#[derive(Deserialize)]
struct Config {
    labels: Vec<i64>,
}

#[derive(Deserialize)]
struct Run {
    freeze_stem: bool,
    features: BTreeMap<String, Features>,
    outputs: BTreeMap<String, Vec<Vec<f64>>>,
    losses: BTreeMap<String, f64>,
    parameters: BTreeMap<String, Parameter>,
    buffers: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
struct Features {
    indices: Vec<usize>,
    norm: Vec<f64>,
    values: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Parameter {
    shape: Vec<usize>,
    indices: Vec<usize>,
    gradient: Option<Sampled>,
    updated: Sampled,
}

#[derive(Deserialize)]
struct Sampled {
    norm: f64,
    values: Vec<f64>,
}

fn save(path: &Path, tensors: &[(String, Dtype, Vec<usize>, Vec<u8>)]) {
    let views = tensors.iter().map(|(name, kind, shape, bytes)| {
        (name.as_str(), TensorView::new(*kind, shape.clone(), bytes).unwrap())
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn run_json(variant: &str, freeze_stem: bool) -> Value {
    json!({
        "schema": "affekt-run/1", "id": "step", "study": "s", "dataset": "d", "data_folder": "data/d",
        "data_digest": "0".repeat(64), "arm": "full", "seed": 0, "threads": 1,
        "label_set": { "name": "seven", "classes": ["a", "b", "c", "d", "e", "f", "g"] },
        "aus": [], "input": { "size": 64, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "mirror": false },
        "model": { "backbone": { "kind": "resnet18" }, "heads": ["expression"], "dropout": 0.0 },
        "train": {
            "epochs": 10, "batch_size": 6, "precision": "fp32",
            "optimizer": { "kind": "adam", "lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8 },
            "schedule": { "kind": "exponential", "gamma": 1.0 },
        },
        "augment": { "flip": 0.5, "shift": 0 },
        "tasks": { "expression": 1.0, "va": 0.0, "au": 0.0 }, "lambda": 0.0, "cost": null,
        "method": {
            "kind": "ada-df", "variant": variant, "threshold": 0.7, "beta": 3.0, "temperature": 1.0,
            "fusion": { "kind": "adaptive", "min": 0.2, "max": 1.0 }, "rank_share": 0.7, "rank_margin": 0.07,
            "divide_after": "layer1", "freeze_stem": freeze_stem, "stem_dropout": 0.0,
        },
        "code": "c", "libtorch": "2.11.0",
    })
}

/// Largest |got - expected| over the largest |expected|.
fn worst(got: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let top = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(0.0, |a: f64, b| if b.abs() > a { b.abs() } else { a })
    };
    let gap = top(&mut got.iter().zip(expected).map(|(a, b)| a - b));
    let scale = top(&mut expected.iter().copied());
    if scale > 0.0 { gap / scale } else { gap }
}

struct Out(Vec<u8>);

impl Out {
    fn get(&self, name: &str) -> Option<Vec<f64>> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor(name).ok()?;
        Some(match view.dtype() {
            Dtype::F64 => view.data().as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            _ => view.data().as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        })
    }
}

/// Largest relative differences by group: outputs, losses, features, gradients, updated parameters, buffers.
fn step(golden: &Golden, run: &Run, precision: &str) -> BTreeMap<&'static str, f64> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("run.json"), run_json(&golden.variant, run.freeze_stem).to_string()).unwrap();
    let floats = |name: &str, shape: &[usize]| {
        let bytes = drawn::parameter(name, shape).iter().flat_map(|v| v.to_le_bytes()).collect();
        (name.to_owned(), Dtype::F32, shape.to_vec(), bytes)
    };
    let named = run.parameters.iter().chain(&run.buffers);
    save(&at("weights.safetensors"), &named.map(|(name, p)| floats(name, &p.shape)).collect::<Vec<_>>());
    let n = golden.config.labels.len();
    let images: Vec<u8> =
        (0..n * 3 * 64 * 64).flat_map(|i| ((drawn::unit("images", i) - 0.5) * 4.0).to_le_bytes()).collect();
    let labels = golden.config.labels.iter().flat_map(|y| y.to_le_bytes()).collect();
    let batch = [
        ("images".to_owned(), Dtype::F32, vec![n, 3, 64, 64], images),
        ("labels".to_owned(), Dtype::I64, vec![n], labels),
    ];
    save(&at("batch.safetensors"), &batch);
    let text = |name: &str| at(name).to_str().unwrap().to_owned();
    let ran = affekt(&[
        "step",
        "--run",
        folder.path().to_str().unwrap(),
        "--weights",
        &text("weights.safetensors"),
        "--batch",
        &text("batch.safetensors"),
        "--epoch",
        "2",
        "--precision",
        precision,
        "--out",
        &text("out.safetensors"),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let out = Out(std::fs::read(at("out.safetensors")).unwrap());

    let mut differences = BTreeMap::new();
    let mut note = |group: &'static str, difference: f64| {
        let entry = differences.entry(group).or_insert(0.0);
        // A NaN is worse than any number.
        let within = difference <= *entry;
        if !within {
            *entry = difference;
        }
    };
    let pairs = [
        ("a1", "attention.auxiliary"),
        ("a2", "attention.target"),
        ("z1", "logits.auxiliary"),
        ("z2", "logits.target"),
        ("w", "fusion.weight"),
        ("q", "fusion.target"),
    ];
    for (theirs, ours) in pairs {
        note("outputs", worst(&out.get(ours).unwrap(), &run.outputs[theirs].concat()));
    }
    for (theirs, ours) in [("ce", "cross_entropy"), ("kl", "divergence"), ("rr", "rank"), ("total", "total")]
    {
        note("losses", worst(&out.get(&format!("loss.{ours}")).unwrap(), &[run.losses[theirs]]));
    }
    for (theirs, ours) in [("stem", "stem"), ("f1", "features.auxiliary"), ("f2", "features.target")] {
        let features = &run.features[theirs];
        let all = out.get(ours).unwrap();
        for (k, values) in all.chunks(all.len() / n).enumerate() {
            let sampled: Vec<f64> = features.indices.iter().map(|&i| values[i]).collect();
            note("features", worst(&sampled, &features.values[k]));
            note("features", worst(&[values.iter().map(|v| v * v).sum::<f64>().sqrt()], &[features.norm[k]]));
        }
    }
    for (name, parameter) in run.parameters.iter().chain(&run.buffers) {
        let (mut group, is_buffer) = ("updated", name.contains("running"));
        if is_buffer {
            group = "buffers";
        }
        let sample = |values: &[f64]| parameter.indices.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        let gradient = out.get(&format!("gradient.{name}"));
        assert_eq!(gradient.is_some(), parameter.gradient.is_some(), "{name}");
        if let Some((ours, theirs)) = gradient.as_ref().zip(parameter.gradient.as_ref()) {
            let norm = ours.iter().map(|v| v * v).sum::<f64>().sqrt();
            note("gradients", worst(&[norm], &[theirs.norm]));
            note("gradient entries", worst(&sample(ours), &theirs.values));
        }
        let updated = out.get(&format!("updated.{name}")).unwrap();
        note(group, worst(&sample(&updated), &parameter.updated.values));
        let norm = updated.iter().map(|v| v * v).sum::<f64>().sqrt();
        note(group, worst(&[norm], &[parameter.updated.norm]));
    }
    differences
}

fn check(file: &str) {
    let path = format!("{}/../affekt-train/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let golden: Golden = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (name, run) in &golden.runs {
        // What is left in 64 bit is one rounding of each 32-bit gradient and parameter.
        for (group, difference) in step(&golden, run, "fp64") {
            let allowed = if matches!(group, "outputs" | "losses" | "features") { 1e-10 } else { 1e-6 };
            assert!(difference <= allowed, "{file} {name} 64 bit, {group}: {difference:e}");
        }
        // In 32 bit a unit within rounding of zero may switch, and every gradient below it with it.
        for (group, difference) in step(&golden, run, "fp32") {
            let allowed = match group {
                "gradients" => 2e-3,
                "gradient entries" => 2e-2,
                "updated" => 1e-4,
                _ => 1e-5,
            };
            assert!(difference <= allowed, "{file} {name} 32 bit, {group}: {difference:e}");
        }
    }
}

#[test]
fn a_step_of_the_variant_reference_equals_the_reference() {
    check("ada_df_step_reference.json");
}

#[test]
fn a_step_of_the_variant_paper_equals_the_reference() {
    check("ada_df_step_paper.json");
}

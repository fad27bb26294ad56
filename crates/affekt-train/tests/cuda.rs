//! Training on a CUDA device, where there is one: it learns what a CPU learns and repeats to the last bit.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use std::collections::BTreeMap;

use affekt_artifact::Selection;
use affekt_augment::{AugmentParams, AugmentSpec};
use affekt_core::Seed;
use affekt_learn::CosineSchedule;
use affekt_losses::Weighing;
use affekt_ot::{CostMatrix, Normalisation};
use affekt_tensor::{Device, ParamStore, Precision, Tensor, device, set_deterministic, set_threads};
use affekt_train::{EpochRecord, FitParams, Shuffled, Training, expression_scores};
use miniature::{Labels, miniature, objective, params, small_net};

struct Trained {
    weights: BTreeMap<String, Tensor>,
    history: Vec<EpochRecord>,
    accuracy: f64,
}

fn train(device: Device, precision: Precision) -> Trained {
    set_threads(1);
    set_deterministic().unwrap();
    let params = FitParams { epochs: 12, precision, ..params() };
    let splits = miniature(Labels::True);
    let store = ParamStore::new(Seed(1), device);
    let model = small_net(&store, 8, 0.1);
    let points = [[0.0, 0.0], [0.8, 0.4], [-0.6, 0.5], [-0.5, -0.3]];
    let cost =
        CostMatrix::from_prototypes(&points).unwrap().normalise(Normalisation::MeanOffDiagonal).unwrap();
    let mut objective = objective(Weighing::Fixed, 0.5, Some(cost));
    let augment = AugmentSpec { flip: 0.5, shift: 1, ..AugmentSpec::default() };
    let training = Training {
        model: &model,
        store: &store,
        objective: &mut objective,
        schedule: &CosineSchedule::new(2.0, 48, 0.1).unwrap(),
        augment: &AugmentParams::new(augment).unwrap().pipeline(splits.train.faces().mean_colour()),
        order: &Shuffled { len: splits.train.faces().len(), seed: params.seed },
        train: &splits.train,
        valid: &splits.valid,
        params,
        from: None,
        keeper: None,
    };
    let fitted = training.run(&mut |_| {}).unwrap();
    let test = splits.test.open(&fitted.selection);
    let rows = params.evaluator(device).predict(&model, test.faces(), Selection::Last).unwrap();
    let (accuracy, _) = expression_scores(&rows, 4).unwrap();
    Trained { weights: store.snapshot(), history: fitted.history, accuracy }
}

/// The device, or a counted skip.
fn cuda(test: &str) -> Option<Device> {
    let found = device("cuda");
    if found.is_err() {
        affekt_testkit::skip(&format!("cuda {test}: no CUDA device"));
    }
    found.ok()
}

#[test]
fn learns_what_a_cpu_learns() {
    let Some(cuda) = cuda("learns_what_a_cpu_learns") else { return };
    let (there, here) = (train(cuda, Precision::Fp32), train(Device::Cpu, Precision::Fp32));
    let apart = (there.history[0].train_loss - here.history[0].train_loss).abs();
    assert!(apart < 1e-3, "the first epoch's losses are {apart} apart");
    assert!(there.accuracy > 0.9, "{}", there.accuracy);
}

#[test]
fn repeats_to_the_last_bit_in_every_precision() {
    let Some(cuda) = cuda("repeats_to_the_last_bit_in_every_precision") else { return };
    for precision in [Precision::Fp32, Precision::Bf16, Precision::Fp16] {
        let (first, second) = (train(cuda, precision), train(cuda, precision));
        let pairs = first.weights.iter().zip(second.weights.values());
        for ((name, a), b) in pairs {
            assert!(a.equal(b), "{precision:?} {name}");
        }
        assert!(first.accuracy > 0.9, "{precision:?} {}", first.accuracy);
        assert!(first.history.iter().all(|record| record.peak_device_mib.is_some_and(|mib| mib > 0.0)));
    }
}

#[test]
fn devices_are_found_by_name_and_refused_with_what_there_is() {
    assert_eq!(device("cpu").unwrap(), Device::Cpu);
    assert!(device("auto").is_ok());
    for name in ["gpu", "cuda:", "cuda:x", "cuda:4096"] {
        let error = device(name).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("CUDA devices"), "{error}");
    }
}

//! Initial values, names and weight files.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use std::collections::BTreeMap;

use affekt_core::Seed;
use affekt_tensor::{
    BatchNorm2d, Conv2d, Conv2dShape, Device, Init, Kind, Linear, Mode, ParamStore, Precision, Tensor,
    TensorError, load_weights, save_weights,
};

fn values(tensor: &Tensor) -> Vec<f64> {
    Vec::<f64>::try_from(tensor.detach().contiguous().view([-1]).to_kind(Kind::Double)).unwrap()
}

#[test]
fn initial_values_are_pytorchs() {
    let store = ParamStore::new(Seed(4), Device::Cpu);
    Linear::new(&store.root().sub("fc"), 512, 64);
    BatchNorm2d::new(&store.root().sub("bn"), 8);
    let shape = Conv2dShape { c_in: 32, c_out: 64, kernel: 3, stride: 1 };
    Conv2d::new(&store.root().sub("conv"), shape);
    let state = store.state();

    let bound = 1.0 / 512_f64.sqrt();
    let fc = values(&state["fc.weight"]);
    assert!(fc.iter().all(|x| x.abs() <= bound));
    let sd = (fc.iter().map(|x| x * x).sum::<f64>() / fc.len() as f64).sqrt();
    assert!((sd / (bound / 3_f64.sqrt()) - 1.0).abs() < 0.02, "{sd}");
    assert!(values(&state["fc.bias"]).iter().all(|x| x.abs() <= bound));

    let conv = values(&state["conv.weight"]);
    let sd = (conv.iter().map(|x| x * x).sum::<f64>() / conv.len() as f64).sqrt();
    assert!((sd / (2.0 / (64.0 * 9.0_f64)).sqrt() - 1.0).abs() < 0.02, "{sd}");

    assert_eq!(values(&state["bn.weight"]), [1.0; 8]);
    assert_eq!(values(&state["bn.running_mean"]), [0.0; 8]);
    assert_eq!(values(&state["bn.running_var"]), [1.0; 8]);
}

#[test]
fn values_depend_on_seed_and_name_not_on_order() {
    let build = |seed: u64, names: &[&str]| {
        let store = ParamStore::new(Seed(seed), Device::Cpu);
        for name in names {
            Linear::new(&store.root().sub(name), 4, 3);
        }
        values(&store.state()["a.weight"])
    };
    assert_eq!(build(1, &["a", "b"]), build(1, &["b", "a"]));
    assert_ne!(build(1, &["a"]), build(2, &["a"]));
}

fn small(seed: u64, n_out: i64) -> ParamStore {
    let store = ParamStore::new(Seed(seed), Device::Cpu);
    let shape = Conv2dShape { c_in: 3, c_out: 4, kernel: 3, stride: 1 };
    Conv2d::new(&store.root().sub("conv"), shape);
    BatchNorm2d::new(&store.root().sub("bn"), 4);
    Linear::new(&store.root().sub("fc"), 4, n_out);
    store
}

#[test]
fn weight_files_round_trip_and_are_strict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    let (from, into) = (small(1, 2), small(2, 2));
    let card = BTreeMap::from([("affekt".to_owned(), "{}".to_owned())]);
    let bytes = save_weights(&from.state(), &card).unwrap();
    assert_eq!(bytes, save_weights(&from.state(), &card).unwrap(), "the same weights give the same bytes");
    std::fs::write(&path, bytes).unwrap();
    load_weights(&into, &path).unwrap();
    for (name, tensor) in from.state() {
        assert_eq!(values(&tensor), values(&into.state()[&name]), "{name}");
    }

    // Another shape is refused, never broadcast; names are compared both ways; nothing is copied on refusal.
    let other = small(3, 1);
    let before = values(&other.state()["conv.weight"]);
    match load_weights(&other, &path) {
        Err(TensorError::Weights { missing, unused, different, .. }) => {
            assert!(missing.is_empty() && unused.is_empty());
            assert_eq!(different.len(), 2, "{different:?}");
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
    assert_eq!(before, values(&other.state()["conv.weight"]));
    let extra = small(3, 2);
    let _ = extra.root().parameter("new", &[1], Init::Constant(0.0));
    assert!(load_weights(&extra, &path).unwrap_err().to_string().contains("missing [new]"));
    std::fs::write(&path, b"garbage").unwrap();
    assert!(matches!(load_weights(&into, &path), Err(TensorError::Safetensors { .. })));
}

#[test]
fn snapshots_restore() {
    let store = small(1, 2);
    let snapshot = store.snapshot();
    {
        let _guard = affekt_tensor::no_grad_guard();
        let _ = store.state().get_mut("fc.bias").unwrap().fill_(9.0);
    }
    store.restore(&snapshot);
    assert!(values(&store.state()["fc.bias"]).iter().all(|x| *x < 1.0));
}

#[test]
fn bf16_convolution_stays_near_fp32() {
    let store = small(1, 2);
    let shape = Conv2dShape { c_in: 3, c_out: 16, kernel: 3, stride: 2 };
    let conv = Conv2d::new(&store.root().sub("other"), shape);
    let bn = BatchNorm2d::new(&store.root().sub("other_bn"), 16);
    let x = Tensor::arange(2 * 3 * 8 * 8, (Kind::Float, Device::Cpu)).sin().reshape([2, 3, 8, 8]);
    let run = |precision: Precision| {
        let mode = Mode { train: true, precision, noise: Seed(0) };
        values(&bn.forward(&conv.forward(&x.to_kind(precision.kind())), mode))
    };
    let (full, half) = (run(Precision::Fp32), run(Precision::Bf16));
    let worst =
        full.iter().zip(&half).map(|(a, b)| (a - b).abs()).fold(0.0, |a, b| if b > a { b } else { a });
    assert!(worst < 0.05, "{worst}");
    assert!(worst > 0.0, "bf16 must not be fp32 in disguise");
}

#[test]
fn dropout_is_keyed_and_keeps_the_mean() {
    let x = Tensor::ones([100, 100], (Kind::Float, Device::Cpu));
    let once = affekt_tensor::dropout(&x, 0.3, Seed(5));
    assert_eq!(once, affekt_tensor::dropout(&x, 0.3, Seed(5)));
    assert_ne!(once, affekt_tensor::dropout(&x, 0.3, Seed(6)));
    assert!((once.mean(Kind::Float).double_value(&[]) - 1.0).abs() < 0.03);
    assert_eq!(x, affekt_tensor::dropout(&x, 0.0, Seed(5)));
}

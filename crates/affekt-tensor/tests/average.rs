//! The weights' moving average against its recurrence in 64 bit.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use affekt_core::Seed;
use affekt_tensor::{Device, Ema, EmaDecay, Init, Kind, ParamStore, Tensor, no_grad};

fn value(store: &ParamStore, name: &str) -> f64 {
    store.state()[name].double_value(&[0])
}

fn set(store: &ParamStore, name: &str, value: f64) {
    no_grad(|| {
        let _ = store.state().get_mut(name).unwrap().fill_(value);
    });
}

fn store() -> ParamStore {
    let store = ParamStore::new(Seed(3), Device::Cpu);
    let _ = store.root().parameter("weight", &[3], Init::Constant(0.5));
    let _ = store.root().buffer("running_mean", &[3], Init::Constant(-2.0));
    store
}

fn average(decay: f64, store: &ParamStore) -> Ema {
    Ema::new(EmaDecay::new(decay).unwrap(), store.state())
}

#[test]
fn parameters_and_buffers_follow_the_recurrence() {
    for decay in [0.0, 0.3, 0.9, 0.999] {
        let store = store();
        let mut ema = average(decay, &store);
        let mut expected = [("weight", 0.5), ("running_mean", -2.0)];
        for t in 0..200 {
            let t = f64::from(t);
            let warm_up = (1.0 + t) / (10.0 + t);
            let d = if warm_up < decay { warm_up } else { decay };
            for (name, s) in &mut expected {
                let w = (t + *s).sin() * 3.0;
                set(&store, name, w);
                *s = d * *s + (1.0 - d) * w;
            }
            ema.update();
        }
        ema.swap();
        for (name, s) in expected {
            assert!((value(&store, name) - s).abs() < 1e-5, "{name} at {decay}: {}", value(&store, name));
        }
    }
}

#[test]
fn decay_zero_gives_the_weights_bit_by_bit() {
    let store = ParamStore::new(Seed(5), Device::Cpu);
    let weight = store.root().parameter("weight", &[64], Init::Normal { sd: 1.0 });
    let mut ema = average(0.0, &store);
    let _ = no_grad(|| weight.shallow_clone().g_mul_scalar_(1.0 / 3.0));
    ema.update();
    let before = weight.detach().copy();
    ema.swap();
    assert!(before.equal(&weight));
}

#[test]
fn swapping_twice_changes_nothing_and_keeps_gradients() {
    let store = store();
    let mut ema = average(0.5, &store);
    set(&store, "weight", 8.0);
    let weight = &store.parameters()["weight"];
    let backward = |factor: &Tensor| (weight * factor).sum(Kind::Float).backward();
    backward(&Tensor::from(2.0_f32));
    ema.swap();
    assert!((value(&store, "weight") - 0.5).abs() < 1e-12);
    assert!(weight.requires_grad());
    ema.swap();
    assert!((value(&store, "weight") - 8.0).abs() < 1e-12);
    assert!((weight.grad().double_value(&[0]) - 2.0).abs() < 1e-12);
}

#[test]
fn decays_out_of_range_are_refused() {
    for decay in [1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(EmaDecay::new(decay).is_err(), "{decay}");
    }
}

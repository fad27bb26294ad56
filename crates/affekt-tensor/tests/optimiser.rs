//! Optimisers against independent scalar computations of the published algorithms; gradients as a whole.

use affekt_core::Seed;
use affekt_tensor::{
    AdamW, AdamWParams, Device, Gradients, Init, Kind, LossScale, Optimizer as _, ParamStore, Sgd, SgdParams,
    Tensor,
};

#[test]
fn adam_w_follows_the_published_algorithm() {
    let (beta1, beta2, eps, decay, lr) = (0.9, 0.99, 1e-8, 0.1, 0.05);
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let weight = store.root().parameter("w", &[1, 1], Init::Constant(0.7));
    let bias = store.root().parameter("b", &[1], Init::Constant(0.7));
    let params = AdamWParams::new(beta1, beta2, eps, decay).unwrap();
    let mut optimizer = AdamW::new(params, store.parameters());

    // Minimise p^2 with gradient 2p; `decays` tells weight from bias.
    let reference = |decays: bool| {
        let (mut p, mut m, mut v) = (0.7_f64, 0.0, 0.0);
        for t in 1..=20 {
            let g = 2.0 * p;
            if decays {
                p -= lr * decay * p;
            }
            m = beta1 * m + (1.0 - beta1) * g;
            v = beta2 * v + (1.0 - beta2) * g * g;
            let (m_hat, v_hat) = (m / (1.0 - beta1.powi(t)), v / (1.0 - beta2.powi(t)));
            p -= lr * m_hat / (v_hat.sqrt() + eps);
        }
        p
    };
    for _ in 0..20 {
        optimizer.zero_grad();
        (&weight * &weight + &bias * &bias).sum(Kind::Float).backward();
        optimizer.step(lr);
    }
    assert!((weight.double_value(&[0, 0]) - reference(true)).abs() < 1e-5);
    assert!((bias.double_value(&[0]) - reference(false)).abs() < 1e-5);
}

#[test]
fn constants_out_of_range_are_refused() {
    assert!(AdamWParams::new(1.0, 0.9, 1e-8, 0.0).is_err());
    assert!(AdamWParams::new(0.9, 0.9, 0.0, 0.0).is_err());
    assert!(AdamWParams::new(0.9, 0.9, 1e-8, -1.0).is_err());
    assert!(AdamWParams::new(0.9, f64::NAN, 1e-8, 0.0).is_err());
}

#[test]
fn parameters_without_a_gradient_keep_still() {
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let used = store.root().parameter("used", &[2, 2], Init::Constant(1.0));
    let idle = store.root().parameter("idle", &[2, 2], Init::Constant(1.0));
    let mut optimizer = AdamW::new(AdamWParams::new(0.9, 0.999, 1e-8, 0.5).unwrap(), store.parameters());
    used.sum(Kind::Float).backward();
    optimizer.step(0.1);
    assert!((idle.double_value(&[0, 0]) - 1.0).abs() < 1e-12);
    assert!(used.double_value(&[0, 0]) < 0.96);
}

#[test]
fn sgd_follows_the_published_algorithm() {
    let (decay, lr) = (0.1, 0.05);
    for (momentum, nesterov) in [(0.0, false), (0.9, false), (0.9, true)] {
        let store = ParamStore::new(Seed(1), Device::Cpu);
        let weight = store.root().parameter("w", &[1, 1], Init::Constant(0.7));
        let bias = store.root().parameter("b", &[1], Init::Constant(0.7));
        let params = SgdParams::new(momentum, decay, nesterov).unwrap();
        let mut optimizer = Sgd::new(params, store.parameters());
        let reference = |decays: bool| {
            let (mut p, mut b) = (0.7_f64, 0.0);
            for _ in 0..20 {
                let g = 2.0 * p + if decays { decay * p } else { 0.0 };
                b = momentum * b + g;
                p -= lr * if nesterov { g + momentum * b } else { b };
            }
            p
        };
        for step in 0..20 {
            // Halfway the state goes through another optimiser of the same parameters.
            if step == 10 {
                let state = optimizer.state();
                optimizer = Sgd::new(params, store.parameters());
                optimizer.restore(&state).unwrap();
            }
            optimizer.zero_grad();
            (&weight * &weight + &bias * &bias).sum(Kind::Float).backward();
            optimizer.step(lr);
        }
        assert!((weight.double_value(&[0, 0]) - reference(true)).abs() < 1e-5, "{momentum} {nesterov}");
        assert!((bias.double_value(&[0]) - reference(false)).abs() < 1e-5, "{momentum} {nesterov}");
    }
    assert!(SgdParams::new(1.0, 0.0, false).is_err());
    assert!(SgdParams::new(0.0, 0.0, true).is_err());
    assert!(SgdParams::new(0.9, -1.0, false).is_err());
}

/// Gradients (3, 4) and 12 by hand: a length of 13.
fn thirteen() -> (ParamStore, [Tensor; 2]) {
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let a = store.root().parameter("a", &[2], Init::Constant(1.0));
    let b = store.root().parameter("b", &[1, 1], Init::Constant(1.0));
    let _idle = store.root().parameter("idle", &[1], Init::Constant(1.0));
    let loss = (&a * Tensor::from_slice(&[3.0_f32, 4.0])).sum(Kind::Float) + (&b * 12.0).sum(Kind::Float);
    loss.backward();
    (store, [a, b])
}

#[test]
fn gradients_are_measured_and_clipped_together() {
    let (store, [a, b]) = thirteen();
    let mut gradients = Gradients::of(&store.parameters());
    assert!((gradients.norm() - 13.0).abs() < 1e-6);
    assert!((gradients.clip(26.0) - 13.0).abs() < 1e-6);
    assert!((b.grad().double_value(&[0, 0]) - 12.0).abs() < 1e-12);
    assert!((gradients.clip(1.3) - 13.0).abs() < 1e-6);
    assert!((a.grad().double_value(&[0]) - 0.3).abs() < 1e-6);
    assert!((b.grad().double_value(&[0, 0]) - 1.2).abs() < 1e-6);
    let none = ParamStore::new(Seed(1), Device::Cpu);
    assert!(Gradients::of(&none.parameters()).norm().abs() < 1e-12);
}

#[test]
fn a_loss_scale_halves_on_overflow_and_grows_in_peace() {
    let mut scale = LossScale::default();
    let (store, [_, b]) = thirteen();
    let mut gradients = Gradients::of(&store.parameters());
    assert!(scale.unscale(&mut gradients));
    assert!((b.grad().double_value(&[0, 0]) - 12.0 / 65_536.0).abs() < 1e-12);
    gradients.scale(f64::INFINITY);
    assert!(!scale.unscale(&mut gradients));
    assert!((scale.factor() - 32_768.0).abs() < 1e-9);
    let mut peaceful = Gradients::of(&thirteen().0.parameters());
    for _ in 0..1_999 {
        assert!(scale.unscale(&mut peaceful));
    }
    let mut other = LossScale::default();
    other.restore(&scale.state()).unwrap();
    assert!(other.unscale(&mut peaceful));
    assert!((other.factor() - 65_536.0).abs() < 1e-9, "after 2,000 updates in a row");
}

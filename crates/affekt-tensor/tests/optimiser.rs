//! AdamW against an independent scalar computation of the published algorithm.

use affekt_core::Seed;
use affekt_tensor::{AdamW, AdamWParams, Device, Init, Kind, ParamStore};

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

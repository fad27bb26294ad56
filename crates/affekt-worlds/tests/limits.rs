//! The limits of the built-in worlds: exact against sampled, argmax against best, and the expected values.

use affekt_core::{Seed, Split};
use affekt_worlds::{World, WorldError, WorldLimits};

const DEGENERATE: &str = include_str!("../../../configs/worlds/degenerate.toml");
const AMBIGUOUS: &str = include_str!("../../../configs/worlds/ambiguous.toml");
const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");

fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got} against {expected}");
}

/// The numbers in the headers of the world files.
#[test]
fn limits_are_as_the_files_say() {
    for (text, accuracy, macro_f1, argmax) in [
        (DEGENERATE, 0.8812, 0.7951, 0.7630),
        (SEPARABLE, 0.9125, 0.9072, 0.9069),
        (AMBIGUOUS, 0.7371, 0.6809, 0.6695),
    ] {
        let limits = World::from_toml(text).unwrap().limits();
        near("accuracy", limits.accuracy, accuracy, 5e-5);
        near("macro-F1", limits.macro_f1, macro_f1, 5e-5);
        near("macro-F1 of argmax", limits.argmax_macro_f1, argmax, 5e-5);
        for number in [accuracy, macro_f1, argmax] {
            assert!(text.contains(&format!("{number:.4}")), "{number:.4} is not in the file");
        }
    }
}

#[test]
fn faces_of_the_ambiguous_world_are_ambiguous() {
    let [ambiguous, separable] =
        [AMBIGUOUS, SEPARABLE].map(|text| World::from_toml(text).unwrap().limits().mean_entropy);
    for (what, got, expected) in [("ambiguous", ambiguous, 0.6841), ("separable", separable, 0.2366)] {
        near(what, got, expected, 5e-5);
        assert!(AMBIGUOUS.contains(&format!("{expected:.4}")), "{expected:.4} is not in the file");
    }
    let world = World::from_toml(AMBIGUOUS).unwrap();
    let n = 20_000_u32;
    let second_above = |eta: &[f64], bound: f64| eta.iter().filter(|&&p| p > bound).count() >= 2;
    let etas: Vec<Vec<f64>> = (0..n).map(|i| world.draw(Seed(13), Split::Train, i.into()).eta).collect();
    let share = etas.iter().filter(|eta| second_above(eta, 0.2)).count() as f64 / f64::from(n);
    near("faces with a second class above .2", share, 0.395, 0.015);
    let entropy = |eta: &Vec<f64>| -> f64 { eta.iter().map(|p| -p * p.ln()).sum() };
    let mean = etas.iter().map(entropy).sum::<f64>() / f64::from(n);
    near("sampled entropy", mean, ambiguous, 0.01);
}

#[test]
fn enumeration_and_sampling_agree() {
    let world = World::from_toml(DEGENERATE).unwrap();
    let exact = world.limits();
    let n = 30_000;
    let etas: Vec<Vec<f64>> = (0..n).map(|i| world.draw(Seed(11), Split::Test, i).eta).collect();
    let sampled = WorldLimits::from_posteriors(etas.iter().map(Vec::as_slice)).unwrap();
    near("accuracy", sampled.accuracy, exact.accuracy, 0.005);
    near("macro-F1", sampled.macro_f1, exact.macro_f1, 0.01);
    near("macro-F1 of argmax", sampled.argmax_macro_f1, exact.argmax_macro_f1, 0.01);
    near("mean entropy", sampled.mean_entropy, exact.mean_entropy, 0.01);
}

#[test]
fn labels_of_drawn_samples_score_what_the_posterior_promises() {
    let world = World::from_toml(SEPARABLE).unwrap();
    let n = 30_000_u32;
    let hits: f64 = (0..u64::from(n))
        .map(|i| {
            let sample = world.draw(Seed(12), Split::Valid, i);
            let top = (0..8).max_by(|&a, &b| sample.eta[a].total_cmp(&sample.eta[b])).unwrap();
            f64::from(u8::from(top == sample.class.get()))
        })
        .sum();
    near("accuracy of argmax eta", hits / f64::from(n), world.limits().accuracy, 0.008);
}

#[test]
fn argmax_is_never_above_best_and_sharing_never_raises_a_limit() {
    let world = World::from_toml(DEGENERATE).unwrap();
    let sweep: Vec<WorldLimits> = [0.0, 0.6, 1.0].map(|rho| world.with_rho(rho).unwrap().limits()).into();
    for limits in &sweep {
        assert!(limits.macro_f1 >= limits.argmax_macro_f1);
        assert!(limits.best_rule_accuracy <= limits.accuracy + 1e-12);
        for confusion in [&limits.best_confusion, &limits.argmax_confusion] {
            for (row, prior) in confusion.iter().zip(world.prior()) {
                near("row", row.iter().sum(), prior, 1e-12);
            }
        }
        near("mean F1", limits.best_f1_per_class.iter().sum::<f64>() / 8.0, limits.macro_f1, 1e-12);
    }
    for pair in sweep.windows(2) {
        assert!(pair[1].accuracy < pair[0].accuracy);
        assert!(pair[1].macro_f1 < pair[0].macro_f1);
    }
}

#[test]
fn sampling_spread_falls_with_the_root_of_n() {
    let limits = World::from_toml(SEPARABLE).unwrap().limits();
    let (small, large) = (limits.sampling_sd(500, 400, Seed(0)), limits.sampling_sd(2_000, 400, Seed(0)));
    let p = limits.best_rule_accuracy;
    near("binomial sd", small.accuracy, (p * (1.0 - p) / 500.0).sqrt(), 0.0015);
    near("ratio", small.macro_f1 / large.macro_f1, 2.0, 0.3);
    near("mean", large.macro_f1_mean, limits.macro_f1, 0.005);
    assert_eq!(small, limits.sampling_sd(500, 400, Seed(0)));
    let empty = limits.sampling_sd(0, 3, Seed(0));
    assert!(empty.accuracy.abs() < 1e-300 && empty.macro_f1_mean.abs() < 1e-300);
}

#[test]
fn bad_posteriors_are_refused() {
    let refused = |rows: &[&[f64]]| {
        matches!(WorldLimits::from_posteriors(rows.iter().copied()), Err(WorldError::Posterior { .. }))
    };
    assert!(refused(&[]));
    assert!(refused(&[&[]]));
    assert!(refused(&[&[0.5, 0.5], &[1.0]]));
    assert!(refused(&[&[0.5, 0.6]]));
    assert!(refused(&[&[f64::NAN, 0.5]]));
}

//! The true posterior: Bayes by hand, ties of the degenerate pair, the simplex.

use affekt_core::{LabelSet, Seed, Split};
use affekt_worlds::World;
use proptest::prelude::*;

const DEGENERATE: &str = include_str!("../../../configs/worlds/degenerate.toml");
const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");

/// Anger and fear carry almost all mass and two AUs; the six others share a millionth.
fn toy(rho: f64) -> World {
    let mut parts = vec![format!(
        "name = \"toy\"\nrenderer = 1\nlabel_set = \"aff-wild2\"\naus = [1, 4]\nnuisance = 0.0\n\
         intensity = [1.0, 1.0]\nsamples_per_subject = 1\n[pair]\nclasses = [\"anger\", \"fear\"]\nrho = {rho}\n"
    )];
    for name in LabelSet::aff_wild2().classes() {
        let (prior, au) = match name.as_str() {
            "anger" => (0.6, [0.2, 0.9]),
            "fear" => (0.4 - 6e-6, [0.5, 0.25]),
            _ => (1e-6, [0.0, 0.0]),
        };
        parts.push(format!(
            "[classes.{name}]\nprior = {prior:?}\nva_mean = [0.0, 0.0]\nva_sd = [0.1, 0.1]\nau = {au:?}\n"
        ));
    }
    World::from_toml(&parts.concat()).expect("a valid toy")
}

#[test]
fn two_classes_by_hand() {
    // AU1 present, AU4 absent: anger 0.6 * 0.2 * 0.1 = 0.012, fear 0.4 * 0.5 * 0.75 = 0.15.
    let eta = toy(0.0).posterior(&[true, false]);
    assert!((eta[1] - 0.012 / 0.162).abs() < 1e-5, "{eta:?}");
    assert!((eta[3] - 0.15 / 0.162).abs() < 1e-5, "{eta:?}");
    // rho = 0.5: the mixture is 0.162; anger 0.5 * 0.6 * 0.162 + 0.5 * 0.012 = 0.0546.
    let eta = toy(0.5).posterior(&[true, false]);
    assert!((eta[1] - 0.0546 / 0.162).abs() < 1e-5, "{eta:?}");
}

#[test]
fn the_degenerate_pair_keeps_its_prior_ratio_everywhere() {
    let world = World::from_toml(DEGENERATE).unwrap();
    let ratio = world.prior()[1] / world.prior()[3];
    for cell in 0..4096_u32 {
        let aus: Vec<bool> = (0..12).map(|j| cell >> j & 1 == 1).collect();
        let eta = world.posterior(&aus);
        assert!((eta[1] / eta[3] / ratio - 1.0).abs() < 1e-12, "cell {cell}");
    }
}

#[test]
fn rho_moves_mass_within_the_pair_only() {
    let (degenerate, separable) =
        (World::from_toml(DEGENERATE).unwrap(), World::from_toml(SEPARABLE).unwrap());
    for index in 0..300 {
        let aus = degenerate.draw(Seed(0), Split::Train, index).aus;
        let (a, b) = (degenerate.posterior(&aus), separable.posterior(&aus));
        for c in [0, 2, 4, 5, 6, 7] {
            assert!((a[c] - b[c]).abs() < 1e-12);
        }
    }
}

#[test]
fn a_short_au_vector_reads_as_absent() {
    let world = toy(0.0);
    assert_eq!(world.posterior(&[]), world.posterior(&[false, false]));
}

#[test]
fn an_au_vector_that_never_occurs_gets_the_prior() {
    let silent = toy(0.0).canonical_toml().replace("0.2,", "0.0,").replace("0.5,", "0.0,");
    let world = World::from_toml(&silent).unwrap();
    assert_eq!(world.posterior(&[true, false]), world.prior());
}

proptest! {
    #[test]
    fn eta_is_a_distribution_and_belongs_to_the_aus(index in 0_u64..1_000_000, seed in 0_u64..50) {
        let world = World::from_toml(DEGENERATE).unwrap();
        let sample = world.draw(Seed(seed), Split::Test, index);
        prop_assert!((sample.eta.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(sample.eta.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert_eq!(&sample.eta, &world.posterior(&sample.aus));
        prop_assert_eq!(sample.aus.len(), 12);
    }
}

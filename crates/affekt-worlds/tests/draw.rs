//! Samples: determinism, disjoint subjects, rates, and what the pixels may depend on.

use std::collections::BTreeSet;

use affekt_core::{Seed, Split};
use affekt_worlds::{MAX_SIZE, World, WorldError};

const DEGENERATE: &str = include_str!("../../../configs/worlds/degenerate.toml");
const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");

fn world(text: &str) -> World {
    World::from_toml(text).expect("a built-in world")
}

#[test]
fn same_key_same_face_other_key_other_face() {
    let world = world(SEPARABLE);
    let bytes = |seed, split, index| world.render(&world.draw(Seed(seed), split, index), 64).unwrap();
    let face = bytes(3, Split::Valid, 41);
    assert_eq!(face.len(), 64 * 64 * 3);
    assert_eq!(face, bytes(3, Split::Valid, 41));
    assert_ne!(face, bytes(4, Split::Valid, 41));
    assert_ne!(face, bytes(3, Split::Test, 41));
    assert_ne!(face, bytes(3, Split::Valid, 42));
}

#[test]
fn every_size_gives_a_picture_or_an_error() {
    let world = world(SEPARABLE);
    let sample = world.draw(Seed(0), Split::Train, 0);
    for size in [1, 2, 3, 7, 33] {
        assert_eq!(world.render(&sample, size).unwrap().len(), (size * size * 3) as usize);
    }
    for size in [0, MAX_SIZE + 1, u32::MAX] {
        assert!(matches!(world.render(&sample, size), Err(WorldError::Size { .. })), "size {size}");
    }
}

#[test]
fn the_largest_index_is_a_sample_too() {
    let world = world(SEPARABLE);
    let sample = world.draw(Seed(u64::MAX), Split::Test, u64::MAX);
    assert_eq!(world.render(&sample, 8).unwrap().len(), 192);
}

#[test]
fn subjects_and_ids_never_cross_splits() {
    let world = world(DEGENERATE);
    let mut ids = BTreeSet::new();
    let mut subjects = Vec::new();
    for split in Split::ALL {
        let mut of_split = BTreeSet::new();
        for index in 0..200 {
            let sample = world.draw(Seed(1), split, index);
            assert!(ids.insert(sample.id.to_string()), "{} twice", sample.id);
            of_split.insert(sample.subject.to_string());
        }
        assert_eq!(of_split.len(), 25);
        subjects.push(of_split);
    }
    assert!(subjects[0].is_disjoint(&subjects[1]));
    assert!(subjects[0].is_disjoint(&subjects[2]));
    assert!(subjects[1].is_disjoint(&subjects[2]));
    assert_eq!(world.draw(Seed(1), Split::Train, 123).id.as_str(), "degenerate-train-000123");
}

#[test]
fn worlds_that_differ_in_rho_show_the_same_faces_under_other_labels() {
    let (degenerate, separable) = (world(DEGENERATE), world(SEPARABLE));
    let mut relabelled = 0;
    for index in 0..1_500 {
        let (a, b) = [&degenerate, &separable].map(|w| w.draw(Seed(0), Split::Train, index)).into();
        assert_eq!(a.aus, b.aus);
        if a.class == b.class {
            continue;
        }
        relabelled += 1;
        assert!([a.class, b.class].iter().all(|c| degenerate.pair().unwrap().contains(&c.get())));
        assert_eq!(degenerate.render(&a, 24).unwrap(), separable.render(&b, 24).unwrap());
    }
    // Half the pair's 8 % swap, a little less for unequal priors.
    assert!((30..90).contains(&relabelled), "{relabelled} relabelled");
}

#[test]
fn pixels_do_not_read_the_labels() {
    let world = world(SEPARABLE);
    let sample = world.draw(Seed(0), Split::Train, 9);
    let mut relabelled = sample.clone();
    relabelled.class = world.label_set().indices().find(|&c| c != sample.class).unwrap();
    relabelled.eta.reverse();
    assert_eq!(world.render(&sample, 32).unwrap(), world.render(&relabelled, 32).unwrap());
}

#[test]
fn classes_aus_and_intensities_follow_the_tables() {
    let world = world(SEPARABLE);
    let (n, k) = (40_000_u32, world.label_set().len());
    let mut counts = vec![0.0_f64; k];
    let mut present = vec![vec![0.0_f64; world.aus().len()]; k];
    let mut intensity = vec![0.0_f64; k];
    for index in 0..u64::from(n) {
        let sample = world.draw(Seed(5), Split::Train, index);
        let c = sample.class.get();
        counts[c] += 1.0;
        intensity[c] += sample.intensity;
        for (total, &on) in present[c].iter_mut().zip(&sample.aus) {
            *total += f64::from(u8::from(on));
        }
    }
    let tables: toml::Table = SEPARABLE.parse().unwrap();
    let within = |what: &str, got: f64, p: f64, n: f64| {
        // Five binomial standard deviations, and a little for the tables' round zeros.
        assert!((got - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt() + 1e-3, "{what}: {got} against {p}");
    };
    for (c, name) in world.label_set().classes().iter().enumerate() {
        let class = tables["classes"][name].as_table().unwrap();
        within(name, counts[c] / f64::from(n), class["prior"].as_float().unwrap(), f64::from(n));
        for (j, p) in class["au"].as_array().unwrap().iter().enumerate() {
            let what = format!("AU{} of {name}", world.aus()[j]);
            within(&what, present[c][j] / counts[c], p.as_float().unwrap(), counts[c]);
        }
        // Uniform on [0.7, 1]: mean 0.85, sd 0.087, whatever the class.
        assert!((intensity[c] / counts[c] - 0.85).abs() < 5.0 * 0.087 / counts[c].sqrt());
    }
}

#[test]
fn valence_arousal_of_the_pair_has_one_mean() {
    let world = world(SEPARABLE);
    let mut sums = [[0.0_f64; 3]; 2];
    for index in 0..30_000 {
        let sample = world.draw(Seed(6), Split::Train, index);
        if let Some(i) = world.pair().unwrap().iter().position(|&c| c == sample.class.get()) {
            sums[i][0] += 1.0;
            sums[i][1] += sample.va.valence();
            sums[i][2] += sample.va.arousal();
        }
    }
    for axis in [1, 2] {
        let [a, b] = sums.map(|s| s[axis] / s[0]);
        assert!((a - b).abs() < 0.03, "axis {axis}: {a} against {b}");
    }
}

//! The limits of the built-in worlds: exact against sampled, argmax against best, and the expected values.

use affekt_core::{Seed, Split};
use affekt_worlds::{World, WorldError, WorldLimits};

const DEGENERATE: &str = include_str!("../../../configs/worlds/degenerate.toml");
const AMBIGUOUS: &str = include_str!("../../../configs/worlds/ambiguous.toml");
const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");
const BALANCED: &str = include_str!("../../../configs/worlds/balanced.toml");
const FREQUENT_ISOLATED: &str = include_str!("../../../configs/worlds/frequent-isolated.toml");
const CONFOUNDED: &str = include_str!("../../../configs/worlds/confounded.toml");
const ALL: [&str; 6] = [AMBIGUOUS, BALANCED, CONFOUNDED, DEGENERATE, FREQUENT_ISOLATED, SEPARABLE];

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
        (BALANCED, 0.8004, 0.7981, 0.7589),
        (FREQUENT_ISOLATED, 0.7997, 0.7823, 0.7546),
        (CONFOUNDED, 0.8951, 0.8663, 0.8608),
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

/// Every built-in world, and the sweep of `degenerate`, against numbers from other code with other algorithms.
#[test]
fn enumeration_and_stationary_rules_equal_an_independent_double_sum_and_gradient_ascent() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("golden/limits.json")).unwrap();
    let worlds = golden["worlds"].as_object().unwrap();
    assert_eq!(worlds.len(), ALL.len());
    let mut points = 0;
    for text in ALL {
        let file = World::from_toml(text).unwrap();
        for expected in worlds[file.name()].as_array().unwrap() {
            let world = match expected["rho"].as_f64() {
                Some(rho) => file.with_rho(rho).unwrap(),
                None => file.clone(),
            };
            let (limits, name) = (world.limits(), world.name());
            let number = |key: &str| expected[key].as_f64().unwrap();
            near(&format!("{name}, accuracy"), limits.accuracy, number("accuracy"), 1e-12);
            near(&format!("{name}, entropy"), limits.mean_entropy, number("mean_entropy"), 1e-12);
            // An ascent in floats stops a little short; the crate must never be the lower one.
            let ascent = number("macro_f1");
            assert!(limits.macro_f1 >= ascent - 1e-9, "{name}: {} below {ascent}", limits.macro_f1);
            near(&format!("{name}, macro-F1"), limits.macro_f1, ascent, 2e-5);
            for (a, row) in expected["pair_auc"].as_array().unwrap().iter().enumerate() {
                for (b, auc) in row.as_array().unwrap().iter().enumerate() {
                    near(
                        &format!("{name}, AUC {a}-{b}"),
                        limits.pair_auc[a][b],
                        auc.as_f64().unwrap(),
                        1e-10,
                    );
                }
            }
            points += 1;
        }
    }
    assert_eq!(points, 10);
}

#[test]
fn enumeration_and_sampling_agree_in_the_worlds_of_frequency_and_confound() {
    for text in [BALANCED, CONFOUNDED, FREQUENT_ISOLATED] {
        let world = World::from_toml(text).unwrap();
        let exact = world.limits();
        let etas: Vec<Vec<f64>> = (0..12_000).map(|i| world.draw(Seed(21), Split::Test, i).eta).collect();
        let sampled = WorldLimits::from_posteriors(etas.iter().map(Vec::as_slice)).unwrap();
        let name = world.name();
        near(&format!("{name}, accuracy"), sampled.accuracy, exact.accuracy, 0.008);
        near(&format!("{name}, macro-F1"), sampled.macro_f1, exact.macro_f1, 0.02);
        near(&format!("{name}, entropy"), sampled.mean_entropy, exact.mean_entropy, 0.015);
    }
}

/// Draws labels and faces, and scores faces by the true posterior ratio, as a model would be scored.
#[test]
fn true_pair_auc_by_enumeration_and_by_drawn_labels_agree_along_the_sweep() {
    let file = World::from_toml(DEGENERATE).unwrap();
    let [a, b] = file.pair().unwrap();
    let mut last = 1.1;
    for rho in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let world = file.with_rho(rho).unwrap();
        let exact = world.limits().pair_auc[a][b];
        let mut scores: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
        for index in 0..16_000 {
            let sample = world.draw(Seed(22), Split::Test, index);
            let Some(member) = [a, b].iter().position(|&c| c == sample.class.get()) else { continue };
            scores[member].push(sample.eta[a] / (sample.eta[a] + sample.eta[b]));
        }
        let mut won = 0.0;
        for x in &scores[0] {
            for y in &scores[1] {
                // The posterior is a sum of products: a ratio that is the same by rights differs by rounding.
                won += if (x - y).abs() < 1e-9 { 0.5 } else { f64::from(u8::from(x > y)) };
            }
        }
        let drawn = won / (scores[0].len() * scores[1].len()) as f64;
        near(&format!("rho {rho}"), drawn, exact, 0.035);
        assert!(exact < last, "rho {rho}: {exact} after {last}");
        last = exact;
    }
    near("rho 1", last, 0.5, 1e-12);
}

#[test]
fn pair_auc_by_hand() {
    // Two equally frequent faces. P(. | a) = (.8, .2), P(. | b) = (.3, .7): .8 * .7 + (.8 * .3 + .2 * .7) / 2.
    let etas = [vec![0.8 / 1.1, 0.3 / 1.1], vec![0.2 / 0.9, 0.7 / 0.9]];
    // Faces occur 1.1 to 0.9.
    let faces = std::iter::repeat_n(&etas[0], 11).chain(std::iter::repeat_n(&etas[1], 9));
    let limits = WorldLimits::from_posteriors(faces.map(Vec::as_slice)).unwrap();
    near("AUC", limits.pair_auc[0][1], 0.75, 1e-12);
    near("the other way round", limits.pair_auc[1][0], 0.75, 1e-12);
    near("diagonal", limits.pair_auc[0][0], 0.5, 0.0);
}

#[test]
fn what_the_worlds_are_for_holds() {
    let limits = |text: &str| World::from_toml(text).unwrap().limits();
    // Aff-Wild2: anger 1, fear 3, happiness 4, sadness 5. The pair is at chance whatever its frequency.
    for text in [DEGENERATE, BALANCED, FREQUENT_ISOLATED] {
        near("pair", limits(text).pair_auc[1][3], 0.5, 1e-12);
    }
    assert!(limits(SEPARABLE).pair_auc[1][3] > 0.99);
    // Rare but isolated classes keep a high limit; the frequent pair does not.
    let swapped = limits(FREQUENT_ISOLATED).best_f1_per_class;
    assert!(swapped[4] > 0.85 && swapped[5] > 0.85 && swapped[1] < 0.7 && swapped[3] < 0.7, "{swapped:?}");
    let prior = |text: &str| {
        let mut prior = World::from_toml(text).unwrap().prior();
        prior.sort_by(f64::total_cmp);
        prior
    };
    assert_eq!(prior(FREQUENT_ISOLATED), prior(DEGENERATE));
    // AffectNet: happiness 1, anger 6, contempt 7. The far pair shares faces, the near one does not.
    let confounded = limits(CONFOUNDED).pair_auc;
    assert!(confounded[1][7] < 0.8 && confounded[6][7] > 0.95, "{confounded:?}");
}

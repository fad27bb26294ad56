//! Interventions of a study's datasets through the real binary: a world's rho and prior, training faces left out.
#![cfg(not(feature = "torch"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod miniature;
mod support;
mod toy;

use affekt_artifact::{Limits, Manifest};
use affekt_core::Split;
use affekt_testkit::raf_db;
use miniature::Miniature;
use toy::{dataset, folders, study, world};

/// A pair of classes that shares all its faces.
const PAIR: &str = "[pair]\nclasses = [\"fear\", \"anger\"]\nrho = 1.0\n";

#[test]
fn rho_prior_and_thinning_of_a_world_change_what_they_name_and_nothing_else() {
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("runs");
    let world = world(temporary.path(), PAIR);
    let source = format!(
        "kind = \"world\", world = {world:?}, size = {{ train = 900, valid = 40, test = 500 }}, seed = 0"
    );
    let datasets = [
        dataset("plain", &source, ""),
        dataset("apart", &source, ", rho = 0.25"),
        dataset("dosed", &source, ", prior = { fear = 0.3, anger = 0.2 }"),
        dataset("balanced", &source, ", thin = { kind = \"balance\", seed = 0 }"),
        dataset("swapped", &source, ", thin = { kind = \"keep\", shares = { neutral = 0.25 }, seed = 0 }"),
    ];
    let ran = study(&out, &datasets, &[]);
    assert!(ran.stderr.contains("this build has no LibTorch"), "{}", ran.stderr);
    let folder = folders(&out);
    let load = |name: &str| Manifest::load(&folder(name)).unwrap();
    let limits = |name: &str| Limits::load(&folder(name).join("limits.json")).unwrap();
    let plain = load("plain");
    let [fear, anger] = ["fear", "anger"]
        .map(|name| plain.label_set.classes().iter().position(|class| class == name).unwrap());

    assert_eq!((limits("plain").rho, limits("apart").rho), (Some(1.0), Some(0.25)));
    assert!((limits("plain").pair_auc[fear][anger] - 0.5).abs() < 1e-12);
    assert!(limits("apart").pair_auc[fear][anger] > 0.55);
    let apart = load("apart");
    for (before, after) in plain.rows.iter().zip(&apart.rows) {
        assert_eq!((before.split, &before.aus), (after.split, &after.aus), "the same faces");
    }
    assert_ne!(plain.class_counts(Split::Test), apart.class_counts(Split::Test));

    let dosed = load("dosed").class_counts(Split::Test);
    assert!((130..170).contains(&dosed[fear]) && (80..120).contains(&dosed[anger]), "{dosed:?}");

    let rarest = *plain.class_counts(Split::Train).iter().min().unwrap();
    let balanced = load("balanced");
    assert_eq!(balanced.class_counts(Split::Train), vec![rarest; 7]);
    let neutral = plain.class_counts(Split::Train)[0];
    let swapped = load("swapped");
    assert_eq!(swapped.class_counts(Split::Train)[0], (neutral + 2) / 4);
    assert_eq!(swapped.class_counts(Split::Train)[1..], plain.class_counts(Split::Train)[1..]);
    for (name, thinned) in [("balanced", balanced), ("swapped", swapped)] {
        for split in [Split::Valid, Split::Test] {
            assert!(thinned.split(split).eq(plain.split(split)), "held-out rows stay");
        }
        assert!(thinned.split(Split::Train).all(|row| plain.rows.contains(row)));
        // The cache has a face for each row and no other.
        let cache = affekt_face::FaceCache::open(&folder(name).join("faces")).unwrap();
        assert_eq!(cache.len(), thinned.rows.len(), "{name}");
    }
    let [whole, thinned, dosed] = ["plain", "balanced", "dosed"].map(limits);
    assert_eq!(Limits { sweep: whole.sweep.clone(), ..thinned.clone() }, whole, "thinning moves no limit");
    // Points of one sweep differ in rho and in nothing else.
    assert_eq!(whole.sweep, limits("apart").sweep);
    assert!(whole.sweep.is_some() && whole.sweep != thinned.sweep && whole.sweep != dosed.sweep);
}

#[test]
fn what_a_world_cannot_do_is_said() {
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("runs");
    let world = world(temporary.path(), PAIR);
    let source = format!(
        "kind = \"world\", world = {world:?}, size = {{ train = 60, valid = 10, test = 10 }}, seed = 0"
    );
    for (more, expected) in [
        (", prior = { rage = 0.3 }", "unknown class in prior \"rage\""),
        (", prior = { fear = 0.6, anger = 0.6 }", "sum of the priors given is 1.2; expected below 1"),
        (", thin = { kind = \"keep\", shares = { rage = 0.5 }, seed = 0 }", "source.thin.shares names rage"),
    ] {
        let ran = study(&out, &[dataset("toy", &source, more)], &[]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{expected} is missing in {}", ran.stderr);
    }
}

#[test]
fn files_are_thinned_after_their_split() {
    let miniature = Miniature::new("raf-db", None, raf_db);
    let root = miniature.tree().root().to_owned();
    let out = root.with_file_name("runs");
    let source = format!(
        "kind = \"files\", manifest = {:?}, framing = {{ kind = \"picture\", fit = \"stretch\", \
         filter = \"pil-bilinear\" }}, colour = \"rgb\", split = {{ valid = 0.1, test = 0.1, seed = 0 }}",
        root.with_file_name("set.toml")
    );
    let datasets = [
        dataset("whole", &source, ""),
        dataset("balanced", &source, ", thin = { kind = \"balance\", seed = 0 }"),
    ];
    // The rarest class of a miniature has few pictures, and a batch must fit into what stays.
    let ran = study(&out, &datasets, &["--data-root", root.to_str().unwrap(), "--set", "train.batch_size=2"]);
    assert!(ran.stderr.contains("this build has no LibTorch"), "{}", ran.stderr);
    let folder = folders(&out);
    let [whole, balanced] = ["whole", "balanced"].map(|name| Manifest::load(&folder(name)).unwrap());
    let counts = balanced.class_counts(Split::Train);
    let present: Vec<u64> = counts.into_iter().filter(|&n| n > 0).collect();
    assert!(present.iter().all(|n| n == &present[0]), "{present:?}");
    assert!(balanced.rows.len() < whole.rows.len());
    for split in [Split::Valid, Split::Test] {
        assert!(balanced.split(split).eq(whole.split(split)), "held-out rows stay");
    }
    let cache = affekt_face::FaceCache::open(&folder("balanced").join("faces")).unwrap();
    assert_eq!(cache.len(), balanced.rows.len());
}

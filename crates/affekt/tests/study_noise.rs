//! Label noise of a study's datasets through the real binary: what changes, what stays, what is said.
#![cfg(not(feature = "torch"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod miniature;
mod support;
mod toy;

use std::path::Path;

use affekt_artifact::Manifest;
use affekt_core::Split;
use affekt_data::NoisyLabels;
use affekt_study::Prepared;
use affekt_testkit::raf_db;
use miniature::Miniature;
use support::Ran;
use toy::{dataset, folders, study, world};

const TRAIN: u32 = 1500;

/// The source's key for noise; nothing for labels as they are.
fn noise(of: &str) -> String {
    if of.is_empty() { String::new() } else { format!(", noise = {{ {of} }}") }
}

/// A study that gets as far as training, which this build cannot do.
fn prepared(out: &Path, datasets: &[String], more: &[&str]) -> Ran {
    let ran = study(out, datasets, more);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("this build has no LibTorch"), "{}", ran.stderr);
    ran
}

#[test]
fn noise_of_a_world_changes_training_labels_and_nothing_else() {
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("runs");
    let world = world(temporary.path(), "");
    let source = format!(
        "kind = \"world\", world = {world:?}, size = {{ train = {TRAIN}, valid = 40, test = 60 }}, seed = 0"
    );
    let symmetric = |rate: f64, seed: u64| format!("kind = \"symmetric\", rate = {rate}, seed = {seed}");
    let of = |name: &str, wrong: &str| dataset(name, &source, &noise(wrong));
    let datasets = [of("n0", ""), of("n10", &symmetric(0.1, 3)), of("n30", &symmetric(0.3, 3))];
    let ran = prepared(&out, &datasets, &[]);

    let folder = folders(&out);
    let clean = Manifest::load(&folder("n0")).unwrap();
    assert!(clean.rows.iter().all(|row| row.clean_expression.is_none()));
    assert_eq!(Prepared::load(&folder("n0")).unwrap().noise, None);
    assert!(!ran.stderr.contains("n0: ") && !folder("n0").join("noise.csv").exists(), "{}", ran.stderr);
    let mut digests = vec![Prepared::load(&folder("n0")).unwrap().digest];
    for (name, rate) in [("n10", 0.1), ("n30", 0.3)] {
        let noisy = Manifest::load(&folder(name)).unwrap();
        let mut changed = 0_u32;
        for (before, after) in clean.rows.iter().zip(&noisy.rows) {
            let mut restored = after.clone();
            if before.split == Split::Train {
                assert_eq!(after.clean_expression, before.expression, "the clean class is kept");
                changed += u32::from(after.is_mislabelled().unwrap());
                if after.is_mislabelled().unwrap() {
                    assert_eq!(after.distribution, None, "votes would still tell the right class");
                    restored.distribution.clone_from(&before.distribution);
                }
                restored.expression = after.clean_expression;
                restored.clean_expression = None;
            }
            assert_eq!(&restored, before, "faces, posteriors and held-out labels stay");
        }
        let (mean, deviation) = (f64::from(TRAIN) * rate, (f64::from(TRAIN) * rate * (1.0 - rate)).sqrt());
        assert!((f64::from(changed) - mean).abs() < 4.0 * deviation, "{changed} at {rate}");
        let prepared = Prepared::load(&folder(name)).unwrap();
        let noise = prepared.noise.unwrap();
        assert_eq!((noise.labels, noise.changed), (TRAIN.into(), changed.into()));
        let told = format!("{name}: {changed} of {TRAIN} training labels are wrong on purpose");
        assert!(ran.stderr.contains(&told), "{told} is missing in {}", ran.stderr);
        let labels = NoisyLabels::load(&folder(name).join("noise.csv")).unwrap();
        assert_eq!((labels.n_changed() as u64, labels.noise.seed), (noise.changed, 3));
        digests.push(prepared.digest);
    }
    digests.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    digests.dedup();
    assert_eq!(digests.len(), 3, "runs of different noise are different runs");

    // The same seed elsewhere gives the same bytes; another seed another folder and other labels.
    let elsewhere = temporary.path().join("elsewhere");
    prepared(&elsewhere, &[of("n10", &symmetric(0.1, 3)), of("n30", &symmetric(0.3, 4))], &[]);
    let again = folders(&elsewhere);
    assert_eq!(again("n10").file_name(), folder("n10").file_name());
    for file in ["manifest.csv", "manifest.toml", "noise.csv", "noise.toml", "prepared.json"] {
        let bytes = [folder("n10"), again("n10")].map(|folder| std::fs::read(folder.join(file)).unwrap());
        assert!(bytes[0] == bytes[1], "{file}");
    }
    assert_ne!(again("n30").file_name(), folder("n30").file_name());
    assert_ne!(Manifest::load(&again("n30")).unwrap(), Manifest::load(&folder("n30")).unwrap());
}

#[test]
fn noise_of_files_is_drawn_after_their_split() {
    let miniature = Miniature::new("raf-db", None, raf_db);
    let root = miniature.tree().root().to_owned();
    let out = root.with_file_name("runs");
    let source = format!(
        "kind = \"files\", manifest = {:?}, framing = {{ kind = \"picture\", fit = \"stretch\", \
         filter = \"pil-bilinear\" }}, colour = \"rgb\", split = {{ valid = 0.1, test = 0.1, seed = 0 }}",
        root.with_file_name("set.toml")
    );
    let wrong = "kind = \"circumplex\", rate = 0.6, seed = 1, temperature = 0.3, table = \"nrc-vad\"";
    let datasets = [dataset("clean", &source, ""), dataset("noisy", &source, &noise(wrong))];
    let ran = prepared(&out, &datasets, &["--data-root", root.to_str().unwrap()]);
    let folder = folders(&out);
    let [clean, noisy] = ["clean", "noisy"].map(|name| Manifest::load(&folder(name)).unwrap());
    assert_eq!(clean.rows.len(), noisy.rows.len());
    for (before, after) in clean.rows.iter().zip(&noisy.rows) {
        let train = before.split == Split::Train;
        assert_eq!(
            (after.split, after.clean_expression),
            (before.split, before.expression.filter(|_| train))
        );
        assert!(train || after == before);
    }
    let [clean, noisy] = ["clean", "noisy"].map(|name| Prepared::load(&folder(name)).unwrap());
    assert_ne!(clean.digest, noisy.digest);
    let noise = noisy.noise.unwrap();
    assert!(noise.changed > 0 && clean.noise.is_none(), "{noise:?}");
    let told = format!("noisy: {} of {} training labels are wrong", noise.changed, noise.labels);
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
}

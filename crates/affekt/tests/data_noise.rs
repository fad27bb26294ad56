//! `affekt data noise`: the table, its head, and what is refused.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod miniature;
mod support;

use affekt_data::{NoiseShape, NoisyLabels};
use affekt_testkit::raf_db;
use miniature::Miniature;
use support::{Ran, affekt};

struct Prepared(Miniature);

impl Prepared {
    fn new() -> Self {
        let miniature = Miniature::new("raf-db", None, raf_db);
        let ran = miniature.prepare();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self(miniature)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.tree().root().with_file_name(name)
    }

    fn noise(&self, out: &str, more: &[&str]) -> Ran {
        let (folder, out) = (self.path("out"), self.path(out));
        let words =
            ["data", "noise", folder.to_str().unwrap(), "--out", out.to_str().unwrap(), "--seed", "4"];
        affekt(&[&words[..], more].concat())
    }
}

#[test]
fn uniform_noise_is_written_told_and_put_on_the_manifest() {
    let prepared = Prepared::new();
    let ran = prepared.noise("noise.csv", &["--rate", "0.5", "--kind", "uniform"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let labels = NoisyLabels::load(&prepared.path("noise.csv")).unwrap();
    assert_eq!((labels.rows.len(), labels.noise.rate, labels.noise.seed), (23, 0.5, 4));
    let told = format!("{} of 23 training labels changed", labels.n_changed());
    assert!(labels.n_changed() > 0 && ran.stdout.contains(&told), "{}", ran.stdout);
    let clean = affekt_artifact::Manifest::load(&prepared.path("out")).unwrap();
    let noisy = labels.apply(&clean).unwrap();
    let pairs = clean.rows.iter().zip(&noisy.rows);
    assert_eq!(pairs.filter(|(a, b)| a.expression != b.expression).count(), labels.n_changed());
    assert_eq!(prepared.noise("again.csv", &["--rate", "0.5", "--kind", "uniform"]).code, 0);
    let bytes = ["noise.csv", "again.csv"].map(|name| std::fs::read(prepared.path(name)).unwrap());
    assert_eq!(bytes[0], bytes[1]);
}

#[test]
fn circumplex_noise_takes_its_distances_from_a_prototype_table() {
    let prepared = Prepared::new();
    let words = ["--rate", "1", "--kind", "circumplex", "--temperature", "0.3", "--prototypes", "rm77"];
    let ran = prepared.noise("noise.csv", &words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let labels = NoisyLabels::load(&prepared.path("noise.csv")).unwrap();
    assert_eq!(labels.n_changed(), 23, "at rate 1 every label changes");
    let NoiseShape::Circumplex { temperature, distances } = labels.noise.shape else { panic!("uniform") };
    let place = |class| affekt_ot::PrototypeTable::Rm77.get(class).unwrap();
    let ([v, a], [w, b]) = (place("surprise"), place("fear"));
    // Surprise and fear are the first two classes of RAF-DB.
    assert!((distances[0][1] - (v - w).hypot(a - b)).abs() < 1e-12);
    assert_eq!(temperature.to_string(), "0.3");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let prepared = Prepared::new();
    for (words, told) in [
        (&["--rate", "0.1", "--kind", "circumplex"][..], "--temperature"),
        (&["--rate", "0.1", "--kind", "uniform", "--temperature", "1"], "--kind circumplex"),
        (&["--rate", "1.5", "--kind", "uniform"], "noise rate 1.5"),
        (&["--rate", "0.1", "--kind", "circumplex", "--temperature", "0"], "temperature 0"),
        (
            &["--rate", "0.1", "--kind", "circumplex", "--temperature", "1", "--prototypes", "x"],
            "affectnet-val",
        ),
        (&["--rate", "0.1", "--kind", "nonsense"], "uniform"),
    ] {
        let ran = prepared.noise("noise.csv", words);
        assert_eq!(ran.code, 2, "{words:?}");
        assert!(ran.stderr.contains(told), "{words:?}: {}", ran.stderr);
        assert!(!prepared.path("noise.csv").exists());
    }
}

#[test]
fn a_class_without_a_prototype_is_named_with_the_tables_that_have_it() {
    let prepared = Prepared::new();
    let head = prepared.path("out").join("manifest.toml");
    let csv = prepared.path("out").join("manifest.csv");
    let hash = || affekt_artifact::Digest::of_file(&csv).unwrap().to_string();
    let before = hash();
    let table = std::fs::read_to_string(&csv).unwrap();
    std::fs::write(&csv, table.replace("sadness", "contempt")).unwrap();
    let text = std::fs::read_to_string(&head).unwrap();
    std::fs::write(&head, text.replace("sadness", "contempt").replace(&before, &hash())).unwrap();
    let words = ["--rate", "0.1", "--kind", "circumplex", "--temperature", "1"];
    let ran = prepared.noise("noise.csv", &[&words[..], &["--prototypes", "rm77"]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("no position for contempt; tables that have: affectnet-val"),
        "{}",
        ran.stderr
    );
    assert_eq!(prepared.noise("noise.csv", &words).code, 0, "the default table has every class");
}

//! Label noise: rates, where labels go, the files, and what a manifest makes of them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;

use affekt_artifact::{ArtifactError, Manifest, ManifestRow};
use affekt_core::{LabelDistribution, LabelSet, SampleId, Split, SubjectId};
use affekt_data::{LabelNoise, NoiseError, NoiseShape, NoisyLabels, put_noise};
use proptest::prelude::*;

/// Training rows of each class of RAF-DB, and as many rows of other parts and without a class.
fn manifest(per_class: usize) -> Manifest {
    let set = LabelSet::raf_db();
    let mut rows = Vec::new();
    for k in 0..per_class * set.len() {
        for (part, split, labelled) in [
            ("train", Split::Train, true),
            ("valid", Split::Valid, true),
            ("test", Split::Test, true),
            ("unlabelled", Split::Train, false),
        ] {
            let class = set.class_at(k % set.len()).filter(|_| labelled);
            let mut one_hot = vec![0.0; set.len()];
            one_hot[k % set.len()] = 1.0;
            rows.push(ManifestRow {
                sample: SampleId::new(format!("{part}_{k:05}, \"aligned\".jpg")).unwrap(),
                path: String::new(),
                subject: SubjectId::new(format!("{part}{k}")).unwrap(),
                video: None,
                frame: None,
                split,
                expression: class,
                va: None,
                aus: Vec::new(),
                distribution: class.map(|_| LabelDistribution::new(one_hot).unwrap()),
                posterior: None,
                clean_expression: None,
            });
        }
    }
    Manifest { dataset: "raf-db".to_owned(), label_set: set, aus: Vec::new(), rows }
}

fn uniform(rate: f64, seed: u64) -> LabelNoise {
    LabelNoise { rate, seed, shape: NoiseShape::Uniform {} }
}

/// Classes on a line at the squares of their positions, so that all distances differ.
fn circumplex(rate: f64, temperature: f64) -> LabelNoise {
    let place = |k: u8| f64::from(k * k) / 36.0;
    let distances = (0..7).map(|i| (0..7).map(|j| (place(i) - place(j)).abs()).collect()).collect();
    LabelNoise { rate, seed: 3, shape: NoiseShape::Circumplex { temperature, distances } }
}

/// A change to the text of a table.
type Edit = fn(&str) -> String;

/// How often class i became class j.
fn flips(labels: &NoisyLabels) -> Vec<Vec<f64>> {
    let n = labels.label_set.len();
    let mut counts = vec![vec![0.0; n]; n];
    for row in labels.rows.iter().filter(|row| row.changed()) {
        counts[row.original.get()][row.noisy.get()] += 1.0;
    }
    counts
}

/// Chi-square of the flips against a transition, and its degrees of freedom.
fn chi_square(flips: &[Vec<f64>], transition: &[Vec<f64>]) -> (f64, f64) {
    let (mut sum, mut cells) = (0.0, 0.0);
    for (row, expected) in flips.iter().zip(transition) {
        let total: f64 = row.iter().sum();
        for (n, p) in row.iter().zip(expected).filter(|&(_, &p)| p > 0.0) {
            sum += (n - total * p).powi(2) / (total * p);
            cells += 1.0;
        }
    }
    (sum, cells - flips.len() as f64)
}

/// Whether a chi-square lies within five standard deviations of its mean.
fn fits((value, freedom): (f64, f64)) -> bool {
    (value - freedom).abs() < 5.0 * (2.0 * freedom).sqrt()
}

#[test]
fn the_share_of_changed_labels_is_the_rate_and_none_becomes_itself() {
    let manifest = manifest(1000);
    for (seed, rate) in [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.0), (4, 1.0)] {
        let labels = NoisyLabels::draw(&manifest, uniform(rate, seed)).unwrap();
        assert_eq!(labels.rows.len(), 7000, "labelled training rows only");
        assert!(labels.rows.iter().all(|row| row.sample.as_str().starts_with("train_")));
        let counts = flips(&labels);
        // Independent draws: per class the count is binomial; five standard deviations.
        let deviation = (1000.0 * rate * (1.0 - rate)).sqrt();
        for (class, row) in counts.iter().enumerate() {
            let changed: f64 = row.iter().sum();
            assert!((changed - 1000.0 * rate).abs() <= 5.0 * deviation, "class {class}: {changed} at {rate}");
            assert!(row[class] == 0.0);
        }
        // All labels changed at rate 1 means that a drawn flip never keeps its class.
        assert!(rate < 1.0 || labels.n_changed() == 7000);
    }
}

#[test]
fn uniform_noise_goes_to_each_other_class_equally_often() {
    let manifest = manifest(3000);
    let noise = uniform(0.5, 9);
    let transition = noise.transition(7).unwrap();
    let share = |j: usize| if j == 2 { 0.0 } else { 1.0 / 6.0 };
    assert_eq!(transition[2], (0..7).map(share).collect::<Vec<_>>());
    let labels = NoisyLabels::draw(&manifest, noise).unwrap();
    assert!(fits(chi_square(&flips(&labels), &transition)));
    let shaped = NoisyLabels::draw(&manifest, circumplex(0.5, 0.5)).unwrap();
    assert!(!fits(chi_square(&flips(&shaped), &transition)), "the test tells uniform from shaped noise");
}

#[test]
fn circumplex_noise_prefers_near_classes_as_exp_of_minus_distance_over_temperature() {
    let manifest = manifest(3000);
    let noise = circumplex(0.6, 0.4);
    let NoiseShape::Circumplex { distances, temperature } = noise.shape.clone() else { unreachable!() };
    let transition = noise.transition(7).unwrap();
    for (i, row) in transition.iter().enumerate() {
        let total: f64 = (0..7).filter(|&j| j != i).map(|j| (-distances[i][j] / temperature).exp()).sum();
        for (j, p) in row.iter().enumerate() {
            let expected = if i == j { 0.0 } else { (-distances[i][j] / temperature).exp() / total };
            assert!((p - expected).abs() < 1e-12, "P({j} | {i}) is {p} instead of {expected}");
        }
    }
    let counts = flips(&NoisyLabels::draw(&manifest, noise).unwrap());
    assert!(fits(chi_square(&counts, &transition)));
    // Ranks agree wherever the expected counts are further apart than chance takes them.
    let mut n_pairs = 0;
    for i in 0..7 {
        let total: f64 = counts[i].iter().sum();
        for (j, k) in (0..7).flat_map(|j| (0..7).map(move |k| (j, k))).filter(|&(j, k)| j != i && k != i) {
            let (near, far) = (total * transition[i][j], total * transition[i][k]);
            if distances[i][j] < distances[i][k] && near - far > 5.0 * (near + far).sqrt() {
                assert!(counts[i][j] > counts[i][k], "{i} became {k} more often than the nearer {j}");
                n_pairs += 1;
            }
        }
    }
    assert!(n_pairs > 60, "{n_pairs} pairs");
}

#[test]
fn a_small_temperature_leaves_the_nearest_class() {
    let transition = circumplex(0.1, 1e-6).transition(7).unwrap();
    assert!((transition[6][5] - 1.0).abs() < 1e-12, "{:?}", transition[6]);
    assert!(transition.iter().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-12));
}

#[test]
fn wrong_at_one_rate_is_wrong_in_the_same_way_at_higher_ones() {
    let mut manifest = manifest(200);
    let low = NoisyLabels::draw(&manifest, uniform(0.1, 5)).unwrap();
    let high = NoisyLabels::draw(&manifest, uniform(0.3, 5)).unwrap();
    assert!(low.n_changed() < high.n_changed());
    let mut pairs = low.rows.iter().zip(&high.rows);
    assert!(pairs.all(|(low, high)| !low.changed() || low.noisy == high.noisy));
    manifest.rows.reverse();
    let mut again = NoisyLabels::draw(&manifest, uniform(0.1, 5)).unwrap();
    again.rows.reverse();
    assert_eq!(again, low, "the order of the rows does not matter");
    assert_ne!(NoisyLabels::draw(&manifest, uniform(0.1, 6)).unwrap().rows, again.rows);
}

#[test]
fn files_read_back_and_the_same_seed_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(50);
    for (name, noise) in [("uniform.csv", uniform(0.25, 7)), ("shaped.20.csv", circumplex(0.2, 0.3))] {
        let path = folder.path().join(name);
        let labels = NoisyLabels::draw(&manifest, noise.clone()).unwrap();
        labels.save(&path).unwrap();
        assert_eq!(NoisyLabels::load(&path).unwrap(), labels);
        let again = folder.path().join("again").join(name);
        NoisyLabels::draw(&manifest, noise).unwrap().save(&again).unwrap();
        for (one, other) in
            [(&path, &again), (&NoisyLabels::head_path(&path), &NoisyLabels::head_path(&again))]
        {
            assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
        }
        let table = fs::read_to_string(&path).unwrap();
        assert!(table.starts_with("sample,original,noisy,changed\n"), "{table}");
        assert_eq!(table.lines().filter(|line| line.ends_with(",1")).count(), labels.n_changed());
    }
    let head = fs::read_to_string(folder.path().join("shaped.20.toml")).unwrap();
    for text in
        ["dataset = \"raf-db\"", "rate = 0.2", "seed = 3", "kind = \"circumplex\"", "temperature = 0.3"]
    {
        assert!(head.contains(text), "{head}");
    }
    let error = NoisyLabels::draw(&manifest, uniform(0.1, 0)).unwrap().save(&folder.path().join("x.toml"));
    assert!(error.unwrap_err().to_string().contains("x.toml"));
}

#[test]
fn edited_tables_are_refused_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noise.csv");
    let labels = NoisyLabels::draw(&manifest(4), uniform(0.5, 1)).unwrap();
    let table = || {
        labels.save(&path).unwrap();
        fs::read_to_string(&path).unwrap()
    };
    fs::write(&path, table() + "\n").unwrap();
    assert!(matches!(NoisyLabels::load(&path), Err(NoiseError::Artifact(ArtifactError::Hash { .. }))));
    let edits: [(&str, Edit); 4] = [
        ("sample", |text| text.replacen("train_00001", "train_00000", 1)),
        ("original", |text| text.replacen(",fear,", ",scorn,", 1)),
        ("changed", |text| text.replacen(",1\n", ",0\n", 1)),
        ("header", |text| text.replacen("noisy", "label", 1)),
    ];
    for (what, edit) in edits {
        let before = table();
        let after = edit(&before);
        assert_ne!(before, after);
        fs::write(&path, &after).unwrap();
        let head_path = NoisyLabels::head_path(&path);
        let head = fs::read_to_string(&head_path).unwrap();
        let hash = |text: &str| affekt_artifact::Digest::of_bytes(text.as_bytes()).to_string();
        fs::write(&head_path, head.replace(&hash(&before), &hash(&after))).unwrap();
        match NoisyLabels::load(&path) {
            Err(NoiseError::Artifact(ArtifactError::Cell { column, .. })) => assert_eq!(column, what),
            Err(NoiseError::Artifact(ArtifactError::Header { .. })) => assert_eq!(what, "header"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_manifest_takes_the_labels_and_changes_nothing_else() {
    let clean = manifest(100);
    let labels = NoisyLabels::draw(&clean, uniform(0.3, 2)).unwrap();
    let noisy = labels.apply(&clean).unwrap();
    let mut by_sample = labels.rows.iter();
    for (before, after) in clean.rows.iter().zip(&noisy.rows) {
        if before.split != Split::Train || before.expression.is_none() {
            assert_eq!(before, after);
            continue;
        }
        let label = by_sample.next().unwrap();
        assert_eq!((Some(label.original), Some(label.noisy)), (before.expression, after.expression));
        assert_eq!(after.clean_expression, before.expression, "the clean class is kept");
        assert_eq!(after.is_mislabelled(), Some(label.changed()));
        assert_eq!(
            after.distribution.is_none(),
            label.changed(),
            "a distribution would tell the right label"
        );
        let restored = ManifestRow {
            expression: before.expression,
            distribution: before.distribution.clone(),
            clean_expression: None,
            ..after.clone()
        };
        assert_eq!(&restored, before);
    }
    assert!(by_sample.next().is_none() && labels.n_changed() > 0);
}

#[test]
fn noise_of_another_manifest_is_refused() {
    let clean = manifest(10);
    let labels = NoisyLabels::draw(&clean, uniform(0.3, 2)).unwrap();
    let refused = |change: &dyn Fn(&mut Manifest)| {
        let mut other = clean.clone();
        change(&mut other);
        labels.apply(&other).unwrap_err().to_string()
    };
    assert!(refused(&|m| m.dataset = "other".to_owned()).contains("dataset"));
    assert!(refused(&|m| m.label_set = LabelSet::sfew()).contains("label set"));
    assert!(refused(&|m| drop(m.rows.remove(0))).contains("train_00000"));
    assert!(refused(&|m| m.rows[0].sample = SampleId::new("new").unwrap()).contains("sample new"));
    assert!(refused(&|m| m.rows[0].expression = m.label_set.class_at(3)).contains("another original label"));
    let noisy = labels.apply(&clean).unwrap();
    assert!(matches!(labels.apply(&noisy), Err(NoiseError::Twice { .. })), "noise is not put on twice");
    assert!(matches!(NoisyLabels::draw(&noisy, uniform(0.1, 0)), Err(NoiseError::Twice { .. })));
}

#[test]
fn a_dataset_without_training_labels_gets_no_noise() {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = manifest(2);
    manifest.rows.retain(|row| row.split != Split::Train || row.expression.is_none());
    let error = put_noise(&manifest, uniform(0.3, 2), folder.path()).unwrap_err();
    assert!(matches!(error, NoiseError::Unlabelled { .. }), "{error}");
    assert!(!folder.path().join("noise.csv").exists());
}

#[test]
fn impossible_noise_is_refused() {
    let clean = manifest(1);
    for rate in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(NoisyLabels::draw(&clean, uniform(rate, 0)), Err(NoiseError::Rate { .. })));
    }
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let noise = circumplex(0.1, temperature);
        assert!(matches!(NoisyLabels::draw(&clean, noise), Err(NoiseError::Temperature { .. })));
    }
    for distances in
        [vec![vec![1.0; 7]; 6], vec![vec![1.0; 6]; 7], vec![vec![-1.0; 7]; 7], vec![vec![f64::NAN; 7]; 7]]
    {
        let noise =
            LabelNoise { rate: 0.1, seed: 0, shape: NoiseShape::Circumplex { temperature: 1.0, distances } };
        assert!(matches!(NoisyLabels::draw(&clean, noise), Err(NoiseError::Distances { .. })));
    }
}

proptest! {
    #[test]
    fn transitions_are_distributions_over_the_others(
        temperature in 1e-9_f64..1e9, places in prop::collection::vec(-1.0_f64..1.0, 2..9),
    ) {
        let distances = places.iter().map(|a| places.iter().map(|b| (a - b).abs()).collect()).collect();
        let noise = LabelNoise { rate: 0.1, seed: 0, shape: NoiseShape::Circumplex { temperature, distances } };
        for (i, row) in noise.transition(places.len()).unwrap().iter().enumerate() {
            prop_assert!(row[i] == 0.0);
            prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(row.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }

    #[test]
    fn any_bytes_as_table_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200), head: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("noise.csv");
        NoisyLabels::draw(&manifest(1), uniform(0.5, 1)).unwrap().save(&path).unwrap();
        fs::write(if head { NoisyLabels::head_path(&path) } else { path.clone() }, &bytes).unwrap();
        prop_assert!(NoisyLabels::load(&path).is_err());
    }
}

//! Representation measures on Gaussian classes whose separation is known.
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use affekt_core::{Seed, Stream};
use affekt_metrics::{
    MetricError, Points, Representation, Sampling, debiased_linear_cka, linear_cka, representation, rsa,
};
use serde_json::Value;

const DIMENSIONS: usize = 12;

/// Items of Gaussian classes, unit covariance, eight items a subject; subjects shift their items.
struct Faces {
    values: Vec<f64>,
    classes: Vec<usize>,
    subjects: Vec<usize>,
}

impl Faces {
    fn draw(means: &[f64], counts: &[usize], seed: u64) -> Self {
        let mut faces = Self { values: Vec::new(), classes: Vec::new(), subjects: Vec::new() };
        let mut stream = Seed(seed).stream("faces", &[]);
        let mut labels: Vec<usize> =
            counts.iter().enumerate().flat_map(|(class, &n)| std::iter::repeat_n(class, n)).collect();
        stream.shuffle(&mut labels);
        for (item, class) in labels.into_iter().enumerate() {
            faces.push(&mut stream, means[class], class, item / 8);
        }
        faces
    }

    fn push(&mut self, stream: &mut Stream, mean: f64, class: usize, subject: usize) {
        let mut person = Seed(99).stream("person", &[subject as u64]);
        for axis in 0..DIMENSIONS {
            // Classes differ along the first axis, people along the others.
            let centre = if axis == 0 { mean } else { 0.5 * person.normal() };
            self.values.push(4.0 + centre + stream.normal());
        }
        self.classes.push(class);
        self.subjects.push(subject);
    }

    fn measure(&self, n_classes: usize, sampling: Sampling) -> Representation {
        let points = Points::new(DIMENSIONS, self.values.clone()).unwrap();
        let prototypes: Vec<[f64; 2]> = (0..n_classes).map(|c| [c as f64 / 10.0, 0.0]).collect();
        representation(&points, &self.classes, &self.subjects, &prototypes, sampling).unwrap()
    }
}

/// Phi, by the series of the error function, which is enough here.
fn phi(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (x, x, 0.0);
    while term.abs() > 1e-15 {
        k += 1.0;
        term *= -x * x / (2.0 * k);
        sum += term / (2.0 * k + 1.0);
    }
    0.5 + sum / (2.0 * std::f64::consts::PI).sqrt()
}

#[test]
fn the_probe_finds_the_separation_that_was_put_in() {
    let means = [0.0, 1.0, 3.0];
    let found = Faces::draw(&means, &[1500, 1500, 1500], 1).measure(3, Sampling::new(Seed(0)));
    assert_eq!((found.per_class, found.pairs.len()), (200, 3));
    for pair in &found.pairs {
        let [a, b] = pair.pair;
        let apart = (means[a] - means[b]).abs();
        let probe = pair.probe.unwrap();
        // 200 a class: the standard error of the area is about .025 at its largest.
        assert!((probe.auc - phi(apart / 2.0_f64.sqrt())).abs() < 0.07, "{a}-{b}: {probe:?}");
        assert!((probe.d_prime - apart).abs() < 0.35, "{a}-{b}: {probe:?}");
        assert!((probe.auc - phi(probe.d_prime / 2.0_f64.sqrt())).abs() < 0.02, "{a}-{b}: {probe:?}");
        // Shrinkage draws the variance along the classes, 1, towards the mean one, 1.23, so distances come out a little short.
        let share = pair.crossnobis.unwrap() / (apart * apart);
        assert!((0.7..1.25).contains(&share), "{a}-{b}: {pair:?}");
    }
    // Prototypes lie on a line, at distances that do not order the pairs as the means do, but nearly.
    assert!(found.circumplex.unwrap().spearman > 0.8);
}

#[test]
fn frequency_does_not_move_the_measures_of_a_pair() {
    let means = [0.0, 1.5, 6.0];
    let sampling = Sampling::new(Seed(3));
    let (common, rare) =
        (Faces::draw(&means, &[900, 900, 900], 2), Faces::draw(&means, &[120, 1200, 900], 2));
    let [common, rare] = [common, rare].map(|faces| faces.measure(3, sampling));
    assert_eq!((common.per_class, rare.per_class), (200, 120));
    let difference = common.pairs[0].probe.unwrap().auc - rare.pairs[0].probe.unwrap().auc;
    assert!(difference.abs() < 0.06, "{difference}");
}

#[test]
fn classes_on_top_of_each_other_are_at_chance_without_bias() {
    let (mut auc, mut crossnobis, mut fisher) = (0.0, 0.0, 0.0);
    let repeats = 8_u32;
    for seed in 0..repeats {
        let found = Faces::draw(&[0.0, 0.0], &[120, 120], seed.into()).measure(2, Sampling::new(Seed(1)));
        let pair = found.pairs[0];
        auc += pair.probe.unwrap().auc / f64::from(repeats);
        crossnobis += pair.crossnobis.unwrap() / f64::from(repeats);
        fisher += pair.fisher.unwrap() / f64::from(repeats);
        assert!((pair.mixing[1].unwrap() - 0.5).abs() < 0.08, "{pair:?}");
        assert!(pair.silhouette.unwrap().abs() < 0.02, "{pair:?}");
    }
    assert!((auc - 0.5).abs() < 0.06, "{auc}");
    // Its standard error over the repeats is about .03.
    assert!(crossnobis.abs() < 0.1, "{crossnobis}");
    // The ratio on its own items cannot know that; its expectation is about p / n.
    assert!(fisher > 0.03, "{fisher}");
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_another_sample() {
    let faces = Faces::draw(&[0.0, 0.7, 2.0], &[700, 300, 400], 5);
    let measure = |seed| faces.measure(3, Sampling { most: 50, ..Sampling::new(Seed(seed)) });
    assert_eq!(measure(0), measure(0));
    assert_ne!(measure(0), measure(1));
}

#[test]
fn classes_with_few_items_take_no_part() {
    let faces = Faces::draw(&[0.0, 1.0, 2.0, 3.0], &[300, 19, 250, 20], 6);
    let found = faces.measure(4, Sampling::new(Seed(0)));
    assert_eq!((found.classes.as_slice(), found.per_class), (&[0, 2, 3][..], 20));
    assert_eq!(found.pairs.iter().map(|p| p.pair).collect::<Vec<_>>(), [[0, 2], [0, 3], [2, 3]]);
    let alone = Faces::draw(&[0.0, 1.0], &[300, 3], 6).measure(2, Sampling::new(Seed(0)));
    assert!(alone.pairs.is_empty() && alone.silhouette.is_none() && alone.circumplex.is_none());
}

#[test]
fn a_probe_that_only_knows_people_is_at_chance() {
    // Every subject shows one class only and has a place of its own; classes share all places.
    let mut faces = Faces { values: Vec::new(), classes: Vec::new(), subjects: Vec::new() };
    let mut stream = Seed(7).stream("people", &[]);
    for subject in 0..60 {
        let centre: Vec<f64> = (0..DIMENSIONS).map(|_| 3.0 * stream.normal()).collect();
        for _ in 0..8 {
            faces.values.extend(centre.iter().map(|c| c + 0.3 * stream.normal()));
            faces.classes.push(subject % 2);
            faces.subjects.push(subject);
        }
    }
    let auc = |faces: &Faces| faces.measure(2, Sampling::new(Seed(0))).pairs[0].probe.unwrap().auc;
    let disjoint = auc(&faces);
    // Told that every item is a person of its own, the folds share people, and the probe knows them again.
    faces.subjects = (0..faces.subjects.len()).collect();
    let leaking = auc(&faces);
    assert!((disjoint - 0.5).abs() < 0.15, "{disjoint}");
    assert!(leaking > disjoint + 0.1, "{leaking} against {disjoint}");
}

#[test]
fn bad_input_is_refused() {
    let points = Points::new(1, vec![0.0, 1.0, 2.0]).unwrap();
    let sampling = Sampling::new(Seed(0));
    let measure =
        |classes: &[usize], sampling| representation(&points, classes, &[0, 1, 2], &[[0.0; 2]; 2], sampling);
    assert!(matches!(measure(&[0, 1], sampling), Err(MetricError::Length { .. })));
    assert!(matches!(measure(&[0, 1, 2], sampling), Err(MetricError::ClassOutOfRange { got: 2, .. })));
    assert!(measure(&[0, 1, 1], Sampling { folds: 1, ..sampling }).is_err());
    assert!(Points::new(0, vec![1.0]).is_err() && Points::new(2, vec![1.0; 3]).is_err());
    assert!(matches!(Points::new(1, vec![0.0, f64::NAN]), Err(MetricError::NonFinite { index: 1, .. })));
    assert!(matches!(debiased_linear_cka(&points, &points), Err(MetricError::Empty { .. })));
    let other = Points::new(1, vec![0.0, 1.0]).unwrap();
    assert!(matches!(linear_cka(&points, &other), Err(MetricError::Length { .. })));
    assert!(rsa(3, &[1.0, 2.0], &[1.0, 2.0, 3.0]).is_err());
    assert_eq!(rsa(3, &[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), Ok(None));
    assert!(rsa(10, &[1.0; 45], &[1.0; 45]).is_ok_and(|none| none.is_none()));
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/measures.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[track_caller]
fn near(got: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= tolerance, "{got} against {expected}");
}

#[test]
fn cka_and_rsa_equal_numpy_and_scipy() {
    let golden = golden();
    let points =
        |name: &str| Points::new(if name == "x" { 7 } else { 5 }, numbers(&golden["cka"][name])).unwrap();
    near(linear_cka(&points("x"), &points("y")).unwrap().unwrap(), &golden["cka"]["biased"], 1e-10);
    near(
        debiased_linear_cka(&points("x"), &points("y")).unwrap().unwrap(),
        &golden["cka"]["debiased"],
        1e-10,
    );
    let case = &golden["rsa"];
    let found = rsa(6, &numbers(&case["distance"]), &numbers(&case["model"])).unwrap().unwrap();
    near(found.spearman, &case["spearman"], 1e-10);
    near(found.p, &case["p"], 1e-12);
}

#[test]
fn cka_knows_rotations_and_the_bias_of_small_samples() {
    let mut stream = Seed(8).stream("cka", &[]);
    let (n, p) = (40, 30);
    let random = |stream: &mut Stream| -> Vec<f64> { (0..n * p).map(|_| stream.normal()).collect() };
    let (x, y) = (random(&mut stream), random(&mut stream));
    // Turning pairs of axes by one angle, and scaling, changes nothing.
    let turned = x
        .chunks_exact(2)
        .flat_map(|v| [3.0 * (0.8 * v[0] - 0.6 * v[1]) + 5.0, 3.0 * (0.6 * v[0] + 0.8 * v[1])]);
    let turned = Points::new(p, turned.collect()).unwrap();
    let (x, y) = (Points::new(p, x).unwrap(), Points::new(p, y).unwrap());
    for alike in [linear_cka(&x, &turned), debiased_linear_cka(&x, &turned)] {
        assert!((alike.unwrap().unwrap() - 1.0).abs() < 1e-10);
    }
    let (biased, debiased) =
        (linear_cka(&x, &y).unwrap().unwrap(), debiased_linear_cka(&x, &y).unwrap().unwrap());
    assert!(biased > 0.3 && debiased.abs() < 0.1, "{biased}, {debiased}");
}

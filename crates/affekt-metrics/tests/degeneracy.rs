//! Frequency against geometry: reference values, and classes of which the cause of failure is known.
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use affekt_core::Seed;
use affekt_metrics::{
    ClassDegeneracy, Confusion, MetricError, Predictor, Regression, UndefinedClass, class_degeneracy,
    pair_confusion, pair_degeneracy, pair_frequency,
};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/measures.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|x| x.as_u64().unwrap()).collect()
}

#[track_caller]
fn near(what: &str, got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-10, "{what}: {got} against {expected}");
}

fn same(found: &Regression, expected: &Value) {
    near("R squared", found.r_squared.unwrap(), &expected["r_squared"]);
    assert_eq!(found.terms.len(), expected["terms"].as_array().unwrap().len());
    for (term, expected) in found.terms.iter().zip(expected["terms"].as_array().unwrap()) {
        let estimate = term.estimate.unwrap();
        near(&term.name, estimate.beta, &expected["beta"]);
        near(&term.name, estimate.partial_r, &expected["partial_r"]);
        near(&term.name, estimate.p, &expected["p"]);
        for (bound, expected) in
            estimate.leave_one_out.unwrap().into_iter().zip(numbers(&expected["leave_one_out"]))
        {
            assert!((bound - expected).abs() <= 1e-10, "{}: {bound} against {expected}", term.name);
        }
    }
}

#[test]
fn class_level_equals_least_squares_refitted_for_every_relabelling() {
    let case = &golden()["class_level"];
    let found =
        class_degeneracy(&numbers(&case["score"]), &counts(&case["counts"]), &numbers(&case["distance"]))
            .unwrap();
    same(&found.linear, &case["linear"]);
    same(&found.ranked, &case["ranked"]);
}

#[test]
fn pair_level_equals_least_squares_refitted_for_every_relabelling() {
    let case = &golden()["pair_level"];
    let rows: Vec<Vec<u64>> = case["table"].as_array().unwrap().iter().map(counts).collect();
    let outcome =
        pair_confusion(&Confusion::from_rows(&rows).unwrap(), &(0..rows.len()).collect::<Vec<_>>()).unwrap();
    for (got, expected) in outcome.iter().zip(case["outcome"].as_array().unwrap()) {
        near("outcome", *got, expected);
    }
    let [frequency, imbalance] = pair_frequency(&counts(&case["counts"])).unwrap();
    let closeness = Predictor { name: "closeness", values: numbers(&case["closeness"]) };
    same(&pair_degeneracy(7, &outcome, &[closeness, frequency, imbalance]).unwrap(), &case["regression"]);
}

/// Eight Gaussian classes with training counts and places of their own, read by the best rule for a prior.
struct Classes {
    /// Where classes lie; distance on this plane is what is offered as explanation.
    places: [[f64; 2]; 8],
    counts: [u64; 8],
    /// Where the features lie: the places, or, where geometry is not the cause, corners of a simplex.
    geometry: bool,
    /// Whether the rule knows the training prior, so that frequent classes take from rare ones.
    prior: bool,
    spread: f64,
}

impl Classes {
    fn confusion(&self) -> Confusion {
        let mut stream = Seed(12).stream("gaussian-classes", &[]);
        let mut confusion = Confusion::new(8);
        let total: u64 = self.counts.iter().sum();
        let centre = |class: usize| -> Vec<f64> {
            if self.geometry {
                self.places[class].to_vec()
            } else {
                (0..8).map(|axis| if axis == class { 1.0 } else { 0.0 }).collect()
            }
        };
        let centres: Vec<Vec<f64>> = (0..8).map(centre).collect();
        for truth in 0..8 {
            for _ in 0..600 {
                let face: Vec<f64> =
                    centres[truth].iter().map(|x| x + self.spread * stream.normal()).collect();
                let score = |class: usize| {
                    let apart: f64 = centres[class].iter().zip(&face).map(|(c, x)| (c - x) * (c - x)).sum();
                    let prior =
                        if self.prior { (self.counts[class] as f64 / total as f64).ln() } else { 0.0 };
                    prior - apart / (2.0 * self.spread * self.spread)
                };
                let said = (0..8).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap();
                confusion.add(truth, said).unwrap();
            }
        }
        confusion
    }

    fn distance(&self) -> Vec<f64> {
        let of = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        self.places.iter().flat_map(|&a| self.places.map(|b| of(a, b))).collect()
    }

    fn class_level(&self) -> ClassDegeneracy {
        let recall: Vec<f64> =
            self.confusion().per_class(affekt_metrics::ClassScore::Recall).into_iter().flatten().collect();
        class_degeneracy(&recall, &self.counts, &self.distance()).unwrap()
    }

    fn pair_level(&self) -> Regression {
        let distance = self.distance();
        let closeness =
            (0..8).flat_map(|i| (i + 1..8).map(move |j| (i, j))).map(|(i, j)| -distance[i * 8 + j]);
        let closeness = Predictor { name: "closeness", values: closeness.collect() };
        let [frequency, imbalance] = pair_frequency(&self.counts).unwrap();
        let outcome =
            pair_confusion(&self.confusion(), &(0..self.confusion().n_classes()).collect::<Vec<_>>())
                .unwrap();
        pair_degeneracy(8, &outcome, &[closeness, frequency, imbalance]).unwrap()
    }
}

/// Scattered over the circumplex, some close together, unrelated to the counts below.
const PLACES: [[f64; 2]; 8] = [
    [-0.9, -0.6],
    [0.8, 0.4],
    [-0.6, 0.65],
    [0.1, -0.9],
    [-0.5, 0.5],
    [0.75, 0.15],
    [0.2, 0.9],
    [-0.75, 0.35],
];
const COUNTS: [u64; 8] = [400, 900, 3000, 6000, 250, 120, 1500, 9000];

fn p_of(regression: &Regression, name: &str) -> (f64, f64) {
    let estimate = regression.terms.iter().find(|term| term.name == name).unwrap().estimate.unwrap();
    (estimate.beta, estimate.p)
}

#[test]
fn failure_by_geometry_is_put_down_to_geometry() {
    let classes = Classes { places: PLACES, counts: COUNTS, geometry: true, prior: false, spread: 0.25 };
    let found = classes.class_level();
    let (beta, p) = p_of(&found.linear, "isolation");
    assert!(beta > 0.6 && p < 0.01, "isolation: beta {beta}, p {p}");
    let (beta, p) = p_of(&found.linear, "frequency");
    assert!(p > 0.05, "frequency: beta {beta}, p {p}");
    let pairs = classes.pair_level();
    let (beta, p) = p_of(&pairs, "closeness");
    assert!(beta > 0.6 && p < 0.01, "closeness: beta {beta}, p {p}");
    for name in ["frequency", "imbalance"] {
        let (beta, p) = p_of(&pairs, name);
        assert!(p > 0.05, "{name}: beta {beta}, p {p}");
    }
}

#[test]
fn failure_by_frequency_is_put_down_to_frequency() {
    let classes = Classes { places: PLACES, counts: COUNTS, geometry: false, prior: true, spread: 0.6 };
    let found = classes.class_level();
    let (beta, p) = p_of(&found.linear, "frequency");
    assert!(beta > 0.8 && p < 0.01, "frequency: beta {beta}, p {p}");
    let (beta, p) = p_of(&found.linear, "isolation");
    assert!(p > 0.05, "isolation: beta {beta}, p {p}");
    let pairs = classes.pair_level();
    let (beta, p) = p_of(&pairs, "frequency");
    assert!(beta.abs() > 0.5 && p < 0.01, "frequency: beta {beta}, p {p}");
    let (beta, p) = p_of(&pairs, "closeness");
    assert!(p > 0.05, "closeness: beta {beta}, p {p}");
}

#[test]
fn two_causes_are_both_found_by_pairs_where_eight_classes_are_too_few() {
    let classes = Classes { places: PLACES, counts: COUNTS, geometry: true, prior: true, spread: 0.5 };
    let pairs = classes.pair_level();
    for name in ["closeness", "frequency", "imbalance"] {
        let (beta, p) = p_of(&pairs, name);
        assert!(beta > 0.2 && p < 0.05, "{name}: beta {beta}, p {p}");
    }
    // The class level has the signs right, and power for the stronger cause only.
    let found = classes.class_level();
    let (beta, p) = p_of(&found.linear, "frequency");
    assert!(beta > 0.5 && p < 0.05, "frequency: beta {beta}, p {p}");
    let (beta, p) = p_of(&found.linear, "isolation");
    assert!(beta > 0.0 && p > 0.05, "isolation: beta {beta}, p {p}");
}

#[test]
fn equal_counts_have_no_estimate_of_frequency() {
    let classes = Classes { places: PLACES, counts: [500; 8], geometry: true, prior: true, spread: 0.25 };
    let found = classes.class_level().linear;
    assert_eq!((found.terms[0].name.as_str(), found.terms[0].estimate), ("frequency", None));
    assert!(p_of(&found, "isolation").1 < 0.01);
    let pairs = classes.pair_level();
    assert!(pairs.terms[1].estimate.is_none() && pairs.terms[2].estimate.is_none());
}

#[test]
fn a_predictor_that_others_contain_has_no_estimate() {
    let x = Predictor { name: "x", values: vec![1.0, 2.0, 4.0] };
    let twice = Predictor { name: "twice", values: vec![2.0, 4.0, 8.0] };
    let found = pair_degeneracy(3, &[0.0, 1.0, 0.5], &[x, twice]).unwrap();
    assert!(found.terms.iter().all(|term| term.estimate.is_none()));
    let constant =
        pair_degeneracy(3, &[1.0; 3], &[Predictor { name: "x", values: vec![1.0, 2.0, 4.0] }]).unwrap();
    assert_eq!((constant.r_squared, constant.terms[0].estimate), (None, None));
}

#[test]
fn bad_input_is_refused() {
    let distance = [0.0, 1.0, 1.0, 0.0];
    assert!(matches!(class_degeneracy(&[0.1, 0.2], &[0, 3], &distance), Err(MetricError::OutOfRange { .. })));
    assert!(matches!(class_degeneracy(&[0.1], &[1, 3], &distance), Err(MetricError::Length { .. })));
    assert!(class_degeneracy(&[0.1, f64::NAN], &[1, 3], &distance).is_err());
    assert!(pair_degeneracy(12, &[0.0; 66], &[]).is_err());
    assert!(pair_confusion(&Confusion::new(3), &[0, 1, 2]).is_err());
    let confusion = Confusion::from_pairs(2, [(0, 0)]).unwrap();
    assert!(
        confusion.macro_f1(UndefinedClass::Zero).is_ok()
            && pair_confusion(&confusion, &(0..confusion.n_classes()).collect::<Vec<_>>()).is_ok()
    );
}

#[test]
fn classes_taken_for_another_altogether_still_have_their_count() {
    // Every item of classes 0 and 1 is taken for class 2, which does not take part.
    let confusion = Confusion::from_pairs(3, [(0, 2), (0, 2), (1, 2), (2, 2)]).unwrap();
    let outcome = pair_confusion(&confusion, &[0, 1]).unwrap();
    assert!((outcome[0] - (0.5_f64 / 3.0).ln()).abs() < 1e-15, "{outcome:?}");
    assert!(pair_confusion(&confusion, &[0, 3]).is_err());
}

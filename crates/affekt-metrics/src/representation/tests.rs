//! The measures of a pair against scikit-learn, on given folds.

use serde_json::Value;

use super::neighbours::{cosine_distances, mixing, silhouette};
use super::points::{Gram, Points};
use super::probe::{PairItems, crossnobis, fisher_ratio, pair_probe};
use super::within::{Within, ledoit_wolf};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../tests/golden/measures.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn places(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|x| usize::try_from(x.as_u64().unwrap()).unwrap()).collect()
}

#[track_caller]
fn near(what: &str, got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    let scale = if expected.abs() > 1.0 { expected.abs() } else { 1.0 };
    assert!((got - expected).abs() <= 1e-10 * scale, "{what}: {got} against {expected}");
}

#[test]
fn every_measure_of_a_pair_equals_scikit_learn() {
    for (case, pair) in golden()["pairs"].as_array().unwrap().iter().enumerate() {
        let dimensions = places(&Value::Array(vec![pair["dimensions"].clone()]))[0];
        let points = Points::new(dimensions, numbers(&pair["x"])).unwrap();
        let (class, fold) = (places(&pair["class"]), places(&pair["fold"]));
        let subject = places(&pair["subject"]);
        let folds = places(&Value::Array(vec![pair["folds"].clone()]))[0];
        let gram = Gram::of(&points.centred());
        let items = PairItems { gram: &gram, class: &class, fold: &fold, folds };
        let probe = pair_probe(items).unwrap();
        let name = |what: &str| format!("case {case}, {what}");
        near(&name("auc"), probe.auc, &pair["probe"]["auc"]);
        near(&name("d'"), probe.d_prime, &pair["probe"]["d_prime"]);
        near(&name("balanced accuracy"), probe.balanced_accuracy, &pair["probe"]["balanced_accuracy"]);
        near(&name("fisher"), fisher_ratio(items).unwrap(), &pair["fisher"]);
        near(&name("crossnobis"), crossnobis(items).unwrap(), &pair["crossnobis"]);
        let cosine = cosine_distances(&Gram::of(&points));
        near(&name("silhouette"), silhouette(&cosine, &class).unwrap(), &pair["silhouette"]);
        for (k, expected) in super::NEIGHBOURS.into_iter().zip(pair["mixing"].as_array().unwrap()) {
            near(&name("mixing"), mixing(&cosine, &class, &subject, k).unwrap(), expected);
        }
    }
}

#[test]
fn shrinkage_equals_scikit_learn() {
    for pair in golden()["pairs"].as_array().unwrap() {
        let dimensions = places(&Value::Array(vec![pair["dimensions"].clone()]))[0];
        let points = Points::new(dimensions, numbers(&pair["x"])).unwrap();
        let class = places(&pair["class"]);
        // Rows less the mean of their class, in feature space.
        let of = |c: usize| (0..points.n()).filter(|&i| class[i] == c).collect::<Vec<_>>();
        let rest: Vec<Vec<f64>> =
            [0, 1].map(|c| points.select(&of(c)).centred()).iter().flat_map(rows).collect();
        let products: Vec<Vec<f64>> =
            rest.iter().map(|a| rest.iter().map(|b| super::points::dot(a, b)).collect()).collect();
        near("shrinkage", ledoit_wolf(&products, dimensions).0, &pair["shrinkage"]);
    }
}

fn rows(points: &Points) -> Vec<Vec<f64>> {
    (0..points.n()).map(|i| points.row(i).to_vec()).collect()
}

#[test]
fn what_does_not_vary_is_undefined() {
    let points = Points::new(2, vec![1.0, 2.0, 1.0, 2.0, 3.0, 0.0, 3.0, 0.0]).unwrap();
    let gram = Gram::of(&points);
    assert!(Within::new(gram.clone(), vec![0, 0, 1, 1]).is_none());
    let items = PairItems { gram: &gram, class: &[0, 0, 1, 1], fold: &[0, 1, 0, 1], folds: 2 };
    assert!(pair_probe(items).is_none() && fisher_ratio(items).is_none() && crossnobis(items).is_none());
    assert!(silhouette(&gram, &[0, 0, 0, 0]).is_none());
    assert!(mixing(&gram, &[0, 0, 1, 1], &[7, 7, 7, 7], 1).is_none());
}

#[test]
fn a_vector_of_zeros_is_at_distance_one_from_everything() {
    let points = Points::new(2, vec![0.0, 0.0, 1.0, 0.0, -2.0, 0.0]).unwrap();
    let cosine = cosine_distances(&Gram::of(&points));
    for (i, j, expected) in [(0, 1, 1.0), (1, 2, 2.0), (1, 1, 0.0)] {
        assert!((cosine.get(i, j) - expected).abs() < 1e-15);
    }
}

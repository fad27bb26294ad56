//! The checks a re-implementation of these measures should pass (numbers 3 and 4 of the method notes).

use affekt_metrics::{
    Accumulator, AuAccumulator, AuSample, CalibrationAccumulator, CccAccumulator, Confusion, MetricError,
    NullModel, UndefinedClass, ccc, ecc, error_severity, kl_divergence, macro_f1_of, macro_severity,
    null_table, preservation, severity_index,
};

/// Class means of `AffectNet`: neutral, happiness, sadness, surprise, fear, disgust, anger, contempt.
const POINTS: [[f64; 2]; 8] = [
    [-0.0247, -0.0185],
    [0.672, 0.0808],
    [-0.6281, -0.267],
    [0.1831, 0.7005],
    [-0.1174, 0.76],
    [-0.6843, 0.446],
    [-0.4259, 0.5537],
    [-0.5103, 0.5761],
];
const N: usize = POINTS.len();

fn distance(points: &[[f64; 2]]) -> Vec<f64> {
    points.iter().flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1]))).collect()
}

fn table(cell: impl Fn(usize, usize) -> u64) -> Confusion {
    let rows: Vec<Vec<u64>> = (0..N).map(|i| (0..N).map(|j| cell(i, j)).collect()).collect();
    Confusion::from_rows(&rows).expect("the table is square")
}

fn nearest(class: usize, distance: &[f64]) -> usize {
    let others = (0..N).filter(|&j| j != class);
    others
        .min_by(|&a, &b| distance[class * N + a].total_cmp(&distance[class * N + b]))
        .expect("there are other classes")
}

#[test]
fn check_3_permuting_class_order_leaves_metrics_unchanged() {
    let permutation = [5, 2, 7, 0, 3, 1, 6, 4];
    let before = table(|i, j| (7 * i + 3 * j + i * j) as u64 % 11);
    let after = before.permuted(&permutation).unwrap();
    let points = permutation.map(|c| POINTS[c]);
    let (d, d_after) = (distance(&POINTS), distance(&points));

    assert_eq!(before.accuracy(), after.accuracy());
    let same = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} became {b}");
    for policy in [UndefinedClass::Zero, UndefinedClass::Skip] {
        same(before.macro_f1(policy).unwrap(), after.macro_f1(policy).unwrap());
        same(before.uar(policy).unwrap(), after.uar(policy).unwrap());
    }
    for metric in [error_severity, macro_severity, severity_index] {
        same(metric(&before, &d).unwrap().unwrap(), metric(&after, &d_after).unwrap().unwrap());
    }
    let neutral_after = permutation.iter().position(|&c| c == 0).unwrap();
    let kept = preservation(&before, &POINTS, 0.1, &[0]).unwrap();
    let kept_after = preservation(&after, &points, 0.1, &[neutral_after]).unwrap();
    same(kept.errors.unwrap().quadrant, kept_after.errors.unwrap().quadrant);
    same(kept.chance.unwrap().valence_sign, kept_after.chance.unwrap().valence_sign);
}

#[test]
fn check_4_severity_under_unit_distance_is_one() {
    let unit: Vec<f64> = (0..N * N).map(|cell| f64::from(u8::from(cell / N != cell % N))).collect();
    let confusion = table(|i, j| (5 * i + j) as u64 % 7);
    assert_eq!(error_severity(&confusion, &unit).unwrap(), Some(1.0));
    assert_eq!(macro_severity(&confusion, &unit).unwrap(), Some(1.0));
    assert!(severity_index(&confusion, &unit).unwrap().unwrap().abs() < 1e-12);
}

#[test]
fn check_4_quasi_independence_reproduces_error_margins() {
    let confusion = table(|i, j| ((i * i + 3 * j + 1) * (i + 2)) as u64 % 23);
    let fitted = null_table(&confusion, NullModel::QuasiIndependence).unwrap().unwrap();
    for k in 0..N {
        let off = |cells: &dyn Fn(usize) -> f64| (0..N).filter(|&j| j != k).map(cells).sum::<f64>();
        let row = off(&|j| confusion.get(k, j) as f64) - off(&|j| fitted[k * N + j]);
        let column = off(&|i| confusion.get(i, k) as f64) - off(&|i| fitted[i * N + k]);
        assert!(row.abs() < 1e-9 && column.abs() < 1e-9, "class {k}: {row:e} {column:e}");
        assert_eq!(fitted[k * N + k].to_bits(), 0);
    }
}

#[test]
fn check_4_oracle_confusing_nearest_classes_has_positive_index() {
    let d = distance(&POINTS);
    let confusion = table(|i, j| if j == nearest(i, &d) { 20 } else { u64::from(i == j) * 100 });
    let index = severity_index(&confusion, &d).unwrap().unwrap();
    assert!(index > 0.3, "{index}");
}

#[test]
fn check_4_oracle_confusing_one_pair_has_no_freedom_and_index_zero() {
    // The margins of a single confused pair determine the whole error table, so nothing is left to compare.
    let d = distance(&POINTS);
    let confusion = table(|i, j| match (i, j) {
        (6, 7) => 30,
        (7, 6) => 12,
        _ => u64::from(i == j) * 50,
    });
    assert_eq!(severity_index(&confusion, &d).unwrap(), Some(0.0));
}

#[test]
fn check_4_random_error_oracle_has_index_near_zero() {
    let d = distance(&POINTS);
    let (a, b) = ([3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8, 1, 8]);
    let confusion = table(|i, j| if i == j { 1000 } else { 100 * a[i] * b[j] });
    assert!(severity_index(&confusion, &d).unwrap().unwrap().abs() < 1e-9);
}

#[test]
fn quasi_independence_converges_next_to_the_boundary() {
    // All errors but one involve class 0: the worst case for proportional fitting.
    let confusion = table(|i, j| match (i, j) {
        (0, 1..) => 20_000,
        (1.., 0) => 30_000,
        (3, 4) => 1,
        _ => 0,
    });
    let fitted = null_table(&confusion, NullModel::QuasiIndependence).unwrap().unwrap();
    assert!((fitted.iter().sum::<f64>() - 350_001.0).abs() < 1e-5);
}

#[test]
fn no_errors_means_no_error_structure() {
    let confusion = table(|i, j| u64::from(i == j) * 3);
    let d = distance(&POINTS);
    assert_eq!(error_severity(&confusion, &d).unwrap(), None);
    assert_eq!(severity_index(&confusion, &d).unwrap(), None);
    let kept = preservation(&confusion, &POINTS, 0.1, &[0]).unwrap();
    assert_eq!((kept.errors, kept.chance), (None, None));
    assert_eq!(kept.all.map(|s| s.quadrant), Some(1.0));
    assert_eq!(ecc(&confusion, &d, 1.0).unwrap().to_bits(), 1.0_f64.to_bits());
}

#[test]
fn undefined_classes_follow_the_policy() {
    let confusion = Confusion::from_pairs(4, [(0, 0), (1, 2)]).unwrap();
    assert_eq!(confusion.f1_per_class(), [Some(1.0), Some(0.0), Some(0.0), None]);
    assert_eq!(confusion.macro_f1(UndefinedClass::Zero), Ok(0.25));
    assert_eq!(confusion.macro_f1(UndefinedClass::Skip), Ok(1.0 / 3.0));
    let refused = confusion.macro_f1(UndefinedClass::Error).unwrap_err();
    assert_eq!(refused.to_string(), "F1 of class 3: expected a non-empty denominator, got zero");
    assert_eq!(
        Confusion::new(2).macro_f1(UndefinedClass::Skip),
        Err(MetricError::Empty { what: "macro mean" })
    );
}

#[test]
fn bad_input_is_an_error_and_leaves_the_state_alone() {
    let mut confusion = Confusion::new(2);
    assert!(confusion.add(0, 2).is_err());
    assert_eq!(confusion.total(), 0);
    assert!(macro_f1_of(&[0], &[0, 1], 2).is_err() && macro_f1_of(&[], &[], 2).is_err());
    assert!(ccc(&[0.0, f64::NAN], &[0.0, 1.0]).is_err() && ccc(&[], &[]).is_err());
    assert!(error_severity(&confusion, &[0.0, f64::NAN, 1.0, 0.0]).is_err());
    assert!(kl_divergence(&[0.5, f64::NAN], &[0.5, 0.5]).is_err());

    let mut moments = CccAccumulator::default();
    assert!(moments.update((f64::INFINITY, 0.0)).is_err());
    assert_eq!(moments, CccAccumulator::default());
    let mut cal = CalibrationAccumulator::new(2, 15).unwrap();
    let untouched = cal.clone();
    for row in [[0.5, 0.4], [f64::NAN, 0.5], [-0.1, 1.1]] {
        assert!(cal.update((&row, 0)).is_err());
    }
    assert!(cal.update((&[0.5, 0.5], 2)).is_err() && cal.finish().is_err());
    assert_eq!(cal, untouched);
    let mut aus = AuAccumulator::new(1, 0.5).unwrap();
    assert!(aus.update(AuSample { truth: &[None], probability: &[f64::NAN] }).is_err());
    assert!(aus.merge(&AuAccumulator::new(1, 0.4).unwrap()).is_err());
    assert!(confusion.merge(&Confusion::new(3)).is_err());
}

#[test]
fn constant_sequences_have_no_concordance() {
    assert_eq!(ccc(&[0.5; 4], &[0.5; 4]), Ok(0.0));
    assert_eq!(ccc(&[0.5; 4], &[-0.5; 4]), Ok(0.0));
    assert_eq!(ccc(&[0.5], &[0.5]), Ok(0.0));
}

#[test]
fn wire_form_of_a_confusion_is_checked() {
    let table: Confusion = serde_json::from_str("[[1,2],[3,4]]").unwrap();
    assert_eq!(table.get(0, 1), 2);
    assert_eq!(serde_json::to_string(&table).unwrap(), "[[1,2],[3,4]]");
    assert!(serde_json::from_str::<Confusion>("[[1,2],[3]]").is_err());
}

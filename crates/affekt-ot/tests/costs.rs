//! Cost matrices: what is refused, and the published tables behind them.

mod support;

use affekt_ot::{AuTable, ClassCloud, CostError, CostMatrix, Normalisation, PrototypeTable};
use serde_json::Value;
use support::{all_close, close};

const CLASSES: [&str; 9] =
    ["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt", "other"];

fn table(name: &str) -> (Vec<&'static str>, CostMatrix) {
    let table: PrototypeTable = name.parse().expect("a published table");
    let known: Vec<_> = CLASSES.into_iter().filter_map(|c| table.get(c).map(|point| (c, point))).collect();
    let points: Vec<[f64; 2]> = known.iter().map(|(_, point)| *point).collect();
    let cost = CostMatrix::from_prototypes(&points).expect("the table is finite");
    (known.into_iter().map(|(class, _)| class).collect(), cost)
}

#[test]
fn invalid_matrices_are_refused() {
    let refused = |rows: &[&[f64]]| CostMatrix::from_rows(rows).unwrap_err();
    assert_eq!(refused(&[]), CostError::Empty);
    assert!(matches!(refused(&[&[0.0, 1.0], &[1.0]]), CostError::Length { index: 1, .. }));
    assert!(matches!(refused(&[&[0.0, f64::NAN], &[1.0, 0.0]]), CostError::Entry { row: 0, column: 1, .. }));
    assert!(matches!(refused(&[&[0.0, -1.0], &[1.0, 0.0]]), CostError::Entry { .. }));
    assert!(matches!(refused(&[&[0.0, 1.0], &[f64::INFINITY, 0.0]]), CostError::Entry { .. }));
    assert_eq!(refused(&[&[0.0, 1.0], &[1.0, 0.5]]), CostError::Diagonal { class: 1, got: 0.5 });
    assert_eq!(refused(&[&[0.0, 1.0], &[1.0, 0.5]]).to_string(), "cost[1][1]: expected 0, got 0.5");
    assert!(serde_json::from_str::<CostMatrix>("[[0,1],[1,2]]").is_err());
    assert!(CostMatrix::from_prototypes(&[[0.0, f64::NAN]]).is_err());
    assert!(CostMatrix::from_au_vectors(&[vec![0.0], vec![0.0, 1.0]]).is_err());
}

#[test]
fn invalid_transforms_are_refused() {
    let cost = CostMatrix::uniform(3).unwrap();
    assert!(matches!(cost.permuted(&[0, 1]), Err(CostError::Length { .. })));
    assert!(matches!(cost.permuted(&[0, 1, 1]), Err(CostError::Permutation { position: 2, .. })));
    assert!(cost.power(0.0).is_err() && cost.power(f64::NAN).is_err());
    assert!(CostMatrix::mix(f64::NAN, &cost, &cost).is_err());
    assert!(CostMatrix::mix(0.5, &cost, &CostMatrix::uniform(2).unwrap()).is_err());
    let free = CostMatrix::from_prototypes(&[[0.1, 0.1], [0.1, 0.1]]).unwrap();
    assert_eq!(
        free.normalise(Normalisation::MeanOffDiagonal).unwrap_err(),
        CostError::ZeroScale { by: "mean off-diagonal" }
    );
}

#[test]
fn published_tables_have_their_published_geometry() {
    for (name, classes, mean, nearest, nearest_distance) in [
        ("rm77", 7, 0.878, ("anger", "fear"), 0.130),
        ("warriner", 9, 0.836, ("neutral", "other"), 0.024),
        ("nrc-vad", 9, 1.160, ("neutral", "other"), 0.092),
        ("affectnet-val", 8, 0.772, ("anger", "contempt"), 0.087),
        ("rm77-joyful-terrified", 7, 0.898, ("anger", "fear"), 0.255),
        ("c25-i", 8, 0.368, ("anger", "fear"), 0.034),
        ("c25-ii", 8, 0.480, ("anger", "disgust"), 0.074),
    ] {
        let (names, cost) = table(name);
        assert_eq!(names.len(), classes, "{name}");
        close(cost.mean_off_diagonal(), mean, 1e-3);
        let at = |class: &str| names.iter().position(|n| *n == class).unwrap();
        close(cost.get(at(nearest.0), at(nearest.1)), nearest_distance, 1e-3);
        let n = names.len();
        let closest = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| cost.get(i, j));
        close(closest.reduce(|a, b| if b < a { b } else { a }).unwrap(), nearest_distance, 1e-3);
    }
}

#[test]
fn table_names_round_trip() {
    for table in PrototypeTable::ALL {
        assert_eq!(table.to_string().parse(), Ok(table));
        assert_eq!(serde_json::to_value(table).unwrap(), table.name());
        assert_eq!(table.get("happy"), None);
    }
    let refused = "russell".parse::<PrototypeTable>().unwrap_err();
    assert!(refused.to_string().ends_with("got \"russell\""));
}

/// The units of Aff-Wild2.
const AUS: [u8; 12] = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26];

fn du() -> (Vec<&'static str>, Vec<Vec<f64>>) {
    let known =
        CLASSES.into_iter().filter_map(|class| AuTable::Du2014.vector(class, &AUS).map(|v| (class, v)));
    known.unzip()
}

#[test]
fn action_unit_distances_of_du_2014_on_the_aff_wild2_units() {
    let (names, vectors) = du();
    assert_eq!(names.len(), 8);
    let cost = CostMatrix::from_au_vectors(&vectors).unwrap();
    let n = names.len();
    let l1 = |i: usize, j: usize| {
        vectors[i].iter().zip(&vectors[j]).map(|(a, b)| (a - b).abs()).sum::<f64>() / 12.0
    };
    let mean_l1: f64 =
        (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| l1(i, j)).sum::<f64>() / 56.0;
    close(mean_l1, 0.337, 5e-4);
    close(cost.mean_off_diagonal(), 1.845, 5e-4);
    for (a, b, l1_expected, l2_expected) in [
        ("anger", "fear", 0.454, 2.141),
        ("anger", "contempt", 0.379, 2.038),
        ("anger", "disgust", 0.288, 1.630),
        ("fear", "surprise", 0.175, 1.278),
        ("happiness", "contempt", 0.126, 1.123),
        ("neutral", "contempt", 0.083, 1.000),
    ] {
        let at = |class: &str| names.iter().position(|name| *name == class).unwrap();
        close(l1(at(a), at(b)), l1_expected, 5e-4);
        close(cost.get(at(a), at(b)), l2_expected, 5e-4);
    }
}

#[test]
fn action_units_separate_the_degenerate_pair_in_the_mixture() {
    let (names, vectors) = du();
    let (same, va) = table("affectnet-val");
    assert_eq!(names, same);
    let mixed = CostMatrix::mix(0.5, &va, &CostMatrix::from_au_vectors(&vectors).unwrap()).unwrap();
    let circumplex = va.normalise(Normalisation::MeanOffDiagonal).unwrap();
    let at = |class: &str| names.iter().position(|name| *name == class).unwrap();
    for (pair, before, after) in [(("anger", "fear"), 0.48, 0.82), (("anger", "contempt"), 0.11, 0.61)] {
        close(circumplex.get(at(pair.0), at(pair.1)), before, 5e-3);
        close(mixed.get(at(pair.0), at(pair.1)), after, 5e-3);
    }
}

#[test]
fn action_unit_tables_name_every_class_once_with_weights_in_range() {
    for table in AuTable::ALL {
        assert_eq!(table.to_string().parse(), Ok(table));
        assert_eq!(serde_json::to_value(table).unwrap(), table.name());
        for (index, (class, units)) in table.entries().iter().enumerate() {
            assert!(
                CLASSES.contains(class) && table.entries()[..index].iter().all(|(name, _)| name != class)
            );
            for (place, (unit, weight)) in units.iter().enumerate() {
                assert!((1..=28).contains(unit) && *weight > 0.0 && *weight <= 1.0, "{table} {class} {unit}");
                assert!(
                    units[..place].iter().all(|(other, _)| other != unit),
                    "{table} {class} {unit} twice"
                );
            }
        }
        // The seven basic classes are in all of them.
        assert!(CLASSES[..7].iter().all(|class| table.vector(class, &AUS).is_some()), "{table}");
        assert_eq!(table.vector("neutral", &AUS), Some(vec![0.0; 12]));
        assert_eq!(table.vector("other", &AUS), None);
    }
    assert!("ekman".parse::<AuTable>().unwrap_err().to_string().ends_with("facs, got \"ekman\""));
}

#[test]
fn distances_of_clouds_are_those_of_general_dimension() {
    let file: Value = serde_json::from_str(include_str!("golden/costs.json")).unwrap();
    let tolerance = file["tolerance"].as_f64().unwrap();
    let points: Vec<Vec<[f64; 2]>> = serde_json::from_value(file["points"].clone()).unwrap();
    let clouds: Vec<ClassCloud> =
        points.iter().map(|points| ClassCloud::from_points(points).unwrap()).collect();
    for (key, cost) in [
        ("mahalanobis", CostMatrix::mahalanobis(&clouds).unwrap()),
        ("bhattacharyya", CostMatrix::bhattacharyya(&clouds).unwrap()),
        ("wasserstein", CostMatrix::wasserstein(&clouds).unwrap()),
    ] {
        let expected: Vec<Vec<f64>> = serde_json::from_value(file[key].clone()).unwrap();
        for (row, expected) in cost.to_rows().iter().zip(&expected) {
            for (got, expected) in row.iter().zip(expected) {
                close(*got, *expected, tolerance * (1.0 + expected));
            }
        }
        assert!(cost.is_symmetric(1e-12), "{key}");
        assert_eq!(cost.is_metric(1e-9), key != "bhattacharyya", "{key}");
    }
}

#[test]
fn clouds_without_spread_are_points_and_what_is_no_covariance_is_refused() {
    let point = |mean| ClassCloud::new(mean, [0.0; 3]).unwrap();
    let clouds = [point([0.0, 0.0]), point([0.3, 0.4])];
    close(CostMatrix::wasserstein(&clouds).unwrap().get(0, 1), 0.5, 0.0);
    assert!(matches!(CostMatrix::mahalanobis(&clouds), Err(CostError::Covariance { .. })));
    assert!(matches!(CostMatrix::bhattacharyya(&clouds), Err(CostError::Covariance { class: 0, .. })));
    for covariance in [[-1.0, 0.0, 1.0], [1.0, 0.0, -1.0], [1.0, 1.1, 1.0], [1.0, f64::NAN, 1.0]] {
        assert!(ClassCloud::new([0.0; 2], covariance).is_err(), "{covariance:?}");
    }
    assert!(ClassCloud::new([f64::INFINITY, 0.0], [1.0, 0.0, 1.0]).is_err());
    assert_eq!(ClassCloud::from_points(&[]), Err(CostError::Empty));
    assert!(CostMatrix::mahalanobis(&[]).is_err() && CostMatrix::wasserstein(&[]).is_err());
    let cloud = ClassCloud::new([0.1, 0.2], [0.5, 0.1, 0.25]).unwrap();
    let text = serde_json::to_string(&cloud).unwrap();
    assert_eq!(serde_json::from_str::<ClassCloud>(&text).unwrap(), cloud);
    assert!(serde_json::from_str::<ClassCloud>("{\"mean\":[0,0],\"covariance\":[1,2,1]}").is_err());
}

#[test]
fn wheel_costs_count_steps_and_polarity() {
    // Mikels' eight: amusement, contentment, awe, excitement | fear, sadness, disgust, anger.
    let order: Vec<usize> = (0..8).collect();
    let positive = [true, true, true, true, false, false, false, false];
    let wheel = CostMatrix::from_wheel(&order, &positive).unwrap();
    all_close(wheel.row(0), &[0.0, 1.0, 2.0, 3.0, 7.0, 6.0, 5.0, 4.0], 0.0);
    assert!(wheel.is_metric(0.0));
    let turned = CostMatrix::from_wheel(&[3, 4, 5, 6, 7, 0, 1, 2], &positive).unwrap();
    assert_eq!(turned, wheel, "where the count starts does not matter");
    assert!(matches!(CostMatrix::from_wheel(&[0, 1], &positive), Err(CostError::Length { .. })));
    assert!(matches!(CostMatrix::from_wheel(&[0, 0], &[true, false]), Err(CostError::Permutation { .. })));
}

#[test]
fn shapes_order_costs_alike_and_differ_in_growth() {
    let (_, cost) = table("affectnet-val");
    for shaped in [cost.power(2.0), cost.power(0.5), cost.concave(0.3), cost.huber(0.5)] {
        let shaped = shaped.unwrap();
        for (a, shaped_a) in cost.as_slice().iter().zip(shaped.as_slice()) {
            for (b, shaped_b) in cost.as_slice().iter().zip(shaped.as_slice()) {
                assert!(a >= b || shaped_a < shaped_b);
            }
        }
    }
    assert!(cost.concave(0.3).unwrap().is_metric(1e-12) && cost.concave(1e-3).unwrap().largest() <= 1.0);
    // Far below its knee the Huber cost is half the square, far above it is linear.
    let (huber, square) = (cost.huber(10.0).unwrap(), cost.power(2.0).unwrap());
    all_close(huber.as_slice(), &square.as_slice().iter().map(|c| 0.5 * c).collect::<Vec<_>>(), 1e-15);
    for refused in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(cost.concave(refused).is_err() && cost.huber(refused).is_err());
    }
}

#[test]
fn a_prior_weighs_the_true_classes() {
    let (_, cost) = table("affectnet-val");
    let plain = cost.normalise(Normalisation::MeanOffDiagonal).unwrap();
    all_close(cost.normalise_by_prior(&[3.0; 8]).unwrap().as_slice(), plain.as_slice(), 1e-15);
    let prior = [0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.01, 0.01];
    let scaled = cost.normalise_by_prior(&prior).unwrap();
    let mean: f64 = (0..8).map(|y| prior[y] * scaled.column(y).iter().sum::<f64>() / 7.0).sum();
    close(mean, 1.0, 1e-14);
    assert!(cost.normalise_by_prior(&prior[..7]).is_err() && cost.normalise_by_prior(&[-1.0; 8]).is_err());
    assert_eq!(cost.normalise_by_prior(&[0.0; 8]), Err(CostError::ZeroScale { by: "prior" }));
}

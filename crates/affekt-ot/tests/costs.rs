//! Cost matrices: what is refused, and the published tables behind them.

mod support;

use affekt_ot::{CostError, CostMatrix, Normalisation, PrototypeTable};
use support::close;

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

#[test]
fn action_unit_distances_of_du_2014_on_the_aff_wild2_units() {
    // AU 1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26; share of subjects as weight, contempt as a bare AU12.
    let anger = [0.0, 0.0, 1.0, 0.0, 1.0, 0.26, 0.0, 0.0, 0.29, 1.0, 0.0, 0.0];
    let fear = [1.0, 0.57, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.33];
    let contempt = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let cost = CostMatrix::from_au_vectors(&[anger, fear, contempt]).unwrap();
    close(cost.get(0, 1), 2.141, 1e-3);
    close(cost.get(0, 2), 2.038, 1e-3);
}

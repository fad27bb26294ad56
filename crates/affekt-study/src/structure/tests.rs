//! Rows of both tables from predictions and features made by hand.

use affekt_artifact::Digest;
use affekt_core::{LabelSet, SampleId, SubjectId};

use super::*;

fn dataset() -> PlannedDataset {
    let label_set = LabelSet::aff_wild2();
    PlannedDataset {
        name: "toy".to_owned(),
        folder: "data/toy".to_owned(),
        digest: Digest::of_bytes(b"toy"),
        prototype_source: "empirical".to_owned(),
        // Anger and fear share a place; the others stand on a line.
        prototypes: [0.0, 0.9, -0.4, 0.9, -0.7, -0.9, 0.5, 0.2].map(|v| [v, 0.0]).to_vec(),
        aus: Vec::new(),
        has_limits: false,
        class_counts: [vec![900, 70, 300, 500, 90, 400, 60, 200], vec![10; 8], vec![60; 8]],
        label_set,
        pair: None,
        label_noise: None,
        transfer: None,
    }
}

fn row(index: usize, truth: usize) -> PredictionRow {
    let set = LabelSet::aff_wild2();
    let class = set.class_at(truth).unwrap();
    PredictionRow {
        selection: Selection::Last,
        sample: SampleId::new(format!("s{index}")).unwrap(),
        subject: SubjectId::new(format!("p{}", index / 3)).unwrap(),
        video: None,
        split: Split::Test,
        true_class: Some(class),
        predicted_class: class,
        probabilities: vec![0.125; 8],
        true_va: None,
        predicted_va: None,
        true_aus: Vec::new(),
        au_probabilities: Vec::new(),
    }
}

#[test]
fn failures_of_the_pair_that_shares_a_place_are_put_down_to_geometry() {
    // Every class is read right nine times in ten, but anger (1) and fear (3) are taken for each other half of the time.
    let cell = |i: usize, j: usize| match (i, j) {
        (1, 3) | (3, 1) => 30,
        _ if i == j => {
            if [1, 3].contains(&i) {
                28
            } else {
                54
            }
        }
        _ => u64::from((i + j).is_multiple_of(3)),
    };
    let rows: Vec<Vec<u64>> = (0..8).map(|i| (0..8).map(|j| cell(i, j)).collect()).collect();
    let found = degeneracy_rows(&dataset(), "base", &[Confusion::from_rows(&rows).unwrap()]).unwrap();
    let of = |level: &str, term: &str| {
        found
            .iter()
            .find(|row| row.level == level && row.term == term)
            .unwrap_or_else(|| panic!("{level} {term}"))
    };
    // `other` takes no part: seven classes, twenty-one pairs.
    assert_eq!((of("class", "isolation").n, of("pair", "closeness").n), (7, 21));
    assert!(of("class", "isolation").beta.unwrap() > 0.5, "{found:?}");
    assert!(of("class", "isolation").p.unwrap() < of("class", "frequency").p.unwrap());
    assert!(of("pair", "closeness").beta.unwrap() > 0.0 && found.len() == 2 + 2 + 3);
}

#[test]
fn features_belong_to_the_predictions_of_the_last_weights() {
    // Two classes far apart on the first axis, both split over people; a third with too few items.
    let truths: Vec<usize> = (0..60).map(|i| if i < 30 { 1 } else { 3 }).chain([0; 5]).collect();
    let rows: Vec<PredictionRow> = truths.iter().enumerate().map(|(i, &truth)| row(i, truth)).collect();
    let last: Vec<&PredictionRow> = rows.iter().collect();
    let feature = |(i, &truth): (usize, &usize)| {
        let wobble = f32::from(u8::try_from(i * 7 % 11).unwrap()) / 10.0;
        [if truth == 1 { 5.0 } else { 0.0 } + wobble, 1.0 - wobble * wobble]
    };
    let values: Vec<f32> = truths.iter().enumerate().flat_map(feature).collect();
    let embeddings = Embeddings { dimensions: 2, values };
    let found = measured(&dataset(), &embeddings, &last).unwrap();
    assert_eq!((found.classes.as_slice(), found.per_class), (&[1, 3][..], 30));
    assert!(found.pairs[0].probe.unwrap().auc > 0.999);
    let run = PlannedRun { id: "r".to_owned(), dataset: "toy".to_owned(), arm: "base".to_owned(), seed: 4 };
    let table = representation_rows(&dataset(), &run, &found);
    let auc = table.iter().find(|row| row.measure == "probe_auc").unwrap();
    assert_eq!((auc.pair.as_str(), auc.seed), ("anger-fear", 4));
    assert_eq!(table.len(), 4 + 8);

    let short = measured(&dataset(), &embeddings, &last[1..]).unwrap_err();
    assert!(short.contains("65 rows of features; expected 64"), "{short}");
}

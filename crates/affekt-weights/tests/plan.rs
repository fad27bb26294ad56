//! Names, shapes and kinds agree, or every one that does not is told.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_weights::{Expected, HostTensor, Kind, Rules, StateDict, WeightsError, plan};
use support::{told, zeros};

fn tensor(kind: Kind, shape: &[usize]) -> HostTensor {
    let len = shape.iter().product::<usize>() * kind.size();
    HostTensor::new(kind, shape.to_vec(), vec![0; len]).unwrap()
}

fn state(entries: &[(&str, HostTensor)]) -> StateDict {
    StateDict::from_tensors(entries.iter().map(|(name, tensor)| ((*name).to_owned(), tensor.clone())))
}

fn expected() -> Vec<Expected> {
    vec![
        Expected::new("conv1.weight", [2, 3], Kind::F32),
        Expected::new("bn1.running_mean", [2], Kind::F32),
        Expected::new("expression.weight", [7, 2], Kind::F32),
    ]
}

fn refused(state: &StateDict, rules: &Rules) -> (affekt_weights::LoadReport, String) {
    let error = plan(state, &expected(), rules).unwrap_err();
    let text = told(&error);
    let WeightsError::Mismatch { report, .. } = error else { panic!("{text}") };
    (*report, text)
}

#[test]
fn equal_names_shapes_and_kinds_are_paired_in_the_models_order() {
    let counter = ("bn1.num_batches_tracked", tensor(Kind::I64, &[]));
    let state = state(&[
        ("expression.weight", zeros(&[7, 2])),
        ("conv1.weight", zeros(&[2, 3])),
        ("bn1.running_mean", zeros(&[2])),
        counter,
    ]);
    let (pairs, report) = plan(&state, &expected(), &Rules::default()).unwrap();
    let names: Vec<&str> = pairs.iter().map(|(target, _)| target.as_str()).collect();
    assert_eq!(names, ["conv1.weight", "bn1.running_mean", "expression.weight"]);
    assert!(pairs.iter().all(|(target, source)| target == source));
    assert_eq!(report.to_string(), "loaded 3\nignored 1: num_batches_tracked");
}

#[test]
fn everything_that_does_not_fit_is_told_at_once() {
    // The first would be broadcast by LibTorch's copy.
    let state = state(&[
        ("conv1.weight", zeros(&[1, 3])),
        ("bn1.running_mean", tensor(Kind::I32, &[2])),
        ("fc.weight", zeros(&[1000, 2])),
        ("fc.bias", zeros(&[1000])),
    ]);
    let (report, text) = refused(&state, &Rules::default());
    assert_eq!((report.missing.len(), report.different.len(), report.unused.len()), (1, 2, 2));
    for line in [
        "missing 1: expression.weight: expected F32 [7, 2]",
        "conv1.weight: expected F32 [2, 3], got F32 [1, 3]",
        "bn1.running_mean: expected F32 [2], got I32 [2]",
        "unused 2: fc.bias, fc.weight",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn only_listed_entries_may_be_dropped_or_stay_fresh() {
    let state = state(&[
        ("conv1.weight", zeros(&[2, 3])),
        ("bn1.running_mean", zeros(&[2])),
        ("fc.weight", zeros(&[5, 2])),
        ("fcx", zeros(&[1])),
    ]);
    let rules =
        Rules { droppable: vec!["fc.".into()], fresh: vec!["expression.".into()], ..Rules::default() };
    let (report, _) = refused(&state, &rules);
    assert_eq!(report.unused, ["fcx"], "a prefix ends with its dot");
    let rules = Rules { droppable: vec!["fc.".into(), "fcx".into()], ..rules };
    let (pairs, report) = plan(&state, &expected(), &rules).unwrap();
    assert_eq!((pairs.len(), report.fresh), (2, vec!["expression.weight".to_owned()]));
    let dropped: Vec<&str> = report.dropped.iter().map(|dropped| dropped.name.as_str()).collect();
    assert_eq!(dropped, ["fc.weight", "fcx"]);
}

#[test]
fn a_fresh_entry_of_the_wrong_shape_is_different_all_the_same() {
    let state = state(&[
        ("conv1.weight", zeros(&[2, 3])),
        ("bn1.running_mean", zeros(&[2])),
        ("expression.weight", zeros(&[8, 2])),
    ]);
    let (report, _) = refused(&state, &Rules { fresh: vec!["expression.".into()], ..Rules::default() });
    assert_eq!(report.different.len(), 1);
}

#[test]
fn floats_are_converted_to_the_models_kind_and_told() {
    for kind in [Kind::F16, Kind::Bf16, Kind::F64] {
        let state = state(&[
            ("conv1.weight", tensor(kind, &[2, 3])),
            ("bn1.running_mean", zeros(&[2])),
            ("expression.weight", zeros(&[7, 2])),
        ]);
        let (_, report) = plan(&state, &expected(), &Rules::default()).unwrap();
        let line = format!("converted 1: conv1.weight from {kind} to F32");
        assert!(report.to_string().contains(&line), "{report}");
    }
    let only = state(&[("a", zeros(&[2]))]);
    let narrow = [Expected::new("a", [2], Kind::F16)];
    assert!(plan(&only, &narrow, &Rules::default()).is_err(), "a model's kind never changes");
}

#[test]
fn values_beyond_32_bit_are_no_conversion() {
    let bytes = [1e300_f64, 2.0, f64::INFINITY].iter().flat_map(|value| value.to_le_bytes()).collect();
    let state = state(&[("a", HostTensor::new(Kind::F64, vec![3], bytes).unwrap())]);
    let error = plan(&state, &[Expected::new("a", [3], Kind::F32)], &Rules::default()).unwrap_err();
    assert!(told(&error).contains("with 1 values beyond F32"), "{error}");
}

//! World files: what is refused, and the canonical text.

use std::collections::BTreeMap;

use affekt_core::{Seed, Split};
use affekt_worlds::{World, WorldError};

const DEGENERATE: &str = include_str!("../../../configs/worlds/degenerate.toml");
const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");

/// The error after replacing the first occurrence of a text.
fn after(from: &str, to: &str) -> WorldError {
    assert!(DEGENERATE.contains(from), "{from:?} is not in the file");
    World::from_toml(&DEGENERATE.replacen(from, to, 1)).expect_err("refused")
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    for (from, to) in [
        ("renderer = 1", "renderer = 1\ncolour = 2"),
        ("rho = 1.0", "rho = 1.0\ntau = 0.5"),
        ("prior = 0.28", "prior = 0.28\nweight = 1.0"),
    ] {
        let error = after(from, to);
        assert!(matches!(error, WorldError::Toml(_)), "{error}");
        assert!(error.to_string().contains("unknown field"), "{error}");
    }
    assert!(matches!(after("nuisance = 1.0", ""), WorldError::Toml(_)));
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (from, to) in [
        ("rho = 1.0", "rho = 1.5"),
        ("rho = 1.0", "rho = nan"),
        ("prior = 0.28", "prior = 0.30"),
        ("prior = 0.28", "prior = -0.28"),
        ("prior = 0.28", "prior = nan"),
        ("nuisance = 1.0", "nuisance = -0.1"),
        ("intensity = [0.7, 1.0]", "intensity = [0.9, 0.7]"),
        ("intensity = [0.7, 1.0]", "intensity = [0.0, 0.0]"),
        ("va_sd = [0.12", "va_sd = [-0.12"),
        ("va_mean = [0.0,", "va_mean = [1.2,"),
        ("samples_per_subject = 8", "samples_per_subject = 0"),
        ("0.95, 0.03", "1.01, 0.03"),
        ("0.95, 0.03", "inf, 0.03"),
    ] {
        let error = after(from, to);
        assert!(matches!(error, WorldError::Number { .. }), "{from} -> {to}: {error}");
    }
}

#[test]
fn names_that_do_not_fit_are_refused() {
    assert!(matches!(after("name = \"degenerate\"", "name = \"../up\""), WorldError::Name { .. }));
    assert!(matches!(after("name = \"degenerate\"", "name = \"\""), WorldError::Name { .. }));
    assert!(matches!(after("renderer = 1", "renderer = 99"), WorldError::Renderer { got: 99, .. }));
    assert!(matches!(after("\"aff-wild2\"", "\"aff-wild3\""), WorldError::LabelSet { .. }));
    assert!(matches!(after("\"aff-wild2\"", "\"affectnet-8\""), WorldError::Class { .. }));
    assert!(matches!(after("[classes.other]", "[classes.others]"), WorldError::Class { .. }));
    assert!(matches!(after("\"anger\", \"fear\"", "\"fear\", \"fear\""), WorldError::Class { .. }));
    assert!(matches!(after("aus = [1, 2", "aus = [1, 1"), WorldError::Aus { .. }));
    assert!(matches!(after("aus = [1, 2", "aus = [9, 2"), WorldError::Aus { .. }));
    assert!(matches!(after("aus = [1, 2,", "aus = [1,"), WorldError::AuCount { .. }));
}

#[test]
fn files_are_named_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.toml");
    assert!(matches!(World::load(&path), Err(WorldError::Read { .. })));
    std::fs::write(&path, "name = 3").unwrap();
    let error = World::load(&path).expect_err("refused");
    assert!(error.to_string().contains("broken.toml"), "{error}");
    std::fs::write(&path, SEPARABLE).unwrap();
    assert_eq!(World::load(&path).unwrap().name(), "separable");
}

#[test]
fn the_canonical_text_reads_back_and_ignores_prose() {
    let world = World::from_toml(DEGENERATE).unwrap();
    let text = world.canonical_toml();
    let again = World::from_toml(&text).unwrap();
    assert_eq!(again.canonical_toml(), text);
    let (a, b) = (world.draw(Seed(0), Split::Train, 3), again.draw(Seed(0), Split::Train, 3));
    assert_eq!(world.render(&a, 16).unwrap(), again.render(&b, 16).unwrap());

    let retitled = DEGENERATE.replacen("title = \"", "title = \"New: ", 1).replacen("# ", "#  ", 3);
    assert_eq!(World::from_toml(&retitled).unwrap().canonical_toml(), text);
    assert_ne!(World::from_toml(SEPARABLE).unwrap().canonical_toml(), text);
}

#[test]
fn the_two_worlds_differ_in_rho_only() {
    let degenerate = World::from_toml(DEGENERATE).unwrap();
    let separable = World::from_toml(SEPARABLE).unwrap();
    let renamed = separable.canonical_toml().replacen("separable", "degenerate", 1);
    assert_eq!(renamed.replacen("rho = 0.0", "rho = 1.0", 1), degenerate.canonical_toml());
    assert_eq!(degenerate.with_rho(0.25).unwrap().name(), "degenerate-rho025");
    assert!(degenerate.with_rho(f64::NAN).is_err());
}

fn with_prior(given: &[(&str, f64)]) -> Result<World, WorldError> {
    let given: BTreeMap<String, f64> = given.iter().map(|&(name, p)| (name.to_owned(), p)).collect();
    World::from_toml(DEGENERATE).expect("a built-in world").with_prior(&given)
}

#[test]
fn a_given_prior_leaves_the_others_their_proportions() {
    let file = World::from_toml(DEGENERATE).unwrap();
    let dosed = with_prior(&[("anger", 0.09), ("fear", 0.07)]).unwrap();
    assert_eq!(dosed.name(), "degenerate-prior");
    let (before, after) = (file.prior(), dosed.prior());
    assert!((after.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!((after[1] - 0.09).abs() < 1e-15 && (after[3] - 0.07).abs() < 1e-15);
    for class in [0, 2, 4, 5, 6, 7] {
        assert!((after[class] / before[class] - 0.84 / 0.92).abs() < 1e-12, "class {class}");
    }
    // A swap of two classes touches no other.
    let swapped = with_prior(&[("happiness", 0.035), ("fear", 0.20)]).unwrap().prior();
    for class in [0, 1, 2, 5, 6, 7] {
        assert!((swapped[class] - before[class]).abs() < 1e-12, "class {class}");
    }
    // The file of the swapped world says the same as four keys.
    let keys =
        with_prior(&[("happiness", 0.035), ("fear", 0.20), ("sadness", 0.045), ("anger", 0.12)]).unwrap();
    let file = include_str!("../../../configs/worlds/frequent-isolated.toml");
    let file = World::from_toml(file).unwrap();
    for (a, b) in keys.prior().iter().zip(file.prior()) {
        assert!((a - b).abs() < 1e-12);
    }
}

#[test]
fn priors_that_cannot_be_are_refused() {
    assert!(matches!(with_prior(&[("rage", 0.1)]), Err(WorldError::Class { .. })));
    for given in
        [&[("anger", 1.0)][..], &[("anger", 0.6), ("fear", 0.6)], &[("anger", -0.1)], &[("anger", f64::NAN)]]
    {
        assert!(matches!(with_prior(given), Err(WorldError::Number { .. })), "{given:?}");
    }
}

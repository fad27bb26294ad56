//! The dual-branch network: how it starts, what a frozen stem keeps, and what one face does.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use affekt_core::Seed;
use affekt_learn::AffectModel;
use affekt_models::{Architecture, Division, DivisionError, DualBranch, HeadSizes, Stage};
use affekt_tensor::{Device, Kind, Mode, ParamStore, Precision, Tensor};

const SMALL: Architecture = Architecture::SmallResNet { width: 8, blocks: 1 };
const HEADS: HeadSizes = HeadSizes { n_classes: 5, va: true, n_aus: 3 };
const DIVISION: Division = Division {
    after: Stage::Layer1,
    freeze_stem: false,
    stem_batch_statistics: false,
    stem_dropout: 0.0,
    dropout_in_eval: false,
};

fn mode(train: bool) -> Mode {
    Mode { train, precision: Precision::Fp32, noise: Seed(3) }
}

fn images(n: i64, side: i64) -> Tensor {
    let count = usize::try_from(n * side * side * 3).unwrap();
    let values: Vec<f32> = (0..count).map(|k| ((k * k % 101) as f32 / 50.0) - 1.0).collect();
    Tensor::from_slice(&values).reshape([n, 3, side, side])
}

fn build(division: Division) -> (ParamStore, DualBranch) {
    let store = ParamStore::new(Seed(7), Device::Cpu);
    let model = DualBranch::new(&store, SMALL, division, HEADS, 0.0).unwrap();
    (store, model)
}

#[test]
fn the_branches_start_alike_and_say_the_same() {
    let (store, model) = build(DIVISION);
    let state = store.state();
    let names = state.keys().filter_map(|name| name.strip_prefix("auxiliary."));
    let mut n = 0;
    for name in names {
        assert_eq!(state[&format!("auxiliary.{name}")], state[&format!("target.{name}")], "{name}");
        n += 1;
    }
    assert!(
        n > 10
            && state.contains_key("stem.conv1.weight")
            && state.contains_key("auxiliary.layer2.0.conv1.weight")
    );
    let seen = model.trace(&images(4, 32), mode(false));
    assert_eq!(seen.auxiliary.logits, seen.target.logits);
    let output = model.forward(&images(4, 32), mode(false));
    assert_eq!(output.expression, seen.target.logits);
    assert_eq!(output.auxiliary.unwrap().attention, seen.target.attention);
    assert_eq!((output.va.unwrap().size(), output.aus.unwrap().size()), (vec![4, 2], vec![4, 3]));
}

#[test]
fn a_frozen_stem_keeps_its_parameters_and_what_it_normalises_by() {
    for batch_statistics in [false, true] {
        let frozen = Division { freeze_stem: true, stem_batch_statistics: batch_statistics, ..DIVISION };
        let (store, model) = build(frozen);
        assert!(store.parameters().keys().all(|name| !name.starts_with("stem.")));
        let before = store.snapshot();
        let output = model.forward(&images(4, 32), mode(true));
        output.expression.sum(Kind::Float).backward();
        let moved = |name: &str| before[name] != store.state()[name];
        assert_eq!(moved("stem.bn1.running_mean"), batch_statistics);
        assert!(moved("target.layer2.0.bn1.running_mean"));
        assert!(!store.state()["stem.conv1.weight"].grad().defined());
        assert!(store.state()["target.layer2.0.conv1.weight"].grad().defined());
    }
    let (store, _) = build(DIVISION);
    assert!(store.parameters().contains_key("stem.conv1.weight"));
}

#[test]
fn the_stem_may_end_anywhere_but_after_the_last_stage() {
    let stem = |after| {
        let (store, _) = build(Division { after, ..DIVISION });
        store.parameters().keys().filter(|name| name.starts_with("stem.")).count()
    };
    assert!(stem(Stage::Conv1) < stem(Stage::Layer1) && stem(Stage::Layer1) < stem(Stage::Layer2));
    let store = ParamStore::new(Seed(7), Device::Cpu);
    let late = Division { after: Stage::Layer3, ..DIVISION };
    let refused = DualBranch::new(&store, SMALL, late, HEADS, 0.0).unwrap_err();
    assert_eq!(refused, DivisionError { after: "layer3", last: "layer3" });
}

#[test]
fn one_face_and_a_map_of_one_pixel_give_numbers_and_gradients() {
    let (store, model) = build(DIVISION);
    let output = model.forward(&images(1, 16), mode(true));
    assert!(output.expression.isfinite().all().int64_value(&[]) == 1);
    output.expression.square().sum(Kind::Float).backward();
    for (name, parameter) in store.parameters() {
        let gradient = parameter.grad();
        assert!(!gradient.defined() || gradient.isfinite().all().int64_value(&[]) == 1, "{name}");
    }
}

#[test]
fn dropout_acts_outside_training_only_where_asked() {
    for in_eval in [false, true] {
        let (_, model) = build(Division { stem_dropout: 0.5, dropout_in_eval: in_eval, ..DIVISION });
        let said =
            |noise| model.trace(&images(2, 32), Mode { noise: Seed(noise), ..mode(false) }).target.logits;
        assert_eq!(said(1) == said(2), !in_eval);
    }
}

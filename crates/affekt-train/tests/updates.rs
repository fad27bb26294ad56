//! What becomes of gradients: several batches a step, shortened ones, other optimisers, and when to end.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use std::collections::BTreeMap;
use std::error::Error;

use affekt_augment::{AugmentParams, AugmentSpec};
use affekt_core::Seed;
use affekt_learn::{AffectModel, CosineSchedule, ModelOutput};
use affekt_losses::Weighing;
use affekt_tensor::{
    Device, Kind, Linear, Mode, OptimizerParams, ParamStore, Precision, SgdParams, Tensor, set_threads,
};
use affekt_train::{EpochRecord, FitParams, Keeper, Shuffled, TrainError, TrainState, Training, Wish};
use miniature::{Labels, miniature, objective, params};

/// A linear classifier of the mean colour: no normalisation, so that a batch is no more than its samples.
struct Colours(Linear);

impl AffectModel for Colours {
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput {
        let images = images.to_kind(mode.precision.kind());
        let features = images.mean_dim([2_i64, 3].as_slice(), false, Kind::Float);
        let expression = self.0.forward(&features);
        ModelOutput { expression, va: None, aus: None, features, auxiliary: None }
    }
}

/// Keeps the last state.
#[derive(Default)]
struct Last(Option<TrainState>);

impl Keeper for Last {
    fn wish(&mut self) -> Wish {
        Wish::GoOn
    }

    fn keep(&mut self, state: &TrainState) -> Result<(), Box<dyn Error + Send + Sync>> {
        let copies = state.0.iter().map(|(name, tensor)| (name.clone(), tensor.detach().copy()));
        self.0 = Some(TrainState(copies.collect()));
        Ok(())
    }
}

struct Trained {
    weights: BTreeMap<String, Tensor>,
    history: Vec<EpochRecord>,
    last: Option<TrainState>,
}

fn train(params: FitParams, from: Option<TrainState>) -> Result<Trained, TrainError> {
    set_threads(1);
    let splits = miniature(Labels::True);
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let model = Colours(Linear::new(&store.root().sub("expression"), 3, 4));
    let mut objective = objective(Weighing::Fixed, 0.0, None);
    let augment = AugmentSpec { flip: 0.5, shift: 1, ..AugmentSpec::default() };
    let mut last = Last::default();
    let training = Training {
        model: &model,
        store: &store,
        objective: &mut objective,
        schedule: &CosineSchedule::new(0.0, 100, 1.0).unwrap(),
        augment: &AugmentParams::new(augment).unwrap().pipeline(splits.train.faces().mean_colour()),
        order: &Shuffled { len: splits.train.faces().len(), seed: params.seed },
        train: &splits.train,
        valid: &splits.valid,
        params,
        from,
        keeper: Some(&mut last),
    };
    let fitted = training.run(&mut |_| {})?;
    Ok(Trained { weights: store.snapshot(), history: fitted.history, last: last.0 })
}

fn sgd(momentum: f64) -> OptimizerParams {
    OptimizerParams::Sgd(SgdParams::new(momentum, 0.0, false).unwrap())
}

fn distance(a: &Trained, b: &Trained) -> f64 {
    let pairs = a.weights.iter().zip(b.weights.values());
    pairs
        .map(|((_, x), y)| (x - y).abs().max().double_value(&[]))
        .fold(0.0, |far, d| if d > far { d } else { far })
}

#[test]
fn several_batches_a_step_are_one_of_all_their_samples() {
    let plain = FitParams { optimizer: sgd(0.9), lr: 0.1, ..params() };
    let whole = train(plain, None).unwrap();
    for (batch_size, accumulate) in [(4, 2), (2, 4)] {
        let parts = train(FitParams { batch_size, accumulate, ..plain }, None).unwrap();
        assert!(distance(&whole, &parts) < 1e-6, "{accumulate} batches a step");
        assert!((whole.history[1].train_loss - parts.history[1].train_loss).abs() < 1e-6);
    }
    let smaller = train(FitParams { batch_size: 4, ..plain }, None).unwrap();
    assert!(distance(&whole, &smaller) > 1e-3, "the comparison can fail");
    let too_many = train(FitParams { accumulate: 5, ..plain }, None).err().unwrap();
    assert!(matches!(too_many, TrainError::TooFew { expected: 40, got: 32, .. }), "{too_many}");
}

#[test]
fn long_gradients_are_shortened_and_short_ones_left() {
    let plain = FitParams { optimizer: sgd(0.0), lr: 0.1, ..params() };
    let free = train(plain, None).unwrap();
    assert_eq!(free.history[0].max_gradient_norm, None);
    let wide = train(FitParams { clip_norm: Some(1e6), ..plain }, None).unwrap();
    assert!(distance(&free, &wide) == 0.0);
    let longest = wide.history[0].max_gradient_norm.unwrap();
    let tight = train(FitParams { clip_norm: Some(longest * 1e-3), ..plain }, None).unwrap();
    // Eight steps of length lr times the bound cannot lead further.
    let start = train(FitParams { lr: 0.0, ..plain }, None).unwrap();
    assert!(distance(&tight, &start) <= 8.0 * 0.1 * longest * 1.001e-3);
    assert!(distance(&free, &start) > 10.0 * distance(&tight, &start));
}

#[test]
fn the_validation_split_can_train_too() {
    let splits = miniature(Labels::True);
    let samples = |set: &affekt_train::FaceSet| -> Vec<String> {
        set.rows().map(|row| row.sample.to_string()).collect()
    };
    let (train, valid) = (samples(splits.train.faces()), samples(splits.valid.faces()));
    let merged = splits.learning_valid();
    assert!(merged.valid.faces().is_empty());
    assert_eq!(samples(merged.train.faces()), [train, valid].concat());
}

#[test]
fn training_ends_when_patience_does_and_stays_ended() {
    let idle = FitParams { lr: 0.0, epochs: 9, patience: Some(2), ..params() };
    let ended = train(idle, None).unwrap();
    // Epoch 1 is the best, for nothing changes.
    assert_eq!(ended.history.len(), 3);
    let state = ended.last.unwrap();
    assert_eq!(state.epochs_done(), Some(3));
    assert!(train(idle, Some(state)).unwrap().history.is_empty());
    assert_eq!(train(FitParams { patience: None, ..idle }, None).unwrap().history.len(), 9);
}

#[test]
fn half_precision_learns_with_a_scaled_loss() {
    let half = FitParams { precision: Precision::Fp16, optimizer: sgd(0.9), lr: 0.1, ..params() };
    let (half, full) =
        (train(half, None).unwrap(), train(FitParams { precision: Precision::Fp32, ..half }, None).unwrap());
    assert!(distance(&half, &full) < 1e-2, "{}", distance(&half, &full));
    assert!(half.last.unwrap().0.contains_key("loss_scale.factor"));
    assert_eq!(half.history[1].skipped_steps, 0);
}

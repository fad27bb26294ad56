//! A training that was cut short and gone on with makes the bits of one that was not.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use std::collections::BTreeMap;
use std::error::Error;

use affekt_augment::{AugmentParams, AugmentSpec};
use affekt_core::Seed;
use affekt_learn::CosineSchedule;
use affekt_losses::Weighing;
use affekt_tensor::{Device, EmaDecay, ParamStore, Precision, Tensor, read_saved, save_tensors, set_threads};
use affekt_train::{
    FitParams, Fitted, FrozenWarmup, Keeper, Shuffled, TrainError, TrainState, Training, Wish,
};
use miniature::{Labels, miniature, objective, params, small_net};

/// Steps of the whole training: three epochs of four.
const STEPS: usize = 12;

/// Stops a training after so many steps, or never, and has its state go through a file.
struct StopAfter {
    steps: usize,
    folder: tempfile::TempDir,
}

impl StopAfter {
    fn new(steps: usize) -> Self {
        Self { steps, folder: tempfile::tempdir().unwrap() }
    }

    fn state(&self) -> TrainState {
        TrainState(read_saved(&self.folder.path().join("state")).unwrap().0)
    }
}

impl Keeper for StopAfter {
    fn wish(&mut self) -> Wish {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 { Wish::KeepAndStop } else { Wish::GoOn }
    }

    fn keep(&mut self, state: &TrainState) -> Result<(), Box<dyn Error + Send + Sync>> {
        let bytes = save_tensors(&state.0, &BTreeMap::new())?;
        std::fs::write(self.folder.path().join("state"), bytes)?;
        Ok(())
    }
}

struct Trained {
    fitted: Fitted,
    weights: BTreeMap<String, Tensor>,
}

/// Everything that has a state: moments, average, learned task weights, keyed dropout and mixup, waiting layers.
fn train(from: Option<TrainState>, keeper: Option<&mut StopAfter>) -> Result<Trained, TrainError> {
    set_threads(1);
    let splits = miniature(Labels::True);
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let model = small_net(&store, 4, 0.2);
    let mut objective = objective(Weighing::uncertainty(&store), 0.0, None);
    let augment = AugmentSpec { flip: 0.5, shift: 1, ..AugmentSpec::default() };
    let params = FitParams {
        epochs: 3,
        batch_size: 4,
        accumulate: 2,
        clip_norm: Some(1.0),
        ema: Some(EmaDecay::new(0.9).unwrap()),
        precision: Precision::Bf16,
        mixup: Some(0.4),
        frozen_warmup: Some(FrozenWarmup { prefix: "backbone.", epochs: 1, share: 0.5 }),
        ..params()
    };
    let training = Training {
        model: &model,
        store: &store,
        objective: &mut objective,
        schedule: &CosineSchedule::new(1.0, 12, 0.1).unwrap(),
        augment: &AugmentParams::new(augment).unwrap().pipeline(splits.train.faces().mean_colour()),
        order: &Shuffled { len: splits.train.faces().len(), seed: params.seed },
        train: &splits.train,
        valid: &splits.valid,
        params,
        from,
        keeper: keeper.map(|keeper| keeper as &mut dyn Keeper),
    };
    let fitted = training.run(&mut |_| {})?;
    Ok(Trained { fitted, weights: store.snapshot() })
}

fn same(a: &BTreeMap<String, Tensor>, b: &BTreeMap<String, Tensor>) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((name, x), (other, y))| name == other && x.equal(y))
}

#[test]
fn no_place_to_stop_leaves_a_trace() {
    let whole = train(None, None).unwrap();
    for steps in 1..=STEPS {
        let mut keeper = StopAfter::new(steps);
        let stopped = train(None, Some(&mut keeper));
        assert!(matches!(stopped, Err(TrainError::Stopped { .. })), "{steps} steps");
        let state = keeper.state();
        assert_eq!(state.epochs_done(), Some(u32::try_from(steps / 4).unwrap()));
        let resumed = train(Some(state), None).unwrap();
        assert!(same(&resumed.weights, &whole.weights), "weights after {steps} steps and the rest");
        assert!(same(&resumed.fitted.best_state, &whole.fitted.best_state), "best weights, {steps} steps");
        assert_eq!(resumed.fitted.selection, whole.fitted.selection, "{steps} steps");
        for (ours, theirs) in resumed.fitted.history.iter().rev().zip(whole.fitted.history.iter().rev()) {
            let numbers = |r: &affekt_train::EpochRecord| {
                (r.epoch, r.train_loss.to_bits(), r.max_gradient_norm.map(f64::to_bits), r.parts.clone())
            };
            assert_eq!(numbers(ours), numbers(theirs), "{steps} steps");
        }
    }
}

#[test]
fn two_interruptions_are_no_more_than_one() {
    let whole = train(None, None).unwrap();
    let mut first = StopAfter::new(3);
    assert!(train(None, Some(&mut first)).is_err());
    let mut second = StopAfter::new(4);
    assert!(train(Some(first.state()), Some(&mut second)).is_err());
    let resumed = train(Some(second.state()), None).unwrap();
    assert!(same(&resumed.weights, &whole.weights));
}

#[test]
fn a_state_of_another_model_is_refused_with_a_name() {
    let mut keeper = StopAfter::new(2);
    assert!(train(None, Some(&mut keeper)).is_err());
    let TrainState(mut all) = keeper.state();
    let name = all.keys().find(|name| name.starts_with("weights.backbone")).unwrap().clone();
    all.insert(name.clone(), Tensor::from_slice(&[1.0_f32]));
    let error = train(Some(TrainState(all)), None).map(|_| ()).unwrap_err();
    let told = format!("{error}: {}", error.source().unwrap());
    assert!(told.contains(name.strip_prefix("weights.").unwrap()) && told.contains("delete it"), "{told}");
}

//! Ways of training besides the plain loop: pairs mixed, distributions as targets, heads before the rest.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use std::collections::BTreeMap;

use affekt_augment::{AugmentParams, AugmentSpec};
use affekt_core::Seed;
use affekt_learn::{CosineSchedule, LossValue, ModelOutput, Objective, ObjectiveError, Target};
use affekt_losses::{MultiTaskObjective, Weighing};
use affekt_tensor::{Device, Kind, ParamStore, Tensor, set_threads, to_f64};
use affekt_train::{FitParams, FrozenWarmup, Shuffled, Training};
use miniature::{Labels, miniature, objective, params, small_net};

/// Remembers the targets it was shown.
struct Spy {
    inner: MultiTaskObjective,
    soft: Vec<Vec<f64>>,
    va: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Objective for Spy {
    fn forward(&mut self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError> {
        self.soft.extend(target.soft.as_ref().map(to_f64));
        self.va.push((to_f64(&target.va), to_f64(&target.va_mask)));
        self.inner.forward(output, target)
    }
}

struct Trained {
    before: BTreeMap<String, Tensor>,
    after: BTreeMap<String, Tensor>,
    spy: Spy,
}

fn train(params: FitParams, weighing: fn(&ParamStore) -> Weighing) -> Trained {
    set_threads(1);
    let splits = miniature(Labels::True);
    let store = ParamStore::new(Seed(1), Device::Cpu);
    let model = small_net(&store, 4, 0.0);
    let inner = objective(weighing(&store), 0.0, None);
    let mut spy = Spy { inner, soft: Vec::new(), va: Vec::new() };
    let augment = AugmentSpec { flip: 0.5, shift: 1, ..AugmentSpec::default() };
    let augment = AugmentParams::new(augment).unwrap().pipeline(splits.train.faces().mean_colour());
    let before = store.snapshot();
    let training = Training {
        model: &model,
        store: &store,
        objective: &mut spy,
        schedule: &CosineSchedule::new(0.0, 8, 0.1).unwrap(),
        augment: &augment,
        order: &Shuffled { len: splits.train.faces().len(), seed: params.seed },
        train: &splits.train,
        valid: &splits.valid,
        params,
        from: None,
        keeper: None,
    };
    training.run(&mut |_| {}).unwrap();
    Trained { before, after: store.snapshot(), spy }
}

fn fixed(_: &ParamStore) -> Weighing {
    Weighing::Fixed
}

#[test]
fn mixed_targets_are_two_classes_in_one_proportion_a_batch() {
    let trained = train(FitParams { mixup: Some(0.4), ..params() }, fixed);
    assert_eq!(trained.spy.soft.len(), 8);
    let mut shares = Vec::new();
    for batch in &trained.spy.soft {
        let mixed: Vec<Vec<f64>> = batch
            .chunks(4)
            .map(|row| row.iter().copied().filter(|p| *p > 0.0).collect::<Vec<f64>>())
            .inspect(|row| assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6 && row.len() <= 2))
            .filter(|row| row.len() == 2)
            .collect();
        let larger = |row: &Vec<f64>| if row[0] > row[1] { row[0] } else { row[1] };
        let share = mixed.first().map(larger);
        assert!(mixed.iter().all(|row| share.is_some_and(|s| (larger(row) - s).abs() < 1e-6)));
        shares.extend(share);
    }
    assert!(shares.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 1e-3), "another share each step");
    // Valence and arousal of unmixed faces take few values; mixed ones lie between them.
    assert!(trained.spy.va.iter().all(|(va, mask)| va.len() == 16 && mask.iter().all(|m| *m > 0.5)));
}

#[test]
fn plain_training_shows_classes_and_soft_targets_distributions() {
    assert!(train(params(), fixed).spy.soft.is_empty());
    let soft = train(FitParams { soft_targets: true, ..params() }, fixed).spy.soft;
    assert_eq!(soft.len(), 8);
    // These faces have no votes: their class stands alone.
    assert!(
        soft.iter()
            .flat_map(|batch| batch.chunks(4))
            .all(|row| row.iter().filter(|p| **p > 0.999).count() == 1)
    );
}

fn changed(trained: &Trained, prefix: &str) -> Vec<String> {
    let is_parameter = |name: &str| !name.contains("running");
    let named = trained.before.iter().filter(|(name, _)| name.starts_with(prefix) && is_parameter(name));
    named.filter(|(name, value)| trained.after[*name] != **value).map(|(name, _)| name.clone()).collect()
}

#[test]
fn heads_learn_before_the_backbone() {
    let waiting = Some(FrozenWarmup { prefix: "backbone.", epochs: 2, share: 0.1 });
    let trained = train(FitParams { frozen_warmup: waiting, ..params() }, fixed);
    assert_eq!(changed(&trained, "backbone."), Vec::<String>::new());
    assert!(!changed(&trained, "expression.").is_empty());
    let joining = Some(FrozenWarmup { prefix: "backbone.", epochs: 1, share: 0.1 });
    let trained = train(FitParams { frozen_warmup: joining, ..params() }, fixed);
    assert!(!changed(&trained, "backbone.").is_empty());
}

#[test]
fn uncertainties_are_learned_and_part_of_the_state() {
    let trained = train(params(), Weighing::uncertainty);
    let s = &trained.after["objective.log_variance"];
    assert_eq!(s.size(), [3]);
    assert!(s.abs().min().double_value(&[]) > 1e-4 && s.isfinite().all().int64_value(&[]) == 1);
    assert_eq!(s.kind(), Kind::Float);
}

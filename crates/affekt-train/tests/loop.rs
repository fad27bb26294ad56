//! The loop on miniature data: pairing, learning, repetition and breaking down loudly.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use affekt_artifact::Selection;
use affekt_augment::{AugmentParams, AugmentSpec, EraseSpec};
use affekt_core::{Seed, Split};
use affekt_learn::CosineSchedule;
use affekt_losses::Weighing;
use affekt_ot::{CostMatrix, Normalisation};
use affekt_tensor::{Device, EmaDecay, ParamStore, save_weights, set_threads};
use affekt_train::{EpochRecord, FitParams, Shuffled, TrainError, Training, Views, expression_scores};
use miniature::{Labels, miniature, objective, params, small_net};

struct Arm {
    lambda: f64,
    cost: Option<CostMatrix>,
    seed: u64,
    lr: f64,
    epochs: u32,
    ema: Option<f64>,
}

const PLAIN: Arm = Arm { lambda: 0.0, cost: None, seed: 1, lr: 3e-3, epochs: 2, ema: None };

/// Trains on the miniature and returns the weight file's bytes, the history and the test accuracy.
fn train(arm: &Arm, labels: Labels) -> Result<(Vec<u8>, Vec<EpochRecord>, f64), TrainError> {
    set_threads(1);
    let splits = miniature(labels);
    let store = ParamStore::new(Seed(arm.seed), Device::Cpu);
    let model = small_net(&store, 8, 0.1);
    let mut objective = objective(Weighing::Fixed, arm.lambda, arm.cost.clone());
    let erase =
        EraseSpec { probability: 0.5, min_area: 0.02, max_area: 0.1, min_aspect: 0.5, max_aspect: 2.0 };
    let spec = AugmentSpec { flip: 0.5, shift: 1, erase: Some(erase), ..AugmentSpec::default() };
    let augment = AugmentParams::new(spec).unwrap().pipeline(splits.train.faces().mean_colour());
    let params = FitParams {
        epochs: arm.epochs,
        lr: arm.lr,
        ema: arm.ema.map(|decay| EmaDecay::new(decay).unwrap()),
        views: Views { mirror: true, shift: 0 },
        seed: Seed(arm.seed),
        ..params()
    };
    let schedule = CosineSchedule::new(2.0, 4 * u64::from(arm.epochs).max(2), 0.1).unwrap();
    let order = Shuffled { len: splits.train.faces().len(), seed: params.seed };
    let fitted = Training {
        model: &model,
        store: &store,
        objective: &mut objective,
        schedule: &schedule,
        augment: &augment,
        order: &order,
        train: &splits.train,
        valid: &splits.valid,
        params,
        from: None,
        keeper: None,
    }
    .run(&mut |_| {})?;
    let bytes = save_weights(&store.state(), &[("affekt".to_owned(), "{}".to_owned())].into()).unwrap();
    let evaluator = params.evaluator(Device::Cpu);
    assert!((1..=arm.epochs).contains(&fitted.selection.best_epoch()));
    let test = splits.test.open(&fitted.selection);
    let rows = evaluator.predict(&model, test.faces(), Selection::Last)?;
    assert!(rows.iter().all(|row| row.split == Split::Test && row.probabilities.len() == 4));
    let (accuracy, _) = expression_scores(&rows, 4).unwrap();
    Ok((bytes, fitted.history, accuracy))
}

fn costs() -> Vec<Option<CostMatrix>> {
    let points = [[0.0, 0.0], [0.8, 0.4], [-0.6, 0.5], [-0.5, -0.3]];
    let scale = |cost: CostMatrix| cost.normalise(Normalisation::MeanOffDiagonal).unwrap();
    let circumplex = scale(CostMatrix::from_prototypes(&points).unwrap());
    let permuted = circumplex.permuted(&[1, 2, 3, 0]).unwrap();
    vec![None, Some(scale(CostMatrix::uniform(4).unwrap())), Some(circumplex), Some(permuted)]
}

/// METHODS 10, check 7: with lambda = 0 every arm gives bit-identical weights, which proves the pairing.
#[test]
fn check_7_arms_are_bit_identical_at_lambda_zero() {
    let weights: Vec<_> =
        costs().into_iter().map(|cost| train(&Arm { cost, ..PLAIN }, Labels::True).unwrap().0).collect();
    assert!(weights.iter().all(|bytes| *bytes == weights[0]));
    // The comparison can fail: another seed, or a lambda that acts, changes the bytes.
    assert!(train(&Arm { seed: 2, ..PLAIN }, Labels::True).unwrap().0 != weights[0]);
    let acting: Vec<_> = costs()
        .into_iter()
        .skip(1)
        .map(|cost| train(&Arm { lambda: 0.5, cost, ..PLAIN }, Labels::True).unwrap().0)
        .collect();
    for (i, bytes) in acting.iter().enumerate() {
        assert!(*bytes != weights[0]);
        assert!(!acting[..i].contains(bytes), "arms with different costs must differ");
    }
}

#[test]
fn learns_the_miniature_and_not_its_shuffled_labels() {
    let arm = Arm { epochs: 12, ..PLAIN };
    let (_, history, accuracy) = train(&arm, Labels::True).unwrap();
    assert!(accuracy > 0.9, "four plain colours must be learnt: {accuracy}");
    assert!(history[11].train_loss < 0.5 * history[0].train_loss);
    assert_eq!(history.len(), 12);
    let (_, _, chance) = train(&arm, Labels::Shuffled).unwrap();
    assert!(chance < 0.6, "labels without relation to the faces cannot be predicted: {chance}");
}

#[test]
fn repeats_to_the_last_bit() {
    assert!(train(&PLAIN, Labels::True).unwrap().0 == train(&PLAIN, Labels::True).unwrap().0);
}

/// Averaging looks at the training and does not touch it: only what is validated and saved differs.
#[test]
fn averaged_weights_take_the_place_of_the_weights() {
    let run = |ema| train(&Arm { ema, epochs: 3, ..PLAIN }, Labels::True).unwrap();
    let scores = |history: &[EpochRecord]| -> Vec<_> {
        history.iter().map(|record| (record.valid_accuracy, record.valid_macro_f1)).collect()
    };
    let losses = |history: &[EpochRecord]| -> Vec<u64> {
        history.iter().map(|record| record.train_loss.to_bits()).collect()
    };
    let (plain, plain_history, _) = run(None);
    let (zero, zero_history, _) = run(Some(0.0));
    assert!(plain == zero, "at decay 0 the average is the weights");
    assert_eq!(scores(&plain_history), scores(&zero_history));
    let (averaged, history, _) = run(Some(0.99));
    assert!(averaged != plain);
    assert_eq!(losses(&plain_history), losses(&history));
    assert!(averaged == run(Some(0.99)).0, "repeats to the last bit");
}

#[test]
fn divergence_is_an_error_that_names_the_place() {
    let error = train(&Arm { lr: 1e30, epochs: 4, ..PLAIN }, Labels::True).unwrap_err();
    match error {
        TrainError::NonFiniteLoss { epoch, samples, parts, .. } => {
            assert!((1..=4).contains(&epoch));
            assert!(!samples.is_empty() && !parts.is_empty());
        }
        TrainError::NonFiniteOutput { .. } => {}
        other => panic!("expected a broken-down loss, got {other}"),
    }
}

#[test]
fn unlabelled_tasks_are_masked() {
    let (_, history, accuracy) = train(&Arm { epochs: 12, ..PLAIN }, Labels::ExpressionOnly).unwrap();
    assert!(accuracy > 0.9, "{accuracy}");
    let last = &history[11].parts;
    assert!(last["va"].abs() < 1e-12 && last["au"].abs() < 1e-12, "{last:?}");
}

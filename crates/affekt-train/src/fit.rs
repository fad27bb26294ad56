//! The training loop.

use std::collections::BTreeMap;
use std::time::Instant;

use affekt_artifact::Selection;
use affekt_augment::Augment;
use affekt_core::{Seed, Split};
use affekt_learn::{AffectModel, Objective, Schedule};
use affekt_tensor::{AdamW, AdamWParams, Device, Ema, EmaDecay, Mode, ParamStore, Precision, Tensor};
use serde::Serialize;

use crate::assemble::{Assembler, Jitter};
use crate::{Evaluator, FrozenSelection, PixelScaling, TrainError, TrainSet, ValidSet, expression_scores};

/// Numbers of the loop.
#[derive(Clone, Copy, Debug)]
pub struct FitParams {
    /// Passes over the training split.
    pub epochs: u32,
    /// Samples per step; the last short batch of an epoch is dropped.
    pub batch_size: usize,
    /// Peak learning rate.
    pub lr: f64,
    /// Constants of the optimiser.
    pub adam_w: AdamWParams,
    /// Decay of the weights' running average, which then takes the place of the weights in validation, selection
    /// and everything after training; `None` to use the weights themselves.
    pub ema: Option<EmaDecay>,
    /// Arithmetic of the network.
    pub precision: Precision,
    /// Scaling of pixels.
    pub scaling: PixelScaling,
    /// True to average predictions over each face and its mirror image.
    pub mirror: bool,
    /// Seed of the run: order, augmentation and dropout.
    pub seed: Seed,
}

impl FitParams {
    /// The evaluation that goes with this training.
    pub fn evaluator(&self, device: Device) -> Evaluator {
        Evaluator { scaling: self.scaling, precision: self.precision, mirror: self.mirror, device }
    }
}

/// One line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EpochRecord {
    /// Epoch, from 1.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Mean training loss.
    pub train_loss: f64,
    /// Mean of each part of the loss, before weighting.
    pub parts: BTreeMap<&'static str, f64>,
    /// Learning rate of the last step.
    pub lr: f64,
    /// Accuracy on the validation split.
    pub valid_accuracy: Option<f64>,
    /// Macro-F1 on the validation split, absent classes 0.
    pub valid_macro_f1: Option<f64>,
    /// Wall time of the epoch in seconds, validation included.
    pub seconds: f64,
    /// Training images per second, validation excluded.
    pub images_per_second: f64,
}

/// What a fit leaves behind, besides the weights in the store (their average with [`FitParams::ema`]).
#[derive(Debug)]
pub struct Fitted {
    /// One record per epoch.
    pub history: Vec<EpochRecord>,
    /// State dict of the epoch with the best validation macro-F1 (the first of several).
    pub best_state: BTreeMap<String, Tensor>,
    /// Which epoch that was: the key to the test split.
    pub selection: FrozenSelection,
}

/// Trains the model whose parameters are in `store`; `on_epoch` sees each finished epoch.
///
/// # Errors
/// [`TrainError::TooFew`] when the split holds less than one batch, [`TrainError::NonFiniteLoss`] with the place
/// where training broke down.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a separate seam; a bag of them would only rename the list"
)]
pub fn fit(
    model: &dyn AffectModel,
    store: &ParamStore,
    objective: &dyn Objective,
    schedule: &dyn Schedule,
    augment: &dyn Augment,
    train: &TrainSet,
    valid: &ValidSet,
    params: &FitParams,
    on_epoch: &mut dyn FnMut(&EpochRecord),
) -> Result<Fitted, TrainError> {
    let faces = train.faces();
    if params.batch_size == 0 || faces.len() < params.batch_size {
        return Err(TrainError::TooFew {
            split: Split::Train,
            expected: params.batch_size,
            got: faces.len(),
        });
    }
    let device = store.device();
    let evaluator = params.evaluator(device);
    let mut optimizer = AdamW::new(params.adam_w, store.parameters());
    let mut average = params.ema.map(|decay| Ema::new(decay, store.state()));
    let mut assembler = Assembler::new(faces, params.scaling, device);
    let steps_per_epoch = faces.len() / params.batch_size;

    let mut history = Vec::new();
    let mut best: Option<(f64, u32, BTreeMap<String, Tensor>)> = None;
    for epoch in 1..=params.epochs {
        let started = Instant::now();
        let mut order: Vec<usize> = (0..faces.len()).collect();
        params.seed.stream("order", &[u64::from(epoch)]).shuffle(&mut order);
        let jitter = Some(Jitter { augment, seed: params.seed, epoch });
        let (mut loss_sum, mut part_sums) = (0.0, BTreeMap::<&'static str, f64>::new());
        let mut lr = 0.0;
        for (step, positions) in order.chunks_exact(params.batch_size).enumerate() {
            let global_step = u64::from(epoch - 1) * steps_per_epoch as u64 + step as u64;
            let noise = Seed(params.seed.stream("noise", &[global_step]).next_u64());
            let mode = Mode { train: true, precision: params.precision, noise };
            let batch = assembler.batch(positions, jitter);
            let output = model.forward(&batch.images, mode);
            let loss = objective.forward(&output, &batch.target)?;
            let value = loss.total.double_value(&[]);
            if !value.is_finite() {
                let samples = positions.iter().take(4).map(|&p| faces.rows[p].1.sample.to_string()).collect();
                let step = step as u64;
                return Err(TrainError::NonFiniteLoss {
                    epoch,
                    step,
                    loss: value,
                    parts: loss.parts,
                    samples,
                });
            }
            optimizer.zero_grad();
            loss.total.backward();
            lr = params.lr * schedule.factor(global_step);
            optimizer.step(lr);
            if let Some(average) = &mut average {
                average.update();
            }
            loss_sum += value;
            for (name, part) in loss.parts {
                *part_sums.entry(name).or_default() += part;
            }
        }
        let training = started.elapsed().as_secs_f64();
        let steps = steps_per_epoch as f64;
        if let Some(average) = &mut average {
            average.swap();
        }
        let validation = evaluator.predict(model, valid.faces(), Selection::Last)?;
        let scores = expression_scores(&validation, valid.faces().label_set.len());
        let macro_f1 = scores.map(|(_, macro_f1)| macro_f1);
        if best.as_ref().is_none_or(|(score, ..)| macro_f1.is_some_and(|f1| f1 > *score)) {
            best = Some((macro_f1.unwrap_or(f64::NEG_INFINITY), epoch, store.snapshot()));
        }
        if let Some(average) = &mut average {
            average.swap();
        }
        let record = EpochRecord {
            epoch,
            epochs: params.epochs,
            train_loss: loss_sum / steps,
            parts: part_sums.into_iter().map(|(name, sum)| (name, sum / steps)).collect(),
            lr,
            valid_accuracy: scores.map(|(accuracy, _)| accuracy),
            valid_macro_f1: macro_f1,
            seconds: started.elapsed().as_secs_f64(),
            images_per_second: steps * params.batch_size as f64 / training,
        };
        on_epoch(&record);
        history.push(record);
    }
    if let Some(average) = &mut average {
        average.swap();
    }
    let (_, best_epoch, best_state) = best.unwrap_or_else(|| (0.0, 0, store.snapshot()));
    Ok(Fitted { history, best_state, selection: FrozenSelection { best_epoch } })
}

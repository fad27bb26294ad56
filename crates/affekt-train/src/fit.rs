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
use crate::mixup::mix;
use crate::survey::ModelSurvey;
use crate::{
    EpochOrder, Evaluator, FrozenSelection, NetworkInput, TrainError, TrainSet, ValidSet, expression_scores,
};

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
    /// What the network sees of a face.
    pub input: NetworkInput,
    /// True to average predictions over each face and its mirror image.
    pub mirror: bool,
    /// Alpha of the Beta distribution that mixes pairs of images, in (0, 1]; `None` for no mixing.
    pub mixup: Option<f64>,
    /// True to learn distributions over the classes where samples have them.
    pub soft_targets: bool,
    /// Epochs in which only the heads learn.
    pub frozen_warmup: Option<FrozenWarmup>,
    /// Seed of the run: order, augmentation and dropout.
    pub seed: Seed,
}

impl FitParams {
    /// The evaluation that goes with this training.
    pub fn evaluator(&self, device: Device) -> Evaluator {
        Evaluator { input: self.input, precision: self.precision, mirror: self.mirror, device }
    }
}

/// Some parameters wait while the others begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrozenWarmup {
    /// Their names begin so.
    pub prefix: &'static str,
    /// Epochs in which they wait.
    pub epochs: u32,
    /// Their learning rate afterwards, as a share of the others'.
    pub share: f64,
}

impl FitParams {
    /// Learning rate of a parameter as a share of the schedule's; `None` for one that waits.
    fn lr_share(&self, name: &str, epoch: u32) -> Option<f64> {
        match self.frozen_warmup {
            Some(warmup) if name.starts_with(warmup.prefix) => {
                (epoch > warmup.epochs).then_some(warmup.share)
            }
            _ => Some(1.0),
        }
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
    /// Further numbers the objective gives, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<&'static str, f64>,
    /// Class distributions after the epoch, row c that of class c; of Ada-DF only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_distributions: Vec<Vec<f64>>,
    /// What looked wrong, each with its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
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

/// Everything a training is made of; the parameters of `model` are those in `store`.
pub struct Training<'a> {
    /// Network.
    pub model: &'a dyn AffectModel,
    /// Its parameters and buffers.
    pub store: &'a ParamStore,
    /// Loss.
    pub objective: &'a mut dyn Objective,
    /// Learning rates.
    pub schedule: &'a dyn Schedule,
    /// Augmentation of training images.
    pub augment: &'a dyn Augment,
    /// Which training samples an epoch visits.
    pub order: &'a dyn EpochOrder,
    /// Samples that fit the weights.
    pub train: &'a TrainSet,
    /// Samples that choose the epoch.
    pub valid: &'a ValidSet,
    /// Numbers of the loop.
    pub params: FitParams,
}

impl Training<'_> {
    /// Trains; `on_epoch` sees each finished epoch.
    ///
    /// # Errors
    /// [`TrainError::TooFew`] when an epoch is shorter than one batch, [`TrainError::NonFiniteLoss`] with the place
    /// where training broke down.
    pub fn run(self, on_epoch: &mut dyn FnMut(&EpochRecord)) -> Result<Fitted, TrainError> {
        let Self { model, store, objective, schedule, augment, order, train, valid, params } = self;
        let faces = train.faces();
        if params.batch_size == 0 || order.len() < params.batch_size {
            let (expected, got) = (params.batch_size, order.len());
            return Err(TrainError::TooFew { split: Split::Train, expected, got });
        }
        let device = store.device();
        let evaluator = params.evaluator(device);
        let mut optimizer = AdamW::new(params.adam_w, store.parameters());
        let mut average = params.ema.map(|decay| Ema::new(decay, store.state()));
        let mut assembler =
            Assembler::new(faces, params.input, device)?.with_soft_targets(params.soft_targets);
        let n_classes = i64::try_from(faces.label_set.len()).unwrap_or(i64::MAX);
        let steps_per_epoch = order.len() / params.batch_size;

        let mut history = Vec::new();
        let mut best: Option<(f64, u32, BTreeMap<String, Tensor>)> = None;
        for epoch in 1..=params.epochs {
            let started = Instant::now();
            objective.begin_epoch(epoch);
            let order = order.epoch(epoch);
            let jitter = Jitter { augment, seed: params.seed, epoch };
            let mut sums = LossSums::default();
            let mut lr = 0.0;
            for (step, positions) in order.chunks_exact(params.batch_size).enumerate() {
                let global_step = u64::from(epoch - 1) * steps_per_epoch as u64 + step as u64;
                let noise = Seed(params.seed.stream("noise", &[global_step]).next_u64());
                let mode = Mode { train: true, precision: params.precision, noise };
                let mut batch = assembler.batch(positions, Some(jitter));
                if let Some(alpha) = params.mixup {
                    batch = mix(batch, n_classes, alpha, params.seed, global_step);
                }
                let output = model.forward(&batch.images, mode);
                let loss = objective.forward(&output, &batch.target)?;
                let value = loss.total.double_value(&[]);
                if !value.is_finite() {
                    let named = positions.iter().take(4).map(|&p| faces.rows[p].1.sample.to_string());
                    let (step, parts, samples) = (step as u64, loss.parts, named.collect());
                    return Err(TrainError::NonFiniteLoss { epoch, step, loss: value, parts, samples });
                }
                optimizer.zero_grad();
                loss.total.backward();
                lr = params.lr * schedule.factor(global_step);
                optimizer.step_by(|name| params.lr_share(name, epoch).map(|share| lr * share));
                if let Some(average) = &mut average {
                    average.update();
                }
                sums.add(value, loss.parts);
            }
            let training = started.elapsed().as_secs_f64();
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
            let (input, precision) = (params.input, params.precision);
            let (order, batch_size) = (order.as_slice(), params.batch_size);
            let notes = objective.end_epoch(&mut ModelSurvey {
                model,
                faces,
                input,
                precision,
                device,
                order,
                batch_size,
                jitter,
            })?;
            let steps = steps_per_epoch as f64;
            let record = EpochRecord {
                epoch,
                epochs: params.epochs,
                train_loss: sums.total / steps,
                parts: sums.parts.into_iter().map(|(name, sum)| (name, sum / steps)).collect(),
                numbers: notes.numbers,
                class_distributions: notes.class_distributions,
                warnings: notes.warnings,
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
}

/// Sums of the losses of an epoch.
#[derive(Default)]
struct LossSums {
    total: f64,
    parts: BTreeMap<&'static str, f64>,
}

impl LossSums {
    fn add(&mut self, value: f64, parts: Vec<(&'static str, f64)>) {
        self.total += value;
        for (name, part) in parts {
            *self.parts.entry(name).or_default() += part;
        }
    }
}

//! The training loop.

use std::collections::BTreeMap;
use std::time::Instant;

use affekt_augment::Augment;
use affekt_core::{Seed, Split};
use affekt_learn::{AffectModel, Objective, Schedule};
use affekt_tensor::{
    Device, Ema, EmaDecay, LossScale, OptimizerParams, ParamStore, PeakMemory, Precision, Tensor,
};
use serde::Serialize;

use crate::assemble::{Assembler, Jitter};
use crate::prefetch::prefetch;
use crate::resume::{Live, LossSums, Position};
use crate::running::Running;
use crate::{
    EpochOrder, Evaluator, FrozenSelection, Keeper, NetworkInput, TrainError, TrainSet, TrainState, ValidSet,
    Views, Wish,
};

/// Numbers of the loop.
#[derive(Clone, Copy, Debug)]
pub struct FitParams {
    /// Passes over the training split.
    pub epochs: u32,
    /// Samples per batch; what is left at the end of an epoch is dropped.
    pub batch_size: usize,
    /// Batches per step, at least 1: their losses are averaged, and nothing else is shared between them.
    pub accumulate: usize,
    /// Peak learning rate.
    pub lr: f64,
    /// The optimiser.
    pub optimizer: OptimizerParams,
    /// Greatest length of the gradient, > 0, to which longer ones are shortened; `None` for any.
    pub clip_norm: Option<f64>,
    /// Decay of the weights' running average, which then takes the place of the weights in validation, selection
    /// and everything after training; `None` to use the weights themselves.
    pub ema: Option<EmaDecay>,
    /// Arithmetic of the network.
    pub precision: Precision,
    /// What the network sees of a face.
    pub input: NetworkInput,
    /// What the predictions of the trained network average over.
    pub views: Views,
    /// Alpha of the Beta distribution that mixes pairs of images, in (0, 1]; `None` for no mixing.
    pub mixup: Option<f64>,
    /// True to learn distributions over the classes where samples have them.
    pub soft_targets: bool,
    /// Epochs in which only the heads learn.
    pub frozen_warmup: Option<FrozenWarmup>,
    /// Epochs without a better macro-F1 on the validation split after which training ends; `None` for never.
    pub patience: Option<u32>,
    /// Seed of the run: order, augmentation and dropout.
    pub seed: Seed,
}

impl FitParams {
    /// The evaluation that goes with this training.
    pub fn evaluator(&self, device: Device) -> Evaluator {
        Evaluator { input: self.input, precision: self.precision, views: self.views, device }
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
    /// Samples of one step.
    pub const fn samples_per_step(&self) -> usize {
        self.batch_size * self.accumulate
    }

    /// Learning rate of a parameter as a share of the schedule's; `None` for one that waits.
    pub(crate) fn lr_share(&self, name: &str, epoch: u32) -> Option<f64> {
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
    pub parts: BTreeMap<String, f64>,
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
    /// Steps left out because a gradient in half precision was not finite.
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped_steps: u64,
    /// Longest gradient of a step before it was shortened; only where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_gradient_norm: Option<f64>,
    /// Most memory of the process so far, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_host_mib: Option<f64>,
    /// Most memory on the CUDA device so far, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_device_mib: Option<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// What a fit leaves behind, besides the weights in the store (their average with [`FitParams::ema`]).
#[derive(Debug)]
pub struct Fitted {
    /// One record per epoch that ended here, not before a resumption.
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
    /// What an earlier training of this run kept, to go on from.
    pub from: Option<TrainState>,
    /// Keeps the state; `None` to train in one go.
    pub keeper: Option<&'a mut dyn Keeper>,
}

impl Training<'_> {
    /// Trains; `on_epoch` sees each epoch that ends.
    ///
    /// A training that goes on from a kept state makes the bits that it would have made in one go.
    ///
    /// # Errors
    /// [`TrainError::TooFew`] when an epoch is shorter than one batch, [`TrainError::NonFiniteLoss`] with the place
    /// where training broke down, [`TrainError::Stopped`] when the keeper wished so, [`TrainError::Keep`] when it could
    /// not keep.
    pub fn run(self, on_epoch: &mut dyn FnMut(&EpochRecord)) -> Result<Fitted, TrainError> {
        let Self {
            model,
            store,
            objective,
            schedule,
            augment,
            order,
            train,
            valid,
            params,
            from,
            mut keeper,
        } = self;
        let faces = train.faces();
        let per_step = params.samples_per_step();
        if per_step == 0 || order.len() < per_step {
            let (expected, got) = (per_step, order.len());
            return Err(TrainError::TooFew { split: Split::Train, expected, got });
        }
        let device = store.device();
        let live = Live {
            store,
            optimizer: params.optimizer.build(store.parameters()),
            scale: (params.precision == Precision::Fp16).then(LossScale::default),
            average: params.ema.map(|decay| Ema::new(decay, store.state())),
            objective,
            best: None,
            sums: LossSums::default(),
            lr: 0.0,
        };
        let steps_per_epoch = order.len() / per_step;
        let mut running = Running { model, schedule, faces, valid, params, steps_per_epoch, live };
        let mut position = match from {
            Some(state) => running.live.restore(&state)?,
            None => Position { epoch: 1, steps: 0 },
        };

        let mut history = Vec::new();
        while position.epoch <= params.epochs && !running.is_patience_out(position) {
            let started = Instant::now();
            let (epoch, first_step) = (position.epoch, position.steps);
            if first_step == 0 {
                running.live.objective.begin_epoch(epoch);
                running.live.sums = LossSums::default();
            }
            let order = order.epoch(epoch);
            let jitter = Jitter { augment, seed: params.seed, epoch };
            let assembler =
                Assembler::new(faces, params.input, device)?.with_soft_targets(params.soft_targets);
            let rest: Vec<&[usize]> = order
                .chunks_exact(per_step)
                .skip(first_step)
                .flat_map(|s| s.chunks(params.batch_size))
                .collect();
            prefetch(assembler, &rest, jitter, |batches| {
                for step in first_step..steps_per_epoch {
                    running.step(batches, epoch, step)?;
                    position.steps = step + 1;
                    // The end of an epoch belongs to its last step: a state between the two would be a third kind.
                    if position.steps < steps_per_epoch {
                        let wish = keeper.as_mut().map_or(Wish::GoOn, |keeper| keeper.wish());
                        obey(wish, keeper.as_deref_mut(), &running.live, position)?;
                    }
                }
                Ok(())
            })?;
            let training = started.elapsed().as_secs_f64();
            let images = ((steps_per_epoch - first_step) * per_step) as f64;
            let mut record = running.close(&order, jitter)?;
            record.seconds = started.elapsed().as_secs_f64();
            record.images_per_second = images / training;
            let memory = PeakMemory::now(device);
            (record.peak_host_mib, record.peak_device_mib) = (memory.host, memory.device);
            on_epoch(&record);
            history.push(record);
            position = Position { epoch: epoch + 1, steps: 0 };
            let wish = keeper.as_mut().map_or(Wish::GoOn, |keeper| keeper.wish());
            // Nothing of a whole training is to be done twice because what follows it was cut short.
            let last = epoch == params.epochs || running.is_patience_out(position);
            let wish = if last && wish == Wish::GoOn { Wish::Keep } else { wish };
            obey(wish, keeper.as_deref_mut(), &running.live, position)?;
        }
        let Live { mut average, best, .. } = running.live;
        if let Some(average) = &mut average {
            average.swap();
        }
        let (best_epoch, best_state) = match best {
            Some(best) => (best.epoch, best.state),
            None => (0, store.snapshot()),
        };
        Ok(Fitted { history, best_state, selection: FrozenSelection { best_epoch } })
    }
}

/// Does what a keeper wished.
fn obey(
    wish: Wish,
    keeper: Option<&mut (dyn Keeper + '_)>,
    live: &Live<'_>,
    position: Position,
) -> Result<(), TrainError> {
    let Some(keeper) = keeper.filter(|_| wish != Wish::GoOn) else { return Ok(()) };
    keeper.keep(&live.state(position)).map_err(TrainError::Keep)?;
    if wish == Wish::KeepAndStop {
        return Err(TrainError::Stopped { epoch: position.epoch, step: position.steps as u64 });
    }
    Ok(())
}

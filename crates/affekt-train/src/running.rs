//! One step, and the end of one epoch.

use affekt_artifact::Selection;
use affekt_core::Seed;
use affekt_learn::{AffectModel, Batch, Schedule};
use affekt_tensor::{Gradients, LossScale, Mode};

use crate::assemble::Jitter;
use crate::mixup::mix;
use crate::prefetch::Batches;
use crate::resume::{Best, Live, Position};
use crate::survey::ModelSurvey;
use crate::{EpochRecord, FaceSet, FitParams, TrainError, ValidSet, expression_scores};

/// Where a batch belongs.
#[derive(Clone, Copy)]
struct At {
    epoch: u32,
    /// Step within the epoch.
    step: u64,
    /// Forward pass within the training: the key of what is random in it.
    pass: u64,
}

/// A training on its way.
pub(crate) struct Running<'a> {
    pub(crate) model: &'a dyn AffectModel,
    pub(crate) schedule: &'a dyn Schedule,
    pub(crate) faces: &'a FaceSet,
    pub(crate) valid: &'a ValidSet,
    pub(crate) params: FitParams,
    pub(crate) steps_per_epoch: usize,
    pub(crate) live: Live<'a>,
}

impl Running<'_> {
    /// Forward and backward for each batch of the step, then the update.
    pub(crate) fn step(
        &mut self,
        batches: &mut Batches<'_>,
        epoch: u32,
        step: usize,
    ) -> Result<(), TrainError> {
        let global_step = u64::from(epoch - 1) * self.steps_per_epoch as u64 + step as u64;
        self.live.optimizer.zero_grad();
        let n = self.params.accumulate as u64;
        for part in 0..n {
            let (batch, positions) = batches.next()?;
            let at = At { epoch, step: step as u64, pass: global_step * n + part };
            self.backward(batch, positions, at)?;
        }
        self.update(epoch, global_step);
        Ok(())
    }

    /// Adds the gradient of one batch.
    fn backward(&mut self, batch: Batch, positions: &[usize], at: At) -> Result<(), TrainError> {
        let Self { model, faces, params, live, .. } = self;
        let noise = Seed(params.seed.stream("noise", &[at.pass]).next_u64());
        let mode = Mode { train: true, precision: params.precision, noise };
        let batch = match params.mixup {
            Some(alpha) => {
                let n_classes = i64::try_from(faces.label_set.len()).unwrap_or(i64::MAX);
                mix(batch, n_classes, alpha, params.seed, at.pass)
            }
            None => batch,
        };
        let output = model.forward(&batch.images, mode);
        let loss = live.objective.forward(&output, &batch.target)?;
        let value = loss.total.double_value(&[]);
        if !value.is_finite() {
            let named = positions.iter().take(4).map(|&p| faces.rows[p].1.sample.to_string());
            let (parts, samples) = (loss.parts, named.collect());
            return Err(TrainError::NonFiniteLoss {
                epoch: at.epoch,
                step: at.step,
                loss: value,
                parts,
                samples,
            });
        }
        let share = live.scale.as_ref().map_or(1.0, LossScale::factor) / params.accumulate as f64;
        // A factor of one would be a rounding the less, but a node of the graph the more.
        let total = if (share - 1.0).abs() > 0.0 { loss.total * share } else { loss.total };
        total.backward();
        live.sums.add(value, loss.parts);
        Ok(())
    }

    /// One update from the gradients that were gathered.
    fn update(&mut self, epoch: u32, global_step: u64) {
        let Self { schedule, params, live, .. } = self;
        live.lr = params.lr * schedule.factor(global_step);
        if live.scale.is_some() || params.clip_norm.is_some() {
            let mut gradients = Gradients::of(&live.store.parameters());
            if live.scale.as_mut().is_some_and(|scale| !scale.unscale(&mut gradients)) {
                live.sums.skipped += 1;
                return;
            }
            if let Some(max_norm) = params.clip_norm {
                live.sums.see_gradient(gradients.clip(max_norm));
            }
        }
        let lr = live.lr;
        live.optimizer.step_by(&|name| params.lr_share(name, epoch).map(|share| lr * share));
        if let Some(average) = &mut live.average {
            average.update();
        }
    }

    /// True when validation has not improved for as many epochs as the training has patience for.
    pub(crate) fn is_patience_out(&self, next: Position) -> bool {
        let best = self.live.best.as_ref().map_or(0, |best| best.epoch);
        let ended = next.epoch - 1;
        next.steps == 0 && self.params.patience.is_some_and(|patience| ended.saturating_sub(best) >= patience)
    }

    /// Validation, the best epoch so far, and what the objective learns; the clocks of the record are the caller's.
    pub(crate) fn close(&mut self, order: &[usize], jitter: Jitter<'_>) -> Result<EpochRecord, TrainError> {
        let Self { model, faces, valid, params, steps_per_epoch, live, .. } = self;
        let (device, epoch) = (live.store.device(), jitter.epoch);
        if let Some(average) = &mut live.average {
            average.swap();
        }
        let validation =
            params.evaluator(device).in_place().predict(*model, valid.faces(), Selection::Last)?;
        let scores = expression_scores(&validation, valid.faces().label_set.len());
        let macro_f1 = scores.map(|(_, macro_f1)| macro_f1);
        // Without anything to validate on, the last epoch is as good as any.
        let better = |best: &Best| macro_f1.is_none_or(|f1| f1 > best.score);
        if live.best.as_ref().is_none_or(better) {
            let score = macro_f1.unwrap_or(f64::NEG_INFINITY);
            live.best = Some(Best { score, epoch, state: live.store.snapshot() });
        }
        if let Some(average) = &mut live.average {
            average.swap();
        }
        let (input, precision, batch_size) = (params.input, params.precision, params.batch_size);
        let notes = live.objective.end_epoch(&mut ModelSurvey {
            model: *model,
            faces,
            input,
            precision,
            device,
            order,
            batch_size,
            jitter,
        })?;
        let batches = (*steps_per_epoch * params.accumulate) as f64;
        Ok(EpochRecord {
            epoch,
            epochs: params.epochs,
            train_loss: live.sums.total / batches,
            parts: live.sums.parts.iter().map(|(name, sum)| (name.clone(), sum / batches)).collect(),
            numbers: notes.numbers,
            class_distributions: notes.class_distributions,
            warnings: notes.warnings,
            lr: live.lr,
            valid_accuracy: scores.map(|(accuracy, _)| accuracy),
            valid_macro_f1: macro_f1,
            seconds: 0.0,
            images_per_second: 0.0,
            skipped_steps: live.sums.skipped,
            max_gradient_norm: live.sums.max_gradient_norm,
            peak_host_mib: None,
            peak_device_mib: None,
        })
    }
}

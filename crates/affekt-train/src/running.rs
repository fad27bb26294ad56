//! One step, and the end of one epoch.

use affekt_artifact::Selection;
use affekt_core::Seed;
use affekt_learn::{AffectModel, Batch, Schedule};
use affekt_tensor::Mode;

use crate::assemble::Jitter;
use crate::mixup::mix;
use crate::resume::{Best, Live};
use crate::survey::ModelSurvey;
use crate::{EpochRecord, FaceSet, FitParams, TrainError, ValidSet, expression_scores};

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
    /// Forward, backward, update; `positions` are those of the batch.
    pub(crate) fn step(
        &mut self,
        batch: Batch,
        positions: &[usize],
        epoch: u32,
        step: usize,
    ) -> Result<(), TrainError> {
        let Self { model, schedule, faces, params, steps_per_epoch, live, .. } = self;
        let global_step = u64::from(epoch - 1) * *steps_per_epoch as u64 + step as u64;
        let noise = Seed(params.seed.stream("noise", &[global_step]).next_u64());
        let mode = Mode { train: true, precision: params.precision, noise };
        let batch = match params.mixup {
            Some(alpha) => {
                let n_classes = i64::try_from(faces.label_set.len()).unwrap_or(i64::MAX);
                mix(batch, n_classes, alpha, params.seed, global_step)
            }
            None => batch,
        };
        let output = model.forward(&batch.images, mode);
        let loss = live.objective.forward(&output, &batch.target)?;
        let value = loss.total.double_value(&[]);
        if !value.is_finite() {
            let named = positions.iter().take(4).map(|&p| faces.rows[p].1.sample.to_string());
            let (step, parts, samples) = (step as u64, loss.parts, named.collect());
            return Err(TrainError::NonFiniteLoss { epoch, step, loss: value, parts, samples });
        }
        live.optimizer.zero_grad();
        loss.total.backward();
        let lr = params.lr * schedule.factor(global_step);
        live.optimizer.step_by(|name| params.lr_share(name, epoch).map(|share| lr * share));
        if let Some(average) = &mut live.average {
            average.update();
        }
        live.lr = lr;
        live.sums.add(value, loss.parts);
        Ok(())
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
        if live.best.as_ref().is_none_or(|best| macro_f1.is_some_and(|f1| f1 > best.score)) {
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
        let steps = *steps_per_epoch as f64;
        Ok(EpochRecord {
            epoch,
            epochs: params.epochs,
            train_loss: live.sums.total / steps,
            parts: live.sums.parts.iter().map(|(name, sum)| (name.clone(), sum / steps)).collect(),
            numbers: notes.numbers,
            class_distributions: notes.class_distributions,
            warnings: notes.warnings,
            lr: live.lr,
            valid_accuracy: scores.map(|(accuracy, _)| accuracy),
            valid_macro_f1: macro_f1,
            seconds: 0.0,
            images_per_second: 0.0,
        })
    }
}

//! What a training needs to go on where it stopped, to the last bit.

use std::collections::BTreeMap;

use affekt_learn::Objective;
use affekt_tensor::{Ema, LossScale, Optimizer, ParamStore, Tensor, to_f64};

use crate::TrainError;

/// Everything a training has made so far, by name: weights, optimiser, average, best epoch, objective, sums of the epoch
/// and position. Randomness needs no state: it is a function of seed, epoch, step and sample.
///
/// Settings, data and code are not in it; whoever keeps it makes sure that they are the same.
#[derive(Debug)]
pub struct TrainState(pub BTreeMap<String, Tensor>);

impl TrainState {
    /// Epochs that had ended; `None` where the state does not say.
    pub fn epochs_done(&self) -> Option<u32> {
        let position = self.0.get("position").map(to_f64)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        position.first().map(|&epoch| (epoch as u32).saturating_sub(1))
    }
}

/// What a keeper wants after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    GoOn,
    /// The state, now.
    Keep,
    /// The state, and then the end of the training.
    KeepAndStop,
}

/// Where a training keeps its state, and who may ask it to stop.
pub trait Keeper {
    /// Asked after each step.
    fn wish(&mut self) -> Wish;

    /// Keeps a state in place of the one before.
    ///
    /// # Errors
    /// Whatever hinders it; the training then ends, for it would go on unprotected.
    fn keep(&mut self, state: &TrainState) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// The next step to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Epoch, from 1; one more than there are when all are done.
    pub(crate) epoch: u32,
    /// Steps of it that are done.
    pub(crate) steps: usize,
}

/// Best epoch so far.
#[derive(Debug)]
pub(crate) struct Best {
    pub(crate) score: f64,
    pub(crate) epoch: u32,
    pub(crate) state: BTreeMap<String, Tensor>,
}

/// Sums of the losses of an epoch.
#[derive(Debug, Default)]
pub(crate) struct LossSums {
    pub(crate) total: f64,
    pub(crate) parts: BTreeMap<String, f64>,
    /// Updates left out.
    pub(crate) skipped: u64,
    /// Longest gradient.
    pub(crate) max_gradient_norm: Option<f64>,
}

impl LossSums {
    pub(crate) fn add(&mut self, value: f64, parts: Vec<(&'static str, f64)>) {
        self.total += value;
        for (name, part) in parts {
            *self.parts.entry(name.to_owned()).or_default() += part;
        }
    }

    pub(crate) fn see_gradient(&mut self, norm: f64) {
        if self.max_gradient_norm.is_none_or(|max| norm > max) {
            self.max_gradient_norm = Some(norm);
        }
    }
}

/// All that changes while a training runs.
pub(crate) struct Live<'a> {
    pub(crate) store: &'a ParamStore,
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) scale: Option<LossScale>,
    pub(crate) average: Option<Ema>,
    pub(crate) objective: &'a mut dyn Objective,
    pub(crate) best: Option<Best>,
    pub(crate) sums: LossSums,
    /// Learning rate of the last step.
    pub(crate) lr: f64,
}

const WEIGHTS: &str = "weights.";
const OPTIMIZER: &str = "optimizer.";
const AVERAGE: &str = "ema.";
const OBJECTIVE: &str = "objective.";
const SCALE: &str = "loss_scale.";
const BEST: &str = "best.weights.";
const PART: &str = "loss.part.";

impl Live<'_> {
    /// The state before the step at `position`.
    pub(crate) fn state(&self, position: Position) -> TrainState {
        let mut all = BTreeMap::new();
        let mut add = |prefix: &str, part: BTreeMap<String, Tensor>| {
            all.extend(part.into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
        };
        add(WEIGHTS, self.store.state());
        add(OPTIMIZER, self.optimizer.state());
        add(OBJECTIVE, self.objective.state());
        if let Some(scale) = &self.scale {
            add(SCALE, scale.state());
        }
        if let Some(average) = &self.average {
            add(AVERAGE, average.state());
        }
        let scalar = |x: f64| Tensor::from_slice(&[x]);
        if let Some(Best { score, epoch, state }) = &self.best {
            add(BEST, state.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect());
            add(
                "best.",
                BTreeMap::from([("score".to_owned(), Tensor::from_slice(&[*score, f64::from(*epoch)]))]),
            );
        }
        add(PART, self.sums.parts.iter().map(|(name, sum)| (name.clone(), scalar(*sum))).collect());
        // A length is never negative: that stands for none.
        let (skipped, longest) = (self.sums.skipped as f64, self.sums.max_gradient_norm.unwrap_or(-1.0));
        for (name, two) in [("total", [self.sums.total, self.lr]), ("update", [skipped, longest])] {
            add("loss.", BTreeMap::from([(name.to_owned(), Tensor::from_slice(&two))]));
        }
        let steps = i64::try_from(position.steps).unwrap_or(i64::MAX);
        all.insert("position".to_owned(), Tensor::from_slice(&[i64::from(position.epoch), steps]));
        TrainState(all)
    }

    /// Takes a state; the objective is told of the epoch it is in.
    pub(crate) fn restore(&mut self, state: &TrainState) -> Result<Position, TrainError> {
        let TrainState(all) = state;
        let part = |prefix: &str| -> BTreeMap<String, Tensor> {
            let named = all.iter().filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)));
            named.map(|(name, tensor)| (name.to_owned(), tensor.shallow_clone())).collect()
        };
        let pair = |name: &'static str| -> Result<[f64; 2], TrainError> {
            let values = all.get(name).map(to_f64).unwrap_or_default();
            <[f64; 2]>::try_from(values).map_err(|_| TrainError::State { name })
        };
        let [epoch, steps] = pair("position")?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
        let position = Position { epoch: epoch as u32, steps: steps as usize };
        self.store.take(&part(WEIGHTS))?;
        self.optimizer.restore(&part(OPTIMIZER))?;
        if let Some(scale) = &mut self.scale {
            scale.restore(&part(SCALE))?;
        }
        if let Some(average) = &mut self.average {
            average.restore(&part(AVERAGE))?;
        }
        let best = part(BEST);
        if !best.is_empty() {
            let [score, epoch] = pair("best.score")?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let epoch = epoch as u32;
            self.best = Some(Best { score, epoch, state: best });
        }
        [self.sums.total, self.lr] = pair("loss.total")?;
        let [skipped, longest] = pair("loss.update")?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let skipped = skipped as u64;
        (self.sums.skipped, self.sums.max_gradient_norm) = (skipped, (longest >= 0.0).then_some(longest));
        let sum = |(name, tensor): (String, Tensor)| (name, tensor.double_value(&[0]));
        self.sums.parts = part(PART).into_iter().map(sum).collect();
        // What an epoch's beginning resets was counted before it, or is counted within it.
        if position.steps > 0 {
            self.objective.begin_epoch(position.epoch);
        }
        self.objective.restore(&part(OBJECTIVE))?;
        Ok(position)
    }
}

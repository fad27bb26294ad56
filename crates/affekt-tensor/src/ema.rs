//! Exponential moving average of a model's weights.

use std::collections::BTreeMap;

use tch::Tensor;

use crate::TensorError;
use crate::saved::{copy_all, number, pair};

/// Share of the old average that an update of [`Ema`] keeps, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmaDecay(f64);

/// A decay is out of range.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("weight average: decay is {got}; expected [0, 1)")]
pub struct EmaError {
    /// The decay.
    pub got: f64,
}

impl EmaDecay {
    /// Checks the decay.
    ///
    /// # Errors
    /// [`EmaError`] unless it lies in [0, 1).
    pub fn new(decay: f64) -> Result<Self, EmaError> {
        if (0.0..1.0).contains(&decay) { Ok(Self(decay)) } else { Err(EmaError { got: decay }) }
    }
}

#[derive(Debug)]
struct Slot {
    weight: Tensor,
    average: Tensor,
}

/// The running average of every parameter and buffer, batch-normalisation statistics included.
///
/// # Equation
/// After update t = 0, 1, ...: s <- `d_t` s + (1 - `d_t`) w with `d_t` = min(d, (1 + t) / (10 + t)), where s starts at
/// the weights of the model as given. The warm-up, that of TensorFlow's `ExponentialMovingAverage` with
/// `num_updates`, lets the average forget the initial weights of a short training.
/// # Numerics
/// In the kind of the weights; at d = 0 the average is the weights, bit by bit.
#[derive(Debug)]
pub struct Ema {
    decay: EmaDecay,
    slots: BTreeMap<String, Slot>,
    updates: u64,
}

impl Ema {
    /// The average of `state` (see [`ParamStore::state`](crate::ParamStore::state)), whose tensors it watches.
    pub fn new(decay: EmaDecay, state: BTreeMap<String, Tensor>) -> Self {
        let slots = state
            .into_iter()
            .map(|(name, weight)| {
                let average = weight.detach().copy();
                (name, Slot { weight, average })
            })
            .collect();
        Self { decay, slots, updates: 0 }
    }

    /// Moves the average towards the present weights; once after each step of the optimiser.
    pub fn update(&mut self) {
        let t = self.updates as f64;
        let warm_up = (1.0 + t) / (10.0 + t);
        let decay = if warm_up < self.decay.0 { warm_up } else { self.decay.0 };
        self.updates += 1;
        let _guard = tch::no_grad_guard();
        for Slot { weight, average } in self.slots.values_mut() {
            let _ = average.lerp_(weight, 1.0 - decay);
        }
    }

    /// What it has gathered, for [`Ema::restore`]: `average.<name>` and `updates`.
    pub fn state(&self) -> BTreeMap<String, Tensor> {
        let updates = i64::try_from(self.updates).unwrap_or(i64::MAX);
        let averages =
            self.slots.iter().map(|(name, slot)| (format!("average.{name}"), slot.average.shallow_clone()));
        averages.chain([("updates".to_owned(), Tensor::from_slice(&[updates]))]).collect()
    }

    /// Takes a state of an average of the same weights.
    ///
    /// # Errors
    /// [`TensorError::State`] names what is missing or has another shape; nothing is taken then.
    pub fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError> {
        let updates = number(state, "updates")?;
        let slots = self.slots.iter();
        let copies = slots.map(|(name, slot)| pair(&slot.average, state, &format!("average.{name}")));
        copy_all(copies.collect::<Result<_, _>>()?);
        self.updates = updates;
        Ok(())
    }

    /// Exchanges weights and average: the model then computes with the average; a second call undoes the first.
    pub fn swap(&mut self) {
        let _guard = tch::no_grad_guard();
        for Slot { weight, average } in self.slots.values_mut() {
            let held = weight.detach().copy();
            weight.copy_(average);
            average.copy_(&held);
        }
    }
}

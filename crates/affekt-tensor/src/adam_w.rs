//! Adam with decoupled weight decay.

use std::collections::BTreeMap;

use affekt_torch_sys::{AdamConstants, AdamSlot, clear_grad, fused_adam};
use tch::Tensor;

use crate::optimizer::{Group, put, shim};
use crate::saved::{copy_all, number, pair};
use crate::{Optimizer, OptimizerError, TensorError};

/// Constants of [`AdamW`], checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWParams {
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
}

impl AdamWParams {
    /// Checks the constants.
    ///
    /// # Errors
    /// [`OptimizerError`] unless `beta1`, `beta2` in [0, 1), `eps` > 0, `weight_decay` >= 0.
    pub fn new(beta1: f64, beta2: f64, eps: f64, weight_decay: f64) -> Result<Self, OptimizerError> {
        for (name, got) in [("beta1", beta1), ("beta2", beta2)] {
            if !(0.0..1.0).contains(&got) {
                return Err(OptimizerError { optimizer: "AdamW", name, got, expected: "[0, 1)" });
            }
        }
        if !(f64::MIN_POSITIVE..=1.0).contains(&eps) {
            return Err(OptimizerError { optimizer: "AdamW", name: "eps", got: eps, expected: "(0, 1]" });
        }
        if !(0.0..=f64::MAX).contains(&weight_decay) {
            return Err(OptimizerError {
                optimizer: "AdamW",
                name: "weight_decay",
                got: weight_decay,
                expected: ">= 0",
            });
        }
        Ok(Self { beta1, beta2, eps, weight_decay })
    }
}

#[derive(Debug)]
struct Slot {
    parameter: Tensor,
    first: Tensor,
    second: Tensor,
    decays: bool,
}

/// The optimiser and its state.
///
/// # Equation
/// Loshchilov and Hutter 2019, Algorithm 2, in the order of `torch.optim.AdamW`:
/// p <- p (1 - lr wd); m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2;
/// p <- p - lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
///
/// # Deviation
/// Decay acts on parameters of two and more dimensions only: normalisation scales, shifts and biases are free.
#[derive(Debug)]
pub struct AdamW {
    params: AdamWParams,
    slots: BTreeMap<String, Slot>,
    step: u64,
}

impl AdamW {
    /// Zero state for every parameter.
    pub fn new(params: AdamWParams, parameters: BTreeMap<String, Tensor>) -> Self {
        let slots = parameters
            .into_iter()
            .map(|(name, parameter)| {
                let slot = Slot {
                    first: parameter.zeros_like(),
                    second: parameter.zeros_like(),
                    decays: parameter.dim() >= 2,
                    parameter,
                };
                (name, slot)
            })
            .collect();
        Self { params, slots, step: 0 }
    }
}

impl Optimizer for AdamW {
    /// `first.<name>`, `second.<name>` and `step`.
    fn state(&self) -> BTreeMap<String, Tensor> {
        let step = i64::try_from(self.step).unwrap_or(i64::MAX);
        let mut state = BTreeMap::from([("step".to_owned(), Tensor::from_slice(&[step]))]);
        for (name, slot) in &self.slots {
            state.insert(format!("first.{name}"), slot.first.shallow_clone());
            state.insert(format!("second.{name}"), slot.second.shallow_clone());
        }
        state
    }

    fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError> {
        let step = number(state, "step")?;
        let mut copies = Vec::new();
        for (name, slot) in &self.slots {
            copies.push(pair(&slot.first, state, &format!("first.{name}"))?);
            copies.push(pair(&slot.second, state, &format!("second.{name}"))?);
        }
        copy_all(copies);
        self.step = step;
        Ok(())
    }

    fn zero_grad(&mut self) {
        for slot in self.slots.values() {
            shim(clear_grad(&slot.parameter));
        }
    }

    fn step_by(&mut self, lr_of: &dyn Fn(&str) -> Option<f64>) {
        self.step += 1;
        let AdamWParams { beta1, beta2, eps, weight_decay } = self.params;
        let mut groups = Vec::new();
        for (name, Slot { parameter, first, second, decays }) in &self.slots {
            let (Some(lr), gradient) = (lr_of(name), parameter.grad()) else { continue };
            if gradient.defined() {
                let weight_decay = if *decays { weight_decay } else { 0.0 };
                put(&mut groups, lr, weight_decay, AdamSlot { parameter, gradient, first, second });
            }
        }
        let step = self.step;
        for Group { lr, weight_decay, slots } in groups {
            let constants = AdamConstants { step, lr, beta1, beta2, weight_decay, eps, decoupled: true };
            shim(fused_adam(&slots, constants));
        }
    }
}

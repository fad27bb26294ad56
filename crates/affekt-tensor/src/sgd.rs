//! Stochastic gradient descent with momentum.

use std::collections::BTreeMap;

use affekt_torch_sys::{SgdConstants, SgdSlot, clear_grad, fused_sgd};
use tch::Tensor;

use crate::optimizer::{Group, put, shim};
use crate::saved::{copy_all, pair};
use crate::{Optimizer, OptimizerError, TensorError};

/// Constants of [`Sgd`], checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdParams {
    momentum: f64,
    weight_decay: f64,
    nesterov: bool,
}

impl SgdParams {
    /// Checks the constants.
    ///
    /// # Errors
    /// [`OptimizerError`] unless `momentum` is in [0, 1), above 0 with `nesterov`, and `weight_decay` >= 0.
    pub fn new(momentum: f64, weight_decay: f64, nesterov: bool) -> Result<Self, OptimizerError> {
        let refused = |name, got, expected| Err(OptimizerError { optimizer: "SGD", name, got, expected });
        if !(0.0..1.0).contains(&momentum) {
            return refused("momentum", momentum, "[0, 1)");
        }
        if nesterov && momentum <= 0.0 {
            return refused("momentum", momentum, "above 0 with Nesterov's form");
        }
        if !(0.0..=f64::MAX).contains(&weight_decay) {
            return refused("weight_decay", weight_decay, ">= 0");
        }
        Ok(Self { momentum, weight_decay, nesterov })
    }
}

#[derive(Debug)]
struct Slot {
    parameter: Tensor,
    buffer: Tensor,
    decays: bool,
}

/// The optimiser and its state.
///
/// # Equation
/// Sutskever et al. 2013 in the form of `torch.optim.SGD`: g <- g + wd p; b <- momentum b + g;
/// p <- p - lr b, or p - lr (g + momentum b) in Nesterov's form
///
/// # Deviation
/// Decay acts on parameters of two and more dimensions only: normalisation scales, shifts and biases are free.
#[derive(Debug)]
pub struct Sgd {
    params: SgdParams,
    slots: BTreeMap<String, Slot>,
}

impl Sgd {
    /// Zero state for every parameter.
    pub fn new(params: SgdParams, parameters: BTreeMap<String, Tensor>) -> Self {
        let slot = |(name, parameter): (String, Tensor)| {
            let (buffer, decays) = (parameter.zeros_like(), parameter.dim() >= 2);
            (name, Slot { parameter, buffer, decays })
        };
        Self { params, slots: parameters.into_iter().map(slot).collect() }
    }
}

impl Optimizer for Sgd {
    /// `momentum.<name>`.
    fn state(&self) -> BTreeMap<String, Tensor> {
        let slots = self.slots.iter();
        slots.map(|(name, slot)| (format!("momentum.{name}"), slot.buffer.shallow_clone())).collect()
    }

    fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError> {
        let slots = self.slots.iter();
        let copies = slots.map(|(name, slot)| pair(&slot.buffer, state, &format!("momentum.{name}")));
        copy_all(copies.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn zero_grad(&mut self) {
        for slot in self.slots.values() {
            shim(clear_grad(&slot.parameter));
        }
    }

    fn step_by(&mut self, lr_of: &dyn Fn(&str) -> Option<f64>) {
        let SgdParams { momentum, weight_decay, nesterov } = self.params;
        let mut groups = Vec::new();
        for (name, Slot { parameter, buffer, decays }) in &self.slots {
            let (Some(lr), gradient) = (lr_of(name), parameter.grad()) else { continue };
            if gradient.defined() {
                let weight_decay = if *decays { weight_decay } else { 0.0 };
                put(&mut groups, lr, weight_decay, SgdSlot { parameter, gradient, buffer });
            }
        }
        for Group { lr, weight_decay, slots } in groups {
            shim(fused_sgd(&slots, SgdConstants { lr, momentum, weight_decay, nesterov }));
        }
    }
}

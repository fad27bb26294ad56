//! The seam of optimisers, and what they share.

use std::collections::BTreeMap;

use affekt_torch_sys::ShimError;
use tch::Tensor;

use crate::{AdamW, AdamWParams, Sgd, SgdParams, TensorError};

/// Moves named parameters along their gradients, with a state of its own.
pub trait Optimizer: std::fmt::Debug {
    /// Forgets all gradients.
    fn zero_grad(&mut self);

    /// One update with a learning rate for each parameter by name; one without keeps still, its state too.
    fn step_by(&mut self, lr_of: &dyn Fn(&str) -> Option<f64>);

    /// What it has gathered, for [`Optimizer::restore`].
    fn state(&self) -> BTreeMap<String, Tensor>;

    /// Takes a state of an optimiser of the same kind and parameters.
    ///
    /// # Errors
    /// [`TensorError::State`] names what is missing or has another shape; nothing is taken then.
    fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError>;

    /// One update from the present gradients at learning rate `lr`; parameters without a gradient keep still.
    fn step(&mut self, lr: f64) {
        self.step_by(&|_| Some(lr));
    }
}

/// Which optimiser, with its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptimizerParams {
    /// Adam with decoupled weight decay; Adam without decay.
    AdamW(AdamWParams),
    /// Stochastic gradient descent with momentum.
    Sgd(SgdParams),
}

impl OptimizerParams {
    /// The optimiser at the start of a training.
    pub fn build(self, parameters: BTreeMap<String, Tensor>) -> Box<dyn Optimizer> {
        match self {
            Self::AdamW(params) => Box::new(AdamW::new(params, parameters)),
            Self::Sgd(params) => Box::new(Sgd::new(params, parameters)),
        }
    }
}

/// A constant of an optimiser is out of range.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{optimizer}: {name} is {got}; expected {expected}")]
pub struct OptimizerError {
    /// Name of the optimiser.
    pub optimizer: &'static str,
    /// Name of the constant.
    pub name: &'static str,
    /// Its value.
    pub got: f64,
    /// Its range.
    pub expected: &'static str,
}

/// What one call of a fused kernel updates: parameters of one learning rate and one weight decay.
pub(crate) struct Group<S> {
    pub(crate) lr: f64,
    pub(crate) weight_decay: f64,
    pub(crate) slots: Vec<S>,
}

/// Puts a parameter with those of its rates.
pub(crate) fn put<S>(groups: &mut Vec<Group<S>>, lr: f64, weight_decay: f64, slot: S) {
    let bits = |a: f64, b: f64| [a.to_bits(), b.to_bits()];
    let same = |group: &&mut Group<S>| bits(group.lr, group.weight_decay) == bits(lr, weight_decay);
    match groups.iter_mut().find(same) {
        Some(group) => group.slots.push(slot),
        None => groups.push(Group { lr, weight_decay, slots: vec![slot] }),
    }
}

/// # Panics
/// Where kinds, shapes or devices do not fit, as every operator of the library does here.
pub(crate) fn shim(done: Result<(), ShimError>) {
    if let Err(error) = done {
        panic!("{error}");
    }
}

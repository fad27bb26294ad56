//! Gradients as a whole: their length, and a loss scaled so that half precision can hold them.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use crate::TensorError;
use crate::saved::{number, values};

/// All gradients that are there, of the parameters by name.
#[derive(Debug)]
pub struct Gradients(Vec<Tensor>);

impl Gradients {
    /// Those of `parameters` that have one.
    pub fn of(parameters: &BTreeMap<String, Tensor>) -> Self {
        Self(parameters.values().map(Tensor::grad).filter(Tensor::defined).collect())
    }

    /// Length of all of them as one vector; not finite where any entry is not.
    ///
    /// # Equation
    /// `sqrt(sum_p |g_p|^2)`
    pub fn norm(&self) -> f64 {
        let norms: Vec<Tensor> =
            self.0.iter().map(|gradient| gradient.norm().to_kind(Kind::Double)).collect();
        if norms.is_empty() { 0.0 } else { Tensor::stack(&norms, 0).norm().double_value(&[]) }
    }

    /// Multiplies each by `factor`.
    pub fn scale(&mut self, factor: f64) {
        let _guard = tch::no_grad_guard();
        for gradient in &mut self.0 {
            let _ = gradient.g_mul_scalar_(factor);
        }
    }

    /// Shortens them to `max_norm` where they are longer, and says how long they were.
    ///
    /// # Equation
    /// `g <- g min(1, max_norm / (norm + 1e-6))`
    /// # Source
    /// Pascanu et al. 2013; constant of `torch.nn.utils.clip_grad_norm_`
    pub fn clip(&mut self, max_norm: f64) -> f64 {
        let norm = self.norm();
        let factor = max_norm / (norm + 1e-6);
        if factor < 1.0 {
            self.scale(factor);
        }
        norm
    }
}

/// Factor of a loss in half precision, whose gradients would vanish or overflow without.
///
/// # Equation
/// 2^16 at the start; halved, and the update left out, where a gradient is not finite; doubled after 2,000 updates in a
/// row
/// # Source
/// Micikevicius et al. 2018; constants of `torch.amp.GradScaler`
#[derive(Debug)]
pub struct LossScale {
    factor: f64,
    updates: u64,
}

impl Default for LossScale {
    fn default() -> Self {
        Self { factor: 65_536.0, updates: 0 }
    }
}

impl LossScale {
    const GROWTH_INTERVAL: u64 = 2_000;

    /// Present factor.
    pub const fn factor(&self) -> f64 {
        self.factor
    }

    /// Divides gradients of the scaled loss; false where they are not finite and the update is to be left out.
    pub fn unscale(&mut self, gradients: &mut Gradients) -> bool {
        if !gradients.norm().is_finite() {
            self.factor *= 0.5;
            self.updates = 0;
            return false;
        }
        gradients.scale(1.0 / self.factor);
        self.updates += 1;
        if self.updates == Self::GROWTH_INTERVAL {
            self.factor *= 2.0;
            self.updates = 0;
        }
        true
    }

    /// Its state, for [`LossScale::restore`].
    pub fn state(&self) -> BTreeMap<String, Tensor> {
        let updates = i64::try_from(self.updates).unwrap_or(i64::MAX);
        BTreeMap::from([
            ("factor".to_owned(), Tensor::from_slice(&[self.factor])),
            ("updates".to_owned(), Tensor::from_slice(&[updates])),
        ])
    }

    /// Takes a state.
    ///
    /// # Errors
    /// [`TensorError::State`] names what is missing.
    pub fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError> {
        let updates = number(state, "updates")?;
        let [factor] = values(state, "factor")?;
        (self.factor, self.updates) = (factor, updates);
        Ok(())
    }
}

//! Adam with decoupled weight decay.

use std::collections::BTreeMap;

use tch::Tensor;

/// Constants of [`AdamW`], checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWParams {
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
}

/// A constant of [`AdamW`] is out of range.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("AdamW: {name} is {got}; expected {expected}")]
pub struct AdamWError {
    /// Name of the constant.
    pub name: &'static str,
    /// Its value.
    pub got: f64,
    /// Its range.
    pub expected: &'static str,
}

impl AdamWParams {
    /// Checks the constants.
    ///
    /// # Errors
    /// [`AdamWError`] unless `beta1`, `beta2` in [0, 1), `eps` > 0, `weight_decay` >= 0.
    pub fn new(beta1: f64, beta2: f64, eps: f64, weight_decay: f64) -> Result<Self, AdamWError> {
        for (name, got) in [("beta1", beta1), ("beta2", beta2)] {
            if !(0.0..1.0).contains(&got) {
                return Err(AdamWError { name, got, expected: "[0, 1)" });
            }
        }
        if !(f64::MIN_POSITIVE..=1.0).contains(&eps) {
            return Err(AdamWError { name: "eps", got: eps, expected: "(0, 1]" });
        }
        if !(0.0..=f64::MAX).contains(&weight_decay) {
            return Err(AdamWError { name: "weight_decay", got: weight_decay, expected: ">= 0" });
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

    /// Clears all gradients.
    pub fn zero_grad(&mut self) {
        for slot in self.slots.values_mut() {
            slot.parameter.zero_grad();
        }
    }

    /// One update from the present gradients at learning rate `lr`; parameters without a gradient keep still.
    pub fn step(&mut self, lr: f64) {
        self.step_by(|_| Some(lr));
    }

    /// One update with a learning rate for each parameter by name; one without keeps still, its moments too.
    pub fn step_by(&mut self, lr_of: impl Fn(&str) -> Option<f64>) {
        self.step += 1;
        let AdamWParams { beta1, beta2, eps, weight_decay } = self.params;
        let t = self.step as f64;
        let (correct1, correct2) = (1.0 - beta1.powf(t), (1.0 - beta2.powf(t)).sqrt());
        let _guard = tch::no_grad_guard();
        for (name, Slot { parameter, first, second, decays }) in &mut self.slots {
            let Some(lr) = lr_of(name) else { continue };
            let gradient = parameter.grad();
            if !gradient.defined() {
                continue;
            }
            if *decays && weight_decay > 0.0 {
                let _ = parameter.g_mul_scalar_(1.0 - lr * weight_decay);
            }
            let _ = first.lerp_(&gradient, 1.0 - beta1);
            let _ = second.g_mul_scalar_(beta2);
            let _ = second.addcmul_(&(&gradient * (1.0 - beta2)), &gradient);
            let mut denominator = second.sqrt();
            let _ = denominator.g_div_scalar_(correct2).g_add_scalar_(eps);
            let update = &*first * (-lr / correct1);
            let _ = parameter.addcdiv_(&update, &denominator);
        }
    }
}

//! Fused steps of optimisers.

use std::ffi::c_char;

use tch::Tensor;
use torch_sys::C_tensor;

use crate::{ShimError, checked};

unsafe extern "C" {
    fn affekt_fused_adam(
        decoupled: i32,
        n: i64,
        parameters: *const *const C_tensor,
        gradients: *const *const C_tensor,
        first: *const *const C_tensor,
        second: *const *const C_tensor,
        step: f64,
        lr: f64,
        beta1: f64,
        beta2: f64,
        weight_decay: f64,
        eps: f64,
    ) -> *mut c_char;
    fn affekt_fused_sgd(
        n: i64,
        parameters: *const *const C_tensor,
        gradients: *const *const C_tensor,
        buffers: *const *const C_tensor,
        lr: f64,
        momentum: f64,
        weight_decay: f64,
        nesterov: i32,
    ) -> *mut c_char;
}

/// One parameter with its gradient and the state of [`fused_adam`].
#[derive(Debug)]
pub struct AdamSlot<'a> {
    /// Changed in place.
    pub parameter: &'a Tensor,
    /// Gradient, of the parameter's shape and kind.
    pub gradient: Tensor,
    /// Running mean of gradients, changed in place.
    pub first: &'a Tensor,
    /// Running mean of squared gradients, changed in place.
    pub second: &'a Tensor,
}

/// Constants of [`fused_adam`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamConstants {
    /// Number of this step, from 1, for the correction of the running means.
    pub step: u64,
    /// Learning rate.
    pub lr: f64,
    /// Decay of the mean of gradients.
    pub beta1: f64,
    /// Decay of the mean of squares.
    pub beta2: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Added to the root of the mean of squares.
    pub eps: f64,
    /// True for decay apart from the gradient (`AdamW`), false for decay added to it (`Adam`).
    pub decoupled: bool,
}

/// One step of `Adam` or `AdamW` over many parameters at once, by `LibTorch`'s fused kernel.
///
/// # Equation
/// that of `torch.optim.AdamW` and `torch.optim.Adam`
/// # Source
/// Loshchilov and Hutter 2019, Algorithm 2
///
/// # Errors
/// [`ShimError`] where kinds, shapes or devices differ.
pub fn fused_adam(slots: &[AdamSlot<'_>], constants: AdamConstants) -> Result<(), ShimError> {
    let pointers = |of: fn(&AdamSlot<'_>) -> *const C_tensor| slots.iter().map(of).collect::<Vec<_>>();
    let parameters = pointers(|slot| slot.parameter.as_ptr());
    let gradients = pointers(|slot| slot.gradient.as_ptr());
    let first = pointers(|slot| slot.first.as_ptr());
    let second = pointers(|slot| slot.second.as_ptr());
    let AdamConstants { step, lr, beta1, beta2, weight_decay, eps, decoupled } = constants;
    let n = i64::try_from(slots.len()).unwrap_or(i64::MAX);
    // SAFETY: four arrays of `n` pointers to tensors that are borrowed for the call.
    let message = unsafe {
        affekt_fused_adam(
            i32::from(decoupled),
            n,
            parameters.as_ptr(),
            gradients.as_ptr(),
            first.as_ptr(),
            second.as_ptr(),
            step as f64,
            lr,
            beta1,
            beta2,
            weight_decay,
            eps,
        )
    };
    checked("fused_adam", message)
}

/// One parameter with its gradient and the state of [`fused_sgd`].
#[derive(Debug)]
pub struct SgdSlot<'a> {
    /// Changed in place.
    pub parameter: &'a Tensor,
    /// Gradient, of the parameter's shape and kind.
    pub gradient: Tensor,
    /// Running sum of gradients, zeros at the start, changed in place.
    pub buffer: &'a Tensor,
}

/// Constants of [`fused_sgd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdConstants {
    /// Learning rate.
    pub lr: f64,
    /// Share of the running sum that stays, 0 for none.
    pub momentum: f64,
    /// Weight decay, added to the gradient.
    pub weight_decay: f64,
    /// True for Nesterov's form.
    pub nesterov: bool,
}

/// One step of stochastic gradient descent over many parameters at once, by `LibTorch`'s fused kernel.
///
/// # Equation
/// that of `torch.optim.SGD` without dampening
/// # Source
/// Sutskever et al. 2013, in the form of PyTorch
///
/// # Errors
/// [`ShimError`] where kinds, shapes or devices differ.
pub fn fused_sgd(slots: &[SgdSlot<'_>], constants: SgdConstants) -> Result<(), ShimError> {
    let pointers = |of: fn(&SgdSlot<'_>) -> *const C_tensor| slots.iter().map(of).collect::<Vec<_>>();
    let parameters = pointers(|slot| slot.parameter.as_ptr());
    let gradients = pointers(|slot| slot.gradient.as_ptr());
    let buffers = pointers(|slot| slot.buffer.as_ptr());
    let SgdConstants { lr, momentum, weight_decay, nesterov } = constants;
    let n = i64::try_from(slots.len()).unwrap_or(i64::MAX);
    // SAFETY: three arrays of `n` pointers to tensors that are borrowed for the call.
    let message = unsafe {
        affekt_fused_sgd(
            n,
            parameters.as_ptr(),
            gradients.as_ptr(),
            buffers.as_ptr(),
            lr,
            momentum,
            weight_decay,
            i32::from(nesterov),
        )
    };
    checked("fused_sgd", message)
}

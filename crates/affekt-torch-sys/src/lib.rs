//! What `tch` lacks of `LibTorch`, behind one C++ shim (`shim/`), which is compiled against the same library.
//!
//! The only crate of the workspace with foreign functions. Every function here is safe: it hands the shim pointers to tensors
//! that live for the call, and the shim turns exceptions into messages.

#![allow(unsafe_code, reason = "foreign functions; every call states why it holds")]
#![deny(clippy::undocumented_unsafe_blocks)]

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};

use tch::Tensor;
use torch_sys::C_tensor;

/// `LibTorch` refused.
#[derive(Debug, thiserror::Error)]
#[error("LibTorch, in {operation}: {message}")]
pub struct ShimError {
    /// What was asked of it.
    pub operation: &'static str,
    /// What it said.
    pub message: String,
}

unsafe extern "C" {
    fn affekt_free_message(message: *mut c_char);
    fn affekt_norm_act(
        out: *mut *mut C_tensor,
        fused: *mut i32,
        x: *const C_tensor,
        add: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        running_mean: *const C_tensor,
        running_var: *const C_tensor,
        train: i32,
        momentum: f64,
        eps: f64,
        relu: i32,
    ) -> *mut c_char;
    fn affekt_clear_grad(leaf: *const C_tensor) -> *mut c_char;
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
    fn affekt_set_deterministic(on: i32) -> *mut c_char;
    fn affekt_device_peak(index: i32, peak: *mut i64) -> *mut c_char;
}

/// Takes over the message a shim function returned.
fn checked(operation: &'static str, message: *mut c_char) -> Result<(), ShimError> {
    if message.is_null() {
        return Ok(());
    }
    // SAFETY: the shim returns null or a string of its own, ended by a zero, which is ours to free once.
    let text = unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        affekt_free_message(message);
        text
    };
    Err(ShimError { operation, message: text })
}

/// Parameters and running statistics of a batch normalisation over the channels, each \[c\].
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Scale.
    pub weight: &'a Tensor,
    /// Shift.
    pub bias: &'a Tensor,
    /// Mean used in evaluation; training moves it.
    pub running_mean: &'a Tensor,
    /// Variance used in evaluation; training moves it, by the unbiased one.
    pub running_var: &'a Tensor,
    /// Share of a batch in the running statistics.
    pub momentum: f64,
    /// Added to the variance.
    pub eps: f64,
}

/// How [`norm_act`] ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The shim's kernels: channels-last bf16 on the CPU.
    Fused,
    /// `LibTorch`'s operators, one after the other.
    Composed,
}

/// Batch normalisation, then an addition, then `ReLU`; the last two on request.
///
/// # Equation
/// `y = act((x - mean) / sqrt(var + eps) weight + bias + add)`, mean and biased variance over n, h, w of the batch in
/// training, the running ones otherwise
/// # Shape
/// x and add [n, c, h, w] of one kind -> the same; parameters and statistics \[c\] f32
/// # Numerics
/// fused: sums in f32 over 128 pixels, in f64 over those, in one order for any number of threads
/// # Source
/// Ioffe and Szegedy 2015, Algorithm 1
///
/// # Errors
/// [`ShimError`] with what `LibTorch` said of shapes and kinds that do not fit.
pub fn norm_act(
    x: &Tensor,
    add: Option<&Tensor>,
    norm: Norm<'_>,
    train: bool,
    relu: bool,
) -> Result<(Tensor, Route), ShimError> {
    let mut out = null_mut();
    let mut fused = 0;
    // SAFETY: every pointer is of a tensor borrowed for the call, `add` may be null by contract; the shim writes `out`
    // and `fused` or returns a message.
    let message = unsafe {
        affekt_norm_act(
            &raw mut out,
            &raw mut fused,
            x.as_ptr(),
            add.map_or(null(), Tensor::as_ptr),
            norm.weight.as_ptr(),
            norm.bias.as_ptr(),
            norm.running_mean.as_ptr(),
            norm.running_var.as_ptr(),
            i32::from(train),
            norm.momentum,
            norm.eps,
            i32::from(relu),
        )
    };
    checked("norm_act", message)?;
    // SAFETY: without a message `out` is a new tensor that belongs to the caller.
    let y = unsafe { Tensor::from_ptr(out) };
    Ok((y, if fused == 1 { Route::Fused } else { Route::Composed }))
}

/// Forgets the gradient of a leaf, so that the next backward pass stores its own there instead of adding to zeros.
///
/// # Errors
/// [`ShimError`] where the tensor is no leaf.
pub fn clear_grad(leaf: &Tensor) -> Result<(), ShimError> {
    // SAFETY: a tensor borrowed for the call.
    checked("clear_grad", unsafe { affekt_clear_grad(leaf.as_ptr()) })
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

/// Makes every operator give one result for one input, also on devices where the fastest ones do not; on a CPU, at a
/// fixed number of threads, they do anyway.
///
/// # Errors
/// [`ShimError`] with what `LibTorch` said.
pub fn set_deterministic(on: bool) -> Result<(), ShimError> {
    // SAFETY: no pointers.
    checked("set_deterministic", unsafe { affekt_set_deterministic(i32::from(on)) })
}

/// Most bytes that were allocated at once on the CUDA device of this number.
///
/// # Errors
/// [`ShimError`] without such a device.
pub fn device_peak(index: usize) -> Result<u64, ShimError> {
    let mut peak = 0;
    let index = i32::try_from(index).unwrap_or(i32::MAX);
    // SAFETY: `peak` is written or a message returned.
    checked("device_peak", unsafe { affekt_device_peak(index, &raw mut peak) })?;
    Ok(u64::try_from(peak).unwrap_or(0))
}

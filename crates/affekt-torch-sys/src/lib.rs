//! What `tch` lacks of `LibTorch`, behind one C++ shim (`shim/`), which is compiled against the same library.
//!
//! The only crate of the workspace with foreign functions. Every function here is safe: it hands the shim pointers to tensors
//! that live for the call, and the shim turns exceptions into messages.

#![allow(unsafe_code, reason = "foreign functions; every call states why it holds")]
#![deny(clippy::undocumented_unsafe_blocks)]

mod conv;
mod optimizers;

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};

use tch::Tensor;
use torch_sys::C_tensor;

pub use conv::{Columns, conv2d};
pub use optimizers::{AdamConstants, AdamSlot, SgdConstants, SgdSlot, fused_adam, fused_sgd};

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
    /// The shim's kernels: channels-last f32 or bf16 on the CPU.
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

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Convolutions, some of them as matrix products.

use std::ffi::c_char;
use std::ptr::null_mut;

use tch::Tensor;
use torch_sys::C_tensor;

use crate::{ShimError, checked};

unsafe extern "C" {
    fn affekt_conv2d(
        out: *mut *mut C_tensor,
        route: *mut i32,
        x: *const C_tensor,
        weight: *const C_tensor,
        stride: i64,
        padding: i64,
    ) -> *mut c_char;
}

/// What of a [`conv2d`] is a matrix product over columns (im2col) instead of `LibTorch`'s own operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The map itself.
    pub forward: bool,
    /// The gradient of the weights.
    pub weight: bool,
}

/// Cross-correlation of a zero-padded map with square kernels, without bias.
///
/// On a CPU the map is a matrix product where there are at least as many output channels as output pixels in the batch,
/// and so is, there and in bf16 on maps of up to 64 pixels, the gradient of the weights: oneDNN is
/// slower at these, by little on the largest and eight times on maps of 4 x 4 (`cargo xtask bench step`).
///
/// # Equation
/// `y[n, o, i, j] = sum over c, u, v of w[o, c, u, v] x[n, c, s i + u - p, s j + v - p]`
/// # Shape
/// x [n, `c_in`, h, w], weight [`c_out`, `c_in`, k, k] of one kind -> [n, `c_out`, h', w'] in this kind,
/// h' = (h + 2 p - k) / s + 1
/// # Numerics
/// both ways sum in f32 and differ in the order of the terms
/// # Source
/// Chellapilla, Puri and Simard 2006, section 3 (columns)
///
/// # Errors
/// [`ShimError`] with what `LibTorch` said of shapes and kinds that do not fit.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    stride: i64,
    padding: i64,
) -> Result<(Tensor, Columns), ShimError> {
    let mut out = null_mut();
    let mut route = 0;
    // SAFETY: both tensors are borrowed for the call; the shim writes `out` and `route` or returns a message.
    let message =
        unsafe { affekt_conv2d(&raw mut out, &raw mut route, x.as_ptr(), weight.as_ptr(), stride, padding) };
    checked("conv2d", message)?;
    // SAFETY: without a message `out` is a new tensor that belongs to the caller.
    let y = unsafe { Tensor::from_ptr(out) };
    Ok((y, Columns { forward: route & 1 != 0, weight: route & 2 != 0 }))
}

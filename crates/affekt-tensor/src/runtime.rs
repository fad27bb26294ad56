//! Threads and devices.

pub use tch::Device;
use tch::{Kind, Tensor};

/// Fixes the number of threads of one operation.
///
/// Sums are split over threads, so the last bits of every result depend on this number: runs pin and record it.
pub fn set_threads(threads: u32) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 1024)).unwrap_or(1));
}

/// The entries of a tensor of any kind and place, in row-major order.
pub fn to_f64(x: &Tensor) -> Vec<f64> {
    let flat = x.detach().to_kind(Kind::Double).to_device(Device::Cpu).contiguous().view([-1]);
    let mut values = vec![0.0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

//! Threads and devices.

use affekt_torch_sys::ShimError;
pub use tch::Device;
use tch::{Kind, Tensor};

use crate::TensorError;

/// Fixes the number of threads of one operation.
///
/// Sums are split over threads, so the last bits of every result depend on this number: runs pin and record it.
pub fn set_threads(threads: u32) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 1024)).unwrap_or(1));
}

/// The device of this name: `cpu`, `cuda`, `cuda:1` and so on, or `auto` for the first CUDA device, else the CPU.
///
/// # Errors
/// [`TensorError::Device`] for another name, or a device that is not there.
pub fn device(name: &str) -> Result<Device, TensorError> {
    let n_cuda = usize::try_from(tch::Cuda::device_count()).unwrap_or(0);
    let refused = || TensorError::Device { name: name.to_owned(), n_cuda };
    let index = match name {
        "cpu" => return Ok(Device::Cpu),
        "auto" if n_cuda == 0 => return Ok(Device::Cpu),
        "auto" | "cuda" => 0,
        _ => name.strip_prefix("cuda:").and_then(|index| index.parse().ok()).ok_or_else(refused)?,
    };
    if index < n_cuda { Ok(Device::Cuda(index)) } else { Err(refused()) }
}

/// Makes every operator give one result for one input on a device where the fastest ones do not; on a CPU they do, at a
/// fixed number of threads.
///
/// # Errors
/// [`ShimError`] with what `LibTorch` said.
pub fn set_deterministic() -> Result<(), ShimError> {
    affekt_torch_sys::set_deterministic(true)
}

/// Most memory a process held at once, in MiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakMemory {
    /// Resident on the host; `None` where the system does not say.
    pub host: Option<f64>,
    /// Allocated on the CUDA device; `None` on a CPU.
    pub device: Option<f64>,
}

impl PeakMemory {
    /// Of this process so far.
    pub fn now(device: Device) -> Self {
        const MIB: f64 = 1_048_576.0;
        let device = match device {
            Device::Cuda(index) => affekt_torch_sys::device_peak(index).ok().map(|bytes| bytes as f64 / MIB),
            _ => None,
        };
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        Self { host: kib.map(|kib| kib / 1024.0), device }
    }
}

/// The entries of a tensor of any kind and place, in row-major order.
pub fn to_f64(x: &Tensor) -> Vec<f64> {
    let flat = x.detach().to_kind(Kind::Double).to_device(Device::Cpu).contiguous().view([-1]);
    let mut values = vec![0.0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

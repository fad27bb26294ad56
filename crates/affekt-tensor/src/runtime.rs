//! Threads and devices.

pub use tch::Device;

/// Fixes the number of threads of one operation.
///
/// Sums are split over threads, so the last bits of every result depend on this number: runs pin and record it.
pub fn set_threads(threads: u32) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 1024)).unwrap_or(1));
}

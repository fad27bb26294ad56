//! Threads, seeds and the version of the library.

use affekt_core::{Seed, Stream};

pub use tch::Device;

/// Fixes the number of threads of one operation.
///
/// Sums are split over threads, so the last bits of every result depend on this number: runs pin and record it.
pub fn set_threads(threads: u32) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 1024)).expect("clamped to 1024"));
}

/// Reseeds the library's generator, which only dropout uses, as a pure function of (seed, step).
///
/// Resuming at any step therefore needs no saved generator state.
pub fn seed_dropout(seed: Seed, step: u64) {
    let mut stream: Stream = seed.stream("dropout", &[step]);
    #[expect(clippy::disallowed_methods, reason = "this crate owns the library's seed")]
    tch::manual_seed(i64::from_ne_bytes(stream.next_u64().to_ne_bytes()));
}

/// Version of `LibTorch` these bindings are built for.
pub const fn libtorch_version() -> &'static str {
    "2.11.0"
}

//! Reads a weights file and prints what it took: `cargo run --release -p affekt-weights --example read -- FILE [KEY]`.

use std::path::Path;
use std::time::Instant;

use affekt_weights::{ReadOptions, StateDict, WeightsError};

#[expect(clippy::print_stdout, reason = "an example shows its result")]
fn main() -> Result<(), WeightsError> {
    let mut words = std::env::args().skip(1);
    let file = words.next().unwrap_or_else(|| "weights.pth".to_owned());
    let options = ReadOptions { key: words.next(), named_by: Some("the command line".to_owned()) };
    let start = Instant::now();
    let state = StateDict::read_with(Path::new(&file), &options)?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes: usize = state.iter().map(|(_, tensor)| tensor.bytes().len()).sum();
    let values = state.iter().flat_map(|(_, tensor)| tensor.to_f32());
    let magnitude: f64 = values.map(|value| f64::from(value.abs())).sum();
    println!(
        "{}, {} tensors, {bytes} bytes, sum of |x| {magnitude:.6e}, {seconds:.3} s",
        state.origin().format,
        state.len()
    );
    Ok(())
}

//! Prints faces a second at 64 pixels over all cores: `cargo run --release --example speed -- configs/worlds/separable.toml`.

use std::time::Instant;

use affekt_core::{Seed, Split};
use affekt_worlds::World;
use rayon::prelude::*;

const FACES: u64 = 8_000;

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: speed WORLD.toml")?;
    let world = World::load(path)?;
    let start = Instant::now();
    let bytes: usize = (0..FACES)
        .into_par_iter()
        .map(|i| world.render(&world.draw(Seed(0), Split::Train, i), 64).map(|face| face.len()))
        .sum::<Result<usize, _>>()?;
    let seconds = start.elapsed().as_secs_f64();
    let threads = rayon::current_num_threads();
    println!("{:.0} faces/s at 64 px on {threads} threads ({bytes} bytes)", FACES as f64 / seconds);
    Ok(())
}

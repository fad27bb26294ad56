//! Images per second of the whole pipeline on one thread: `speed [SIZE]`.

use std::time::Instant;

use affekt_augment::{Augment, AugmentParams, AugmentSpec, EraseSpec};
use affekt_core::Seed;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let size: usize = std::env::args().nth(1).map_or(Ok(64), |text| text.parse())?;
    let erase =
        EraseSpec { probability: 0.5, min_area: 0.02, max_area: 0.2, min_aspect: 0.3, max_aspect: 3.3 };
    let spec = AugmentSpec { flip: 0.5, shift: 4, erase: Some(erase), warp: None, rand_augment: None };
    let pipeline = AugmentParams::new(spec)?.pipeline([127; 3]);
    let mut image: Vec<u8> = (0..size * size * 3).map(|i| u8::try_from(i % 256).unwrap_or(0)).collect();
    let n = 200_000_u64;
    let start = Instant::now();
    for sample in 0..n {
        pipeline.apply(&mut image, size, &mut Seed(1).stream("augment", &[0, sample]));
    }
    eprintln!("{:.0} images/s at {size} px", n as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

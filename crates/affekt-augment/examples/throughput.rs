//! Images per second of one thread, for the whole pipeline and for each operation of `RandAugment`.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::hint::black_box;
use std::time::Instant;

use affekt_augment::{
    Augment, AugmentError, AugmentParams, AugmentSpec, EraseSpec, RandAugmentSpec, RandOp, Resample, Scratch,
};
use affekt_core::{Seed, Stream};

const SIZE: usize = 112;

/// Smooth shading with some noise, which a photograph has too: a flat picture would flatter the histograms.
fn picture(stream: &mut Stream) -> Vec<u8> {
    let at = |i: usize| (i / (3 * SIZE) + i % (3 * SIZE) / 3) as u64 / 2;
    (0..SIZE * SIZE * 3).map(|i| u8::try_from(at(i) + stream.below(100)).unwrap_or(u8::MAX)).collect()
}

/// Prints how often a second `f` changes a fresh copy of the picture: the best of some rounds, which other work
/// on the machine disturbs the least.
fn measure(name: &str, picture: &[u8], images: u64, mut f: impl FnMut(&mut [u8], u64)) {
    let mut image = picture.to_vec();
    let rounds = (0..100).map(|_| {
        let start = Instant::now();
        for i in 0..images {
            image.copy_from_slice(picture);
            f(black_box(&mut image), i);
        }
        start.elapsed()
    });
    let seconds = rounds.min().unwrap_or_default().as_secs_f64() / images as f64;
    println!("{name:70} {:8.0} images/s {:6.1} us", 1.0 / seconds, seconds * 1e6);
}

fn main() -> Result<(), AugmentError> {
    let picture = picture(&mut Seed(1).stream("picture", &[]));
    let spec = AugmentSpec {
        flip: 0.5,
        shift: 0,
        erase: Some(EraseSpec {
            probability: 0.5,
            min_area: 0.02,
            max_area: 0.25,
            min_aspect: 0.3,
            max_aspect: 3.3,
        }),
        rand_augment: Some(RandAugmentSpec { magnitude: 5.0, n: 3, sd: 0.5 }),
        ..AugmentSpec::default()
    };
    let pipeline = AugmentParams::new(spec)?.pipeline([128; 3]);
    measure("RandAugment m5 n3, flip, erase", &picture, 500, |image, i| {
        pipeline.apply(image, SIZE, &mut Seed(2).stream("augment", &[i]));
    });
    let mut scratch = Scratch::default();
    for resample in [Resample::Bilinear, Resample::Bicubic] {
        for op in RandOp::set(4.0, false, resample) {
            let name = format!("{op:?}");
            if resample == Resample::Bilinear || name.contains("Bicubic") {
                measure(&name, &picture, 100, |image, _| op.apply(image, SIZE, &mut scratch));
            }
        }
    }
    Ok(())
}

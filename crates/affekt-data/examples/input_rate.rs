//! Our side of `cargo xtask bench input`: images a second from files to the face cache, and from the cache through
//! augmentation to batches of 32-bit numbers.
//!
//! Usage: `input_rate prepare|augment MANIFEST ROOT OUT SIZE THREADS`; the last line printed is `images/s N`.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use affekt_augment::{Augment, AugmentParams, AugmentSpec, EraseSpec, Pipeline, RandAugmentSpec};
use affekt_core::Seed;
use affekt_data::{Dataset, Preparing, SplitSpec, prepare_files};
use affekt_face::{FaceCache, Fit, Framing, Preprocess, ResizeFilter};
use rayon::prelude::*;

/// The allocator of the binary `affekt`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Faces of a training batch.
const BATCH: usize = 64;
/// Passes over the cache; the first warms it up and is not counted.
const EPOCHS: u64 = 4;
/// Mean and standard deviation per channel of pixels in [0, 1], those of `ImageNet`.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const STD: [f32; 3] = [0.229, 0.224, 0.225];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, manifest, root, out, size, threads] = arguments.as_slice() else {
        return Err("usage: input_rate prepare|augment MANIFEST ROOT OUT SIZE THREADS".into());
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let rate = match mode.as_str() {
        "prepare" => prepare(manifest, root, out, size.parse()?)?,
        "augment" => augment(out)?,
        other => return Err(format!("mode {other:?}; expected prepare or augment").into()),
    };
    println!("images/s {rate}");
    Ok(())
}

/// Reading the annotation, decoding, resizing, writing and syncing the cache: all that `affekt data prepare` does.
fn prepare(manifest: &str, root: &str, out: &str, size: u32) -> Result<f64, Box<dyn Error>> {
    let dataset = Dataset::load(Path::new(manifest))?;
    let framing = Framing::Picture { fit: Fit::Stretch, filter: ResizeFilter::PilBilinear };
    let started = Instant::now();
    let preparing = Preparing {
        preprocess: Preprocess::framed(size, framing)?,
        split: SplitSpec { valid: 0.1, test: 0.25, seed: 0, keep: None },
        thin: None,
        noise: None,
        detector: &Preparing::no_detector,
        progress: &mut |_| (),
    };
    let made = prepare_files(&dataset, Path::new(root), preparing, Path::new(out))?;
    Ok(made.manifest.rows.len() as f64 / started.elapsed().as_secs_f64())
}

/// Shuffled batches of scaled pixels, faces augmented with the settings of Ada-DF.
fn augment(out: &str) -> Result<f64, Box<dyn Error>> {
    let cache = FaceCache::open(&Path::new(out).join("faces"))?;
    let pipeline = AugmentParams::new(AugmentSpec {
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
    })?
    .pipeline([124, 116, 104]);
    let mut batch = vec![0.0_f32; BATCH * cache.image_len()];
    let (mut started, mut n) = (Instant::now(), 0);
    for epoch in 0..EPOCHS {
        let mut order: Vec<usize> = (0..cache.len()).collect();
        Seed(0).stream("order", &[epoch]).shuffle(&mut order);
        for positions in order.chunks(BATCH) {
            fill(&cache, &pipeline, epoch, positions, &mut batch);
            std::hint::black_box(&batch);
            n += positions.len();
        }
        if epoch == 0 {
            (started, n) = (Instant::now(), 0);
        }
    }
    Ok(n as f64 / started.elapsed().as_secs_f64())
}

fn fill(cache: &FaceCache, pipeline: &Pipeline, epoch: u64, positions: &[usize], batch: &mut [f32]) {
    positions.par_iter().zip(batch.par_chunks_exact_mut(cache.image_len())).for_each_init(
        Vec::new,
        |face, (&at, out)| {
            if let Some(cached) = cache.image(at) {
                cached.copy_rgb(face);
            }
            pipeline.apply(face, cache.size(), &mut Seed(0).stream("augment", &[epoch, at as u64]));
            let (pixels, _) = face.as_chunks::<3>();
            let (scaled, _) = out.as_chunks_mut::<3>();
            for (pixel, scaled) in pixels.iter().zip(scaled) {
                for channel in 0..3 {
                    scaled[channel] = (f32::from(pixel[channel]) / 255.0 - MEAN[channel]) / STD[channel];
                }
            }
        },
    );
}

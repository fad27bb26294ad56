//! Pictures per second through reading, decoding and resizing, over a folder of picture files.
//!
//! `cargo run --release -p affekt-face --example decode_speed -- FOLDER [SIZE] [ROUNDS]`; set `RAYON_NUM_THREADS` for
//! another number of threads than cores. The second column decodes the same files by the image crate alone.

use std::path::{Path, PathBuf};
use std::time::Instant;

use affekt_face::{
    DecodeLimits, FaceHint, Fit, Preprocess, PreprocessSpec, Preprocessor, ResizeFilter, decode, load,
};
use rayon::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: decode_speed FOLDER [SIZE] [ROUNDS]")?;
    let size: u32 = arguments.next().map_or(Ok(112), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files)?;
    files.sort();
    let limits = DecodeLimits::new(1 << 26, 1 << 26)?;
    files.retain(|path| load(path, limits).is_ok());
    let bytes: Vec<Vec<u8>> = files.iter().map(std::fs::read).collect::<Result<_, _>>()?;
    let spec = PreprocessSpec { size, fit: Fit::Stretch, filter: ResizeFilter::PilBilinear };
    let params = Preprocess::new(spec)?;

    let per_second = |work: &(dyn Fn() + Sync)| {
        // The best round: the others met more of what else the machine does.
        let seconds = (0..rounds.max(1)).map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64()
        });
        files.len() as f64 / seconds.fold(f64::INFINITY, |a, b| if b < a { b } else { a })
    };
    let by_us = per_second(&|| bytes.par_iter().for_each(|bytes| drop(decode(bytes, limits))));
    let by_image = per_second(&|| {
        bytes
            .par_iter()
            .for_each(|bytes| drop(image::load_from_memory(bytes).map(image::DynamicImage::into_rgb8)));
    });
    let to_faces = per_second(&|| {
        files.par_iter().for_each_init(
            || (Preprocessor::new(params), vec![0; params.image_len()]),
            |(preprocessor, out), path| {
                if let Ok(picture) = load(path, limits) {
                    let _ = preprocessor.apply(&picture, &FaceHint::default(), out);
                }
            },
        );
    });
    let (n, threads) = (files.len(), rayon::current_num_threads());
    eprintln!("{n} pictures, {threads} threads, pictures per second:");
    eprintln!("decode {by_us:.0}; by the image crate alone, unchecked and not upright {by_image:.0}");
    eprintln!("read, decode and resize to {size} x {size}: {to_faces:.0}");
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

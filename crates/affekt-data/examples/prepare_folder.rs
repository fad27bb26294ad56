//! Prepares a dataset and says how long each step took: `prepare_folder MANIFEST ROOT OUT SIZE`.

use std::path::Path;
use std::time::Instant;

use affekt_core::Split;
use affekt_data::{Dataset, SplitSpec, check, fingerprint, prepare_files};
use affekt_face::{Fit, Preprocess, PreprocessSpec, ResizeFilter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [manifest, root, out, size] = args.as_slice() else {
        return Err("usage: prepare_folder MANIFEST ROOT OUT SIZE".into());
    };
    let (root, out) = (Path::new(root), Path::new(out));
    let dataset = Dataset::load(Path::new(manifest))?;
    let preprocess = Preprocess::new(PreprocessSpec {
        size: size.parse()?,
        fit: Fit::Stretch,
        filter: ResizeFilter::PilBilinear,
    })?;
    let split = SplitSpec { valid: 0.15, test: 0.15, seed: 0 };

    let start = Instant::now();
    let identity = fingerprint(&dataset, root)?;
    eprintln!("fingerprint {} in {:.1} ms", identity.short(), 1e3 * start.elapsed().as_secs_f64());
    let start = Instant::now();
    let prepared = prepare_files(&dataset, root, preprocess, &split, out)?;
    let seconds = start.elapsed().as_secs_f64();
    let n = prepared.manifest.rows.len();
    eprintln!("{n} images in {seconds:.2} s, {:.0} images/s", n as f64 / seconds);
    for split in Split::ALL {
        eprintln!("{split:>5} {:?}", prepared.manifest.class_counts(split));
    }
    let start = Instant::now();
    eprint!("{}", check(&dataset, root)?);
    eprintln!("check in {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

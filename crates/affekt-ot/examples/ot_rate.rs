//! Our side of `cargo xtask bench ot`: a batch of transport problems, exact and entropic.
//!
//! Usage: `ot_rate problems DIR`, then `ot_rate exact DIR THREADS` or `ot_rate MODE DIR THREADS EPSILON TOLERANCE`, MODE
//! `sinkhorn-log` or `sinkhorn-scaling`, which are one and the same here; the last line printed is `seconds S`, the mean of
//! repetitions for one batch. Files of DIR are 64-bit floats, lowest byte first: `p`, `q` and `cost` in, `MODE-affekt`
//! (costs; entropic ones linear, then regularised) out.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use affekt_core::Seed;
use affekt_ot::{
    CostMatrix, Normalisation, PrototypeTable, SinkhornParams, StoppingRule, exact_batch, sinkhorn_batch,
};

/// Pairs of a batch.
const BATCH: usize = 4096;
/// Time spent on repetitions, after one that is not timed. Long, so that a busy machine disturbs both sides alike.
const SPENT: Duration = Duration::from_secs(1);
/// Iterations allowed, more than any problem here needs.
const MAX_ITERATIONS: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["problems", folder] => write_problems(Path::new(folder)),
        ["exact", folder, threads] => {
            let (p, q, cost) = read_problems(Path::new(folder), threads)?;
            let (seconds, batch) = timed(|| exact_batch(&p, &q, &cost))?;
            write(&Path::new(folder).join("exact-affekt"), &batch.cost)?;
            println!("seconds {seconds}");
            Ok(())
        }
        [mode @ ("sinkhorn-log" | "sinkhorn-scaling"), folder, threads, epsilon, tolerance] => {
            let (p, q, cost) = read_problems(Path::new(folder), threads)?;
            let tolerance = tolerance.parse()?;
            let rule = StoppingRule::Tolerance { tolerance, max_iterations: MAX_ITERATIONS };
            let params = SinkhornParams::new(epsilon.parse()?, rule)?;
            let (seconds, batch) = timed(|| sinkhorn_batch(&p, &q, &cost, &params))?;
            if batch.missed() > 0 {
                return Err(format!("{} pairs missed the tolerance", batch.missed()).into());
            }
            let most = batch.iterations.iter().max().copied().unwrap_or(0);
            println!("iterations: {} in all, at most {most} a pair", batch.iterations.iter().sum::<usize>());
            let values = [batch.cost_linear, batch.cost_regularised].concat();
            write(&Path::new(folder).join(format!("{mode}-affekt")), &values)?;
            println!("seconds {seconds}");
            Ok(())
        }
        _ => {
            Err("usage: ot_rate problems|exact|sinkhorn-log|sinkhorn-scaling DIR ...; see the source".into())
        }
    }
}

/// First histograms, second histograms, cost.
type Problems = (Vec<f64>, Vec<f64>, CostMatrix);

/// Softmax rows of normal logits for both sides, and the circumplex cost of the eight `AffectNet` classes.
fn write_problems(folder: &Path) -> Result<(), Box<dyn Error>> {
    let points: Vec<[f64; 2]> =
        PrototypeTable::AffectNetVal.entries().iter().map(|(_, point)| *point).collect();
    let cost = CostMatrix::from_prototypes(&points)?.normalise(Normalisation::MeanOffDiagonal)?;
    for (name, key) in [("p", 0), ("q", 1)] {
        let mut stream = Seed(0).stream("bench-ot", &[key]);
        let mut rows = Vec::with_capacity(BATCH * points.len());
        for _ in 0..BATCH {
            let weights: Vec<f64> = points.iter().map(|_| (2.0 * stream.normal()).exp()).collect();
            let sum: f64 = weights.iter().sum();
            rows.extend(weights.iter().map(|weight| weight / sum));
        }
        write(&folder.join(name), &rows)?;
    }
    write(&folder.join("cost"), cost.as_slice())?;
    Ok(())
}

fn read_problems(folder: &Path, threads: &str) -> Result<Problems, Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let cost = read(&folder.join("cost"))?;
    let cost = CostMatrix::from_row_major(cost.len().isqrt(), cost)?;
    Ok((read(&folder.join("p"))?, read(&folder.join("q"))?, cost))
}

/// Mean seconds of a repetition, and the result of the last.
fn timed<T, E>(work: impl Fn() -> Result<T, E>) -> Result<(f64, T), E> {
    let mut result = black_box(work()?);
    let (started, mut repeats) = (Instant::now(), 0_u32);
    while started.elapsed() < SPENT {
        result = black_box(work()?);
        repeats += 1;
    }
    Ok((started.elapsed().as_secs_f64() / f64::from(repeats), result))
}

fn read(path: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let (words, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() {
        Ok(words.iter().map(|word| f64::from_le_bytes(*word)).collect())
    } else {
        Err(format!("{}: not a whole number of 64-bit floats", path.display()).into())
    }
}

fn write(path: &Path, values: &[f64]) -> std::io::Result<()> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(path, bytes)
}

//! Damaged annotations for every reader: no panic, no hang, no allocation beyond a bound.
//!
//! Usage: `fuzz_readers [--inputs N] [--seconds S] [--seed K] [--only NAME] [--corpus FOLDER]`
//!
//! Every reader gets N damaged copies of the files of its miniature dataset, or as many as S seconds allow. An input
//! whose outcome (kinds of error, reasons, counts by order of magnitude) was not seen before joins the corpus, and is
//! damaged further later on; `tests/fuzz_corpus.rs` reads the corpus again in every test run. One input is one call
//! of [`AnnotationReader::read`](affekt_data::AnnotationReader::read) on a folder with one damaged file.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

#[path = "../tests/fuzz/alarm.rs"]
mod alarm;
#[path = "../tests/fuzz/counting.rs"]
mod counting;
#[path = "../tests/fuzz/mod.rs"]
mod fuzz;
#[path = "../tests/fuzz/readers.rs"]
mod reader_list;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use alarm::Alarm;
use counting::Counting;
use fuzz::Target;
pub(crate) use reader_list::readers;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Longest time one input may take.
const HANG: Duration = Duration::from_secs(10);
/// Most bytes allocated at a time for one input, beyond what was there before.
const MEMORY: usize = 256 << 20;

struct Options {
    inputs: u64,
    seconds: f64,
    seed: u64,
    only: Option<String>,
    corpus: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let alarm = Alarm::start(HANG);
    let mut broken = 0;
    println!(
        "{:<28} {:>9} {:>8} {:>9} {:>8} {:>7}",
        "reader", "inputs", "seconds", "peak MiB", "longest", "corpus"
    );
    for mut target in Target::all(&options.corpus)? {
        if options.only.as_ref().is_some_and(|only| only != target.name()) {
            continue;
        }
        let (started, mut n, mut peak, mut longest) = (Instant::now(), 0, 0, Duration::ZERO);
        while n < options.inputs && started.elapsed().as_secs_f64() < options.seconds {
            let input = target.input(options.seed, n);
            alarm.watch(&target, &input);
            let (before, begun) = (Counting::restart(), Instant::now());
            let outcome = target.read(&input);
            longest = longest.max(begun.elapsed());
            let used = Counting::peak().saturating_sub(before);
            alarm.rest();
            peak = peak.max(used);
            n += 1;
            if outcome.is_err() || used > MEMORY {
                broken += 1;
                let saved = target.save(&input, "broken")?;
                println!("{}: panic or {} MiB: {}", target.name(), used >> 20, saved.display());
            } else if let Ok(signature) = outcome {
                target.learn(input, signature)?;
            }
        }
        println!(
            "{:<28} {n:>9} {:>8.1} {:>9.1} {:>7.1}ms {:>7}",
            target.name(),
            started.elapsed().as_secs_f64(),
            peak as f64 / f64::from(1 << 20),
            longest.as_secs_f64() * 1e3,
            target.corpus_len()
        );
    }
    if broken > 0 { Err(format!("{broken} inputs broke a reader").into()) } else { Ok(()) }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let corpus = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus"));
    let mut options = Options { inputs: 1_000_000, seconds: f64::INFINITY, seed: 0, only: None, corpus };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--inputs" => options.inputs = value.parse()?,
            "--seconds" => options.seconds = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            "--only" => options.only = Some(value),
            "--corpus" => options.corpus = value.into(),
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    Ok(options)
}

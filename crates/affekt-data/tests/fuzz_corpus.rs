//! Inputs that once gave a reader something new to say, and fresh damage: no panic, bounded time.
//!
//! `cargo run --release -p affekt-data --example fuzz_readers` runs a million inputs per reader and adds to the corpus.

mod fuzz;
#[path = "fuzz/readers.rs"]
mod reader_list;

use std::path::Path;

use fuzz::Target;
pub(crate) use reader_list::readers;

#[test]
fn no_reader_panics_on_the_corpus_or_on_fresh_damage() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus"));
    for target in Target::all(corpus).unwrap() {
        for input in target.corpus() {
            assert!(target.read(input).is_ok(), "{} panics on {input:?}", target.name());
        }
        for n in 0..300 {
            let input = target.input(1, n);
            assert!(target.read(&input).is_ok(), "{} panics on {input:?}", target.name());
        }
    }
}

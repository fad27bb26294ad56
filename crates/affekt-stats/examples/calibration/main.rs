//! Simulates every test under its null hypothesis and every interval about its target, and writes the tables.
//!
//! `cargo run --release -p affekt-stats --example calibration -- docs/stats-calibration.md` (minutes). Exit code 1 when a
//! test that promises its level does not hold it.

mod coverage;
mod laws;
mod size;
mod table;

use std::process::ExitCode;

use affekt_core::Seed;

/// Samples of every cell.
const SIMULATIONS: u32 = 20_000;
/// Nominal level of tests; intervals have confidence one minus it.
const LEVEL: f64 = 0.05;
/// Pairs, blocks or clusters.
const SIZES: std::ops::RangeInclusive<usize> = 4..=12;
const SEED: Seed = Seed(20_261_122);

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: calibration FILE.md")?;
    let sizes = size::tables();
    let coverages = coverage::tables();
    let failed: Vec<String> =
        sizes.iter().chain(&coverages).flat_map(table::Table::broken_promises).collect();
    std::fs::write(&path, table::document(&sizes, &coverages))?;
    eprintln!("wrote {path}");
    for cell in &failed {
        eprintln!("does not hold its level: {cell}");
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

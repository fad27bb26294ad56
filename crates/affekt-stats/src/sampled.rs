//! Random draws: in blocks with streams of their own, so that the number of threads changes nothing.

use affekt_core::{Seed, Stream};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::StatsError;

/// Draws where the caller does not say: with them the smallest p is 1e-5 and its standard error below 0.0016.
pub const DEFAULT_DRAWS: u64 = 99_999;

/// Most draws accepted.
const MAX_DRAWS: u64 = 100_000_000;

/// Draws of one block; each block has a stream of its own.
const BLOCK: u64 = 1024;

/// How many random patterns were as extreme as the observed one, which is not counted among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledCount {
    /// Draws at least as extreme as the observation.
    pub count: u64,
    /// All draws.
    pub draws: u64,
}

impl SampledCount {
    /// The p-value of a randomisation test by draws.
    ///
    /// # Equation
    /// `(1 + count) / (1 + draws)`: under the null the observation is one more draw, so the test holds its level
    /// for any number of draws.
    ///
    /// # Range
    /// `[1 / (1 + draws), 1]`, never 0.
    ///
    /// # Numerics
    /// Integers up to the division.
    ///
    /// # Example
    /// ```
    /// let drawn = affekt_stats::SampledCount { count: 0, draws: 999 };
    /// assert_eq!(drawn.p_value(), 0.001);
    /// ```
    pub fn p_value(&self) -> f64 {
        (self.count + 1) as f64 / (self.draws + 1) as f64
    }

    /// Standard error of [`SampledCount::p_value`] as an estimate of the p over all patterns.
    ///
    /// # Equation
    /// `sqrt(p (1 - p) / (1 + draws))`.
    ///
    /// # Range
    /// `[0, 1/2]`; zero only at `p = 1`.
    ///
    /// # Numerics
    /// Positive at the smallest p, where the share of draws alone would give zero.
    ///
    /// # Example
    /// ```
    /// let drawn = affekt_stats::SampledCount { count: 49, draws: 99 };
    /// assert_eq!(drawn.standard_error(), 0.05);
    /// ```
    pub fn standard_error(&self) -> f64 {
        let p = self.p_value();
        (p * (1.0 - p) / (self.draws + 1) as f64).sqrt()
    }
}

/// Counts the draws for which `extreme` holds.
pub(crate) fn count_draws(
    draws: u64,
    seed: Seed,
    name: &str,
    extreme: impl Fn(&mut Stream) -> Result<bool, StatsError> + Sync,
) -> Result<SampledCount, StatsError> {
    let blocks = blocks(draws, seed, name)?;
    let counted = blocks.map(|(mut stream, length)| {
        let mut count = 0_u64;
        for _ in 0..length {
            count += u64::from(extreme(&mut stream)?);
        }
        Ok(count)
    });
    let count = counted.try_reduce(|| 0, |x, y| Ok(x + y))?;
    Ok(SampledCount { count, draws })
}

/// The values of all draws, in an order that does not depend on threads.
pub(crate) fn collect_draws<T: Send>(
    draws: u64,
    seed: Seed,
    name: &str,
    value: impl Fn(&mut Stream) -> Result<T, StatsError> + Sync,
) -> Result<Vec<T>, StatsError> {
    let drawn: Vec<Vec<T>> = blocks(draws, seed, name)?
        .map(|(mut stream, length)| (0..length).map(|_| value(&mut stream)).collect())
        .collect::<Result<_, StatsError>>()?;
    Ok(drawn.into_iter().flatten().collect())
}

/// Streams and lengths of the blocks.
fn blocks(
    draws: u64,
    seed: Seed,
    name: &str,
) -> Result<impl ParallelIterator<Item = (Stream, u64)>, StatsError> {
    match draws {
        0 => Err(StatsError::Empty { what: "draws" }),
        1..=MAX_DRAWS => Ok((0..draws.div_ceil(BLOCK))
            .into_par_iter()
            .map(move |block| (seed.stream(name, &[block]), BLOCK.min(draws - block * BLOCK)))),
        _ => Err(StatsError::OutOfRange { name: "draws", range: "[1, 1e8]", value: draws as f64 }),
    }
}

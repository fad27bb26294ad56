//! Values of several arms on the same seeds or datasets, and their ranks within each.

use crate::StatsError;

/// Relative tolerance below which two values of a block tie.
const TIE_TOLERANCE: f64 = 1e-12;

/// A table of values, one row per block (seed, dataset, video), one column per arm; at least one block and two arms.
///
/// # Equation
/// Rank 1 is the *largest* value of a block; ties share the mean of their ranks.
///
/// # Numerics
/// Values within `1e-12 max(1, sum |x|)` of the block are ties. Where less is better, negate the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    n_arms: usize,
    values: Vec<Vec<f64>>,
    /// Doubled midranks: integers, so that equal sums are equal.
    doubled: Vec<Vec<u32>>,
}

/// Most arms and blocks: squares of rank sums stay far inside 64 bits.
const MAX_ARMS: usize = 1000;
const MAX_BLOCKS: usize = 1_000_000;

impl Blocks {
    /// Checks a table and ranks each block.
    ///
    /// # Errors
    /// [`StatsError::Empty`] without blocks, [`StatsError::TooFew`] below two arms, [`StatsError::LengthMismatch`] for
    /// rows of unequal length, [`StatsError::NotFinite`] by row, [`StatsError::TooManyForExact`] beyond a thousand
    /// arms or a million blocks.
    pub fn new(values: Vec<Vec<f64>>) -> Result<Self, StatsError> {
        let n_arms = values.first().ok_or(StatsError::Empty { what: "blocks" })?.len();
        if n_arms < 2 {
            return Err(StatsError::TooFew { method: "ranking of arms", needed: 2, n: n_arms });
        }
        for (method, n, limit) in [("arms", n_arms, MAX_ARMS), ("blocks", values.len(), MAX_BLOCKS)] {
            if n > limit {
                return Err(StatsError::TooManyForExact { method, n, limit });
            }
        }
        for (index, row) in values.iter().enumerate() {
            if row.len() != n_arms {
                return Err(StatsError::LengthMismatch { left: n_arms, right: row.len() });
            }
            if let Some(&value) = row.iter().find(|value| !value.is_finite()) {
                return Err(StatsError::NotFinite { index, value });
            }
        }
        let doubled = values.iter().map(|row| doubled_midranks(row)).collect();
        Ok(Self { n_arms, values, doubled })
    }

    /// Number of blocks.
    pub fn n(&self) -> usize {
        self.values.len()
    }

    /// Number of arms.
    pub fn n_arms(&self) -> usize {
        self.n_arms
    }

    /// Values of one arm, in block order.
    pub fn arm(&self, arm: usize) -> Vec<f64> {
        self.values.iter().filter_map(|row| row.get(arm).copied()).collect()
    }

    /// Mean rank of each arm; 1 is best.
    ///
    /// # Equation
    /// `R_j = (1/n) sum_i r_ij`.
    ///
    /// # Range
    /// `[1, k]`, mean `(k + 1) / 2`.
    ///
    /// # Numerics
    /// Integers up to the division.
    ///
    /// # Example
    /// ```
    /// let blocks = affekt_stats::Blocks::new(vec![vec![0.9, 0.5, 0.1], vec![0.8, 0.8, 0.2]])?;
    /// assert_eq!(blocks.average_ranks(), [1.25, 1.75, 3.0]);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn average_ranks(&self) -> Vec<f64> {
        let n = self.n() as f64;
        self.rank_sums().into_iter().map(|sum| sum as f64 / (2.0 * n)).collect()
    }

    /// Doubled rank sums.
    pub(crate) fn rank_sums(&self) -> Vec<u64> {
        (0..self.n_arms).map(|arm| self.doubled.iter().map(|row| u64::from(row[arm])).sum()).collect()
    }

    /// Doubled midranks, block by block.
    pub(crate) fn doubled(&self) -> &[Vec<u32>] {
        &self.doubled
    }
}

/// Twice the midranks, the largest value first.
fn doubled_midranks(row: &[f64]) -> Vec<u32> {
    let scale: f64 = row.iter().map(|x| x.abs()).sum();
    let tolerance = TIE_TOLERANCE * scale.clamp(1.0, f64::INFINITY);
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&i, &j| row[j].total_cmp(&row[i]));
    let mut ranks = vec![0; row.len()];
    let mut start = 0;
    while start < order.len() {
        let anchor = row[order[start]];
        let length = order[start..].iter().take_while(|&&i| anchor - row[i] <= tolerance).count();
        // Twice the mean of start + 1 ..= start + length.
        let doubled = u32::try_from(2 * start + 1 + length).unwrap_or(u32::MAX);
        for &i in &order[start..start + length] {
            ranks[i] = doubled;
        }
        start += length;
    }
    ranks
}

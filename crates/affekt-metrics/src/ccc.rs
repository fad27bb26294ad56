//! Lin's concordance correlation coefficient from streamed population moments.

use crate::{Accumulator, MetricError};

/// Streaming population moments of paired values, finished to the CCC.
///
/// Means and centred second moments are updated (Welford) and combined (Chan et al.) rather than raw sums of
/// squares, which cancel catastrophically for values far from zero.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CccAccumulator {
    n: u64,
    mean_x: f64,
    mean_y: f64,
    m2_x: f64,
    m2_y: f64,
    c_xy: f64,
    sum_abs: f64,
}

impl CccAccumulator {
    /// Pairs seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean absolute difference of the pairs seen; `None` before the first.
    pub fn mean_absolute_error(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum_abs / self.n as f64)
    }
}

impl Accumulator for CccAccumulator {
    type Sample<'a> = (f64, f64);
    type Summary = f64;

    fn update(&mut self, (x, y): (f64, f64)) -> Result<(), MetricError> {
        for (what, got) in [("x", x), ("y", y)] {
            if !got.is_finite() {
                // The index of a stream is the number of pairs before it.
                let index = usize::try_from(self.n).unwrap_or(usize::MAX);
                return Err(MetricError::NonFinite { what, index, got });
            }
        }
        self.n += 1;
        let n = self.n as f64;
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += dx / n;
        self.mean_y += dy / n;
        self.m2_x += dx * (x - self.mean_x);
        self.m2_y += dy * (y - self.mean_y);
        self.c_xy += dx * (y - self.mean_y);
        self.sum_abs += (x - y).abs();
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if other.n == 0 {
            return Ok(());
        }
        if self.n == 0 {
            *self = *other;
            return Ok(());
        }
        let (n_a, n_b) = (self.n as f64, other.n as f64);
        let n = n_a + n_b;
        let (dx, dy) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        let weight = n_a * n_b / n;
        self.n += other.n;
        self.mean_x += dx * n_b / n;
        self.mean_y += dy * n_b / n;
        self.m2_x += other.m2_x + dx * dx * weight;
        self.m2_y += other.m2_y + dy * dy * weight;
        self.c_xy += other.c_xy + dx * dy * weight;
        self.sum_abs += other.sum_abs;
        Ok(())
    }

    /// The CCC of everything seen; 0 when both sequences are constant and equal.
    fn finish(&self) -> Result<f64, MetricError> {
        if self.n == 0 {
            return Err(MetricError::Empty { what: "ccc" });
        }
        let n = self.n as f64;
        let shift = self.mean_x - self.mean_y;
        let denominator = self.m2_x / n + self.m2_y / n + shift * shift;
        // 0/0: agreement of constants carries no evidence of concordance, and the scorer reports 0.
        Ok(if denominator > 0.0 { 2.0 * (self.c_xy / n) / denominator } else { 0.0 })
    }
}

/// Lin's concordance correlation coefficient of two sequences.
///
/// # Equation
/// `2 cov(x, y) / (var x + var y + (mean x - mean y)^2)`, population moments (divisor `n`)
///
/// # Shape
/// `x [n]`, `y [n]` -> scalar
///
/// # Range
/// `[-1, 1]`; 1 iff `x = y` and not constant; symmetric in its arguments
///
/// # Numerics
/// Welford moments. Two equal constants give 0/0, defined here as 0; hence any single pair gives 0. Pool all
/// frames before calling: a mean of batch values is a different, biased number.
///
/// # Errors
/// [`MetricError::Empty`], [`MetricError::Length`], [`MetricError::NonFinite`].
///
/// # Example
/// ```
/// let c = affekt_metrics::ccc(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 2.0, 2.0])?;
/// assert!((c - 0.875).abs() < 1e-15); // 1.75 / (1.9375 + 0.0625)
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn ccc(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    accumulate(x, y)?.finish()
}

/// Mean absolute difference of two sequences.
///
/// # Equation
/// `(1/n) sum_i |x_i - y_i|`
///
/// # Shape
/// `x [n]`, `y [n]` -> scalar
///
/// # Range
/// `>= 0`; at most 2 for values in `[-1, 1]`
///
/// # Numerics
/// plain summation
///
/// # Errors
/// [`MetricError::Empty`], [`MetricError::Length`], [`MetricError::NonFinite`].
///
/// # Example
/// ```
/// assert_eq!(affekt_metrics::mean_absolute_error(&[0.0, 1.0], &[0.5, 1.0])?, 0.25);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn mean_absolute_error(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    accumulate(x, y)?.mean_absolute_error().ok_or(MetricError::Empty { what: "mean absolute error" })
}

fn accumulate(x: &[f64], y: &[f64]) -> Result<CccAccumulator, MetricError> {
    if x.len() != y.len() {
        return Err(MetricError::Length { what: "y", expected: x.len(), got: y.len() });
    }
    let mut moments = CccAccumulator::default();
    for (&x, &y) in x.iter().zip(y) {
        moments.update((x, y))?;
    }
    Ok(moments)
}

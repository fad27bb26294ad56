//! The checked input of every paired statistic.

use serde::{Deserialize, Serialize};

use crate::StatsError;

/// Largest magnitude accepted: cubes of it still fit a double, so no moment can overflow.
pub const MAX_MAGNITUDE: f64 = 1e100;

/// Relative tolerance below which two numbers count as tied.
const TIE_TOLERANCE: f64 = 1e-12;

/// Paired differences `A - B`: at least one, all finite, none larger than [`MAX_MAGNITUDE`].
///
/// # Equation
/// `d_i = a_i - b_i`, `i = 1..n`; order is kept but no statistic depends on it.
///
/// # Range
/// Finite reals; positive values favour arm A.
///
/// # Numerics
/// Two quantities built from the differences count as equal when they lie within
/// [`Differences::tolerance`] of each other: `0.3 - 0.2` and `0.4 - 0.3` are the same difference of
/// two published scores although their doubles differ. The floor of that tolerance is absolute, so rescale
/// data whose differences are of the order 1e-12.
///
/// # Errors
/// [`StatsError::Empty`], [`StatsError::NotFinite`], [`StatsError::TooLarge`] or, for two arms,
/// [`StatsError::LengthMismatch`]; the first offending index is named.
///
/// # Example
/// ```
/// use affekt_stats::Differences;
/// let d = Differences::paired(&[3.0, 5.0], &[2.0, 2.0])?;
/// assert_eq!(d.values(), [1.0, 3.0]);
/// assert_eq!(d.mean(), 2.0);
/// assert!(Differences::new(vec![0.1, f64::NAN]).is_err());
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Differences {
    values: Vec<f64>,
}

impl Differences {
    /// Checks a list of differences.
    ///
    /// # Errors
    /// See [`Differences`].
    pub fn new(values: Vec<f64>) -> Result<Self, StatsError> {
        if values.is_empty() {
            return Err(StatsError::Empty { what: "differences" });
        }
        for (index, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(StatsError::NotFinite { index, value });
            }
            if value.abs() > MAX_MAGNITUDE {
                return Err(StatsError::TooLarge { index, value, limit: MAX_MAGNITUDE });
            }
        }
        Ok(Self { values })
    }

    /// Subtracts arm B from arm A pair by pair.
    ///
    /// # Errors
    /// See [`Differences`].
    pub fn paired(a: &[f64], b: &[f64]) -> Result<Self, StatsError> {
        if a.len() != b.len() {
            return Err(StatsError::LengthMismatch { left: a.len(), right: b.len() });
        }
        Self::new(a.iter().zip(b).map(|(x, y)| x - y).collect())
    }

    /// The differences in the caller's order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Number of pairs, at least one.
    pub fn n(&self) -> usize {
        self.values.len()
    }

    /// Sum of the differences.
    ///
    /// # Equation
    /// `sum_i d_i`.
    ///
    /// # Range
    /// Finite.
    ///
    /// # Numerics
    /// Plain summation in the caller's order.
    ///
    /// # Example
    /// ```
    /// assert_eq!(affekt_stats::Differences::new(vec![1.0, -3.0])?.sum(), -2.0);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Arithmetic mean.
    ///
    /// # Equation
    /// `sum_i d_i / n`.
    ///
    /// # Range
    /// Between the smallest and the largest difference, up to rounding.
    ///
    /// # Numerics
    /// As [`Differences::sum`].
    ///
    /// # Example
    /// ```
    /// assert_eq!(affekt_stats::Differences::new(vec![1.0, -3.0])?.mean(), -1.0);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn mean(&self) -> f64 {
        self.sum() / self.n() as f64
    }

    /// Sample standard deviation.
    ///
    /// # Equation
    /// `sqrt(sum_i (d_i - mean)^2 / (n - 1))`.
    ///
    /// # Range
    /// `>= 0`; none for one pair.
    ///
    /// # Numerics
    /// Two passes; exactly zero when [`Differences::is_constant`] holds.
    ///
    /// # Example
    /// ```
    /// assert_eq!(affekt_stats::Differences::new(vec![1.0, 2.0, 3.0])?.sd(), Some(1.0));
    /// assert_eq!(affekt_stats::Differences::new(vec![1.0])?.sd(), None);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn sd(&self) -> Option<f64> {
        if self.n() < 2 {
            return None;
        }
        if self.is_constant() {
            // Summation would leave rounding dust of a constant, and a ratio to dust is not a statistic.
            return Some(0.0);
        }
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|d| (d - mean) * (d - mean)).sum();
        Some((squares / (self.n() - 1) as f64).sqrt())
    }

    /// Distance within which two quantities built from these differences count as tied.
    ///
    /// # Equation
    /// `1e-12 * max(1, sum_i |d_i|)`.
    ///
    /// # Range
    /// `>= 1e-12`.
    ///
    /// # Numerics
    /// Far above the rounding of any sum taken here, far below any difference of reported scores.
    ///
    /// # Example
    /// ```
    /// assert_eq!(affekt_stats::Differences::new(vec![1.0, -3.0])?.tolerance(), 4e-12);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn tolerance(&self) -> f64 {
        let scale: f64 = self.values.iter().map(|d| d.abs()).sum();
        TIE_TOLERANCE * scale.clamp(1.0, f64::INFINITY)
    }

    /// Whether every difference is zero within the tolerance.
    pub fn is_all_zero(&self) -> bool {
        let tolerance = self.tolerance();
        self.values.iter().all(|d| d.abs() <= tolerance)
    }

    /// Whether all differences are equal within the tolerance.
    pub fn is_constant(&self) -> bool {
        let tolerance = self.tolerance();
        let first = self.values[0];
        self.values.iter().all(|d| (d - first).abs() <= tolerance)
    }

    /// The same pairs with A and B exchanged.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { values: self.values.iter().map(|d| -d).collect() }
    }
}

impl TryFrom<Vec<f64>> for Differences {
    type Error = StatsError;

    fn try_from(values: Vec<f64>) -> Result<Self, StatsError> {
        Self::new(values)
    }
}

impl From<Differences> for Vec<f64> {
    fn from(differences: Differences) -> Self {
        differences.values
    }
}

//! The confusion matrix: counts of (true class, predicted class).

use serde::{Deserialize, Serialize};

use crate::{Accumulator, MetricError};

/// Counts of (true class, predicted class) over `n_classes` classes, rows true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<u64>>", into = "Vec<Vec<u64>>")]
pub struct Confusion {
    n_classes: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// A table of zeros.
    pub fn new(n_classes: usize) -> Self {
        Self { n_classes, counts: vec![0; n_classes * n_classes] }
    }

    /// Counts pairs of (true class, predicted class).
    ///
    /// # Errors
    /// [`MetricError::ClassOutOfRange`] for an index `>= n_classes`.
    pub fn from_pairs(
        n_classes: usize,
        pairs: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, MetricError> {
        let mut table = Self::new(n_classes);
        for (truth, predicted) in pairs {
            table.add(truth, predicted)?;
        }
        Ok(table)
    }

    /// Takes a ready table, `rows[true][predicted]`.
    ///
    /// # Errors
    /// [`MetricError::Length`] when the table is not square.
    pub fn from_rows(rows: &[Vec<u64>]) -> Result<Self, MetricError> {
        let n_classes = rows.len();
        let mut counts = Vec::with_capacity(n_classes * n_classes);
        for row in rows {
            if row.len() != n_classes {
                return Err(MetricError::Length {
                    what: "confusion row",
                    expected: n_classes,
                    got: row.len(),
                });
            }
            counts.extend_from_slice(row);
        }
        Ok(Self { n_classes, counts })
    }

    /// Adds one sample.
    ///
    /// # Errors
    /// [`MetricError::ClassOutOfRange`] for an index `>= n_classes`.
    pub fn add(&mut self, truth: usize, predicted: usize) -> Result<(), MetricError> {
        for got in [truth, predicted] {
            if got >= self.n_classes {
                return Err(MetricError::ClassOutOfRange { n_classes: self.n_classes, got });
            }
        }
        self.counts[truth * self.n_classes + predicted] += 1;
        Ok(())
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// Count of class `truth` predicted as class `predicted`.
    ///
    /// # Panics
    /// When an index is out of range, as slice indexing does.
    pub fn get(&self, truth: usize, predicted: usize) -> u64 {
        assert!(predicted < self.n_classes, "predicted class {predicted} of {}", self.n_classes);
        self.counts[truth * self.n_classes + predicted]
    }

    /// Row-major counts, `n_classes * n_classes` of them.
    pub fn as_slice(&self) -> &[u64] {
        &self.counts
    }

    /// The table as rows, `rows[true][predicted]`.
    pub fn to_rows(&self) -> Vec<Vec<u64>> {
        (0..self.n_classes)
            .map(|i| self.counts[i * self.n_classes..(i + 1) * self.n_classes].to_vec())
            .collect()
    }

    /// Samples seen.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Correct samples (the trace).
    pub fn correct(&self) -> u64 {
        (0..self.n_classes).map(|c| self.get(c, c)).sum()
    }

    /// Mistakes (everything off the diagonal).
    pub fn errors(&self) -> u64 {
        self.total() - self.correct()
    }

    /// Samples of each true class (row sums).
    pub fn support(&self) -> Vec<u64> {
        (0..self.n_classes).map(|i| (0..self.n_classes).map(|j| self.get(i, j)).sum()).collect()
    }

    /// Samples predicted as each class (column sums).
    pub fn predicted_counts(&self) -> Vec<u64> {
        (0..self.n_classes).map(|j| (0..self.n_classes).map(|i| self.get(i, j)).sum()).collect()
    }

    /// Share of correct samples (alias WAR).
    ///
    /// # Equation
    /// `sum_c S_cc / N`
    ///
    /// # Shape
    /// table `[n, n]` of counts -> scalar
    ///
    /// # Range
    /// `[0, 1]`
    ///
    /// # Numerics
    /// exact below 2^53 samples, then one division
    ///
    /// # Errors
    /// [`MetricError::Empty`] when no sample was counted.
    ///
    /// # Example
    /// ```
    /// let c = affekt_metrics::Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 1), (1, 1)])?;
    /// assert_eq!(c.accuracy()?, 0.75);
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn accuracy(&self) -> Result<f64, MetricError> {
        match self.total() {
            0 => Err(MetricError::Empty { what: "accuracy" }),
            n => Ok(self.correct() as f64 / n as f64),
        }
    }

    /// Renames the classes: entry `(i, j)` of the result is entry `(permutation[i], permutation[j])` here.
    ///
    /// # Errors
    /// [`MetricError::Length`] or [`MetricError::ClassOutOfRange`] when `permutation` is not one index per
    /// class; a repeated index is reported as out of range.
    pub fn permuted(&self, permutation: &[usize]) -> Result<Self, MetricError> {
        let n = self.n_classes;
        if permutation.len() != n {
            return Err(MetricError::Length { what: "permutation", expected: n, got: permutation.len() });
        }
        let mut seen = vec![false; n];
        for &got in permutation {
            if got >= n || std::mem::replace(&mut seen[got], true) {
                return Err(MetricError::ClassOutOfRange { n_classes: n, got });
            }
        }
        let counts = permutation.iter().flat_map(|&i| permutation.iter().map(move |&j| (i, j)));
        Ok(Self { n_classes: n, counts: counts.map(|(i, j)| self.get(i, j)).collect() })
    }
}

impl Accumulator for Confusion {
    type Sample<'a> = (usize, usize);
    type Summary = Self;

    fn update(&mut self, (truth, predicted): (usize, usize)) -> Result<(), MetricError> {
        self.add(truth, predicted)
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.n_classes != other.n_classes {
            return Err(MetricError::MergeMismatch {
                what: "n_classes",
                expected: self.n_classes.to_string(),
                got: other.n_classes.to_string(),
            });
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        Ok(())
    }

    fn finish(&self) -> Result<Self, MetricError> {
        Ok(self.clone())
    }
}

impl TryFrom<Vec<Vec<u64>>> for Confusion {
    type Error = MetricError;

    fn try_from(rows: Vec<Vec<u64>>) -> Result<Self, MetricError> {
        Self::from_rows(&rows)
    }
}

impl From<Confusion> for Vec<Vec<u64>> {
    fn from(table: Confusion) -> Self {
        table.to_rows()
    }
}

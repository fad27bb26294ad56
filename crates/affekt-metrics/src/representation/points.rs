//! Points of a representation and the products between them.

use crate::MetricError;

/// Features of a sample of items: one row an item, all of one length.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    dimensions: usize,
    values: Vec<f64>,
}

impl Points {
    /// Takes `values`, row-major, as rows of `dimensions` numbers.
    ///
    /// # Errors
    /// [`MetricError::Empty`] without dimensions or rows, [`MetricError::Length`] when the last row is short,
    /// [`MetricError::NonFinite`].
    pub fn new(dimensions: usize, values: Vec<f64>) -> Result<Self, MetricError> {
        if dimensions == 0 || values.is_empty() {
            return Err(MetricError::Empty { what: "points" });
        }
        let rows = values.len().div_ceil(dimensions);
        if values.len() != rows * dimensions {
            let (expected, got) = (rows * dimensions, values.len());
            return Err(MetricError::Length { what: "points", expected, got });
        }
        if let Some(index) = values.iter().position(|x| !x.is_finite()) {
            return Err(MetricError::NonFinite { what: "points", index, got: values[index] });
        }
        Ok(Self { dimensions, values })
    }

    /// Length of a row.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.values.len() / self.dimensions
    }

    /// One row.
    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.dimensions..(i + 1) * self.dimensions]
    }

    /// The same rows less their mean.
    pub(crate) fn centred(&self) -> Self {
        let n = self.n() as f64;
        let mut mean = vec![0.0; self.dimensions];
        for row in self.values.chunks_exact(self.dimensions) {
            for (total, x) in mean.iter_mut().zip(row) {
                *total += x / n;
            }
        }
        let mut values = self.values.clone();
        for row in values.chunks_exact_mut(self.dimensions) {
            for (x, mean) in row.iter_mut().zip(&mean) {
                *x -= mean;
            }
        }
        Self { dimensions: self.dimensions, values }
    }

    /// Some rows, in the order given.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let values = rows.iter().flat_map(|&row| self.row(row)).copied().collect();
        Self { dimensions: self.dimensions, values }
    }
}

/// Scalar product.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums side by side: one alone waits for each addition to end before the next begins.
    let (fours, rest) = a.as_chunks::<4>();
    let (others, other_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (x, y) in fours.iter().zip(others) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().zip(other_rest).map(|(x, y)| x * y).sum::<f64>()
}

/// A symmetric matrix `[n, n]`, row-major.
#[derive(Clone, Debug)]
pub(crate) struct Gram {
    pub(crate) n: usize,
    pub(crate) values: Vec<f64>,
    /// Length of the rows it was made of.
    pub(crate) dimensions: usize,
}

impl Gram {
    /// `X X'`.
    pub(crate) fn of(points: &Points) -> Self {
        let n = points.n();
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let product = dot(points.row(i), points.row(j));
                values[i * n + j] = product;
                values[j * n + i] = product;
            }
        }
        Self { n, values, dimensions: points.dimensions() }
    }

    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.n + j]
    }

    /// Rows and columns of some items, in the order given.
    pub(crate) fn select(&self, items: &[usize]) -> Self {
        let values = items.iter().flat_map(|&i| items.iter().map(move |&j| self.get(i, j))).collect();
        Self { n: items.len(), values, dimensions: self.dimensions }
    }

    /// `K v`.
    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        self.values.chunks_exact(self.n).map(|row| dot(row, v)).collect()
    }
}

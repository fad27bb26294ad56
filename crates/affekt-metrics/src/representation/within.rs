//! The scatter of items around the means of their groups, regularised and inverted.
//!
//! Everything is done with products between items, so the cost depends on their number and not on the length of a
//! feature vector, which is the larger of the two in most networks.

use std::cmp::Ordering;

use super::points::{Gram, dot};

/// Least weight of the ridge: below it the inverse would only amplify rounding.
const LEAST_SHRINKAGE: f64 = 1e-6;

/// `S = (1 - s) X~'X~ / n + s mu I`: X~ the items less the mean of their group, mu the mean variance of a dimension, s the
/// shrinkage of Ledoit and Wolf (2004).
///
/// A vector of feature space is given by its weights over the items: `X'u` for weights u.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    gram: Gram,
    /// Group of each item, and the number of items of each group.
    group: Vec<usize>,
    sizes: Vec<f64>,
    ridge: f64,
    share: f64,
    /// Lower triangle of the Cholesky factor of `ridge I + share X~X~'`.
    factor: Vec<f64>,
}

impl Within {
    /// None where no item differs from the mean of its group: there is nothing to measure distances by.
    pub(crate) fn new(gram: Gram, group: Vec<usize>) -> Option<Self> {
        let n = gram.n;
        let groups = group.iter().max().map_or(0, |top| top + 1);
        let mut sizes = vec![0.0; groups];
        for &g in &group {
            sizes[g] += 1.0;
        }
        let mut within = Self { gram, group, sizes, ridge: 0.0, share: 0.0, factor: Vec::new() };
        let mut scatter: Vec<Vec<f64>> =
            within.gram.values.chunks_exact(n).map(|row| within.centred(row)).collect();
        // Rows are centred; columns follow.
        for j in 0..n {
            let column: Vec<f64> = scatter.iter().map(|row| row[j]).collect();
            for (row, x) in scatter.iter_mut().zip(within.centred(&column)) {
                row[j] = x;
            }
        }
        let (shrinkage, variance) = ledoit_wolf(&scatter, within.gram.dimensions);
        if variance <= 0.0 {
            return None;
        }
        within.ridge = shrinkage * variance;
        within.share = (1.0 - shrinkage) / n as f64;
        for (i, row) in scatter.iter_mut().enumerate() {
            for x in row.iter_mut() {
                *x *= within.share;
            }
            row[i] += within.ridge;
        }
        within.factor = cholesky(&scatter)?;
        Some(within)
    }

    /// Weights of the mean of group `first` less that of group `second`.
    pub(crate) fn difference(&self, first: usize, second: usize) -> Vec<f64> {
        let weight = |&g: &usize| match g {
            g if g == first => 1.0 / self.sizes[g],
            g if g == second => -1.0 / self.sizes[g],
            _ => 0.0,
        };
        self.group.iter().map(weight).collect()
    }

    /// Items of a group.
    pub(crate) fn size(&self, group: usize) -> f64 {
        self.sizes.get(group).copied().unwrap_or(0.0)
    }

    /// Weights of `S^-1 X'u`, by the identity of Woodbury.
    pub(crate) fn solve(&self, u: &[f64]) -> Vec<f64> {
        let n = self.gram.n;
        let mut x = self.centred(&self.gram.times(u));
        for i in 0..n {
            x[i] = (x[i] - dot(&self.factor[i * n..i * n + i], &x[..i])) / self.factor[i * n + i];
        }
        for i in (0..n).rev() {
            let below: f64 = (i + 1..n).map(|j| self.factor[j * n + i] * x[j]).sum();
            x[i] = (x[i] - below) / self.factor[i * n + i];
        }
        u.iter().zip(self.centred(&x)).map(|(u, x)| (u - self.share * x) / self.ridge).collect()
    }

    /// `(X'u) . (X'v)`.
    pub(crate) fn product(&self, u: &[f64], v: &[f64]) -> f64 {
        dot(u, &self.gram.times(v))
    }

    /// `(X'u)' (X~'X~ / n) (X'u)`: the unregularised scatter along a direction.
    pub(crate) fn scatter_along(&self, u: &[f64]) -> f64 {
        let along = self.centred(&self.gram.times(u));
        dot(&along, &along) / self.gram.n as f64
    }

    /// Each entry less the mean of its group.
    fn centred(&self, v: &[f64]) -> Vec<f64> {
        let mut mean = vec![0.0; self.sizes.len()];
        for (&g, x) in self.group.iter().zip(v) {
            mean[g] += x / self.sizes[g];
        }
        self.group.iter().zip(v).map(|(&g, x)| x - mean[g]).collect()
    }
}

/// Shrinkage towards `mu I` and mu, from the products `X~X~'`.
///
/// `s = min(b, d) / d`, `b = (mean ||x||^4 - ||S||^2) / (n p)`, `d = (||S||^2 - 2 mu tr S + p mu^2) / p`, S the raw
/// covariance, as in scikit-learn's `ledoit_wolf` with `assume_centered`.
pub(crate) fn ledoit_wolf(products: &[Vec<f64>], dimensions: usize) -> (f64, f64) {
    let (n, p) = (products.len() as f64, dimensions as f64);
    let trace = products.iter().enumerate().map(|(i, row)| row[i]).sum::<f64>() / n;
    let mu = trace / p;
    let fourth = products.iter().enumerate().map(|(i, row)| row[i] * row[i]).sum::<f64>() / n;
    let squared = products.iter().map(|row| dot(row, row)).sum::<f64>() / (n * n);
    let error = (fourth - squared) / (n * p);
    let spread = (squared - 2.0 * mu * trace + p * mu * mu) / p;
    let shrinkage = if error < spread { error / spread } else { 1.0 };
    (shrinkage.clamp(LEAST_SHRINKAGE, 1.0), mu)
}

/// Lower factor, row-major in a full square; none when the matrix is not positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<f64>> {
    let n = matrix.len();
    let mut factor = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let known = dot(&factor[i * n..i * n + j], &factor[j * n..j * n + j]);
            let rest = matrix[i][j] - known;
            factor[i * n + j] = if i == j {
                // Not above 0, or not a number.
                if rest.partial_cmp(&0.0) != Some(Ordering::Greater) {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / factor[j * n + j]
            };
        }
    }
    Some(factor)
}

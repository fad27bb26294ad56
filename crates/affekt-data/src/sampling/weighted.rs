//! Rows drawn with replacement, in proportion to a weight per class.

use affekt_core::{ClassIndex, Stream};

use super::groups;

/// Cumulative weights of the rows.
///
/// The draws of torch's `WeightedRandomSampler(weights, num_samples = rows, replacement = True)`: as many as there are
/// rows, independent, row i with probability `w_i / sum(w)`. A row may come several times in an epoch, or not at all;
/// on average over epochs every row of a class comes equally often. (The numbers drawn are our own.)
///
/// # Equation
/// `w_i = f(n_c) m / sum_k n_k f(n_k)` for a row of class c, of which there are `n_c` of m rows with a class; 1 without
/// a class. Weights have mean 1 over the rows with a class, so that rows without one come as often as if all rows were
/// shuffled: once an epoch on average.
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    cumulative: Vec<f64>,
}

impl Weighted {
    /// Weights in proportion to `weight` of the number of rows of the class.
    pub(super) fn new(classes: &[Option<ClassIndex>], weight: impl Fn(f64) -> f64) -> Self {
        let (groups, _) = groups(classes);
        let labelled: usize = groups.iter().map(Vec::len).sum();
        let total: f64 = groups.iter().map(|group| group.len() as f64 * weight(group.len() as f64)).sum();
        let mut weights = vec![1.0; classes.len()];
        for group in &groups {
            let each = weight(group.len() as f64) * labelled as f64 / total;
            for &position in group {
                weights[position] = each;
            }
        }
        let mut sum = 0.0;
        for weight in &mut weights {
            sum += *weight;
            *weight = sum;
        }
        Self { cumulative: weights }
    }

    pub(super) fn len(&self) -> usize {
        self.cumulative.len()
    }

    /// As many positions as there are rows.
    pub(super) fn draw(&self, stream: &mut Stream) -> Vec<usize> {
        let Some(&total) = self.cumulative.last() else { return Vec::new() };
        let last = self.cumulative.len() - 1;
        let at = |target: f64| self.cumulative.partition_point(|&sum| sum <= target).min(last);
        (0..=last).map(|_| at(stream.uniform() * total)).collect()
    }
}

//! Cluster randomisation of metrics that follow from sums over items: macro-F1, CCC, accuracy.

use affekt_core::Seed;

use crate::cluster::{random_swaps, tie_threshold};
use crate::sampled::count_draws;
use crate::{ClusterDraws, StatsError};

/// What both arms add to the sums of a metric in each cluster.
///
/// A confusion matrix is a sum over frames, and so are the five moments behind CCC; a swap of a whole cluster
/// moves its sums from one arm to the other, so no frame is ever visited twice.
///
/// # Equation
/// `S(swap) = score(sum_g x_g) - score(sum_g y_g)`, where `(x_g, y_g) = (a_g, b_g)`, exchanged where `g` is swapped.
///
/// # Numerics
/// Sums are doubles: counts are exact below `2^53`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterSums {
    n_clusters: usize,
    /// Sums of arm A over all clusters, without a swap.
    of_a: Vec<f64>,
    /// Sums of both arms together, which no swap changes.
    of_both: Vec<f64>,
    /// What a swap of each cluster adds to arm A, cluster after cluster.
    swap: Vec<f64>,
}

impl ClusterSums {
    /// Takes the sums of each arm, one list per cluster, all of one length.
    ///
    /// # Errors
    /// [`StatsError::Empty`] without clusters, [`StatsError::LengthMismatch`] unless all lists have one length,
    /// [`StatsError::NotFinite`] by cluster.
    pub fn new(a: &[Vec<f64>], b: &[Vec<f64>]) -> Result<Self, StatsError> {
        let width = a.first().ok_or(StatsError::Empty { what: "clusters" })?.len();
        if a.len() != b.len() {
            return Err(StatsError::LengthMismatch { left: a.len(), right: b.len() });
        }
        let (mut of_a, mut of_both) = (vec![0.0; width], vec![0.0; width]);
        let mut swap = Vec::with_capacity(a.len() * width);
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            for list in [a, b] {
                if list.len() != width {
                    return Err(StatsError::LengthMismatch { left: width, right: list.len() });
                }
                if let Some(&value) = list.iter().find(|value| !value.is_finite()) {
                    return Err(StatsError::NotFinite { index, value });
                }
            }
            for (cell, (x, y)) in a.iter().zip(b).enumerate() {
                of_a[cell] += x;
                of_both[cell] += x + y;
                swap.push(y - x);
            }
        }
        Ok(Self { n_clusters: a.len(), of_a, of_both, swap })
    }

    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// Randomisation test over clusters of the difference of a score of the sums.
    ///
    /// # Null hypothesis
    /// Within a cluster it makes no difference which arm made the predictions.
    ///
    /// # Assumes
    /// Independent clusters, and a score that depends on the items through their sums alone. Items of a cluster
    /// may depend on each other in any way.
    ///
    /// # Not for
    /// Scores that need every item, such as AUC or a median: use [`crate::cluster_randomisation_sampled`]. Claims
    /// about training noise.
    ///
    /// # Equation
    /// `p = (1 + #{|S(swap)| >= |S(none)|}) / (1 + draws)` over random swaps.
    ///
    /// # Range
    /// `[1 / (1 + draws), 1]`.
    ///
    /// # Numerics
    /// A function of sums and seed, whatever the number of threads; values within `1e-12 max(1, |S(none)|)` of the
    /// observed one are ties.
    ///
    /// # Source
    /// As [`crate::cluster_randomisation()`].
    ///
    /// # Errors
    /// [`StatsError::Empty`] for no draws, [`StatsError::StatisticNotFinite`] when `score` returns NaN or infinity.
    ///
    /// # Example
    /// ```
    /// use affekt_core::Seed;
    /// use affekt_stats::ClusterSums;
    /// // Hits and frames of each video; the score is the accuracy over all frames.
    /// let a: Vec<Vec<f64>> = (0..30).map(|_| vec![8.0, 10.0]).collect();
    /// let b: Vec<Vec<f64>> = (0..30).map(|_| vec![6.0, 10.0]).collect();
    /// let found = ClusterSums::new(&a, &b)?.randomise(999, Seed(1), |sums| sums[0] / sums[1])?;
    /// assert!((found.observed - 0.2).abs() < 1e-12);
    /// assert_eq!(found.drawn.p_value(), 0.001);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn randomise(
        &self,
        draws: u64,
        seed: Seed,
        score: impl Fn(&[f64]) -> f64 + Sync,
    ) -> Result<ClusterDraws, StatsError> {
        let difference = |of_a: &[f64]| {
            let of_b: Vec<f64> = self.of_both.iter().zip(of_a).map(|(both, a)| both - a).collect();
            let value = score(of_a) - score(&of_b);
            if value.is_finite() {
                Ok(value)
            } else {
                Err(StatsError::StatisticNotFinite { pattern: 0, value })
            }
        };
        let observed = difference(&self.of_a)?;
        let threshold = tie_threshold(observed);
        let width = self.of_a.len();
        let drawn = count_draws(draws, seed, "clusters", |stream| {
            let mut of_a = self.of_a.clone();
            for (cluster, swapped) in random_swaps(self.n_clusters, stream).enumerate() {
                if swapped {
                    let swap = &self.swap[cluster * width..(cluster + 1) * width];
                    for (sum, change) in of_a.iter_mut().zip(swap) {
                        *sum += change;
                    }
                }
            }
            Ok(difference(&of_a)?.abs() >= threshold)
        })?;
        Ok(ClusterDraws { observed, drawn })
    }
}

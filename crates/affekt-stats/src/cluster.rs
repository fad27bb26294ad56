//! Randomisation over whole clusters, for statistics that are not means of pairs.

use affekt_core::{Seed, Stream};
use serde::{Deserialize, Serialize};

#[cfg(doc)]
use crate::MAX_SIGN_FLIP;
use crate::sampled::{SampledCount, count_draws};
use crate::{Alternative, Differences, PairedTest, SignFlip, StatsError, TestOutcome};

/// Most clusters that are enumerated: the caller's statistic is evaluated `2^clusters` times.
pub const MAX_CLUSTERS: usize = 20;

/// Relative tolerance within which a swapped statistic ties with the observed one.
const TIE_TOLERANCE: f64 = 1e-12;

/// How many swap patterns are as extreme as the observed one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterRandomisation {
    /// The statistic without any swap.
    pub observed: f64,
    /// Patterns with `|statistic| >= |observed|`, the identity included.
    pub count: u64,
    /// All patterns, `2^clusters`.
    pub total: u64,
}

impl ClusterRandomisation {
    /// The exact two-sided p-value.
    ///
    /// # Equation
    /// `count / total`.
    ///
    /// # Range
    /// `(0, 1]`.
    ///
    /// # Numerics
    /// The nearest double; both integers are below `2^53`.
    ///
    /// # Example
    /// ```
    /// let outcome = affekt_stats::ClusterRandomisation { observed: 0.2, count: 2, total: 16 };
    /// assert_eq!(outcome.p_value(), 0.125);
    /// ```
    pub fn p_value(&self) -> f64 {
        self.count as f64 / self.total as f64
    }
}

/// A statistic and how many random swap patterns are as extreme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusterDraws {
    /// The statistic without any swap.
    pub observed: f64,
    /// Random patterns with `|statistic| >= |observed|`.
    pub drawn: SampledCount,
}

/// Exact two-sided randomisation test that swaps the arms within whole clusters.
///
/// # Null hypothesis
/// Within a cluster (a video, a subject) it makes no difference which arm made the predictions.
///
/// # Assumes
/// Clusters are independent of each other; within one, frames may depend on each other in any way. The statistic
/// is any difference between the arms, such as that of two macro-F1 scores over all frames, which no list of
/// per-video differences can express.
///
/// # Not for
/// Claims about training noise: it holds the trained models fixed and varies the people. Fewer than six clusters
/// at level 0.05.
///
/// # Equation
/// METHODS 8.6: `p = #{|S(swap)| >= |S(none)|} / 2^clusters` over all swap patterns; `statistic` receives
/// the pattern, `true` where A and B change places.
///
/// # Range
/// `p` in `[2^-clusters, 1]`.
///
/// # Numerics
/// Exact count; values within `1e-12 * max(1, |S(none)|)` of the observed one are ties.
///
/// # Source
/// Fisher 1935; Gail, Mark, Carroll, Green and Pee, Statistics in Medicine 15 (1996), for whole clusters.
///
/// # Errors
/// [`StatsError::Empty`] without clusters, [`StatsError::TooManyForExact`] beyond [`MAX_CLUSTERS`] (then use
/// [`cluster_randomisation_sampled`]), [`StatsError::StatisticNotFinite`] when `statistic` returns NaN or infinity.
///
/// # Example
/// ```
/// use affekt_stats::cluster_randomisation;
/// let per_video = [3.0, 1.0];
/// let outcome = cluster_randomisation(2, |swapped| {
///     per_video.iter().zip(swapped).map(|(d, s)| if *s { -d } else { *d }).sum()
/// })?;
/// // Sums 4, -2, 2, -4: two of four reach |4|.
/// assert_eq!((outcome.observed, outcome.p_value()), (4.0, 0.5));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn cluster_randomisation(
    n_clusters: usize,
    mut statistic: impl FnMut(&[bool]) -> f64,
) -> Result<ClusterRandomisation, StatsError> {
    if n_clusters == 0 {
        return Err(StatsError::Empty { what: "clusters" });
    }
    if n_clusters > MAX_CLUSTERS {
        return Err(StatsError::TooManyForExact {
            method: "cluster randomisation",
            n: n_clusters,
            limit: MAX_CLUSTERS,
        });
    }
    let mut swapped = vec![false; n_clusters];
    let mut evaluate = |pattern: u64| {
        for (cluster, swap) in swapped.iter_mut().enumerate() {
            *swap = pattern >> cluster & 1 == 1;
        }
        finite(statistic(&swapped), &swapped)
    };
    let observed = evaluate(0)?;
    let threshold = tie_threshold(observed);
    let total = 1_u64 << n_clusters;
    // The identity is always counted, whatever the rounding.
    let mut count = 1;
    for pattern in 1..total {
        if evaluate(pattern)?.abs() >= threshold {
            count += 1;
        }
    }
    Ok(ClusterRandomisation { observed, count, total })
}

/// The test of [`cluster_randomisation`] by random swap patterns, for any number of clusters.
///
/// # Null hypothesis
/// As [`cluster_randomisation`].
///
/// # Assumes
/// As [`cluster_randomisation`].
///
/// # Not for
/// Up to [`MAX_CLUSTERS`] clusters, unless the statistic is slow: the exact test has no sampling error. For
/// macro-F1, CCC and whatever else follows from sums, [`crate::ClusterSums`] is faster by orders of magnitude.
///
/// # Equation
/// `p = (1 + #{|S(swap)| >= |S(none)|}) / (1 + draws)` over random patterns.
///
/// # Range
/// `[1 / (1 + draws), 1]`.
///
/// # Numerics
/// A function of statistic and seed, whatever the number of threads; ties as there.
///
/// # Source
/// As [`cluster_randomisation`]; Phipson and Smyth 2010 for the one that is added.
///
/// # Errors
/// [`StatsError::Empty`] without clusters or draws, [`StatsError::StatisticNotFinite`] when `statistic` returns NaN
/// or infinity.
///
/// # Example
/// ```
/// use affekt_core::Seed;
/// use affekt_stats::cluster_randomisation_sampled;
/// let per_video = [0.3; 24];
/// let outcome = cluster_randomisation_sampled(24, 999, Seed(1), |swapped| {
///     per_video.iter().zip(swapped).map(|(d, s)| if *s { -d } else { *d }).sum()
/// })?;
/// assert_eq!(outcome.drawn.p_value(), 0.001);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn cluster_randomisation_sampled(
    n_clusters: usize,
    draws: u64,
    seed: Seed,
    statistic: impl Fn(&[bool]) -> f64 + Sync,
) -> Result<ClusterDraws, StatsError> {
    if n_clusters == 0 {
        return Err(StatsError::Empty { what: "clusters" });
    }
    let none = vec![false; n_clusters];
    let observed = finite(statistic(&none), &none)?;
    let threshold = tie_threshold(observed);
    let drawn = count_draws(draws, seed, "clusters", |stream| {
        let swapped: Vec<bool> = random_swaps(n_clusters, stream).collect();
        Ok(finite(statistic(&swapped), &swapped)?.abs() >= threshold)
    })?;
    Ok(ClusterDraws { observed, drawn })
}

/// Mean difference of each cluster, in order of first appearance.
///
/// # Equation
/// `m_g = mean of d_i over i with cluster_i = g`.
///
/// # Range
/// One value per cluster, within the range of the differences.
///
/// # Numerics
/// Plain sums; clusters count equally, however many items they hold.
///
/// # Errors
/// [`StatsError::LengthMismatch`] unless each difference has a cluster, and those of [`Differences`].
///
/// # Example
/// ```
/// let means = affekt_stats::cluster_means(&["a", "b", "a"], &[0.25, 1.0, 0.75])?;
/// assert_eq!(means.values(), [0.5, 1.0]);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn cluster_means<K: Ord>(clusters: &[K], differences: &[f64]) -> Result<Differences, StatsError> {
    if clusters.len() != differences.len() {
        return Err(StatsError::LengthMismatch { left: clusters.len(), right: differences.len() });
    }
    let mut places = std::collections::BTreeMap::new();
    let mut sums: Vec<(f64, f64)> = Vec::new();
    for (cluster, d) in clusters.iter().zip(differences) {
        let place = *places.entry(cluster).or_insert_with(|| {
            sums.push((0.0, 0.0));
            sums.len() - 1
        });
        sums[place].0 += d;
        sums[place].1 += 1.0;
    }
    Differences::new(sums.into_iter().map(|(sum, n)| sum / n).collect())
}

/// Sign-flip test over clusters, for metrics that are means over items: accuracy, severity, absolute error.
///
/// # Null hypothesis
/// Within a cluster it makes no difference which arm made the predictions, so its mean difference is as likely to
/// be `m` as `-m`.
///
/// # Assumes
/// Independent clusters. Items of one cluster may depend on each other in any way.
///
/// # Not for
/// Macro-F1, CCC and other metrics that are no mean over items: use [`crate::ClusterSums`] or
/// [`cluster_randomisation`]. Weighing by items: each cluster counts once.
///
/// # Equation
/// [`crate::sign_flip()`] of [`cluster_means`].
///
/// # Range
/// As [`SignFlip`]: exact up to [`MAX_SIGN_FLIP`] clusters, drawn beyond.
///
/// # Numerics
/// As [`SignFlip`].
///
/// # Source
/// As [`crate::sign_flip()`], applied to cluster means.
///
/// # Errors
/// As [`cluster_means`].
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, cluster_sign_flip};
/// let videos = ["v1", "v1", "v2", "v3"];
/// let outcome = cluster_sign_flip(&videos, &[0.1, 0.3, 0.1, 0.2], Alternative::Greater)?;
/// // Three clusters agree, however many frames they have.
/// assert_eq!((outcome.n_effective, outcome.p_value), (3, 0.125));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn cluster_sign_flip<K: Ord>(
    clusters: &[K],
    differences: &[f64],
    alternative: Alternative,
) -> Result<TestOutcome, StatsError> {
    SignFlip.test(&cluster_means(clusters, differences)?, alternative)
}

/// One random swap per cluster.
pub(crate) fn random_swaps(n_clusters: usize, stream: &mut Stream) -> impl Iterator<Item = bool> + '_ {
    let mut bits = 0;
    (0..n_clusters).map(move |cluster| {
        if cluster % 64 == 0 {
            bits = stream.next_u64();
        }
        bits >> (cluster % 64) & 1 == 1
    })
}

/// What the magnitude of a statistic must reach to be as extreme as the observed one.
pub(crate) fn tie_threshold(observed: f64) -> f64 {
    observed.abs() - TIE_TOLERANCE * observed.abs().clamp(1.0, f64::INFINITY)
}

fn finite(value: f64, swapped: &[bool]) -> Result<f64, StatsError> {
    if value.is_finite() {
        return Ok(value);
    }
    let pattern = swapped.iter().take(64).enumerate().map(|(k, swap)| u64::from(*swap) << k).sum();
    Err(StatsError::StatisticNotFinite { pattern, value })
}

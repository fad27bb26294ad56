//! Randomisation over whole clusters, for statistics that are not means of pairs.

use crate::StatsError;

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

/// Exact two-sided randomisation test that swaps the arms within whole clusters.
///
/// A claim about new people is randomised over videos, not over frames: frames of one video are no
/// replicates. The statistic is any difference between the arms, such as that of two macro-F1 scores over
/// all frames, which no list of per-video differences can express.
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
/// # Errors
/// [`StatsError::Empty`] without clusters, [`StatsError::TooManyForExact`] beyond [`MAX_CLUSTERS`],
/// [`StatsError::StatisticNotFinite`] when `statistic` returns NaN or infinity.
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
        let value = statistic(&swapped);
        if value.is_finite() { Ok(value) } else { Err(StatsError::StatisticNotFinite { pattern, value }) }
    };
    let observed = evaluate(0)?;
    let threshold = observed.abs() - TIE_TOLERANCE * observed.abs().clamp(1.0, f64::INFINITY);
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

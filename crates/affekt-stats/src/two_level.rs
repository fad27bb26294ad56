//! The bootstrap over two sources of variance: clusters of the test set, and seeds of the training.

use affekt_core::{Seed, Stream};
use serde::{Deserialize, Serialize};

use crate::StatsError;
use crate::error::check_open_unit;
use crate::interval::sorted_quantile;
use crate::sampled::collect_draws;

/// A difference with its spread over clusters, over seeds, and over both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TwoLevelInterval {
    /// The statistic on the data as they are.
    pub estimate: f64,
    /// Lower percentile end, both levels resampled.
    pub low: f64,
    /// Upper percentile end, both levels resampled.
    pub high: f64,
    /// Standard deviation over resamples of both levels.
    pub se: f64,
    /// Standard deviation where only clusters are resampled: what other people would change.
    pub se_clusters: f64,
    /// Standard deviation where only seeds are resampled: what training again would change.
    pub se_seeds: f64,
    /// Resamples of each kind.
    pub draws: u64,
}

/// Percentile bootstrap that resamples clusters and seeds together.
///
/// `statistic` receives the positions of the clusters and of the seeds that a resample holds, with repetitions, and
/// returns the difference of the arms on them: for macro-F1, the mean over these seeds of the difference of the
/// scores over the frames of these clusters.
///
/// # Equation
/// METHODS 8.6: `theta*_b = S(clusters*_b, seeds*_b)`, both drawn with replacement and independently of each other;
/// the interval holds the middle `confidence` of them.
///
/// # Range
/// Within what `statistic` can return.
///
/// # Numerics
/// A function of its arguments, whatever the number of threads. It assumes clusters and seeds crossed (every seed
/// predicts every cluster) and independent. Percentile intervals under-cover with few seeds or clusters, see
/// `docs/stats-calibration.md`; with two or three seeds the spread over seeds is hardly known at all.
///
/// # Source
/// Owen, Ann. Appl. Stat. 1 (2007), the pigeonhole bootstrap: conservative in the variance of each level.
///
/// # Errors
/// [`StatsError::Empty`] without draws, [`StatsError::TooFew`] for fewer than two clusters or seeds,
/// [`StatsError::OutOfRange`] for the confidence, [`StatsError::StatisticNotFinite`] for a NaN or infinite statistic.
///
/// # Example
/// ```
/// use affekt_core::Seed;
/// use affekt_stats::two_level_bootstrap;
/// // Differences by (seed, video); the statistic is their mean.
/// let d = [[0.1, 0.3, 0.2], [0.2, 0.4, 0.3]];
/// let mean = |videos: &[usize], seeds: &[usize]| {
///     let sum: f64 = seeds.iter().flat_map(|&s| videos.iter().map(move |&v| d[s][v])).sum();
///     sum / (videos.len() * seeds.len()) as f64
/// };
/// let found = two_level_bootstrap(3, 2, 500, 0.9, Seed(1), mean)?;
/// assert!((found.estimate - 0.25).abs() < 1e-12 && found.low >= 0.1 && found.high <= 0.4);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn two_level_bootstrap(
    n_clusters: usize,
    n_seeds: usize,
    draws: u64,
    confidence: f64,
    seed: Seed,
    statistic: impl Fn(&[usize], &[usize]) -> f64 + Sync,
) -> Result<TwoLevelInterval, StatsError> {
    const METHOD: &str = "two-level bootstrap";
    let tail = 0.5 * (1.0 - check_open_unit("confidence", confidence)?);
    for n in [n_clusters, n_seeds] {
        if n < 2 {
            return Err(StatsError::TooFew { method: METHOD, needed: 2, n });
        }
    }
    let evaluate = |clusters: &[usize], seeds: &[usize]| {
        let value = statistic(clusters, seeds);
        if value.is_finite() { Ok(value) } else { Err(StatsError::StatisticNotFinite { pattern: 0, value }) }
    };
    let (all_clusters, all_seeds): (Vec<usize>, Vec<usize>) =
        ((0..n_clusters).collect(), (0..n_seeds).collect());
    let estimate = evaluate(&all_clusters, &all_seeds)?;
    let mut both = collect_draws(draws, seed, METHOD, |stream| {
        let clusters = resample(n_clusters, stream);
        evaluate(&clusters, &resample(n_seeds, stream))
    })?;
    let clusters = collect_draws(draws, seed, "clusters bootstrap", |stream| {
        evaluate(&resample(n_clusters, stream), &all_seeds)
    })?;
    let seeds = collect_draws(draws, seed, "seeds bootstrap", |stream| {
        evaluate(&all_clusters, &resample(n_seeds, stream))
    })?;
    both.sort_by(f64::total_cmp);
    Ok(TwoLevelInterval {
        estimate,
        low: sorted_quantile(&both, tail),
        high: sorted_quantile(&both, 1.0 - tail),
        se: spread(&both),
        se_clusters: spread(&clusters),
        se_seeds: spread(&seeds),
        draws,
    })
}

fn resample(n: usize, stream: &mut Stream) -> Vec<usize> {
    (0..n).map(|_| usize::try_from(stream.below(n as u64)).unwrap_or(0)).collect()
}

fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt()
}

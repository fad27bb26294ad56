//! The Hodges-Lehmann shift estimate with its exact interval.

use serde::{Deserialize, Serialize};

use crate::error::check_open_unit;
use crate::interval::split_position;
use crate::{Differences, MAX_EXACT_RANKS, StatsError, normal, wilcoxon_null_cumulative};

/// Most differences whose Walsh averages are listed: eight million of them.
pub const MAX_WALSH: usize = 4000;

/// A median of Walsh averages, with an interval where one exists.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HodgesLehmann {
    /// The estimate.
    pub estimate: f64,
    /// The exact interval; none when so few pairs cannot reach the confidence asked for.
    pub interval: Option<ExactInterval>,
}

/// A distribution-free interval and the confidence it attains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExactInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Attained confidence, at least the one asked for.
    pub confidence: f64,
    /// Number of Walsh averages left out at either end.
    pub k: usize,
}

/// Hodges-Lehmann estimate and the interval that inverts the exact Wilcoxon test.
///
/// # Equation
/// METHODS 8.3: the median of the `M = n(n+1)/2` Walsh averages `W = (d_i + d_j)/2`, `i <= j`; interval
/// `[W_(k+1), W_(M-k)]` with `k = max{k : P(T+ <= k) <= (1 - confidence)/2}`, attaining `1 - 2 P(T+ <= k)`.
///
/// # Range
/// Both lie within the range of the data. At n = 6 the 95 % interval is that range; at n = 5 there is none.
///
/// # Numerics
/// Exact up to [`MAX_EXACT_RANKS`] pairs, beyond them `P(T+ <= k) = Phi((k + 1/2 - n(n+1)/4) / se)`. The tie-free
/// null is used, so under ties the interval is conservative. It assumes symmetric differences; where they are
/// skewed, it is one of their pseudo-median.
///
/// # Source
/// Hodges and Lehmann, Ann. Math. Statist. 34 (1963); Tukey's Walsh averages (1949).
///
/// # Errors
/// [`StatsError::OutOfRange`] for a confidence outside `(0, 1)`, [`StatsError::TooManyForExact`] beyond
/// [`MAX_WALSH`] pairs.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, hodges_lehmann};
/// // Walsh averages of 0, 2, 4: 0 1 2 2 3 4. P(T+ <= 0) = 1/8.
/// let shift = hodges_lehmann(&Differences::new(vec![0.0, 2.0, 4.0])?, 0.75)?;
/// assert_eq!(shift.estimate, 2.0);
/// let interval = shift.interval.ok_or(affekt_stats::StatsError::Empty { what: "interval" })?;
/// assert_eq!((interval.low, interval.high, interval.confidence), (0.0, 4.0, 0.75));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn hodges_lehmann(differences: &Differences, confidence: f64) -> Result<HodgesLehmann, StatsError> {
    let tail = 0.5 * (1.0 - check_open_unit("confidence", confidence)?);
    let n = differences.n();
    if n > MAX_WALSH {
        return Err(StatsError::TooManyForExact { method: "Walsh averages", n, limit: MAX_WALSH });
    }
    let walsh = walsh_averages(differences.values());
    let m = walsh.len();
    let estimate = if m % 2 == 1 { walsh[m / 2] } else { 0.5 * (walsh[m / 2 - 1] + walsh[m / 2]) };

    let cut = if n > MAX_EXACT_RANKS { normal_cut(n, tail) } else { exact_cut(n, tail)? };
    let interval = cut.filter(|(k, _)| 2 * k < m).map(|(k, below)| ExactInterval {
        low: walsh[k],
        high: walsh[m - 1 - k],
        confidence: 1.0 - 2.0 * below,
        k,
    });
    Ok(HodgesLehmann { estimate, interval })
}

/// The largest `k` with `P(T+ <= k) <= tail`, and that probability.
fn exact_cut(n: usize, tail: f64) -> Result<Option<(usize, f64)>, StatsError> {
    let cumulative = wilcoxon_null_cumulative(n)?;
    let total = (1_u128 << n) as f64;
    let admissible = cumulative.partition_point(|&count| count as f64 / total <= tail);
    Ok(admissible.checked_sub(1).map(|k| (k, cumulative[k] as f64 / total)))
}

/// The same by the normal approximation with its continuity correction.
fn normal_cut(n: usize, tail: f64) -> Option<(usize, f64)> {
    let n = n as f64;
    let mean = n * (n + 1.0) / 4.0;
    let se = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
    let edge = mean - 0.5 + se * normal::quantile(tail);
    let k = usize::try_from(split_position(edge.clamp(0.0, f64::INFINITY)).0).ok()?;
    (edge >= 0.0).then(|| (k, normal::cdf((k as f64 + 0.5 - mean) / se)))
}

/// All averages of pairs, each value with itself included, ascending.
fn walsh_averages(values: &[f64]) -> Vec<f64> {
    let mut walsh: Vec<f64> =
        (0..values.len()).flat_map(|i| values[i..].iter().map(move |y| 0.5 * (values[i] + y))).collect();
    walsh.sort_by(f64::total_cmp);
    walsh
}

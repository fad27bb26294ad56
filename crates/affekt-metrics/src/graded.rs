//! Graded relatives of accuracy and severity: partial credit, top-k sets, probabilities.

use crate::rows::check_row;
use crate::severity::{check_distance, off_diagonal};
use crate::{Confusion, MetricError};

/// Emotion confusion confidence: accuracy with partial credit for near mistakes.
///
/// # Equation
/// `ECC = (1/N) sum_ij S_ij / W_ij`, the Mikels wheel of Zhao et al. (2024) replaced by
/// `W_ij = 1 + d_ij / scale`, `W_ii = 1`
///
/// # Shape
/// table `[n, n]`, distance `[n * n]`, scale -> scalar
///
/// # Range
/// `[accuracy, 1]`
///
/// # Numerics
/// as `scale -> 0` it tends to accuracy (for distances > 0)
///
/// # Errors
/// [`MetricError::Empty`] without samples, [`MetricError::OutOfRange`] for a scale that is not > 0 or a bad
/// distance, [`MetricError::Length`].
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, ecc};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1)])?;
/// assert_eq!(ecc(&c, &[0.0, 1.0, 1.0, 0.0], 1.0)?, 0.75);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn ecc(confusion: &Confusion, distance: &[f64], scale: f64) -> Result<f64, MetricError> {
    check_scaled(confusion.n_classes(), distance, scale)?;
    let (n, total) = (confusion.n_classes(), confusion.total());
    if total == 0 {
        return Err(MetricError::Empty { what: "ecc" });
    }
    let partial = off_diagonal(n).map(|(i, j)| {
        let weight = 1.0 + distance[i * n + j] / scale;
        confusion.get(i, j) as f64 / weight
    });
    Ok((confusion.correct() as f64 + partial.sum::<f64>()) / total as f64)
}

/// Emotion mistake confidence: mean closeness of the mistakes; `None` when there are none.
///
/// # Equation
/// `EMC = (1/E) sum_{i != j} S_ij / (W_ij - 1) = (1/E) sum_{i != j} S_ij scale / d_ij`
///
/// # Shape
/// table `[n, n]`, distance `[n * n]`, scale -> scalar
///
/// # Range
/// `> 0`; 1 when every mistake has length `scale`
///
/// # Numerics
/// dominated by the nearest pair; infinite when a mistake has distance 0
///
/// # Errors
/// As [`ecc`], without the empty case.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, emc};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1)])?;
/// assert_eq!(emc(&c, &[0.0, 2.0, 2.0, 0.0], 1.0)?, Some(0.5));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn emc(confusion: &Confusion, distance: &[f64], scale: f64) -> Result<Option<f64>, MetricError> {
    check_scaled(confusion.n_classes(), distance, scale)?;
    let (n, errors) = (confusion.n_classes(), confusion.errors());
    // A cell without mistakes must not contribute 0 * inf = NaN when its distance is 0.
    let mistaken = off_diagonal(n).filter(|&(i, j)| confusion.get(i, j) > 0);
    let closeness = mistaken.map(|(i, j)| confusion.get(i, j) as f64 * scale / distance[i * n + j]);
    Ok((errors > 0).then(|| closeness.sum::<f64>() / errors as f64))
}

/// Distance expected when the class is drawn from the predicted distribution (no argmax).
///
/// # Equation
/// `sum_j p_j d_yj`
///
/// # Shape
/// `probabilities [n]`, true class, distance `[n * n]` -> scalar
///
/// # Range
/// `[0, max d]`
///
/// # Numerics
/// the diagonal of `distance` enters; it is 0 for a metric
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::OutOfRange`], [`MetricError::NotOnSimplex`],
/// [`MetricError::ClassOutOfRange`].
///
/// # Example
/// ```
/// let d = affekt_metrics::expected_distance(&[0.75, 0.25], 0, &[0.0, 2.0, 2.0, 0.0])?;
/// assert_eq!(d, 0.5);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn expected_distance(probabilities: &[f64], truth: usize, distance: &[f64]) -> Result<f64, MetricError> {
    let row = distance_row(probabilities, truth, distance)?;
    Ok(probabilities.iter().zip(row).map(|(p, d)| p * d).sum())
}

/// Mean distance from the truth of the k most probable classes.
///
/// # Equation
/// `(1/k) sum_{j in top_k(p)} d_yj`
///
/// # Shape
/// `probabilities [n]`, true class, k, distance `[n * n]` -> scalar
///
/// # Range
/// `[0, max d]`
///
/// # Numerics
/// ties are broken towards the lower class index
///
/// # Errors
/// As [`expected_distance`]; [`MetricError::ClassOutOfRange`] when `k > n`, [`MetricError::Empty`] when
/// `k = 0`.
///
/// # Example
/// ```
/// let d = [0.0, 1.0, 3.0, 1.0, 0.0, 2.0, 3.0, 2.0, 0.0];
/// assert_eq!(affekt_metrics::top_k_severity(&[0.1, 0.3, 0.6], 0, 2, &d)?, 2.0);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn top_k_severity(
    probabilities: &[f64],
    truth: usize,
    k: usize,
    distance: &[f64],
) -> Result<f64, MetricError> {
    let row = distance_row(probabilities, truth, distance)?;
    if k == 0 {
        return Err(MetricError::Empty { what: "top-k set" });
    }
    if k > row.len() {
        return Err(MetricError::ClassOutOfRange { n_classes: row.len(), got: k });
    }
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]).then(a.cmp(&b)));
    Ok(order[..k].iter().map(|&j| row[j]).sum::<f64>() / k as f64)
}

fn distance_row<'a>(
    probabilities: &[f64],
    truth: usize,
    distance: &'a [f64],
) -> Result<&'a [f64], MetricError> {
    let n = probabilities.len();
    check_row("probabilities", probabilities, n)?;
    check_distance(n, distance)?;
    if truth >= n {
        return Err(MetricError::ClassOutOfRange { n_classes: n, got: truth });
    }
    Ok(&distance[truth * n..(truth + 1) * n])
}

fn check_scaled(n_classes: usize, distance: &[f64], scale: f64) -> Result<(), MetricError> {
    check_distance(n_classes, distance)?;
    if scale.is_finite() && scale > 0.0 {
        return Ok(());
    }
    let expected = "a finite value > 0";
    Err(MetricError::OutOfRange { what: "scale", expected, index: 0, got: scale })
}

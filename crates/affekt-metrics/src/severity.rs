//! How far mistakes reach on the circumplex.
//!
//! All functions take `distance`, the row-major `n_classes * n_classes` matrix `d[true][predicted]`. Score
//! every arm with the same fixed matrix, never with the arm's own cost, else the arms are not comparable.

use crate::{Confusion, MetricError};

/// Checks a distance matrix: right size, finite, nothing negative.
pub(crate) fn check_distance(n_classes: usize, distance: &[f64]) -> Result<(), MetricError> {
    let expected = n_classes * n_classes;
    if distance.len() != expected {
        return Err(MetricError::Length { what: "distance", expected, got: distance.len() });
    }
    match distance.iter().position(|d| !(d.is_finite() && *d >= 0.0)) {
        None => Ok(()),
        Some(index) => Err(MetricError::OutOfRange {
            what: "distance",
            expected: "a finite value >= 0",
            index,
            got: distance[index],
        }),
    }
}

/// Off-diagonal cells `(i, j)` of an `n * n` table in row-major order.
pub(crate) fn off_diagonal(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (0..n).filter(move |&j| j != i).map(move |j| (i, j)))
}

/// Mean distance of the mistakes; `None` when there are none.
///
/// # Equation
/// `(1/E) sum_{i != j} S_ij d_ij`, E the number of errors
///
/// # Shape
/// table `[n, n]`, distance `[n * n]` -> scalar
///
/// # Range
/// `[min d, max d]` over the off-diagonal; 1 for every table when all distances are 1
///
/// # Numerics
/// the diagonal of `distance` is not read. Depends on which classes err; see [`crate::severity_index`].
///
/// # Errors
/// [`MetricError::Length`] or [`MetricError::OutOfRange`] for a bad distance matrix.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, error_severity};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 0), (1, 0)])?;
/// // one error of length 2, two of length 5
/// assert_eq!(error_severity(&c, &[0.0, 2.0, 5.0, 0.0])?, Some(4.0));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn error_severity(confusion: &Confusion, distance: &[f64]) -> Result<Option<f64>, MetricError> {
    check_distance(confusion.n_classes(), distance)?;
    let errors = confusion.errors();
    Ok((errors > 0).then(|| total_cost(confusion, distance) / errors as f64))
}

/// Severity averaged over true classes that err, so that frequent classes do not dominate.
///
/// # Equation
/// `(1/K) sum_i (sum_{j != i} S_ij d_ij / E_i)`, over the K classes with `E_i > 0` errors
///
/// # Shape
/// table `[n, n]`, distance `[n * n]` -> scalar
///
/// # Range
/// `[min d, max d]` over the off-diagonal; `None` when no class errs
///
/// # Numerics
/// a class without errors has no severity and is left out of the mean
///
/// # Errors
/// As [`error_severity`].
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, macro_severity};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 0), (1, 0)])?;
/// assert_eq!(macro_severity(&c, &[0.0, 2.0, 5.0, 0.0])?, Some(3.5));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn macro_severity(confusion: &Confusion, distance: &[f64]) -> Result<Option<f64>, MetricError> {
    let n = confusion.n_classes();
    check_distance(n, distance)?;
    let mut per_class = Vec::with_capacity(n);
    for i in 0..n {
        let others = (0..n).filter(|&j| j != i);
        let (cost, errors) = others.fold((0.0, 0_u64), |(cost, errors), j| {
            let count = confusion.get(i, j);
            (cost + count as f64 * distance[i * n + j], errors + count)
        });
        if errors > 0 {
            per_class.push(cost / errors as f64);
        }
    }
    Ok((!per_class.is_empty()).then(|| per_class.iter().sum::<f64>() / per_class.len() as f64))
}

/// Mean distance over all samples, correct ones counted as 0.
///
/// # Equation
/// `(1/N) sum_{i != j} S_ij d_ij = severity * E / N`
///
/// # Shape
/// table `[n, n]`, distance `[n * n]` -> scalar
///
/// # Range
/// `[0, max d]`
///
/// # Numerics
/// as [`error_severity`]
///
/// # Errors
/// As [`error_severity`]; [`MetricError::Empty`] when no sample was counted.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, expected_cost};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 0), (1, 0)])?;
/// assert_eq!(expected_cost(&c, &[0.0, 2.0, 5.0, 0.0])?, 3.0);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn expected_cost(confusion: &Confusion, distance: &[f64]) -> Result<f64, MetricError> {
    check_distance(confusion.n_classes(), distance)?;
    match confusion.total() {
        0 => Err(MetricError::Empty { what: "expected cost" }),
        n => Ok(total_cost(confusion, distance) / n as f64),
    }
}

fn total_cost(confusion: &Confusion, distance: &[f64]) -> f64 {
    let n = confusion.n_classes();
    off_diagonal(n).map(|(i, j)| confusion.get(i, j) as f64 * distance[i * n + j]).sum()
}

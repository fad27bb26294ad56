//! The score of each class against its frequency and the distance to its nearest neighbour.

use super::regression::{Observations, Predictor, Regression, regress, regress_ranks};
use crate::MetricError;

/// Scores of classes explained by frequency and by isolation.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDegeneracy {
    /// On standardised values; terms `frequency` and `isolation`.
    pub linear: Regression,
    /// On ranks: the partial correlations are partial Spearman correlations.
    pub ranked: Regression,
}

/// Regression of a score per class on log frequency and distance to the nearest other class.
///
/// # Equation
/// `F_c ~ b_0 + b_1 log n_c + b_2 min_{k != c} d_ck`, every column standardised; p of each coefficient by double
/// semi-partialling (Dekker, Krackhardt and Snijders 2007): the predictor less what the other says of it is relabelled by
/// each of the K! orders of the classes, and its partial correlation compared
///
/// # Shape
/// scores `[K]`, training counts `[K]`, distance `[K * K]` -> two regressions
///
/// # Range
/// see [`Estimate`](super::Estimate); a positive `isolation`: isolated classes score higher
///
/// # Numerics
/// exact, so the smallest p is 1 / K!, and no random number is drawn. With equal counts `frequency` is constant and has no
/// estimate. Eight classes are few: look at the leave-one-out range before the p.
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::NonFinite`]; [`MetricError::OutOfRange`] for a count of 0, a bad distance, or more
/// than 9 classes.
///
/// # Example
/// ```
/// // On a line at 0, 1, 3, 6 and 10, each class scoring by the distance to its nearest neighbour.
/// let at: [f64; 5] = [0.0, 1.0, 3.0, 6.0, 10.0];
/// let distance: Vec<f64> = at.iter().flat_map(|a| at.map(|b| (a - b).abs())).collect();
/// let found = affekt_metrics::class_degeneracy(&[0.1, 0.1, 0.2, 0.3, 0.4], &[50, 20, 70, 10, 40], &distance)?;
/// let isolation = found.linear.terms[1].estimate.expect("distances differ");
/// assert!((isolation.partial_r - 1.0).abs() < 1e-9 && isolation.p < 0.05);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn class_degeneracy(
    score: &[f64],
    training_counts: &[u64],
    distance: &[f64],
) -> Result<ClassDegeneracy, MetricError> {
    let n = training_counts.len();
    crate::severity::check_distance(n, distance)?;
    let nearest = |class: usize| {
        let others = (0..n).filter(|&other| other != class).map(|other| distance[class * n + other]);
        others.min_by(f64::total_cmp).unwrap_or(0.0)
    };
    let predictors = [
        Predictor { name: "frequency", values: log_counts(training_counts)? },
        Predictor { name: "isolation", values: (0..n).map(nearest).collect() },
    ];
    let observations = Observations {
        n_classes: n,
        count: |n| n,
        moved: &<[usize]>::to_vec,
        without: &|class| (0..n).filter(|&other| other != class).collect(),
    };
    Ok(ClassDegeneracy {
        linear: regress(score, &predictors, observations)?,
        ranked: regress_ranks(score, &predictors, observations)?,
    })
}

/// Logarithm of each count.
pub(super) fn log_counts(counts: &[u64]) -> Result<Vec<f64>, MetricError> {
    match counts.iter().position(|&n| n == 0) {
        Some(index) => Err(MetricError::OutOfRange {
            what: "training count",
            expected: "at least 1 (leave out classes without training items)",
            index,
            got: 0.0,
        }),
        None => Ok(counts.iter().map(|&n| (n as f64).ln()).collect()),
    }
}

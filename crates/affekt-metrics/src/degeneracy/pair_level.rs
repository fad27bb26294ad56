//! The confusion of each pair of classes against its distances and frequencies.

use super::class_level::log_counts;
use super::regression::{Observations, Predictor, Regression, regress};
use crate::permutation::{n_pairs, pair_position, pairs};
use crate::{Confusion, MetricError};

/// Log rate at which each two classes are taken for each other.
///
/// # Equation
/// `y_ij = ln[(S_ij + S_ji + 1/2) / (n_i + n_j)]`, i < j, n the true counts, whatever the items were taken for
///
/// # Shape
/// table over all classes, the k classes that take part -> `k (k - 1) / 2` pairs in the order (0, 1), (0, 2), .., (1, 2),
/// .. of those
///
/// # Range
/// real numbers; the half keeps a pair without confusions finite
///
/// # Numerics
/// none
///
/// # Errors
/// [`MetricError::Empty`] when two classes without items form a pair, [`MetricError::ClassOutOfRange`] for a class the table lacks.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, pair_confusion};
/// let c = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 0), (1, 1)])?;
/// assert!((pair_confusion(&c, &[0, 1])?[0] - (2.5_f64 / 4.0).ln()).abs() < 1e-15);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn pair_confusion(confusion: &Confusion, classes: &[usize]) -> Result<Vec<f64>, MetricError> {
    let support = confusion.support();
    let n_classes = confusion.n_classes();
    if let Some(&got) = classes.iter().find(|class| **class >= n_classes) {
        return Err(MetricError::ClassOutOfRange { n_classes, got });
    }
    pairs(classes.len())
        .map(|(i, j)| (classes[i], classes[j]))
        .map(|(i, j)| match support[i] + support[j] {
            0 => Err(MetricError::Empty { what: "a pair of classes" }),
            n => Ok(((confusion.get(i, j) + confusion.get(j, i)) as f64 + 0.5).ln() - (n as f64).ln()),
        })
        .collect()
}

/// The two sides of a pair's frequency: how frequent it is, and how unequal.
///
/// # Equation
/// `ln(n_i n_j)` and `|ln(n_i / n_j)|`
///
/// # Shape
/// training counts `[K]` -> two predictors over pairs, `frequency` and `imbalance`
///
/// # Range
/// `>= 0`
///
/// # Numerics
/// none
///
/// # Errors
/// [`MetricError::OutOfRange`] for a count of 0.
///
/// # Example
/// ```
/// let [frequency, imbalance] = affekt_metrics::pair_frequency(&[2, 8])?;
/// assert!((frequency.values[0] - 16.0_f64.ln()).abs() < 1e-15);
/// assert!((imbalance.values[0] - 4.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn pair_frequency(training_counts: &[u64]) -> Result<[Predictor<'static>; 2], MetricError> {
    let logs = log_counts(training_counts)?;
    let of = |both: fn(f64, f64) -> f64| pairs(logs.len()).map(|(i, j)| both(logs[i], logs[j])).collect();
    Ok([
        Predictor { name: "frequency", values: of(|a, b| a + b) },
        Predictor { name: "imbalance", values: of(|a, b| (a - b).abs()) },
    ])
}

/// Regression of a number per pair of classes on predictors per pair, tested by relabelling the classes.
///
/// # Equation
/// `y_ij ~ b_0 + sum_k b_k x_kij`, every column standardised; p of each coefficient by the quadratic assignment procedure with
/// double semi-partialling (Dekker, Krackhardt and Snijders 2007), over all K! relabellings: pairs that share a class
/// are not independent, so pairs are not shuffled but classes are
///
/// # Shape
/// outcome and predictors over `K (K - 1) / 2` pairs in the order (0, 1), (0, 2), .., (1, 2), .. -> one regression
///
/// # Range
/// see [`Estimate`](super::Estimate). With [`pair_confusion`] as outcome and closeness (minus the distance) as predictor,
/// positive: close pairs are confused more
///
/// # Numerics
/// exact, so no random number is drawn; 8 classes, 28 pairs and 4 predictors take a fraction of a second
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::NonFinite`], [`MetricError::OutOfRange`] for more than 9 classes.
///
/// # Example
/// ```
/// use affekt_metrics::{Predictor, pair_degeneracy};
/// let closeness = Predictor { name: "closeness", values: vec![-1.0, -3.0, -6.0, -2.0, -5.0, -3.5] };
/// let outcome: Vec<f64> = closeness.values.iter().map(|x| 2.0 * x + 1.0).collect();
/// let found = pair_degeneracy(4, &outcome, &[closeness])?;
/// assert!((found.terms[0].estimate.expect("it varies").beta - 1.0).abs() < 1e-12);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn pair_degeneracy(
    n_classes: usize,
    outcome: &[f64],
    predictors: &[Predictor<'_>],
) -> Result<Regression, MetricError> {
    let observations = Observations {
        n_classes,
        count: n_pairs,
        moved: &|order| {
            pairs(order.len()).map(|(i, j)| pair_position(order.len(), order[i], order[j])).collect()
        },
        without: &|class| {
            let kept = pairs(n_classes).enumerate().filter(|(_, (i, j))| ![*i, *j].contains(&class));
            kept.map(|(position, _)| position).collect()
        },
    };
    regress(outcome, predictors, observations)
}

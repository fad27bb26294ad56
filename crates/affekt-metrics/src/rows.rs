//! Checks shared by every metric that reads rows of probabilities.

use crate::MetricError;

/// Permitted deviation of a row sum from 1: rows come from f32 softmax outputs written with few decimals.
const SIMPLEX_TOLERANCE: f64 = 1e-4;

/// Checks that a row lies on the simplex of `n_classes` classes.
pub(crate) fn check_row(what: &'static str, row: &[f64], n_classes: usize) -> Result<(), MetricError> {
    if row.len() != n_classes {
        return Err(MetricError::Length { what, expected: n_classes, got: row.len() });
    }
    if let Some(index) = row.iter().position(|p| !(0.0..=1.0 + SIMPLEX_TOLERANCE).contains(p)) {
        return Err(MetricError::OutOfRange { what, expected: "a probability", index, got: row[index] });
    }
    let sum: f64 = row.iter().sum();
    if (sum - 1.0).abs() > SIMPLEX_TOLERANCE {
        return Err(MetricError::NotOnSimplex { what, tolerance: SIMPLEX_TOLERANCE, got: sum });
    }
    Ok(())
}

/// Index of the largest entry, the first among equals; callers have checked the row.
pub(crate) fn argmax(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}

/// Shannon entropy in nats, with `0 log 0 = 0`.
pub(crate) fn entropy(row: &[f64]) -> f64 {
    -row.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}

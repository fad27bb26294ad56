//! How well scores part two classes.

use std::cmp::Ordering;

/// Probability that an item of the first class scores above one of the second, ties counting one half.
///
/// # Equation
/// `(R - n (n + 1) / 2) / (n m)`, R the sum of the midranks of the n items of the first class among all `n + m`
///
/// # Shape
/// scores, each with true for an item of the first class -> scalar
///
/// # Range
/// `[0, 1]`; one half means the pair cannot be told apart; `None` when a class has no item or a score is NaN
///
/// # Numerics
/// exact up to the division: ranks are halves of integers
///
/// # Example
/// ```
/// // Pairs (first, second): .9 > .5, .9 > .2, .4 < .5, .4 > .2.
/// let auc = affekt_metrics::auc(&[(0.9, true), (0.4, true), (0.5, false), (0.2, false)]);
/// assert_eq!(auc, Some(0.75));
/// ```
pub fn auc(items: &[(f64, bool)]) -> Option<f64> {
    let n = items.iter().filter(|(_, first)| *first).count();
    let m = items.len() - n;
    if n == 0 || m == 0 || items.iter().any(|(score, _)| score.is_nan()) {
        return None;
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rank_sum = 0.0;
    let mut below = 0;
    for tied in sorted.chunk_by(|a, b| a.0.partial_cmp(&b.0).is_some_and(Ordering::is_eq)) {
        let midrank = below as f64 + f64::midpoint(1.0, tied.len() as f64);
        rank_sum += midrank * tied.iter().filter(|(_, first)| *first).count() as f64;
        below += tied.len();
    }
    let (n, m) = (n as f64, m as f64);
    Some((rank_sum - n * (n + 1.0) / 2.0) / (n * m))
}

#[cfg(test)]
mod tests {
    use super::auc;

    #[test]
    fn ties_empty_classes_and_nan() {
        assert_eq!(auc(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(auc(&[(0.5, true)]), None);
        assert_eq!(auc(&[(f64::NAN, true), (0.0, false)]), None);
        // An infinite score is a score: its difference with itself is no number, which would hide the tie.
        let infinite = [(f64::INFINITY, true), (f64::INFINITY, false), (0.0, false)];
        assert_eq!(auc(&infinite), Some(0.75));
    }
}

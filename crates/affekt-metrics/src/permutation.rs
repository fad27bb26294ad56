//! All relabellings of a few classes.

use crate::MetricError;

/// Most classes whose relabellings are enumerated: 9! = 362,880.
const MOST: usize = 9;

/// Calls `visit` with every order of `0..n`, the identity first.
///
/// # Errors
/// [`MetricError::OutOfRange`] when n is so large that nobody would wait for the end.
pub(crate) fn each_permutation(n: usize, mut visit: impl FnMut(&[usize])) -> Result<(), MetricError> {
    if n > MOST {
        return Err(MetricError::OutOfRange {
            what: "classes of an exact permutation test",
            expected: "at most 9",
            index: 0,
            got: n as f64,
        });
    }
    let mut order: Vec<usize> = (0..n).collect();
    loop {
        visit(&order);
        // The next one in lexicographic order.
        let Some(turn) = (1..n).rev().find(|&i| order[i - 1] < order[i]) else { return Ok(()) };
        let Some(swap) = (turn..n).rev().find(|&i| order[i] > order[turn - 1]) else { return Ok(()) };
        order.swap(turn - 1, swap);
        order[turn..].reverse();
    }
}

/// Number of unordered pairs of n classes.
pub(crate) fn n_pairs(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// The unordered pairs `(i, j)`, `i < j`, in the order of every pairwise slice of this crate.
pub(crate) fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// Position of an unordered pair in that order.
pub(crate) fn pair_position(n: usize, i: usize, j: usize) -> usize {
    let (i, j) = if i < j { (i, j) } else { (j, i) };
    i * n - i * (i + 1) / 2 + j - i - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_once_and_the_identity_first() {
        let mut seen = std::collections::BTreeSet::new();
        let mut first = None;
        each_permutation(5, |order| {
            first.get_or_insert_with(|| order.to_vec());
            assert!(seen.insert(order.to_vec()), "{order:?} twice");
        })
        .unwrap();
        assert_eq!((seen.len(), first), (120, Some(vec![0, 1, 2, 3, 4])));
        assert!(each_permutation(10, |_| ()).is_err());
    }

    #[test]
    fn pairs_have_their_positions() {
        for n in 2..9 {
            for (position, (i, j)) in pairs(n).enumerate() {
                assert_eq!(pair_position(n, i, j), position);
                assert_eq!(pair_position(n, j, i), position);
            }
            assert_eq!(pairs(n).count(), n_pairs(n));
        }
    }
}

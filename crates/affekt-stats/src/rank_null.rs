//! The exact null distribution of a rank sum, counted by dynamic programming.

/// How many of the `2^m` sign patterns give each value of the positive rank sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RankNull {
    counts: Vec<u128>,
}

impl RankNull {
    /// Counts the subset sums of `ranks` (at most 127 of them, or the counts would overflow).
    ///
    /// Works for any non-negative integers, hence for doubled midranks: ties need no enumeration.
    pub(crate) fn new(ranks: impl Iterator<Item = usize>) -> Self {
        let mut counts = vec![1_u128];
        for rank in ranks {
            let reach = counts.len();
            counts.resize(reach + rank, 0);
            // Downwards, so that each rank is used at most once.
            for sum in (0..reach).rev() {
                counts[sum + rank] += counts[sum];
            }
        }
        Self { counts }
    }

    /// Number of patterns with a sum of at most `sum`.
    pub(crate) fn at_most(&self, sum: usize) -> u128 {
        self.counts.iter().take(sum + 1).sum()
    }

    /// Number of patterns with a sum of at least `sum`.
    pub(crate) fn at_least(&self, sum: usize) -> u128 {
        self.counts.iter().skip(sum).sum()
    }

    /// Number of all patterns.
    pub(crate) fn total(&self) -> u128 {
        self.counts.iter().sum()
    }

    /// Running sums of the counts, from the sum 0 upwards.
    pub(crate) fn cumulative(&self) -> Vec<u128> {
        let mut seen = 0;
        self.counts
            .iter()
            .map(|ways| {
                seen += ways;
                seen
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::RankNull;

    #[test]
    fn three_ranks_by_hand() {
        // Subset sums of {1, 2, 3}: 0 1 2 3 3 4 5 6.
        let null = RankNull::new([1, 2, 3].into_iter());
        assert_eq!(null.cumulative(), [1, 2, 3, 5, 6, 7, 8]);
        assert_eq!((null.at_most(3), null.at_least(3), null.total()), (5, 5, 8));
    }

    #[test]
    fn counts_are_those_of_enumeration_for_tied_ranks() {
        let ranks = [4_usize, 4, 4, 9, 9, 12];
        let null = RankNull::new(ranks.iter().copied());
        for threshold in 0..=42 {
            let counted = (0_u32..64)
                .filter(|mask| {
                    let sum: usize = (0..6).filter(|bit| mask & (1 << bit) != 0).map(|bit| ranks[bit]).sum();
                    sum >= threshold
                })
                .count();
            assert_eq!(null.at_least(threshold), counted as u128);
        }
    }
}

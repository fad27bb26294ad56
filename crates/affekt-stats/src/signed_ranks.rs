//! Midranks of the absolute differences, kept as doubled integers so that ties stay exact.

use serde::{Deserialize, Serialize};

use crate::Differences;

/// What becomes of zero differences in a signed-rank statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroMethod {
    /// Drop zeros before ranking (Wilcoxon 1945).
    Wilcox,
    /// Rank with the zeros, then ignore their ranks (Pratt 1959).
    Pratt,
    /// Rank with the zeros, then give half of their ranks to each side.
    Zsplit,
}

impl ZeroMethod {
    /// All methods, for tests and tables.
    pub const ALL: [Self; 3] = [Self::Wilcox, Self::Pratt, Self::Zsplit];
}

/// Ranks of one sample, each doubled: midranks are halves, twice a midrank is an integer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SignedRanks {
    /// Doubled ranks of the positive differences.
    pub(crate) positive: Vec<usize>,
    /// Doubled ranks of the negative differences.
    pub(crate) negative: Vec<usize>,
    /// Sum of the doubled ranks of the zeros; empty under [`ZeroMethod::Wilcox`].
    pub(crate) zero_sum: usize,
    /// Number of zeros among the data, whatever the method does with them.
    pub(crate) n_zeros: usize,
    /// Number of values that were ranked.
    pub(crate) n_ranked: usize,
    /// `sum (t^3 - t)` over tie groups of non-zero differences.
    pub(crate) tie_cubes: f64,
}

impl SignedRanks {
    pub(crate) fn new(differences: &Differences, zero_method: ZeroMethod) -> Self {
        let tolerance = differences.tolerance();
        let n_zeros = differences.values().iter().filter(|d| d.abs() <= tolerance).count();
        let mut kept: Vec<f64> = differences
            .values()
            .iter()
            .map(|&d| if d.abs() <= tolerance { 0.0 } else { d })
            .filter(|d| zero_method != ZeroMethod::Wilcox || d.abs() > tolerance)
            .collect();
        kept.sort_by(|x, y| x.abs().total_cmp(&y.abs()));

        let mut ranks = Self {
            positive: Vec::new(),
            negative: Vec::new(),
            zero_sum: 0,
            n_zeros,
            n_ranked: kept.len(),
            tie_cubes: 0.0,
        };
        let mut start = 0;
        while start < kept.len() {
            // A group is anchored at its smallest member, so a long chain of near ties cannot creep.
            let anchor = kept[start].abs();
            let length = kept[start..].iter().take_while(|d| d.abs() - anchor <= tolerance).count();
            ranks.push_group(&kept[start..start + length], start);
            start += length;
        }
        ranks
    }

    /// Gives the tied values at sorted positions `start..` their common doubled rank.
    fn push_group(&mut self, group: &[f64], start: usize) {
        // The midrank of the ranks start+1 ..= start+length is the mean of the ends.
        let doubled = 2 * start + 1 + group.len();
        for &d in group {
            if d > 0.0 {
                self.positive.push(doubled);
            } else if d < 0.0 {
                self.negative.push(doubled);
            } else {
                self.zero_sum += doubled;
            }
        }
        if group[0].abs() > 0.0 {
            self.tie_cubes += cube_minus_self(group.len());
        }
    }

    /// Doubled ranks of all non-zero differences: what a sign flip moves.
    pub(crate) fn flippable(&self) -> impl Iterator<Item = usize> + '_ {
        self.positive.iter().chain(&self.negative).copied()
    }

    /// Number of non-zero differences.
    pub(crate) fn n_nonzero(&self) -> usize {
        self.positive.len() + self.negative.len()
    }

    /// Doubled `R+` without any share of the zeros.
    pub(crate) fn doubled_plus(&self) -> usize {
        self.positive.iter().sum()
    }

    /// Doubled `R-` without any share of the zeros.
    pub(crate) fn doubled_minus(&self) -> usize {
        self.negative.iter().sum()
    }

    /// `(R+, R-)` as published, zeros shared out when the method says so.
    pub(crate) fn rank_sums(&self, zero_method: ZeroMethod) -> (f64, f64) {
        let share = if zero_method == ZeroMethod::Zsplit { 0.25 * self.zero_sum as f64 } else { 0.0 };
        (0.5 * self.doubled_plus() as f64 + share, 0.5 * self.doubled_minus() as f64 + share)
    }
}

/// `t^3 - t`, the tie term of the rank variance.
pub(crate) fn cube_minus_self(t: usize) -> f64 {
    let t = t as f64;
    t * t * t - t
}

#[cfg(test)]
mod tests {
    use super::{SignedRanks, ZeroMethod};
    use crate::Differences;

    #[test]
    fn subtraction_noise_does_not_break_ties() {
        let d = Differences::paired(&[0.3, 0.4, 0.25], &[0.2, 0.3, 0.2]).unwrap();
        assert!((d.values()[0] - d.values()[1]).abs() > 0.0, "the doubles differ");
        let ranks = SignedRanks::new(&d, ZeroMethod::Wilcox);
        assert_eq!(ranks.positive, [2, 5, 5]);
        assert!((ranks.tie_cubes - 6.0).abs() < f64::EPSILON);
    }

    #[test]
    fn pratt_ranks_zeros_and_wilcox_drops_them() {
        let d = Differences::new(vec![0.0, -1.0, 2.0]).unwrap();
        let pratt = SignedRanks::new(&d, ZeroMethod::Pratt);
        assert_eq!((pratt.negative.clone(), pratt.positive.clone(), pratt.zero_sum), (vec![4], vec![6], 2));
        let wilcox = SignedRanks::new(&d, ZeroMethod::Wilcox);
        assert_eq!((wilcox.negative, wilcox.positive, wilcox.zero_sum), (vec![2], vec![4], 0));
    }
}

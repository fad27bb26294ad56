//! Costs by steps on an emotion wheel.

use crate::cost::{check_permutation, pairwise_indexed};
use crate::{CostError, CostMatrix};

/// What crossing from pleasant to unpleasant costs on top of the steps.
const OTHER_POLARITY: f64 = 3.0;

impl CostMatrix {
    /// Costs of a Mikels-type emotion wheel: steps round the wheel, dearer across polarities.
    ///
    /// # Equation
    /// `C_ij = W_ij - 1` with `W_ij = 1 + s_ij` for classes of one polarity and `4 + s_ij` otherwise, `s_ij` the fewest
    /// steps round the wheel (Zhao et al. 2024, "To Err Like Human"; W is the weight of their ECC and EMC measures)
    ///
    /// # Shape
    /// `order [n]`: the class at each place of the wheel, going round; `positive [n]`: polarity of each class -> `[n, n]`
    ///
    /// # Range
    /// whole numbers, `1..=n / 2` within a polarity and up to `n / 2 + 3` across; a metric
    ///
    /// # Numerics
    /// exact
    ///
    /// # Errors
    /// [`CostError::Length`] when the lengths differ, [`CostError::Permutation`] when a class is missing or twice on the
    /// wheel, [`CostError::Empty`].
    ///
    /// # Example
    /// ```
    /// // Round the wheel: happiness 0, surprise 2, anger 1.
    /// let c = affekt_ot::CostMatrix::from_wheel(&[0, 2, 1], &[true, false, true])?;
    /// assert_eq!(c.row(0), [0.0, 4.0, 1.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn from_wheel(order: &[usize], positive: &[bool]) -> Result<Self, CostError> {
        let n = positive.len();
        check_permutation("wheel", order, n)?;
        let mut place = vec![0; n];
        for (position, &class) in order.iter().enumerate() {
            place[class] = position;
        }
        let steps = |i: usize, j: usize| {
            let way = place[i].abs_diff(place[j]);
            if way <= n - way { way } else { n - way }
        };
        let cost = |i: usize, j: usize| {
            steps(i, j) as f64 + if positive[i] == positive[j] { 0.0 } else { OTHER_POLARITY }
        };
        Self::from_row_major(n, pairwise_indexed(n, cost))
    }
}

//! Cost matrices made from cost matrices: scaling, mixing, relabelling.

use serde::{Deserialize, Serialize};

use crate::cost::check_permutation;
use crate::{CostError, CostMatrix};

/// How costs are scaled before arms are compared; part of a run's identity, since it changes the optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Divide by the mean off-diagonal cost, so that the mean confusion costs 1.
    MeanOffDiagonal,
    /// Divide by the largest cost.
    Max,
    /// Leave the costs alone.
    None,
}

impl CostMatrix {
    /// The matrix scaled to a common size.
    ///
    /// # Equation
    /// `C / mean_{i != j} C_ij` or `C / max C`
    ///
    /// # Shape
    /// `[n, n]` -> `[n, n]`
    ///
    /// # Range
    /// mean off-diagonal 1, or largest entry 1
    ///
    /// # Numerics
    /// one division per entry
    ///
    /// # Errors
    /// [`CostError::ZeroScale`] when all costs are 0.
    ///
    /// # Example
    /// ```
    /// use affekt_ot::{CostMatrix, Normalisation};
    /// let c = CostMatrix::from_rows(&[[0.0, 1.0], [3.0, 0.0]])?;
    /// assert_eq!(c.normalise(Normalisation::MeanOffDiagonal)?.as_slice(), [0.0, 0.5, 1.5, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn normalise(&self, how: Normalisation) -> Result<Self, CostError> {
        let (by, scale) = match how {
            Normalisation::MeanOffDiagonal => ("mean off-diagonal", self.mean_off_diagonal()),
            Normalisation::Max => ("max", self.largest()),
            Normalisation::None => return Ok(self.clone()),
        };
        if scale > 0.0 { self.map(|cost| cost / scale) } else { Err(CostError::ZeroScale { by }) }
    }

    /// The matrix scaled so that a confusion costs 1 on average over the true classes as they occur.
    ///
    /// # Equation
    /// `C / (sum_y pi_y mean_{j != y} C_jy)`: unlike the plain mean off-diagonal, confusions of a frequent class count
    /// for more
    ///
    /// # Shape
    /// `[n, n]`, `pi [n]` -> `[n, n]`
    ///
    /// # Range
    /// prior-weighted mean 1; equal to [`Normalisation::MeanOffDiagonal`] for a uniform prior
    ///
    /// # Numerics
    /// pi is scaled to sum to 1, so counts will do
    ///
    /// # Errors
    /// [`CostError::Length`]; [`CostError::Parameter`] for an entry of pi that is negative or not finite;
    /// [`CostError::ZeroScale`] when nothing that occurs has a cost.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_rows(&[[0.0, 1.0], [3.0, 0.0]])?;
    /// // Truth 0 in three of four: (3 * 3 + 1 * 1) / 4 = 2.5.
    /// assert_eq!(c.normalise_by_prior(&[3.0, 1.0])?.as_slice(), [0.0, 0.4, 1.2, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn normalise_by_prior(&self, prior: &[f64]) -> Result<Self, CostError> {
        let n = self.n_classes();
        if prior.len() != n {
            return Err(CostError::Length { what: "prior", index: 0, expected: n, got: prior.len() });
        }
        if let Some(&got) = prior.iter().find(|share| !(0.0..f64::INFINITY).contains(*share)) {
            return Err(CostError::Parameter { what: "prior", expected: "finite shares >= 0", got });
        }
        let cells = self.as_slice().iter().enumerate();
        let weighted: f64 = cells.map(|(cell, cost)| prior[cell % n] * cost).sum();
        let scale = weighted / (prior.iter().sum::<f64>() * (n as f64 - 1.0));
        if scale > 0.0 && scale.is_finite() {
            self.map(|cost| cost / scale)
        } else {
            Err(CostError::ZeroScale { by: "prior" })
        }
    }

    /// The action-unit-augmented cost: a convex mixture of two matrices of mean off-diagonal 1.
    ///
    /// # Equation
    /// `C = (1 - a) V / mean V + a U / mean U`, means over the off-diagonal
    ///
    /// # Shape
    /// `V [n, n]`, `U [n, n]` -> `[n, n]`
    ///
    /// # Range
    /// mean off-diagonal 1
    ///
    /// # Numerics
    /// a part of weight 0 is still normalised, so it must have a positive cost
    ///
    /// # Errors
    /// [`CostError::Parameter`] for `a` outside `[0, 1]`, [`CostError::Length`] for unequal sizes,
    /// [`CostError::ZeroScale`].
    ///
    /// # Example
    /// ```
    /// use affekt_ot::CostMatrix;
    /// let va = CostMatrix::from_rows(&[[0.0, 1.0], [3.0, 0.0]])?;
    /// let au = CostMatrix::from_rows(&[[0.0, 5.0], [5.0, 0.0]])?;
    /// assert_eq!(CostMatrix::mix(0.5, &va, &au)?.as_slice(), [0.0, 0.75, 1.25, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn mix(a: f64, va: &Self, au: &Self) -> Result<Self, CostError> {
        if !(0.0..=1.0).contains(&a) {
            return Err(CostError::Parameter { what: "mixing weight", expected: "in [0, 1]", got: a });
        }
        let expected = va.n_classes();
        if au.n_classes() != expected {
            let got = au.n_classes();
            return Err(CostError::Length { what: "action-unit cost", index: 0, expected, got });
        }
        let va = va.normalise(Normalisation::MeanOffDiagonal)?;
        let au = au.normalise(Normalisation::MeanOffDiagonal)?;
        let costs = va.as_slice().iter().zip(au.as_slice()).map(|(v, u)| (1.0 - a) * v + a * u);
        Self::from_row_major(expected, costs.collect())
    }

    /// The same costs on shuffled classes: the control that separates structure from *this* structure.
    ///
    /// # Equation
    /// `C'_ij = C_{s(i) s(j)}`
    ///
    /// # Shape
    /// `[n, n]`, permutation `s [n]` -> `[n, n]`
    ///
    /// # Range
    /// the multiset of costs is unchanged
    ///
    /// # Numerics
    /// exact
    ///
    /// # Errors
    /// [`CostError::Length`] or [`CostError::Permutation`] when `permutation` is not one.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_rows(&[[0.0, 1.0], [3.0, 0.0]])?;
    /// assert_eq!(c.permuted(&[1, 0])?.as_slice(), [0.0, 3.0, 1.0, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn permuted(&self, permutation: &[usize]) -> Result<Self, CostError> {
        let n_classes = self.n_classes();
        check_permutation("permutation", permutation, n_classes)?;
        let cells = permutation.iter().flat_map(|&i| permutation.iter().map(move |&j| (i, j)));
        Self::from_row_major(n_classes, cells.map(|(i, j)| self.get(i, j)).collect())
    }
}

//! Cost matrices made from cost matrices: scaling, powers, mixing, relabelling.

use serde::{Deserialize, Serialize};

use crate::{CostError, CostMatrix};

/// How costs are scaled before arms are compared; part of a run's identity, since it changes the optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

    /// The matrix with every cost raised to the power `r`.
    ///
    /// # Equation
    /// `C'_ij = C_ij^r`; the transport cost of `C'` is reported without taking the root
    ///
    /// # Shape
    /// `[n, n]` -> `[n, n]`
    ///
    /// # Range
    /// `>= 0`; a metric stays one for `r <= 1` only
    ///
    /// # Numerics
    /// `powf`; normalise afterwards, not before
    ///
    /// # Errors
    /// [`CostError::Parameter`] unless `r` is finite and > 0; [`CostError::Entry`] on overflow.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_rows(&[[0.0, 2.0], [3.0, 0.0]])?;
    /// assert_eq!(c.power(2.0)?.as_slice(), [0.0, 4.0, 9.0, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn power(&self, r: f64) -> Result<Self, CostError> {
        if !(r.is_finite() && r > 0.0) {
            return Err(CostError::Parameter { what: "power", expected: "a finite value > 0", got: r });
        }
        self.map(|cost| cost.powf(r))
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
        if permutation.len() != n_classes {
            let got = permutation.len();
            return Err(CostError::Length { what: "permutation", index: 0, expected: n_classes, got });
        }
        let mut seen = vec![false; n_classes];
        for (position, &got) in permutation.iter().enumerate() {
            if got >= n_classes || std::mem::replace(&mut seen[got], true) {
                return Err(CostError::Permutation { n_classes, position, got });
            }
        }
        let cells = permutation.iter().flat_map(|&i| permutation.iter().map(move |&j| (i, j)));
        Self::from_row_major(n_classes, cells.map(|(i, j)| self.get(i, j)).collect())
    }

    fn map(&self, change: impl Fn(f64) -> f64) -> Result<Self, CostError> {
        Self::from_row_major(self.n_classes(), self.as_slice().iter().map(|&cost| change(cost)).collect())
    }
}

//! The checked cost matrix and its constructors.

use serde::{Deserialize, Serialize};

use crate::CostError;

/// Prices of confusions: `C[i][j] >= 0` for mass predicted on class `i` when the truth is `j`, 0 on the
/// diagonal.
///
/// Finite and square by construction; symmetry and the triangle inequality are not demanded (ask
/// [`CostMatrix::is_symmetric`], [`CostMatrix::is_metric`]). On the wire it is an array of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<f64>>", into = "Vec<Vec<f64>>")]
pub struct CostMatrix {
    n_classes: usize,
    costs: Vec<f64>,
    /// Kept, because every problem of a batch asks for it.
    largest: f64,
}

impl CostMatrix {
    /// Takes a row-major matrix of `n_classes * n_classes` costs.
    ///
    /// # Errors
    /// [`CostError::Empty`], [`CostError::Length`], [`CostError::Entry`], [`CostError::Diagonal`].
    pub fn from_row_major(n_classes: usize, costs: Vec<f64>) -> Result<Self, CostError> {
        if n_classes == 0 {
            return Err(CostError::Empty);
        }
        let expected = n_classes * n_classes;
        if costs.len() != expected {
            return Err(CostError::Length { what: "cost matrix", index: 0, expected, got: costs.len() });
        }
        let mut largest = 0.0;
        for (cell, &got) in costs.iter().enumerate() {
            let (row, column) = (cell / n_classes, cell % n_classes);
            if !(0.0..f64::INFINITY).contains(&got) {
                return Err(CostError::Entry { row, column, got });
            }
            if row == column && got > 0.0 {
                return Err(CostError::Diagonal { class: row, got });
            }
            if got > largest {
                largest = got;
            }
        }
        Ok(Self { n_classes, costs, largest })
    }

    /// Takes `rows[predicted][true]`.
    ///
    /// # Errors
    /// As [`CostMatrix::from_row_major`].
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, CostError> {
        let expected = rows.len();
        let mut costs = Vec::with_capacity(expected * expected);
        for (index, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            if row.len() != expected {
                return Err(CostError::Length { what: "cost row", index, expected, got: row.len() });
            }
            costs.extend_from_slice(row);
        }
        Self::from_row_major(expected, costs)
    }

    /// Euclidean distances between class prototypes on the valence-arousal plane.
    ///
    /// # Equation
    /// `C_ij = ||mu_i - mu_j||_2`
    ///
    /// # Shape
    /// prototypes `[n]` of (valence, arousal) -> `[n, n]`
    ///
    /// # Range
    /// `[0, 2 sqrt 2]` for coordinates in `[-1, 1]`; a metric when no two prototypes coincide
    ///
    /// # Numerics
    /// `hypot`: no overflow in the squares; not normalised, see [`CostMatrix::normalise`]
    ///
    /// # Errors
    /// [`CostError::Coordinate`] for NaN or infinity, [`CostError::Empty`] for no prototypes.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_prototypes(&[[0.0, 0.0], [0.3, 0.4]])?;
    /// assert_eq!(c.get(0, 1), 0.5);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn from_prototypes(prototypes: &[[f64; 2]]) -> Result<Self, CostError> {
        check_coordinates("prototype", prototypes)?;
        let costs = pairwise(prototypes, |a, b| (a[0] - b[0]).hypot(a[1] - b[1]));
        Self::from_row_major(prototypes.len(), costs)
    }

    /// Euclidean distances between class vectors of action-unit presence, intensity or probability.
    ///
    /// # Equation
    /// `C_ij = ||u_i - u_j||_2`
    ///
    /// # Shape
    /// vectors `[n][k]` -> `[n, n]`
    ///
    /// # Range
    /// `[0, sqrt k]` for entries in `[0, 1]`
    ///
    /// # Numerics
    /// plain sum of squares
    ///
    /// # Errors
    /// [`CostError::Length`] for vectors of unequal length, [`CostError::Coordinate`], [`CostError::Empty`].
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_au_vectors(&[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])?;
    /// assert_eq!(c.get(0, 1), 2.0_f64.sqrt());
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn from_au_vectors<V: AsRef<[f64]>>(vectors: &[V]) -> Result<Self, CostError> {
        check_coordinates("action-unit vector", vectors)?;
        let expected = vectors.first().map_or(0, |v| v.as_ref().len());
        for (index, vector) in vectors.iter().enumerate() {
            let got = vector.as_ref().len();
            if got != expected {
                return Err(CostError::Length { what: "action-unit vector", index, expected, got });
            }
        }
        let squared =
            |a: &V, b: &V| -> f64 { a.as_ref().iter().zip(b.as_ref()).map(|(x, y)| (x - y) * (x - y)).sum() };
        Self::from_row_major(vectors.len(), pairwise(vectors, |a, b| squared(a, b).sqrt()))
    }

    /// Cost 1 for every confusion: transport becomes total variation, `1 - p_y` for a one-hot target.
    ///
    /// # Errors
    /// [`CostError::Empty`] for no classes.
    pub fn uniform(n_classes: usize) -> Result<Self, CostError> {
        Self::from_row_major(n_classes, pairwise_indexed(n_classes, |_, _| 1.0))
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// Cost of predicting `predicted` when the truth is `truth`.
    ///
    /// # Panics
    /// When an index is out of range, as slice indexing does.
    pub fn get(&self, predicted: usize, truth: usize) -> f64 {
        self.row(predicted)[truth]
    }

    /// Costs of predicting class `predicted`, one per true class.
    ///
    /// # Panics
    /// When the index is out of range, as slice indexing does.
    pub fn row(&self, predicted: usize) -> &[f64] {
        &self.costs[predicted * self.n_classes..(predicted + 1) * self.n_classes]
    }

    /// Costs of every prediction when the truth is `truth`.
    ///
    /// # Panics
    /// When the index is out of range, as slice indexing does.
    pub fn column(&self, truth: usize) -> Vec<f64> {
        (0..self.n_classes).map(|i| self.get(i, truth)).collect()
    }

    /// Row-major costs.
    pub fn as_slice(&self) -> &[f64] {
        &self.costs
    }

    /// The matrix as rows.
    pub fn to_rows(&self) -> Vec<Vec<f64>> {
        self.costs.chunks_exact(self.n_classes).map(<[f64]>::to_vec).collect()
    }

    /// Mean cost of a confusion; 0 for a single class.
    pub fn mean_off_diagonal(&self) -> f64 {
        let cells = self.n_classes * (self.n_classes - 1);
        if cells == 0 { 0.0 } else { self.costs.iter().sum::<f64>() / cells as f64 }
    }

    /// Largest cost.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// Whether `C[i][j]` and `C[j][i]` agree within `tolerance` everywhere.
    pub fn is_symmetric(&self, tolerance: f64) -> bool {
        let n = self.n_classes;
        (0..n).all(|i| (0..i).all(|j| (self.get(i, j) - self.get(j, i)).abs() <= tolerance))
    }

    /// Whether the matrix is symmetric and obeys the triangle inequality, both within `tolerance`.
    pub fn is_metric(&self, tolerance: f64) -> bool {
        let n = self.n_classes;
        let detour = |i: usize, j: usize, k: usize| self.get(i, k) + self.get(k, j) + tolerance;
        self.is_symmetric(tolerance)
            && (0..n).all(|i| (0..n).all(|j| (0..n).all(|k| self.get(i, j) <= detour(i, j, k))))
    }
}

impl TryFrom<Vec<Vec<f64>>> for CostMatrix {
    type Error = CostError;

    fn try_from(rows: Vec<Vec<f64>>) -> Result<Self, CostError> {
        Self::from_rows(&rows)
    }
}

impl From<CostMatrix> for Vec<Vec<f64>> {
    fn from(matrix: CostMatrix) -> Self {
        matrix.to_rows()
    }
}

/// Row-major costs of all pairs of indices, 0 on the diagonal.
pub(crate) fn pairwise_indexed(n: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let cell = |i: usize, j: usize| if i == j { 0.0 } else { cost(i, j) };
    (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).collect()
}

/// Checks that an index list names every class once.
pub(crate) fn check_permutation(
    what: &'static str,
    order: &[usize],
    n_classes: usize,
) -> Result<(), CostError> {
    if order.len() != n_classes {
        return Err(CostError::Length { what, index: 0, expected: n_classes, got: order.len() });
    }
    let mut seen = vec![false; n_classes];
    for (position, &got) in order.iter().enumerate() {
        if got >= n_classes || std::mem::replace(&mut seen[got], true) {
            return Err(CostError::Permutation { what, n_classes, position, got });
        }
    }
    Ok(())
}

fn pairwise<T>(classes: &[T], cost: impl Fn(&T, &T) -> f64) -> Vec<f64> {
    classes.iter().flat_map(|a| classes.iter().map(|b| cost(a, b)).collect::<Vec<f64>>()).collect()
}

fn check_coordinates<V: AsRef<[f64]>>(what: &'static str, vectors: &[V]) -> Result<(), CostError> {
    for (class, vector) in vectors.iter().enumerate() {
        if let Some(&got) = vector.as_ref().iter().find(|x| !x.is_finite()) {
            return Err(CostError::Coordinate { what, class, got });
        }
    }
    Ok(())
}

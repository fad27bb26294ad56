//! Exact transport between two histograms by the transportation simplex.

use crate::marginals::check_balanced;
use crate::solution::{dot_on_support, marginal_error};
use crate::tree::BasisTree;
use crate::{CostMatrix, OtError, OtSolution, Status};

/// A reusable exact solver for problems of one size; keeps its buffers, so a batch allocates nothing.
#[derive(Debug, Clone)]
pub struct ExactSolver {
    n_classes: usize,
    tree: BasisTree,
    pivots: usize,
    /// Pivots in a row without flow before Bland's rule takes over.
    patience: usize,
}

impl ExactSolver {
    /// Buffers for problems over `n_classes` classes.
    pub fn new(n_classes: usize) -> Self {
        Self { n_classes, tree: BasisTree::new(n_classes), pivots: 0, patience: 2 * n_classes + 1 }
    }

    /// The transport cost alone, without allocating; see [`exact`].
    ///
    /// # Errors
    /// As [`exact`]; [`OtError::Length`] when the cost matrix has another size than the solver.
    pub fn cost(&mut self, p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<f64, OtError> {
        self.optimise(p, q, cost)?;
        Ok(self.tree.cells().map(|(i, j, flow)| flow * cost.get(i, j)).sum())
    }

    /// Dual potentials `(f, g)` of the last problem solved without error: f is the gradient of the cost in p,
    /// up to a constant. All 0 before the first.
    pub fn potentials(&self) -> (&[f64], &[f64]) {
        self.tree.potentials()
    }

    /// The full solution; see [`exact`].
    ///
    /// # Errors
    /// As [`ExactSolver::cost`].
    pub fn solve(&mut self, p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<OtSolution, OtError> {
        let n = self.n_classes;
        let cost_linear = self.cost(p, q, cost)?;
        let mut plan = vec![0.0; n * n];
        for (i, j, flow) in self.tree.cells() {
            plan[i * n + j] = flow;
        }
        let (f, g) = self.potentials();
        Ok(OtSolution {
            cost_linear,
            cost_regularised: cost_linear,
            dual_value: dot_on_support(f, p) + dot_on_support(g, q),
            marginal_error: marginal_error(&plan, p, q),
            plan,
            f: f.to_vec(),
            g: g.to_vec(),
            iterations: self.pivots,
            status: Status::Optimal,
        })
    }

    fn optimise(&mut self, p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<(), OtError> {
        let n = self.n_classes;
        if cost.n_classes() != n {
            return Err(OtError::Length { what: "cost matrix", expected: n, got: cost.n_classes() });
        }
        let mass = check_balanced(p, q, cost)?;
        let costs = cost.as_slice();
        self.tree.start(p, q, mass / q.iter().sum::<f64>(), costs);
        self.pivots = 0;
        // Reduced costs are sums along a path of at most 2n cells; below this they are rounding.
        let tolerance = 16.0 * f64::EPSILON * n as f64 * cost.largest();
        let degenerate = f64::EPSILON * mass;
        let limit = 1000 + 100 * n * n;
        let mut stalled = 0;
        loop {
            // Largest-violation pricing is fast but may cycle at a degenerate vertex. After a run of pivots
            // that moved no flow Bland's rule takes over, under which a vertex cannot be revisited, until
            // flow moves again and the objective falls.
            let bland = stalled >= self.patience;
            let Some((row, column)) = self.entering(costs, tolerance, bland) else { return Ok(()) };
            if self.pivots == limit {
                return Err(OtError::PivotLimit { got: limit });
            }
            let pivot = self.tree.pivot(row, column, bland, costs);
            self.pivots += 1;
            stalled = if pivot.theta > degenerate { 0 } else { stalled + 1 };
        }
    }

    /// A cell whose reduced cost is negative: the first one, or the most negative one.
    fn entering(&self, costs: &[f64], tolerance: f64, first: bool) -> Option<(usize, usize)> {
        let (f, g) = self.tree.potentials();
        let (mut best, mut best_cell) = (-tolerance, None);
        for (i, (row, f_i)) in costs.chunks_exact(self.n_classes).zip(f).enumerate() {
            for (j, (c, g_j)) in row.iter().zip(g).enumerate() {
                let reduced = c - f_i - g_j;
                if reduced < best {
                    if first {
                        return Some((i, j));
                    }
                    (best, best_cell) = (reduced, Some((i, j)));
                }
            }
        }
        best_cell
    }
}

/// Exact optimal transport between two histograms of equal mass.
///
/// # Equation
/// `min_T <T, C>` over `T >= 0`, `T 1 = p`, `T' 1 = q`; dual `max <f, p> + <g, q>`, `f_i + g_j <= C_ij`
///
/// # Shape
/// `p [n]`, `q [n]`, cost `[n, n]` -> plan `[n, n]`, potentials `[n]` and `[n]`
///
/// # Range
/// cost in `[0, mass * max C]`; 0 for `p = q`
///
/// # Numerics
/// Transportation simplex from a greedy start; a vertex of the polytope, so at most `2n - 1` cells are used.
/// Zeros and ties are allowed. The masses may differ by 1e-9 (relative above 1), in which case q is scaled to
/// the mass of p. Reduced costs are non-negative to `16 n` machine epsilons of the largest cost. Potentials
/// are unique up to `(f + c, g - c)`, and at a degenerate plan not even so.
///
/// # Errors
/// [`OtError::Length`], [`OtError::Entry`] (negative, infinite or NaN), [`OtError::NoMass`],
/// [`OtError::Mass`] when the masses differ; [`OtError::PivotLimit`] guards against rounding.
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, exact};
/// let c = CostMatrix::from_rows(&[[0.0, 1.0, 4.0], [1.0, 0.0, 2.0], [4.0, 2.0, 0.0]])?;
/// // A half goes 0 -> 1 and a quarter 1 -> 2: 0.5 + 0.5, cheaper than a quarter 0 -> 2 at cost 4.
/// let solution = exact(&[0.5, 0.25, 0.25], &[0.0, 0.5, 0.5], &c)?;
/// assert!((solution.cost_linear - 1.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn exact(p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<OtSolution, OtError> {
    ExactSolver::new(cost.n_classes()).solve(p, q, cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blands_rule_alone_reaches_the_same_value_on_degenerate_problems() {
        let n = 7;
        let (mut fast, mut bland) = (ExactSolver::new(n), ExactSolver::new(n));
        bland.patience = 0;
        for seed in 0..300 {
            // Small integers from a quadratic sequence: ties in every cost, zeros and ties in both marginals.
            let digit = |k: usize, m: usize| ((seed + 3) * (k * k + 7 * k + 1) / 5 % m) as f64;
            let cell = |c: usize| if c.is_multiple_of(n + 1) { 0.0 } else { digit(c, 4) };
            let cost = CostMatrix::from_row_major(n, (0..n * n).map(cell).collect()).unwrap();
            let mut p: Vec<f64> = (0..n).map(|k| digit(k, 3)).collect();
            p[seed % n] += 1.0;
            let q: Vec<f64> = (0..n).map(|k| p[(k + seed) % n]).collect();
            let (a, b) = (fast.cost(&p, &q, &cost).unwrap(), bland.cost(&p, &q, &cost).unwrap());
            assert!((a - b).abs() < 1e-12, "{a} {b}");
            assert!(bland.pivots < 200, "{}", bland.pivots);
        }
    }
}

//! What a balanced solver returns.

/// How a solver stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A vertex of the transport polytope with feasible dual potentials: optimal.
    Optimal,
    /// The marginal error fell below the tolerance.
    Converged,
    /// The number of iterations the caller fixed was spent; nothing is promised.
    FixedIterations,
    /// The iterations allowed were spent before the tolerance was met. Only batches return it; a single problem fails.
    IterationLimit,
}

/// A transport plan with its value and its certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct OtSolution {
    /// `<T, C>`: the transport cost of the plan, without any entropy term.
    pub cost_linear: f64,
    /// The objective that was minimised: `<T, C>` for exact transport, plus `eps KL(T || p q')` for Sinkhorn.
    pub cost_regularised: f64,
    /// The dual value `<f, p> + <g, q>`; equals `cost_regularised` at the optimum.
    pub dual_value: f64,
    /// Row-major plan `T[i][j] >= 0`: mass moved from class i of p to class j of q.
    pub plan: Vec<f64>,
    /// Dual potential of the first marginal: the gradient of the value in p, up to a constant.
    pub f: Vec<f64>,
    /// Dual potential of the second marginal.
    pub g: Vec<f64>,
    /// `||T 1 - p||_1 + ||T' 1 - q||_1`
    pub marginal_error: f64,
    /// Pivots or iterations spent.
    pub iterations: usize,
    /// How the solver stopped.
    pub status: Status,
}

/// `||T 1 - p||_1 + ||T' 1 - q||_1`
pub(crate) fn marginal_error(plan: &[f64], p: &[f64], q: &[f64]) -> f64 {
    let n = p.len();
    let rows = (0..n).map(|i| (plan[i * n..(i + 1) * n].iter().sum::<f64>() - p[i]).abs());
    let columns = (0..n).map(|j| ((0..n).map(|i| plan[i * n + j]).sum::<f64>() - q[j]).abs());
    rows.sum::<f64>() + columns.sum::<f64>()
}

/// `sum a_i b_i` over entries with `b_i > 0`, so that an infinite potential on an empty class is harmless.
pub(crate) fn dot_on_support(potential: &[f64], mass: &[f64]) -> f64 {
    potential.iter().zip(mass).filter(|(_, m)| **m > 0.0).map(|(x, m)| x * m).sum()
}

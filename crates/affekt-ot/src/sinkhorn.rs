//! Entropic transport in the log domain, KL convention.

use crate::marginals::check_balanced;
use crate::solution::{dot_on_support, marginal_error};
use crate::{CostMatrix, OtError, OtSolution, SinkhornError, Status};

/// When the iteration ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StoppingRule {
    /// Iterate until the L1 error of the first marginal (for the unbalanced problem: the largest change of a
    /// potential) is at most `tolerance`; running out of iterations is an error.
    Tolerance {
        /// Error to reach.
        tolerance: f64,
        /// Iterations allowed.
        max_iterations: usize,
    },
    /// Spend exactly this many iterations and return whatever results.
    FixedIterations(usize),
}

/// Checked parameters of an entropic solver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SinkhornParams {
    epsilon: f64,
    stopping: StoppingRule,
}

impl SinkhornParams {
    /// Regularisation strength, in units of cost, and a stopping rule.
    ///
    /// # Errors
    /// [`OtError::Parameter`] when `epsilon` or the tolerance is not finite and > 0, or no iteration is allowed.
    pub fn new(epsilon: f64, stopping: StoppingRule) -> Result<Self, OtError> {
        check_positive("epsilon", epsilon)?;
        let iterations = match stopping {
            StoppingRule::Tolerance { tolerance, max_iterations } => {
                check_positive("tolerance", tolerance)?;
                max_iterations
            }
            StoppingRule::FixedIterations(iterations) => iterations,
        };
        if iterations == 0 {
            return Err(OtError::Parameter { what: "iterations", expected: "at least 1", got: 0.0 });
        }
        Ok(Self { epsilon, stopping })
    }

    /// Regularisation strength.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// Stopping rule.
    pub fn stopping(&self) -> StoppingRule {
        self.stopping
    }

    /// Iterations allowed, and the tolerance unless the number is fixed.
    pub(crate) fn limits(&self) -> (usize, Option<f64>) {
        match self.stopping {
            StoppingRule::Tolerance { tolerance, max_iterations } => (max_iterations, Some(tolerance)),
            StoppingRule::FixedIterations(iterations) => (iterations, None),
        }
    }
}

/// Entropic optimal transport between two histograms of equal mass.
///
/// # Equation
/// `min_T <T, C> + eps KL(T || p q')` over `T 1 = p`, `T' 1 = q`, by
/// `f_i <- -eps LSE_j[ln q_j + (g_j - C_ij) / eps]`, `g_j <- -eps LSE_i[ln p_i + (f_i - C_ij) / eps]`,
/// `T_ij = p_i q_j exp((f_i + g_j - C_ij) / eps)`
///
/// # Shape
/// `p [n]`, `q [n]`, cost `[n, n]` -> plan `[n, n]`, potentials `[n]` and `[n]`
///
/// # Range
/// `cost_regularised` lies between exact transport (eps -> 0) and `<p q', C>` (eps -> inf); it is not 0 for
/// `p = q`, see [`crate::sinkhorn_divergence`]. For a one-hot q it equals the closed form at every eps.
///
/// # Numerics
/// Log domain; entries of zero mass are dropped, their potentials being the limit from above. Convergence is
/// linear at a rate that worsens like `exp(-max C / eps)`, and slowest for p near q. The KL convention; for the other one see
/// [`entropy_convention_value`]. The gradient in p is f (envelope theorem): do not differentiate the loop.
///
/// # Errors
/// [`SinkhornError::Problem`] as for [`crate::exact`]; [`SinkhornError::NotConverged`] with the last iterate.
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, SinkhornParams, StoppingRule, sinkhorn};
/// let rule = StoppingRule::Tolerance { tolerance: 1e-12, max_iterations: 1000 };
/// let params = SinkhornParams::new(0.1, rule)?;
/// let c = CostMatrix::from_rows(&[[0.0, 2.0], [4.0, 0.0]])?;
/// // One-hot target: 0.75 * 2, whatever eps.
/// let solution = sinkhorn(&[0.75, 0.25], &[0.0, 1.0], &c, &params)?;
/// assert!((solution.cost_regularised - 1.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sinkhorn(
    p: &[f64],
    q: &[f64],
    cost: &CostMatrix,
    params: &SinkhornParams,
) -> Result<OtSolution, SinkhornError> {
    check_balanced(p, q, cost)?;
    let kernel = Kernel::new(p, q, cost, params.epsilon);
    let (limit, tolerance) = params.limits();
    let mut g = vec![0.0; q.len()];
    let mut f = kernel.row_update(&g);
    let mut iterations = 0;
    let mut status = Status::FixedIterations;
    while iterations < limit {
        g = kernel.column_update(&f);
        iterations += 1;
        // Columns fit now. The next row update tells by how much the rows do not, at no extra cost.
        let next = kernel.row_update(&g);
        if tolerance.is_some_and(|tolerance| kernel.row_error(&f, &next) <= tolerance) {
            status = Status::Converged;
            break;
        }
        if iterations < limit {
            f = next;
        }
    }
    finished(kernel.solution(f, g, iterations, status), tolerance)
}

/// The value under the entropy convention, from the value under the KL convention.
///
/// # Equation
/// `min <T, C> - eps H(T) = (min <T, C> + eps KL(T || p q')) - eps (H(p) + H(q))`, `H` Shannon entropy. For a
/// one-hot q this adds `-eps H(p)`: the entropy convention silently contains a confidence penalty.
///
/// # Shape
/// KL value, `p [n]`, `q [n]`, eps -> scalar
///
/// # Range
/// at most the KL value; may be negative
///
/// # Numerics
/// `0 ln 0 = 0`; p and q are distributions (mass 1)
///
/// # Example
/// ```
/// let value = affekt_ot::entropy_convention_value(1.0, &[0.5, 0.5], &[1.0, 0.0], 0.5);
/// assert!((value - (1.0 - 0.5 * std::f64::consts::LN_2)).abs() < 1e-15);
/// ```
pub fn entropy_convention_value(kl_value: f64, p: &[f64], q: &[f64], epsilon: f64) -> f64 {
    let entropy = |h: &[f64]| -h.iter().filter(|x| **x > 0.0).map(|x| x * x.ln()).sum::<f64>();
    kl_value - epsilon * (entropy(p) + entropy(q))
}

/// The solution, or the error that carries it when a tolerance was asked for and missed.
pub(crate) fn finished(solution: OtSolution, tolerance: Option<f64>) -> Result<OtSolution, SinkhornError> {
    match tolerance {
        Some(tolerance) if solution.status != Status::Converged => {
            Err(SinkhornError::NotConverged { tolerance, last: Box::new(solution) })
        }
        _ => Ok(solution),
    }
}

pub(crate) fn check_positive(what: &'static str, got: f64) -> Result<(), OtError> {
    if got.is_finite() && got > 0.0 {
        Ok(())
    } else {
        Err(OtError::Parameter { what, expected: "a finite value > 0", got })
    }
}

/// The soft minimisations of one problem.
pub(crate) struct Kernel<'a> {
    p: &'a [f64],
    q: &'a [f64],
    log_p: Vec<f64>,
    log_q: Vec<f64>,
    cost: &'a CostMatrix,
    epsilon: f64,
}

impl<'a> Kernel<'a> {
    pub(crate) fn new(p: &'a [f64], q: &'a [f64], cost: &'a CostMatrix, epsilon: f64) -> Self {
        // ln 0 = -inf drops an empty class out of every sum below.
        let logs = |h: &[f64]| h.iter().map(|x| x.ln()).collect();
        Self { p, q, log_p: logs(p), log_q: logs(q), cost, epsilon }
    }

    pub(crate) fn row_update(&self, g: &[f64]) -> Vec<f64> {
        let n = g.len();
        (0..n)
            .map(|i| {
                let row = self.cost.row(i);
                -self.epsilon * log_sum_exp(n, |j| self.log_q[j] + (g[j] - row[j]) / self.epsilon)
            })
            .collect()
    }

    pub(crate) fn column_update(&self, f: &[f64]) -> Vec<f64> {
        let n = f.len();
        let term = |i: usize, j: usize| self.log_p[i] + (f[i] - self.cost.get(i, j)) / self.epsilon;
        (0..n).map(|j| -self.epsilon * log_sum_exp(n, |i| term(i, j))).collect()
    }

    /// L1 error of the first marginal at potentials whose next row update is `next`.
    pub(crate) fn row_error(&self, f: &[f64], next: &[f64]) -> f64 {
        let held = (0..f.len()).filter(|&i| self.p[i] > 0.0);
        held.map(|i| self.p[i] * ((f[i] - next[i]) / self.epsilon).exp_m1().abs()).sum()
    }

    pub(crate) fn solution(&self, f: Vec<f64>, g: Vec<f64>, iterations: usize, status: Status) -> OtSolution {
        let plan = self.plan(&f, &g);
        let n = f.len();
        let held = plan.iter().enumerate().filter(|(_, t)| **t > 0.0);
        OtSolution {
            cost_linear: plan.iter().zip(self.cost.as_slice()).map(|(t, c)| t * c).sum(),
            // eps ln(T / p q) is f + g - C, so the two terms add up to <T, f + g>.
            cost_regularised: held.map(|(cell, t)| t * (f[cell / n] + g[cell % n])).sum(),
            dual_value: dot_on_support(&f, self.p) + dot_on_support(&g, self.q),
            marginal_error: marginal_error(&plan, self.p, self.q),
            plan,
            f,
            g,
            iterations,
            status,
        }
    }

    pub(crate) fn plan(&self, f: &[f64], g: &[f64]) -> Vec<f64> {
        let n = f.len();
        let cell = |i: usize, j: usize| {
            // An empty class carries nothing, however large its potential.
            if self.p[i] > 0.0 && self.q[j] > 0.0 {
                self.p[i] * self.q[j] * ((f[i] + g[j] - self.cost.get(i, j)) / self.epsilon).exp()
            } else {
                0.0
            }
        };
        (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).collect()
    }
}

/// `ln sum_k exp(term(k))`, shifted by the largest term.
fn log_sum_exp(n: usize, term: impl Fn(usize) -> f64) -> f64 {
    let largest = (0..n).map(&term).fold(f64::NEG_INFINITY, |best, x| if x > best { x } else { best });
    largest + (0..n).map(|k| (term(k) - largest).exp()).sum::<f64>().ln()
}

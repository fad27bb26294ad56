//! Entropic transport whose marginals are only encouraged.

use crate::marginals::check_histogram;
use crate::sinkhorn::{Kernel, check_positive};
use crate::{CostMatrix, SinkhornError, SinkhornParams, Status};

/// A plan with soft marginals.
#[derive(Debug, Clone, PartialEq)]
pub struct UnbalancedSolution {
    /// `<T, C>`
    pub cost_linear: f64,
    /// The objective that was minimised.
    pub primal_value: f64,
    /// Its dual; equals the primal at the optimum.
    pub dual_value: f64,
    /// Row-major plan.
    pub plan: Vec<f64>,
    /// Mass of the plan.
    pub mass: f64,
    /// Dual potential of the first marginal.
    pub f: Vec<f64>,
    /// Dual potential of the second marginal.
    pub g: Vec<f64>,
    /// Gradient of the value in p: `rho (1 - exp(-f / rho))` plus `eps (q's mass - sum_j T_ij / p_i)`.
    pub gradient_p: Vec<f64>,
    /// Largest change of a potential in the last iteration.
    pub potential_change: f64,
    /// Iterations spent.
    pub iterations: usize,
    /// How the solver stopped.
    pub status: Status,
}

/// Entropic transport with Kullback-Leibler penalties instead of marginal constraints.
///
/// # Equation
/// `min_T <T, C> + eps KL(T || p q') + rho KL(T 1 || p) + rho KL(T' 1 || q)`, with the generalised
/// `KL(a || b) = sum a ln(a / b) - a + b`; both Sinkhorn updates damped by `rho / (rho + eps)`
///
/// # Shape
/// `p [n]`, `q [n]`, cost `[n, n]`, rho -> plan `[n, n]`, potentials `[n]` and `[n]`
///
/// # Range
/// `>= 0`; tends to [`crate::sinkhorn`] as rho grows; p and q may differ in mass
///
/// # Numerics
/// Log domain. A contraction with factor at most `(rho / (rho + eps))^2`. The stopping rule's tolerance is the
/// largest change of a potential.
///
/// # Errors
/// [`SinkhornError::Problem`] for bad histograms or `rho` not finite and > 0;
/// [`SinkhornError::UnbalancedNotConverged`] with the last iterate.
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, SinkhornParams, StoppingRule, unbalanced_sinkhorn};
/// let rule = StoppingRule::Tolerance { tolerance: 1e-13, max_iterations: 1000 };
/// let params = SinkhornParams::new(1.0, rule)?;
/// // One class, equal masses: nothing to move and nothing to penalise.
/// let solution = unbalanced_sinkhorn(&[1.0], &[1.0], &CostMatrix::uniform(1)?, &params, 1.0)?;
/// assert!(solution.primal_value.abs() < 1e-12 && (solution.mass - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn unbalanced_sinkhorn(
    p: &[f64],
    q: &[f64],
    cost: &CostMatrix,
    params: &SinkhornParams,
    rho: f64,
) -> Result<UnbalancedSolution, SinkhornError> {
    let mass_p = check_histogram("p", p, cost.n_classes())?;
    let mass_q = check_histogram("q", q, cost.n_classes())?;
    check_positive("rho", rho)?;
    let epsilon = params.epsilon();
    let damp = rho / (rho + epsilon);
    let kernel = Kernel::new(p, q, cost, epsilon);
    let (limit, tolerance) = params.limits();
    let (mut f, mut g) = (vec![0.0; p.len()], vec![0.0; q.len()]);
    let (mut iterations, mut potential_change, mut status) = (0, f64::INFINITY, Status::FixedIterations);
    while iterations < limit {
        let f_next = scaled(kernel.row_update(&g), damp);
        let g_next = scaled(kernel.column_update(&f_next), damp);
        let changes = f.iter().zip(&f_next).chain(g.iter().zip(&g_next)).map(|(old, new)| (old - new).abs());
        potential_change = changes.fold(0.0, |worst, x| if x > worst { x } else { worst });
        (f, g) = (f_next, g_next);
        iterations += 1;
        if tolerance.is_some_and(|tolerance| potential_change <= tolerance) {
            status = Status::Converged;
            break;
        }
    }
    let plan = kernel.plan(&f, &g);
    let n = p.len();
    let mass: f64 = plan.iter().sum();
    let rows: Vec<f64> = plan.chunks_exact(n).map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..n).map(|j| (0..n).map(|i| plan[i * n + j]).sum()).collect();
    let cost_linear: f64 = plan.iter().zip(cost.as_slice()).map(|(t, c)| t * c).sum();
    let product: Vec<f64> = p.iter().flat_map(|p_i| q.iter().map(move |q_j| p_i * q_j)).collect();
    let penalties = rho * (kl(&rows, p) + kl(&columns, q));
    let conjugate = |potential: &[f64], mass: &[f64]| -> f64 {
        potential
            .iter()
            .zip(mass)
            .filter(|(_, m)| **m > 0.0)
            .map(|(x, m)| -rho * (-x / rho).exp_m1() * m)
            .sum()
    };
    let row_share =
        |i: usize| (0..n).map(|j| q[j] * ((f[i] + g[j] - cost.get(i, j)) / epsilon).exp()).sum::<f64>();
    let gradient = |i: usize| -rho * (-f[i] / rho).exp_m1() + epsilon * (mass_q - row_share(i));
    let solution = UnbalancedSolution {
        cost_linear,
        primal_value: cost_linear + epsilon * kl(&plan, &product) + penalties,
        dual_value: conjugate(&f, p) + conjugate(&g, q) - epsilon * (mass - mass_p * mass_q),
        gradient_p: (0..n).map(gradient).collect(),
        plan,
        mass,
        f,
        g,
        potential_change,
        iterations,
        status,
    };
    match tolerance {
        Some(tolerance) if status != Status::Converged => {
            Err(SinkhornError::UnbalancedNotConverged { tolerance, last: Box::new(solution) })
        }
        _ => Ok(solution),
    }
}

fn scaled(mut potential: Vec<f64>, factor: f64) -> Vec<f64> {
    for x in &mut potential {
        *x *= factor;
    }
    potential
}

/// Generalised divergence `sum a ln(a / b) - a + b`, with `0 ln 0 = 0`; a is 0 wherever b is.
fn kl(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| if *a > 0.0 { a * (a / b).ln() - a + b } else { *b }).sum()
}

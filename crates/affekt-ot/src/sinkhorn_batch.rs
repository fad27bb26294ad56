//! Entropic transport of many pairs of histograms under one cost.

use std::ops::Range;

use crate::batch::{STRETCH, batch_size, in_parallel};
use crate::marginals::check_balanced;
use crate::{BatchError, CostMatrix, OtError, OtSolution, SinkhornError, SinkhornParams, Status, sinkhorn};
use lanes::Lanes;

mod lanes;

/// Largest `max C / eps` at which the kernel `exp(-C / eps)` and all scalings stay far inside the range of `f64`.
///
/// No potential leaves three times the largest cost: each spans at most `max C`, their means `<f, p>` and `<g, q>` only
/// rise, from at least 0 and `-max C`, and their sum is at most `max C`. So no exponential leaves `exp(300)`.
const SCALING_RANGE: f64 = 100.0;
/// Masses that leave that bound room: they enter the scalings as a factor.
const SCALING_MASS: Range<f64> = 1e-50..1e50;

/// Values, gradients and certificates of a batch of entropic problems.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SinkhornBatch {
    /// `<T, C>` of each pair, `[b]`: the transport cost of the plan, without any entropy term.
    pub cost_linear: Vec<f64>,
    /// `<T, C> + eps KL(T || p q')` of each pair, `[b]`.
    pub cost_regularised: Vec<f64>,
    /// Dual potential of each first histogram, `[b, n]`: the gradient of `cost_regularised` in p, up to a constant.
    pub f: Vec<f64>,
    /// Dual potential of each second histogram, `[b, n]`.
    pub g: Vec<f64>,
    /// `||T 1 - p||_1 + ||T' 1 - q||_1` of each pair, `[b]`.
    pub marginal_error: Vec<f64>,
    /// Iterations spent on each pair, `[b]`.
    pub iterations: Vec<usize>,
    /// How each pair stopped, `[b]`.
    pub status: Vec<Status>,
}

impl SinkhornBatch {
    fn new(size: usize, n: usize) -> Self {
        let (values, potentials) = (vec![0.0; size], vec![0.0; size * n]);
        Self {
            cost_linear: values.clone(),
            cost_regularised: values.clone(),
            f: potentials.clone(),
            g: potentials,
            marginal_error: values,
            iterations: vec![0; size],
            status: vec![Status::IterationLimit; size],
        }
    }

    /// Pairs that ran out of iterations before they reached the tolerance.
    pub fn missed(&self) -> usize {
        self.status.iter().filter(|status| **status == Status::IterationLimit).count()
    }
}

/// Entropic optimal transport of many pairs of histograms under one cost, KL convention.
///
/// # Equation
/// as [`crate::sinkhorn`], for each row of p and of q
///
/// # Shape
/// `p [b, n]`, `q [b, n]` row-major, cost `[n, n]` -> values and certificates `[b]`, potentials `[b, n]` and `[b, n]`
///
/// # Range
/// as [`crate::sinkhorn`]
///
/// # Numerics
/// Every pair iterates from the same start and stops by itself, so its results do not depend on the others, on their
/// order or on the number of threads, to the last bit. While `max C / eps` is at most 100 the updates are carried out
/// on the exponentials of the potentials, which cannot leave the range of `f64` there: the iterates are those of the log
/// domain to rounding, at a fraction of the time. Beyond, and for masses outside `[1e-50, 1e50)`, a pair is solved in the log
/// domain.
///
/// # Errors
/// [`BatchError::Shape`]; [`BatchError::Item`] with the first pair that [`crate::sinkhorn`] refuses. A pair that runs out
/// of iterations is no error here: its status is [`Status::IterationLimit`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, SinkhornParams, Status, StoppingRule, sinkhorn_batch};
/// let rule = StoppingRule::Tolerance { tolerance: 1e-12, max_iterations: 1000 };
/// let params = SinkhornParams::new(0.1, rule)?;
/// let c = CostMatrix::from_rows(&[[0.0, 2.0], [4.0, 0.0]])?;
/// // One-hot targets have a closed form, whatever eps: 0.75 * 2 and 0.5 * 4.
/// let batch = sinkhorn_batch(&[0.75, 0.25, 0.5, 0.5], &[0.0, 1.0, 1.0, 0.0], &c, &params)?;
/// assert!((batch.cost_regularised[0] - 1.5).abs() < 1e-12 && (batch.cost_regularised[1] - 2.0).abs() < 1e-12);
/// assert_eq!(batch.status, [Status::Converged; 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sinkhorn_batch(
    p: &[f64],
    q: &[f64],
    cost: &CostMatrix,
    params: &SinkhornParams,
) -> Result<SinkhornBatch, BatchError> {
    let n = cost.n_classes();
    let size = batch_size(p, q, n)?;
    let mut batch = SinkhornBatch::new(size, n);
    let kernel =
        (cost.largest() <= SCALING_RANGE * params.epsilon()).then(|| Kernel::new(cost, params.epsilon()));
    let stretches = batch.stretches(p, q, n);
    in_parallel(stretches, |first, mut stretch| {
        let (mut by_scaling, mut in_log_domain) = (Vec::new(), Vec::new());
        for row in 0..stretch.status.len() {
            let (p, q) = stretch.problem(row);
            let mass = check_balanced(p, q, cost).map_err(|source| (first + row, source))?;
            let scales = kernel.is_some() && SCALING_MASS.contains(&mass);
            if scales { by_scaling.push(row) } else { in_log_domain.push(row) }
        }
        if let Some(kernel) = &kernel {
            Lanes::new(kernel, params).run(&mut stretch, &by_scaling);
        }
        for row in in_log_domain {
            stretch.solve_in_log_domain(row, cost, params).map_err(|source| (first + row, source))?;
        }
        Ok(())
    })?;
    Ok(batch)
}

/// What all problems of a batch share.
struct Kernel<'a> {
    cost: &'a CostMatrix,
    /// `exp(-C / eps)`, row by row.
    rows: Vec<f64>,
    /// The same, column by column.
    columns: Vec<f64>,
}

impl<'a> Kernel<'a> {
    fn new(cost: &'a CostMatrix, epsilon: f64) -> Self {
        let n = cost.n_classes();
        let rows: Vec<f64> = cost.as_slice().iter().map(|cost| (-cost / epsilon).exp()).collect();
        let columns = (0..n * n).map(|cell| rows[cell % n * n + cell / n]).collect();
        Self { cost, rows, columns }
    }
}

/// Consecutive problems of a batch, and where their results go.
struct Stretch<'a> {
    n: usize,
    p: &'a [f64],
    q: &'a [f64],
    cost_linear: &'a mut [f64],
    cost_regularised: &'a mut [f64],
    f: &'a mut [f64],
    g: &'a mut [f64],
    marginal_error: &'a mut [f64],
    iterations: &'a mut [usize],
    status: &'a mut [Status],
}

impl SinkhornBatch {
    fn stretches<'a>(&'a mut self, p: &'a [f64], q: &'a [f64], n: usize) -> Vec<Stretch<'a>> {
        let cells = STRETCH * n;
        let mut f = self.f.chunks_mut(cells);
        let mut g = self.g.chunks_mut(cells);
        let mut linear = self.cost_linear.chunks_mut(STRETCH);
        let mut regularised = self.cost_regularised.chunks_mut(STRETCH);
        let mut errors = self.marginal_error.chunks_mut(STRETCH);
        let mut iterations = self.iterations.chunks_mut(STRETCH);
        let mut status = self.status.chunks_mut(STRETCH);
        let next = |(p, q)| {
            Some(Stretch {
                n,
                p,
                q,
                cost_linear: linear.next()?,
                cost_regularised: regularised.next()?,
                f: f.next()?,
                g: g.next()?,
                marginal_error: errors.next()?,
                iterations: iterations.next()?,
                status: status.next()?,
            })
        };
        p.chunks(cells).zip(q.chunks(cells)).filter_map(next).collect()
    }
}

impl Stretch<'_> {
    fn problem(&self, row: usize) -> (&[f64], &[f64]) {
        let cells = row * self.n..(row + 1) * self.n;
        (&self.p[cells.clone()], &self.q[cells])
    }

    fn solve_in_log_domain(
        &mut self,
        row: usize,
        cost: &CostMatrix,
        params: &SinkhornParams,
    ) -> Result<(), OtError> {
        let (p, q) = self.problem(row);
        let solution = match sinkhorn(p, q, cost, params) {
            Ok(solution) => solution,
            Err(SinkhornError::NotConverged { last, .. }) => {
                OtSolution { status: Status::IterationLimit, ..*last }
            }
            Err(SinkhornError::Problem(source)) => return Err(source),
            // Never of a balanced problem.
            Err(SinkhornError::UnbalancedNotConverged { .. }) => return Ok(()),
        };
        let cells = row * self.n..(row + 1) * self.n;
        self.f[cells.clone()].copy_from_slice(&solution.f);
        self.g[cells].copy_from_slice(&solution.g);
        self.cost_linear[row] = solution.cost_linear;
        self.cost_regularised[row] = solution.cost_regularised;
        self.marginal_error[row] = solution.marginal_error;
        self.iterations[row] = solution.iterations;
        self.status[row] = solution.status;
        Ok(())
    }
}

//! Several problems side by side, one to a lane of the vector registers.

use super::{Kernel, Stretch};
use crate::{SinkhornParams, Status};

/// Problems in flight.
const LANES: usize = 8;

type Lane = [f64; LANES];

/// The state of the problems in flight: `[n]` of lanes each.
///
/// A lane whose problem has stopped takes the next one at once, so no lane waits for the slowest. No lane reads from
/// another: a problem's numbers are the same whichever problems are beside it.
pub(super) struct Lanes<'a> {
    kernel: &'a Kernel<'a>,
    epsilon: f64,
    limit: usize,
    tolerance: Option<f64>,
    p: Vec<Lane>,
    q: Vec<Lane>,
    /// `exp(f / eps)` and `exp(g / eps)`.
    u: Vec<Lane>,
    v: Vec<Lane>,
    /// `p u` and `q v`.
    pu: Vec<Lane>,
    qv: Vec<Lane>,
    /// `K q v`: one over the u of the next iteration.
    next: Vec<Lane>,
    /// Row of the stretch in each lane, and the iterations spent on it.
    row: [Option<usize>; LANES],
    iterations: [usize; LANES],
}

impl<'a> Lanes<'a> {
    pub(super) fn new(kernel: &'a Kernel<'a>, params: &SinkhornParams) -> Self {
        let zeros = || vec![[0.0; LANES]; kernel.cost.n_classes()];
        let (limit, tolerance) = params.limits();
        Self {
            kernel,
            epsilon: params.epsilon(),
            limit,
            tolerance,
            p: zeros(),
            q: zeros(),
            u: zeros(),
            v: zeros(),
            pu: zeros(),
            qv: zeros(),
            next: zeros(),
            row: [None; LANES],
            iterations: [0; LANES],
        }
    }

    /// Solves some problems of a stretch.
    pub(super) fn run(mut self, stretch: &mut Stretch<'_>, rows: &[usize]) {
        let Some(&first) = rows.first() else { return };
        let mut waiting = rows.iter().copied();
        for lane in 0..LANES {
            let row = waiting.next();
            // Spare lanes repeat the first problem and report nothing.
            self.load(lane, row.unwrap_or(first), stretch);
            self.row[lane] = row;
        }
        while self.row != [None; LANES] {
            let error = self.iterate();
            for (lane, error) in error.into_iter().enumerate() {
                if let Some(row) = self.row[lane]
                    && let Some(status) = self.stopped(lane, error)
                {
                    stretch.status[row] = status;
                    self.report(lane, row, stretch);
                    self.row[lane] = None;
                }
            }
            self.advance();
            for lane in 0..LANES {
                if self.row[lane].is_none()
                    && let Some(row) = waiting.next()
                {
                    self.load(lane, row, stretch);
                }
            }
        }
    }

    /// Counts an iteration, and tells how the problem stopped if it did.
    fn stopped(&mut self, lane: usize, error: f64) -> Option<Status> {
        self.iterations[lane] += 1;
        let spent = self.iterations[lane] == self.limit;
        match self.tolerance {
            Some(tolerance) if error <= tolerance => Some(Status::Converged),
            Some(_) => spent.then_some(Status::IterationLimit),
            None => spent.then_some(Status::FixedIterations),
        }
    }

    fn load(&mut self, lane: usize, row: usize, stretch: &Stretch<'_>) {
        let (p, q) = stretch.problem(row);
        let n = p.len();
        for (i, kernel) in self.kernel.rows.chunks_exact(n).enumerate() {
            // The first row update, from g = 0.
            let sum: f64 = kernel.iter().zip(q).map(|(k, q)| k * q).sum();
            self.u[i][lane] = 1.0 / sum;
            self.p[i][lane] = p[i];
            self.q[i][lane] = q[i];
            self.pu[i][lane] = p[i] / sum;
        }
        self.row[lane] = Some(row);
        self.iterations[lane] = 0;
    }

    /// The column update, and the L1 error of the first marginal after it; [`Lanes::advance`] is the row update.
    fn iterate(&mut self) -> Lane {
        let n = self.p.len();
        for (((kernel, q), v), qv) in
            self.kernel.columns.chunks_exact(n).zip(&self.q).zip(&mut self.v).zip(&mut self.qv)
        {
            let sum = weighted_sum(kernel, &self.pu);
            for lane in 0..LANES {
                v[lane] = 1.0 / sum[lane];
                qv[lane] = q[lane] * v[lane];
            }
        }
        let mut error = [0.0; LANES];
        for (((kernel, p), u), next) in
            self.kernel.rows.chunks_exact(n).zip(&self.p).zip(&self.u).zip(&mut self.next)
        {
            *next = weighted_sum(kernel, &self.qv);
            for lane in 0..LANES {
                error[lane] += p[lane] * (u[lane] * next[lane] - 1.0).abs();
            }
        }
        error
    }

    /// The row update.
    fn advance(&mut self) {
        for (((p, next), u), pu) in self.p.iter().zip(&self.next).zip(&mut self.u).zip(&mut self.pu) {
            for lane in 0..LANES {
                u[lane] = 1.0 / next[lane];
                pu[lane] = p[lane] * u[lane];
            }
        }
    }

    fn report(&self, lane: usize, row: usize, stretch: &mut Stretch<'_>) {
        let n = self.p.len();
        let (mut linear, mut regularised, mut error) = (0.0, 0.0, 0.0);
        let cells = row * n..(row + 1) * n;
        for (i, f) in stretch.f[cells.clone()].iter_mut().enumerate() {
            *f = self.epsilon * self.u[i][lane].ln();
            let kernel = &self.kernel.rows[i * n..(i + 1) * n];
            let (mut mass, mut paid) = (0.0, 0.0);
            for ((k, cost), qv) in kernel.iter().zip(self.kernel.cost.row(i)).zip(&self.qv) {
                let carried = self.pu[i][lane] * k * qv[lane];
                mass += carried;
                paid += carried * cost;
            }
            linear += paid;
            // eps ln(T / p q) is f + g - C, so value and divergence add up to <T, f + g>.
            regularised += *f * mass;
            error += (mass - self.p[i][lane]).abs();
        }
        for (j, g) in stretch.g[cells].iter_mut().enumerate() {
            *g = self.epsilon * self.v[j][lane].ln();
            let kernel = &self.kernel.columns[j * n..(j + 1) * n];
            let sum: f64 = kernel.iter().zip(&self.pu).map(|(k, pu)| k * pu[lane]).sum();
            let mass = sum * self.qv[j][lane];
            regularised += *g * mass;
            error += (mass - self.q[j][lane]).abs();
        }
        stretch.cost_linear[row] = linear;
        stretch.cost_regularised[row] = regularised;
        stretch.marginal_error[row] = error;
        stretch.iterations[row] = self.iterations[lane];
    }
}

/// `sum_k weights_k lanes_k`
fn weighted_sum(weights: &[f64], lanes: &[Lane]) -> Lane {
    let mut sum = [0.0; LANES];
    for (weight, lane) in weights.iter().zip(lanes) {
        for (sum, x) in sum.iter_mut().zip(lane) {
            *sum += weight * x;
        }
    }
    sum
}

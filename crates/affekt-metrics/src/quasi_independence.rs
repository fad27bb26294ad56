//! The log-linear fit behind the quasi-independence null.

use crate::MetricError;
use crate::severity::off_diagonal;

/// Largest deviation of a fitted margin, as a share of all errors.
const TOLERANCE: f64 = 1e-12;
/// Proportional-fitting sweeps before Newton takes over.
const SWEEPS: usize = 500;
/// Newton steps before the fit is declared stuck.
const NEWTON_STEPS: usize = 200;

/// Fits `m_ij = a_i b_j` off the diagonal, `m_ii = 0`, to the row and column sums of an error table.
///
/// Proportional fitting settles ordinary tables in a few dozen sweeps. Close to the boundary, where nearly
/// every error involves one class, it needs millions, so Newton finishes those; on the boundary itself
/// (`r_k + c_k = E`) the table is forced and written down.
pub(crate) fn quasi_independence(
    rows: &[u64],
    columns: &[u64],
    errors: u64,
) -> Result<Vec<f64>, MetricError> {
    let n = rows.len();
    let total = errors as f64;
    let mut table = vec![0.0; n * n];
    if let Some(hub) = (0..n).find(|&k| rows[k] + columns[k] == errors) {
        // Row `hub` must supply every other column and column `hub` must take every other row.
        for k in (0..n).filter(|&k| k != hub) {
            table[k * n + hub] = rows[k] as f64;
            table[hub * n + k] = columns[k] as f64;
        }
        return Ok(table);
    }
    let share = |counts: &[u64]| counts.iter().map(|&count| count as f64 / total).collect::<Vec<f64>>();
    let mut fit = Fit { rows: share(rows), columns: share(columns), b: vec![1.0; n] };
    for (b, column) in fit.b.iter_mut().zip(&fit.columns) {
        *b = if *column > 0.0 { 1.0 } else { 0.0 };
    }
    let mut sweeps = 0;
    while fit.deviation() > TOLERANCE && sweeps < SWEEPS {
        fit.sweep();
        sweeps += 1;
    }
    while fit.deviation() > TOLERANCE && sweeps < SWEEPS + NEWTON_STEPS {
        fit.newton_step();
        sweeps += 1;
    }
    let got = fit.deviation();
    // Written so that NaN fails.
    if !matches!(got.partial_cmp(&TOLERANCE), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)) {
        return Err(MetricError::NotConverged { tolerance: TOLERANCE, got, sweeps });
    }
    let fitted = fit.table();
    for (i, j) in off_diagonal(n) {
        table[i * n + j] = fitted[i * n + j] * total;
    }
    Ok(table)
}

/// Margins as shares of all errors, and the column factors; row factors follow from them in closed form.
struct Fit {
    rows: Vec<f64>,
    columns: Vec<f64>,
    b: Vec<f64>,
}

impl Fit {
    /// Sum of the column factors that row `i` may use, added up without cancellation.
    fn reach(&self, i: usize) -> f64 {
        self.b.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| b).sum()
    }

    /// The fitted shares; its rows match exactly by construction.
    fn table(&self) -> Vec<f64> {
        let n = self.b.len();
        let mut table = vec![0.0; n * n];
        for i in (0..n).filter(|&i| self.rows[i] > 0.0) {
            let a = self.rows[i] / self.reach(i);
            for j in (0..n).filter(|&j| j != i) {
                table[i * n + j] = a * self.b[j];
            }
        }
        table
    }

    /// Fitted minus wanted column sums: the gradient of [`Fit::objective`].
    fn gradient(&self, table: &[f64]) -> Vec<f64> {
        let n = self.b.len();
        (0..n).map(|j| (0..n).map(|i| table[i * n + j]).sum::<f64>() - self.columns[j]).collect()
    }

    fn deviation(&self) -> f64 {
        let gradient = self.gradient(&self.table());
        gradient.iter().fold(0.0, |worst, g| if g.abs() > worst || g.is_nan() { g.abs() } else { worst })
    }

    fn sweep(&mut self) {
        let n = self.b.len();
        let table = self.table();
        for j in (0..n).filter(|&j| self.columns[j] > 0.0) {
            let sum: f64 = (0..n).map(|i| table[i * n + j]).sum();
            self.b[j] *= self.columns[j] / sum;
        }
    }

    /// Negative log likelihood with the row factors profiled out; convex in `ln b`.
    fn objective(&self) -> f64 {
        let n = self.b.len();
        let active = |margins: &'_ [f64], k: usize| margins[k] > 0.0;
        let rows = (0..n).filter(|&i| active(&self.rows, i)).map(|i| self.rows[i] * self.reach(i).ln());
        let columns = (0..n).filter(|&j| active(&self.columns, j)).map(|j| self.columns[j] * self.b[j].ln());
        rows.sum::<f64>() - columns.sum::<f64>()
    }

    /// One damped Newton step in `ln b`, with the last active factor held to fix the scale.
    fn newton_step(&mut self) {
        let n = self.b.len();
        let table = self.table();
        let gradient = self.gradient(&table);
        let mut free: Vec<usize> = (0..n).filter(|&j| self.columns[j] > 0.0).collect();
        free.pop();
        let hessian = |j: usize, k: usize| {
            let rows = (0..n).filter(|&i| self.rows[i] > 0.0);
            let shared: f64 = rows.map(|i| table[i * n + j] * table[i * n + k] / self.rows[i]).sum();
            if j == k { gradient[j] + self.columns[j] - shared } else { -shared }
        };
        let matrix = free.iter().map(|&j| free.iter().map(|&k| hessian(j, k)).collect()).collect();
        let direction = solve(matrix, free.iter().map(|&j| gradient[j]).collect());
        let (start, before) = (self.b.clone(), self.objective());
        let mut length = 1.0;
        for _ in 0..40 {
            for (&j, step) in free.iter().zip(&direction) {
                self.b[j] = start[j] * (-length * step).exp();
            }
            // The slack lets the last steps through, whose gain is below rounding.
            if self.objective() <= before + 1e-14 * (1.0 + before.abs()) {
                return;
            }
            length *= 0.5;
        }
        self.b = start;
    }
}

/// Gaussian elimination with partial pivoting for the small positive definite systems above.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| matrix[a][k].abs().total_cmp(&matrix[b][k].abs())).unwrap_or(k);
        matrix.swap(k, pivot);
        right.swap(k, pivot);
        let (upper, lower) = matrix.split_at_mut(k + 1);
        for (offset, row) in lower.iter_mut().enumerate() {
            let factor = row[k] / upper[k][k];
            for (cell, above) in row[k..].iter_mut().zip(&upper[k][k..]) {
                *cell -= factor * above;
            }
            right[k + 1 + offset] -= factor * right[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| matrix[k][j] * right[j]).sum();
        right[k] = (right[k] - known) / matrix[k][k];
    }
    right
}

//! Exact transport of many pairs of histograms under one cost.

use rayon::prelude::*;

use crate::{BatchError, CostMatrix, ExactSolver, OtError};

/// Pairs a thread takes at a time. Up to this many are solved where the caller stands.
pub(crate) const STRETCH: usize = 64;

/// Values and gradients of a batch of exact problems.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExactBatch {
    /// Transport cost of each pair, `[b]`.
    pub cost: Vec<f64>,
    /// Dual potential of each first histogram, `[b, n]`: the gradient of its cost in p, up to a constant.
    pub f: Vec<f64>,
    /// Dual potential of each second histogram, `[b, n]`.
    pub g: Vec<f64>,
}

/// Exact optimal transport of many pairs of histograms under one cost.
///
/// # Equation
/// as [`crate::exact`], for each row of p and of q
///
/// # Shape
/// `p [b, n]`, `q [b, n]` row-major, cost `[n, n]` -> costs `[b]`, potentials `[b, n]` and `[b, n]`
///
/// # Range
/// each cost in `[0, mass * max C]`
///
/// # Numerics
/// Every pair is solved on its own from the same start, so results do not depend on the other pairs, on their order or
/// on the number of threads, to the last bit. Large batches are shared among the threads of rayon's pool.
///
/// # Errors
/// [`BatchError::Shape`]; [`BatchError::Item`] with the first pair that [`crate::exact`] refuses.
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, exact_batch};
/// let c = CostMatrix::from_rows(&[[0.0, 1.0], [3.0, 0.0]])?;
/// let batch = exact_batch(&[1.0, 0.0, 0.25, 0.75], &[0.5, 0.5, 0.75, 0.25], &c)?;
/// assert_eq!(batch.cost, [0.5, 1.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn exact_batch(p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<ExactBatch, BatchError> {
    let n = cost.n_classes();
    let size = batch_size(p, q, n)?;
    let mut batch = ExactBatch { cost: vec![0.0; size], f: vec![0.0; size * n], g: vec![0.0; size * n] };
    let cells = STRETCH * n;
    let inputs = p.chunks(cells).zip(q.chunks(cells));
    let potentials = batch.f.chunks_mut(cells).zip(batch.g.chunks_mut(cells));
    let stretches = inputs.zip(batch.cost.chunks_mut(STRETCH)).zip(potentials).collect();
    in_parallel(stretches, |first, (((p, q), costs), (f, g))| {
        let mut solver = ExactSolver::new(n);
        let problems = p.chunks_exact(n).zip(q.chunks_exact(n));
        let results = costs.iter_mut().zip(f.chunks_exact_mut(n).zip(g.chunks_exact_mut(n)));
        for (row, ((p, q), (value, (f, g)))) in problems.zip(results).enumerate() {
            *value = solver.cost(p, q, cost).map_err(|source| (first + row, source))?;
            f.copy_from_slice(solver.potentials().0);
            g.copy_from_slice(solver.potentials().1);
        }
        Ok(())
    })?;
    Ok(batch)
}

/// Number of pairs.
pub(crate) fn batch_size(p: &[f64], q: &[f64], n_classes: usize) -> Result<usize, BatchError> {
    if p.len() == q.len() && p.len().is_multiple_of(n_classes) {
        Ok(p.len() / n_classes)
    } else {
        Err(BatchError::Shape { n_classes, p: p.len(), q: q.len() })
    }
}

/// Solves stretch after stretch, given the position of its first pair; of several failures the first pair's is told,
/// whichever thread met it.
pub(crate) fn in_parallel<S: Send>(
    stretches: Vec<S>,
    solve: impl Fn(usize, S) -> Result<(), (usize, OtError)> + Sync + Send,
) -> Result<(), BatchError> {
    let solve = |(number, stretch)| solve(number * STRETCH, stretch);
    let outcomes: Vec<_> = if stretches.len() > 1 {
        stretches.into_par_iter().enumerate().map(solve).collect()
    } else {
        stretches.into_iter().enumerate().map(solve).collect()
    };
    let failed = outcomes.into_iter().find_map(Result::err);
    failed.map_or(Ok(()), |(item, source)| Err(BatchError::Item { item, source }))
}

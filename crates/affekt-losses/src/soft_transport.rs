//! The optimal-transport term for soft targets.

use affekt_learn::ObjectiveError;
use affekt_ot::{CostMatrix, ExactSolver};
use affekt_tensor::{Tensor, to_f64};

/// Mean exact transport cost from the predicted to the target distributions.
///
/// # Equation
/// `(1 / n) sum_i min_P <P, C>`, P with margins softmax(`z_i`) and `q_i`; the gradient in the prediction is the dual
/// potential f of the optimal plan (envelope theorem), one of several where the plan is degenerate
/// # Shape
/// logits [n, c]; targets [n, c], without gradient; C [c, c] -> scalar in the kind of the logits
/// # Range
/// [0, max C]
/// # Numerics
/// solved in 64 bit on the CPU; rows of the targets are scaled to sum to 1, which a quirk of Ada-DF breaks
/// # Errors
/// [`ObjectiveError::Size`] when logits or targets do not fit the cost, [`ObjectiveError::Transport`] for rows that are
/// no distributions
pub fn soft_transport_loss(
    logits: &Tensor,
    targets: &Tensor,
    cost: &CostMatrix,
) -> Result<Tensor, ObjectiveError> {
    let n_classes = cost.n_classes();
    let probabilities = logits.softmax(-1, logits.kind());
    let (p, q) = (to_f64(&probabilities), to_f64(targets));
    let expected = i64::try_from(n_classes).unwrap_or(i64::MAX);
    for tensor in [logits, targets] {
        let got = tensor.size().last().copied().unwrap_or(0);
        if got != expected {
            return Err(ObjectiveError::Size { what: "classes of the transport term", expected, got });
        }
    }
    let mut solver = ExactSolver::new(n_classes);
    let mut potentials = Vec::with_capacity(p.len());
    let (mut value, mut n) = (0.0, 0.0);
    for (p, q) in p.chunks(n_classes).zip(q.chunks(n_classes)) {
        value += solver
            .cost(&scaled(p), &scaled(q), cost)
            .map_err(|source| ObjectiveError::Transport { reason: source.to_string() })?;
        potentials.extend_from_slice(solver.potentials().0);
        n += 1.0;
    }
    let slope = Tensor::from_slice(&potentials).reshape(logits.size());
    let slope = slope.to_kind(logits.kind()).to_device(logits.device());
    let linear = (probabilities * slope).sum(logits.kind()) / n;
    // The plane that touches the cost here, moved to its value.
    Ok(&linear - linear.detach() + value / n)
}

fn scaled(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|x| x / sum).collect()
}

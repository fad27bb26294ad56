//! The optimal-transport term for one-hot targets.

use affekt_tensor::Tensor;

use crate::tasks::masked_mean;

/// Expected cost of the predicted distribution against the true class.
///
/// With a one-hot target the only feasible plan moves all mass to the true class, so exact transport, and
/// KL-regularised transport at every epsilon, have this closed form.
///
/// # Equation
/// `(1 / N) sum_i m_i sum_j softmax(z_i)[j] C[j, y_i]` with mask m and N labelled items
/// # Shape
/// logits [n, c] f32; class \[n\] i64; mask \[n\] f32; `cost_to` [c, c] f32 with row y = C\[:, y\] -> scalar f32
/// # Range
/// [0, max C]
/// # Numerics
/// softmax in the kind of the logits, 32 bit in training; 0 when every item is masked; the gradient vanishes as softmax(z)\[y\] -> 0
pub fn transport_loss(logits: &Tensor, class: &Tensor, mask: &Tensor, cost_to: &Tensor) -> Tensor {
    let probabilities = logits.softmax(-1, logits.kind());
    let per_item = (probabilities * cost_to.index_select(0, class)).sum_dim_intlist(
        [-1_i64].as_slice(),
        false,
        logits.kind(),
    );
    masked_mean(&per_item, mask)
}

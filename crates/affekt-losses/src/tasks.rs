//! Losses of the three tasks; each ignores what is masked and is 0, with a graph, when nothing is left.
//!
//! They keep the kind of their input: 32-bit in training, 64-bit where gradients are checked.

use affekt_tensor::{Reduction, Tensor};

/// One minus the concordance correlation, averaged over valence and arousal.
///
/// # Equation
/// `1 - 2 cov(x, y) / (var x + var y + (mean x - mean y)^2)` with population moments over labelled items
/// # Shape
/// predicted [n, 2] f32; truth [n, 2] f32; mask \[n\] f32 -> scalar f32
/// # Range
/// [0, 2]
/// # Numerics
/// 1e-8 is added to the denominator; 0 when fewer than two items are labelled
pub fn ccc_loss(predicted: &Tensor, truth: &Tensor, mask: &Tensor) -> Tensor {
    let kind = predicted.kind();
    let m = mask.unsqueeze(1);
    let n = mask.sum(kind).clamp_min(1.0);
    let mean = |x: &Tensor| (x * &m).sum_dim_intlist([0_i64].as_slice(), true, kind) / &n;
    let (mean_x, mean_y) = (mean(predicted), mean(truth));
    let (dx, dy) = (predicted - &mean_x, truth - &mean_y);
    let (var_x, var_y, cov) = (mean(&(&dx * &dx)), mean(&(&dy * &dy)), mean(&(&dx * &dy)));
    let gap = &mean_x - &mean_y;
    let ccc = cov * 2.0 / (var_x + var_y + &gap * &gap + 1e-8);
    let loss = ccc.neg().g_add_scalar(1.0).mean(kind);
    // A single item has no variance: its "concordance" would only pull the mean.
    let enough = mask.sum(kind).ge(2.0).to_kind(kind);
    loss * enough
}

/// Binary cross-entropy of the action units over labelled entries.
///
/// # Equation
/// mean over labelled entries of -t log s(z) - (1 - t) log(1 - s(z))
/// # Shape
/// logits [n, k] f32; truth [n, k] f32; mask [n, k] f32 -> scalar f32
/// # Range
/// nats, >= 0
/// # Numerics
/// from logits, so that no log of a rounded-off sigmoid is taken; 0 when every entry is masked
pub fn action_unit_loss(logits: &Tensor, truth: &Tensor, mask: &Tensor) -> Tensor {
    let per_entry = logits.binary_cross_entropy_with_logits::<Tensor>(truth, None, None, Reduction::None);
    masked_mean(&per_entry, mask)
}

/// sum(x m) / max(1, sum m)
pub(crate) fn masked_mean(x: &Tensor, mask: &Tensor) -> Tensor {
    (x * mask).sum(x.kind()) / mask.sum(x.kind()).clamp_min(1.0)
}

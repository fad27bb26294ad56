//! The loss of the expression head: cross-entropy and what is put in its place.

use affekt_tensor::{Device, Kind, Reduction, Tensor};

use crate::tasks::masked_mean;

/// A loss of the expression head, resolved on the class counts of the training split.
///
/// All are means over the labelled items i of a batch, with p = softmax(z) and y the class of the item; those with class
/// weights w divide by the sum of `w_y` instead of their number, as `PyTorch` does.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionLoss {
    /// `-log p_y`.
    CrossEntropy,
    /// `-w_y log p_y`: inverse frequency and effective number.
    Weighted {
        /// Weight per class.
        weights: Vec<f64>,
    },
    /// `-(1 - p_y)^gamma log p_y` (Lin et al. 2017, eq. 4): easy items count less.
    Focal {
        /// Focusing exponent, >= 0; 0 is cross-entropy.
        gamma: f64,
    },
    /// `-w_y log softmax(z - s D_y e_y)[y]` on logits `z = s cos(theta)` of a cosine head (Cao et al. 2019, eq. 10 and
    /// algorithm 1): rarer classes are held off by larger margins, and re-weighted late.
    Ldam {
        /// Margin D per class, on the scale of the cosine.
        margins: Vec<f64>,
        /// Scale s of the cosine head.
        scale: f64,
        /// Weight per class once deferred re-weighting has begun.
        weights: Vec<f64>,
        /// First epoch of re-weighting, from 1; before it all weights are 1.
        deferred_to: u32,
    },
    /// `-log softmax(z + o)[y]` with an offset o per class: logit adjustment, `o = tau log pi` (Menon et al. 2021, eq. 10),
    /// and balanced softmax, `o = log n` (Ren et al. 2020, eq. 4), which is the same loss at tau = 1.
    Adjusted {
        /// Offset per class, added in training only.
        offsets: Vec<f64>,
    },
    /// `-sum_c q_c log p_c` with `q = (1 - epsilon) e_y + epsilon / K` (Szegedy et al. 2016).
    Smoothed {
        /// Share given to all classes alike, in [0, 1].
        epsilon: f64,
    },
    /// `-log p_y - beta H(p)` with the entropy H in nats (Pereyra et al. 2017): penalises *low* entropy, the opposite of
    /// what a uniform transport cost does.
    ConfidencePenalty {
        /// Weight of the entropy, >= 0.
        beta: f64,
    },
    /// `1 - p_y`, half the L1 distance to the one-hot target (Ghosh et al. 2017): the uniform transport cost alone.
    MeanAbsolute,
}

impl ExpressionLoss {
    /// The loss of a batch in an epoch, from 1; 0, with a graph, when no item is labelled.
    ///
    /// # Shape
    /// logits [n, c]; class \[n\] i64; mask \[n\] -> scalar in the kind of the logits
    /// # Panics
    /// When its class values are not one per logit; [`ExpressionLoss::n_classes`] says how many it has.
    pub fn forward(&self, logits: &Tensor, class: &Tensor, mask: &Tensor, epoch: u32) -> Tensor {
        let cross_entropy =
            |z: &Tensor| z.cross_entropy_loss::<Tensor>(class, None, Reduction::None, -100, 0.0);
        let row = |values: &[f64]| row(values, logits);
        match self {
            Self::CrossEntropy => masked_mean(&cross_entropy(logits), mask),
            Self::Weighted { weights } => weighted_mean(&cross_entropy(logits), &row(weights), class, mask),
            Self::Focal { gamma } => {
                let loss = cross_entropy(logits);
                // 1 - p_y from the log keeps its digits where p_y is near 1; the bound keeps the gradient of a
                // fractional power finite at p_y = 1.
                let wrong = loss.neg().expm1().neg().clamp_min(1e-12);
                masked_mean(&(wrong.pow_tensor_scalar(*gamma) * loss), mask)
            }
            Self::Ldam { margins, scale, weights, deferred_to } => {
                let held_off = row(margins).index_select(0, class) * *scale;
                let shift = logits.zeros_like().scatter(1, &class.unsqueeze(1), &held_off.unsqueeze(1));
                let loss = cross_entropy(&(logits - shift));
                if epoch >= *deferred_to {
                    weighted_mean(&loss, &row(weights), class, mask)
                } else {
                    masked_mean(&loss, mask)
                }
            }
            Self::Adjusted { offsets } => masked_mean(&cross_entropy(&(logits + row(offsets))), mask),
            Self::Smoothed { epsilon } => {
                let loss = logits.cross_entropy_loss::<Tensor>(class, None, Reduction::None, -100, *epsilon);
                masked_mean(&loss, mask)
            }
            Self::ConfidencePenalty { beta } => {
                let log_p = logits.log_softmax(-1, logits.kind());
                let entropy =
                    (log_p.exp() * &log_p).sum_dim_intlist([-1_i64].as_slice(), false, None::<Kind>).neg();
                masked_mean(&(cross_entropy(logits) - entropy * *beta), mask)
            }
            Self::MeanAbsolute => masked_mean(&cross_entropy(logits).neg().expm1().neg(), mask),
        }
    }

    /// Number of classes it was resolved for; `None` where it fits any.
    pub fn n_classes(&self) -> Option<usize> {
        match self {
            Self::Weighted { weights: values }
            | Self::Ldam { margins: values, .. }
            | Self::Adjusted { offsets: values } => Some(values.len()),
            _ => None,
        }
    }
}

/// Cross-entropy against distributions.
///
/// # Equation
/// `sum_i m_i (-sum_c q_ic log softmax(z_i)_c) / max(1, sum_i m_i)`, 0 log 0 = 0
/// # Shape
/// logits [n, c]; q [n, c]; mask \[n\] -> scalar in the kind of the logits
/// # Range
/// nats, >= 0
pub fn soft_expression_loss(logits: &Tensor, q: &Tensor, mask: &Tensor) -> Tensor {
    let log_p = logits.log_softmax(-1, logits.kind());
    masked_mean(&(log_p * q).sum_dim_intlist([-1_i64].as_slice(), false, None::<Kind>).neg(), mask)
}

fn row(values: &[f64], like: &Tensor) -> Tensor {
    let device: Device = like.device();
    Tensor::from_slice(values).to_kind(like.kind()).to_device(device)
}

/// `sum m w_y x / sum m w_y`, 0 without labelled items.
fn weighted_mean(x: &Tensor, weights: &Tensor, class: &Tensor, mask: &Tensor) -> Tensor {
    let weight = weights.index_select(0, class) * mask;
    let sum = weight.sum(x.kind());
    // Weights are positive: the sum is 0 only where every item is masked.
    (x * &weight).sum(x.kind()) / sum.clamp_min(f64::from(f32::MIN_POSITIVE))
}

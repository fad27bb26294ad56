//! The terms of Ada-DF's loss as functions of tensors; each keeps the kind of its input.

use affekt_tensor::Tensor;

use super::Fusion;

/// Weight of the class distribution in each item's target.
///
/// # Equation
/// `w = (a - min a) / (max a - min a) (w_max - w_min) + w_min` over the batch
/// # Shape
/// attention [n, 1] -> [n, 1]
/// # Range
/// [`w_min`, `w_max`]
/// # Numerics
/// where all attentions are equal the equation has no value: w = `w_max`, without gradient
pub fn fusion_weight(attention: &Tensor, fusion: Fusion) -> Tensor {
    match fusion {
        Fusion::Fixed { weight } => attention.full_like(weight).detach(),
        Fusion::Adaptive { min, max } => {
            let (low, high) = (attention.min(), attention.max());
            let spread = &high - &low;
            if spread.double_value(&[]) <= 0.0 {
                return attention.full_like(max).detach();
            }
            (attention - &low) / spread * (max - min) + min
        }
    }
}

/// What the target branch is to say of each item.
///
/// # Equation
/// `q = (1 - w) softmax(z_1) + w LD[y]`
/// # Shape
/// logits [n, c], weight [n, 1], rows of the items' classes [n, c] -> [n, c]
pub fn fused_target(auxiliary_logits: &Tensor, weight: &Tensor, class_rows: &Tensor) -> Tensor {
    let own = auxiliary_logits.softmax(-1, auxiliary_logits.kind());
    (weight.ones_like() - weight) * own + weight * class_rows
}

/// Kullback-Leibler divergence of the target branch from the fused distributions.
///
/// # Equation
/// `(1 / n) sum_i sum_c q_ic (log q_ic - log softmax(z_2)_ic)`, 0 log 0 = 0
/// # Shape
/// q [n, c], logits [n, c] -> scalar
/// # Range
/// nats; >= 0 where rows of q sum to 1
pub fn divergence(fused: &Tensor, target_logits: &Tensor, n: f64) -> Tensor {
    let kind = target_logits.kind();
    let log_said = target_logits.log_softmax(-1, kind);
    // Where q is 0 the logarithm of 1 stands in: 0 log 0 = 0, in the gradient too.
    let log_fused = fused.where_self(&fused.gt(0.0), &fused.ones_like()).log();
    (fused * (log_fused - log_said)).sum(kind) / n
}

/// Rank regularisation: clear items attend more than the others, by a margin.
///
/// # Equation
/// `max(0, mean(low) - mean(high) + margin)`, high the floor(share n) largest attentions, low the rest
/// # Shape
/// attention [n, 1] -> scalar
/// # Numerics
/// 0, without gradient, where one of the groups is empty
pub fn rank_loss(attention: &Tensor, share: f64, margin: f64) -> Tensor {
    let flat = attention.view([-1]);
    let n = flat.size()[0];
    #[expect(clippy::cast_possible_truncation, reason = "a share of the batch size")]
    // 0.7 x 90 is 62.999... in binary: what is a whole number but for rounding counts as one.
    let n_high = (share * n as f64 + 1e-9).floor() as i64;
    if n_high == 0 || n_high == n {
        return flat.sum(flat.kind()).detach() * 0.0;
    }
    let (sorted, _) = flat.sort(0, true);
    let mean = |from: i64, len: i64| sorted.narrow(0, from, len).mean(sorted.kind());
    (mean(n_high, n - n_high) - mean(0, n_high) + margin).relu()
}

/// Weights of the divergence and of the cross-entropy in an epoch.
///
/// # Equation
/// e <= beta: `alpha_1 = exp(-(1 - e / beta)^2)`, `alpha_2 = 1`; e > beta: `alpha_1 = 1`,
/// `alpha_2 = exp(-(1 - beta / e)^2)`
/// # Range
/// (1/e, 1] each
pub fn ramps(epoch: u32, beta: f64) -> (f64, f64) {
    let e = f64::from(epoch);
    let ramp = |share: f64| (-(1.0 - share).powi(2)).exp();
    if e <= beta { (ramp(e / beta), 1.0) } else { (1.0, ramp(beta / e)) }
}

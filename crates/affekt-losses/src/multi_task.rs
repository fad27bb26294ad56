//! The objective every arm of the circumplex study shares.

use affekt_learn::{LossValue, ModelOutput, Objective, ObjectiveError, Target};
use affekt_ot::CostMatrix;
use affekt_tensor::{Tensor, no_grad};

use crate::{action_unit_loss, ccc_loss, expression_loss, transport_loss};

/// Weight of each task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskWeights {
    /// Expression cross-entropy.
    pub expression: f64,
    /// Valence-arousal concordance loss.
    pub va: f64,
    /// Action-unit cross-entropy.
    pub au: f64,
}

/// `w_e L_expr + w_va L_va + w_au L_au + lambda OT(softmax(z), y; C)`, lambda fixed and outside the task weights.
#[derive(Debug)]
pub struct MultiTaskObjective {
    weights: TaskWeights,
    lambda: f64,
    /// Row y holds the cost of each predicted class when y is true: the transposed cost matrix.
    cost_to: Option<Tensor>,
}

impl MultiTaskObjective {
    /// An objective; `cost` may stay `None` for an arm without transport term.
    ///
    /// # Errors
    /// [`ObjectiveError::Weight`] when a weight or lambda is negative or not finite, or lambda > 0 without a cost.
    pub fn new(weights: TaskWeights, lambda: f64, cost: Option<&CostMatrix>) -> Result<Self, ObjectiveError> {
        check_weights(weights, lambda, cost.is_some())?;
        Ok(Self { weights, lambda, cost_to: cost.map(cost_to_class) })
    }
}

/// Adds the losses of valence-arousal and action units, where the model has these heads.
pub(crate) fn add_side_tasks(
    mut total: Tensor,
    output: &ModelOutput,
    target: &Target,
    weights: TaskWeights,
    parts: &mut Vec<(&'static str, f64)>,
) -> Tensor {
    if let Some(va) = &output.va {
        let loss = ccc_loss(va, &target.va, &target.va_mask);
        parts.push(("va", loss.double_value(&[])));
        total += loss * weights.va;
    }
    if let Some(aus) = &output.aus {
        let loss = action_unit_loss(aus, &target.aus, &target.au_mask);
        parts.push(("au", loss.double_value(&[])));
        total += loss * weights.au;
    }
    total
}

/// Refuses weights that are negative or not finite, and a lambda without anything to weigh.
pub(crate) fn check_weights(weights: TaskWeights, lambda: f64, has_cost: bool) -> Result<(), ObjectiveError> {
    let named = [
        ("expression weight", weights.expression),
        ("va weight", weights.va),
        ("au weight", weights.au),
        ("lambda", lambda),
    ];
    for (what, got) in named {
        if !(0.0..=f64::MAX).contains(&got) {
            return Err(ObjectiveError::Weight { what, got });
        }
    }
    if lambda > 0.0 && !has_cost {
        return Err(ObjectiveError::Weight { what: "lambda without a cost matrix", got: lambda });
    }
    Ok(())
}

fn cost_to_class(cost: &CostMatrix) -> Tensor {
    let n = cost.n_classes();
    #[expect(clippy::cast_possible_truncation, reason = "losses are 32-bit")]
    let values: Vec<f32> = (0..n).flat_map(|y| (0..n).map(move |j| cost.get(j, y) as f32)).collect();
    let n = i64::try_from(n).expect("because a label set has at most 255 classes");
    Tensor::from_slice(&values).reshape([n, n])
}

impl Objective for MultiTaskObjective {
    fn forward(&mut self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError> {
        let n_classes = output.expression.size().last().copied().unwrap_or(0);
        if let Some(cost) = &self.cost_to
            && cost.size()[0] != n_classes
        {
            let expected = cost.size()[0];
            return Err(ObjectiveError::Size { what: "expression classes", expected, got: n_classes });
        }
        let expression = expression_loss(&output.expression, &target.expression, &target.expression_mask);
        let mut parts = vec![("expression", expression.double_value(&[]))];
        let mut total = expression * self.weights.expression;
        total = add_side_tasks(total, output, target, self.weights, &mut parts);
        if let Some(cost) = &self.cost_to {
            let term =
                || transport_loss(&output.expression, &target.expression, &target.expression_mask, cost);
            if self.lambda > 0.0 {
                let loss = term();
                parts.push(("transport", loss.double_value(&[])));
                total += loss * self.lambda;
            } else {
                // Logged but outside the graph: a zero-weighted term must not touch a single bit.
                parts.push(("transport", no_grad(term).double_value(&[])));
            }
        }
        Ok(LossValue { total, parts })
    }
}

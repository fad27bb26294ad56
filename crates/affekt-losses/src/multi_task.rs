//! The objective every arm of the circumplex study shares.

use affekt_learn::{LossValue, ModelOutput, Objective, ObjectiveError, Target};
use affekt_ot::CostMatrix;
use affekt_tensor::{Init, ParamStore, Tensor, no_grad};

use crate::{
    ExpressionLoss, action_unit_loss, ccc_loss, soft_expression_loss, soft_transport_loss, transport_loss,
};

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

/// How the losses of the tasks are brought together.
#[derive(Debug)]
pub enum Weighing {
    /// By their task weights alone.
    Fixed,
    /// By homoscedastic uncertainty (Kendall et al. 2018): `w_t (exp(-s_t) L_t + s_t) / 2`, s learned.
    ///
    /// The form is that of the multi-task code of the circumplex paper's group, one half for all tasks. A task without a
    /// labelled item in a batch adds nothing, else its s would fall without end.
    Uncertainty {
        /// `s` of expression, valence-arousal and action units, \[3\].
        log_variance: Tensor,
    },
}

impl Weighing {
    /// Learned uncertainties, all 0 at first, as the parameter `objective.log_variance` of a model's store.
    pub fn uncertainty(store: &ParamStore) -> Self {
        let path = store.root().sub("objective");
        Self::Uncertainty { log_variance: path.parameter("log_variance", &[3], Init::Constant(0.0)) }
    }

    /// The weighed loss of task t (0 expression, 1 valence-arousal, 2 action units).
    fn weigh(&self, task: i64, loss: &Tensor, weight: f64, mask: &Tensor) -> Tensor {
        match self {
            Self::Fixed => loss * weight,
            Self::Uncertainty { log_variance } => {
                let s = log_variance.get(task);
                let labelled = mask.sum(mask.kind()).clamp_max(1.0);
                (s.neg().exp() * loss + s) * labelled * (0.5 * weight)
            }
        }
    }
}

/// What a [`MultiTaskObjective`] is made of.
#[derive(Debug)]
pub struct MultiTaskSpec {
    /// Weight of each task.
    pub weights: TaskWeights,
    /// How the weighted losses are brought together; the transport term stays outside.
    pub weighing: Weighing,
    /// Loss of the expression head.
    pub expression: ExpressionLoss,
    /// Weight of the transport term, >= 0.
    pub lambda: f64,
    /// Its cost; none for an arm without transport term.
    pub cost: Option<CostMatrix>,
}

/// `w_e L_expr + w_va L_va + w_au L_au + lambda OT(softmax(z), y; C)`, lambda fixed and outside the task weights.
///
/// With soft targets `L_expr` is the cross-entropy against them and transport goes to them.
#[derive(Debug)]
pub struct MultiTaskObjective {
    spec: MultiTaskSpec,
    /// Row y holds the cost of each predicted class when y is true: the transposed cost matrix.
    cost_to: Option<Tensor>,
    epoch: u32,
}

impl MultiTaskObjective {
    /// An objective before its first epoch.
    ///
    /// # Errors
    /// [`ObjectiveError::Weight`] when a weight or lambda is negative or not finite, or lambda > 0 without a cost.
    pub fn new(spec: MultiTaskSpec) -> Result<Self, ObjectiveError> {
        check_weights(spec.weights, spec.lambda, spec.cost.is_some())?;
        let cost_to = spec.cost.as_ref().map(cost_to_class);
        Ok(Self { spec, cost_to, epoch: 1 })
    }

    fn check_classes(&self, got: i64) -> Result<(), ObjectiveError> {
        let resolved = self.spec.expression.n_classes();
        let sizes =
            [self.cost_to.as_ref().map(|cost| cost.size()[0]), resolved.and_then(|n| n.try_into().ok())];
        match sizes.into_iter().flatten().find(|expected| *expected != got) {
            Some(expected) => Err(ObjectiveError::Size { what: "expression classes", expected, got }),
            None => Ok(()),
        }
    }

    fn transport(&self, logits: &Tensor, target: &Target) -> Result<Option<Tensor>, ObjectiveError> {
        let (Some(cost_to), Some(cost)) = (&self.cost_to, &self.spec.cost) else { return Ok(None) };
        let Some(soft) = &target.soft else {
            return Ok(Some(transport_loss(
                logits,
                &target.expression,
                &target.expression_mask,
                &cost_to.to_device(logits.device()),
            )));
        };
        let labelled = target.expression_mask.nonzero().view([-1]);
        if labelled.size()[0] == 0 {
            return Ok(Some(logits.sum(logits.kind()) * 0.0));
        }
        let pick = |x: &Tensor| x.index_select(0, &labelled);
        soft_transport_loss(&pick(logits), &pick(soft), cost).map(Some)
    }
}

/// Adds the losses of valence-arousal and action units, where the model has these heads.
pub(crate) fn add_side_tasks(
    mut total: Tensor,
    output: &ModelOutput,
    target: &Target,
    weights: TaskWeights,
    weighing: &Weighing,
    parts: &mut Vec<(&'static str, f64)>,
) -> Tensor {
    if let Some(va) = &output.va {
        let loss = ccc_loss(va, &target.va, &target.va_mask);
        parts.push(("va", loss.double_value(&[])));
        total += weighing.weigh(1, &loss, weights.va, &target.va_mask);
    }
    if let Some(aus) = &output.aus {
        let loss = action_unit_loss(aus, &target.aus, &target.au_mask);
        parts.push(("au", loss.double_value(&[])));
        total += weighing.weigh(2, &loss, weights.au, &target.au_mask);
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
    fn begin_epoch(&mut self, epoch: u32) {
        self.epoch = epoch;
    }

    fn forward(&mut self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError> {
        let logits = &output.expression;
        self.check_classes(logits.size().last().copied().unwrap_or(0))?;
        let (class, mask) = (&target.expression, &target.expression_mask);
        let MultiTaskSpec { weights, weighing, expression, lambda, .. } = &self.spec;
        let loss = match (&target.soft, expression) {
            (None, loss) => loss.forward(logits, class, mask, self.epoch),
            (Some(soft), ExpressionLoss::CrossEntropy) => soft_expression_loss(logits, soft, mask),
            (Some(_), _) => return Err(ObjectiveError::SoftTarget),
        };
        let mut parts = vec![("expression", loss.double_value(&[]))];
        let mut total = weighing.weigh(0, &loss, weights.expression, mask);
        total = add_side_tasks(total, output, target, *weights, weighing, &mut parts);
        if *lambda > 0.0 {
            if let Some(loss) = self.transport(logits, target)? {
                parts.push(("transport", loss.double_value(&[])));
                total += loss * *lambda;
            }
        } else if let Some(loss) = no_grad(|| self.transport(logits, target))? {
            // Logged but outside the graph: a zero-weighted term must not touch a single bit.
            parts.push(("transport", loss.double_value(&[])));
        }
        Ok(LossValue { total, parts })
    }
}

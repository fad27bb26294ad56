//! The objective of Ada-DF with the multi-task losses and the transport term.

use std::collections::BTreeMap;

use affekt_learn::{EpochNotes, LossValue, ModelOutput, Objective, ObjectiveError, Survey, Surveyed, Target};
use affekt_ot::CostMatrix;
use affekt_tensor::{Device, Kind, Reduction, Tensor, no_grad, to_f64};

use super::watch::{Seen, Watch};
use super::{
    AdaDfParams, ClassDistributions, ClassSums, Fusion, Quirk, divergence, fused_target, fusion_weight,
    ramps, rank_loss,
};
use crate::multi_task::{add_side_tasks, check_weights};
use crate::{TaskWeights, Weighing, soft_transport_loss};

/// `w_e (alpha_2 L_ce + alpha_1 L_kl + L_rr) + w_va L_va + w_au L_au + lambda OT(softmax(z_2), q; C)`.
///
/// The target of transport is the fused distribution, without gradient. Items without an expression take part in the
/// other tasks only.
#[derive(Debug)]
pub struct AdaDf {
    params: AdaDfParams,
    weights: TaskWeights,
    lambda: f64,
    cost: Option<CostMatrix>,
    distributions: ClassDistributions,
    epoch: u32,
    watch: Watch,
}

/// Everything the fused loss is made of.
#[derive(Debug)]
pub struct AdaDfLoss {
    /// Weight of the class distribution, [n, 1].
    pub weight: Tensor,
    /// Fused distributions, [n, c].
    pub fused: Tensor,
    /// `L_ce`, scalar.
    pub cross_entropy: Tensor,
    /// `L_kl`, scalar.
    pub divergence: Tensor,
    /// `L_rr`, scalar.
    pub rank: Tensor,
    /// `alpha_2 L_ce + alpha_1 L_kl + L_rr`, scalar.
    pub total: Tensor,
}

impl AdaDf {
    /// An objective over `n_classes` classes before its first epoch.
    ///
    /// # Errors
    /// [`ObjectiveError::Weight`] when a weight or lambda is negative or not finite, or lambda > 0 without a cost.
    pub fn new(
        params: AdaDfParams,
        n_classes: usize,
        weights: TaskWeights,
        lambda: f64,
        cost: Option<CostMatrix>,
    ) -> Result<Self, ObjectiveError> {
        check_weights(weights, lambda, cost.is_some())?;
        let distributions = ClassDistributions::start(n_classes, params.spec().threshold);
        Ok(Self { params, weights, lambda, cost, distributions, epoch: 1, watch: Watch::default() })
    }

    /// Sets the class distributions, as after a number of epochs.
    ///
    /// # Errors
    /// [`ObjectiveError::Size`] for another number of classes.
    pub fn set_distributions(&mut self, distributions: ClassDistributions) -> Result<(), ObjectiveError> {
        let count = |d: &ClassDistributions| i64::try_from(d.rows().len()).unwrap_or(i64::MAX);
        let (expected, got) = (count(&self.distributions), count(&distributions));
        if expected != got {
            return Err(ObjectiveError::Size { what: "class distributions", expected, got });
        }
        self.distributions = distributions;
        Ok(())
    }

    /// The class distributions that label distributions of an epoch would lead to.
    ///
    /// # Errors
    /// [`ObjectiveError::Range`] for a label that is no class, [`ObjectiveError::Size`] for a row of another length.
    pub fn updated_distributions(
        &self,
        softmax: &[Vec<f64>],
        labels: &[f64],
    ) -> Result<Vec<Vec<f64>>, ObjectiveError> {
        let n_classes = self.distributions.rows().len();
        let mut sums = ClassSums::new(n_classes);
        for (row, &label) in softmax.iter().zip(labels) {
            let class = (0..n_classes).find(|&class| (class as f64 - label).abs() < 0.5);
            let refused = ObjectiveError::Range { what: "label", got: label, expected: "a class" };
            let class = class.ok_or(refused)?;
            if row.len() != n_classes {
                let [expected, got] = [n_classes, row.len()].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
                return Err(ObjectiveError::Size { what: "row of softmax", expected, got });
            }
            sums.add(class, row);
        }
        let mut distributions = self.distributions.clone();
        distributions.update(&sums, &self.params);
        Ok(distributions.rows().to_vec())
    }

    /// The class distributions now.
    pub fn distributions(&self) -> &ClassDistributions {
        &self.distributions
    }

    /// The fused loss of labelled items.
    ///
    /// # Shape
    /// logits [n, c] of both branches, attention [n, 1], class \[n\] i64 -> [`AdaDfLoss`] in the kind of the logits
    pub fn fused_loss(&self, z1: &Tensor, z2: &Tensor, attention: &Tensor, class: &Tensor) -> AdaDfLoss {
        let spec = self.params.spec();
        let n = class.size()[0] as f64;
        let weight = fusion_weight(attention, spec.fusion);
        let mut fused = fused_target(z1, &weight, &self.class_rows(class, z1.kind()));
        if !self.params.has(Quirk::GradientThroughTarget) {
            fused = fused.detach();
        }
        let per_item = z1.cross_entropy_loss::<Tensor>(class, None, Reduction::None, -100, 0.0);
        let cross_entropy = per_item.sum(z1.kind()) / n;
        let divisor = if self.params.has(Quirk::ConfiguredBatchSize) { spec.batch_size as f64 } else { n };
        let divergence = divergence(&fused, z2, divisor);
        let rank = match spec.fusion {
            Fusion::Adaptive { .. } => rank_loss(attention, spec.rank_share, spec.rank_margin),
            // Nothing uses the order of the attentions.
            Fusion::Fixed { .. } => attention.sum(attention.kind()).detach() * 0.0,
        };
        let (alpha1, alpha2) = ramps(self.epoch, spec.beta);
        let total = &cross_entropy * alpha2 + &divergence * alpha1 + &rank;
        AdaDfLoss { weight, fused, cross_entropy, divergence, rank, total }
    }

    fn class_rows(&self, class: &Tensor, kind: Kind) -> Tensor {
        let n = i64::try_from(self.distributions.rows().len()).unwrap_or(0);
        let flat: Vec<f64> = self.distributions.rows().concat();
        let rows = Tensor::from_slice(&flat).reshape([n, n]).to_kind(kind).to_device(class.device());
        rows.index_select(0, class)
    }

    fn expect_classes(&self, logits: &Tensor) -> Result<(), ObjectiveError> {
        let expected = i64::try_from(self.distributions.rows().len()).unwrap_or(i64::MAX);
        let got = logits.size().last().copied().unwrap_or(0);
        if got == expected {
            Ok(())
        } else {
            Err(ObjectiveError::Size { what: "expression classes", expected, got })
        }
    }
}

fn no_auxiliary() -> ObjectiveError {
    let way_out = "Ada-DF needs the dual-branch network (method kind `ada-df`)";
    ObjectiveError::Output { what: "auxiliary branch", way_out }
}

impl Objective for AdaDf {
    fn begin_epoch(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.watch = Watch::default();
    }

    fn forward(&mut self, output: &ModelOutput, target: &Target) -> Result<LossValue, ObjectiveError> {
        let auxiliary = output.auxiliary.as_ref().ok_or_else(no_auxiliary)?;
        self.expect_classes(&output.expression)?;
        self.expect_classes(&auxiliary.logits)?;
        let labelled = target.expression_mask.nonzero().view([-1]);
        let mut parts = Vec::new();
        let mut total = output.expression.sum(output.expression.kind()) * 0.0;
        if labelled.size()[0] > 0 {
            let pick = |x: &Tensor| x.index_select(0, &labelled);
            let (z1, z2) = (pick(&auxiliary.logits), pick(&output.expression));
            let (attention, class) = (pick(&auxiliary.attention), pick(&target.expression));
            let loss = self.fused_loss(&z1, &z2, &attention, &class);
            parts.extend([
                ("cross_entropy", loss.cross_entropy.double_value(&[])),
                ("divergence", loss.divergence.double_value(&[])),
                ("rank", loss.rank.double_value(&[])),
            ]);
            total = &loss.total * self.weights.expression;
            if let Some(cost) = &self.cost {
                let term = soft_transport_loss(&z2, &loss.fused.detach(), cost)?;
                parts.push(("transport", term.double_value(&[])));
                if self.lambda > 0.0 {
                    total += term * self.lambda;
                }
            }
            let posterior = target.posterior.as_ref().map(pick);
            self.watch.see(&Seen {
                attention: &attention,
                weight: &loss.weight,
                label_distribution: &z1.softmax(-1, z1.kind()),
                class_rows: &self.class_rows(&class, z1.kind()),
                fused: &loss.fused,
                posterior: posterior.as_ref(),
            });
        }
        let total = add_side_tasks(total, output, target, self.weights, &Weighing::Fixed, &mut parts);
        Ok(LossValue { total, parts })
    }

    fn end_epoch(&mut self, survey: &mut dyn Survey) -> Result<EpochNotes, ObjectiveError> {
        let n_classes = self.distributions.rows().len();
        let mut sums = ClassSums::new(n_classes);
        let as_trained = self.params.has(Quirk::SurveyAsTrained);
        let which = if as_trained { Surveyed::AsTrained } else { Surveyed::Whole };
        survey.each(which, &mut |output, target| {
            let auxiliary = output.auxiliary.as_ref().ok_or_else(no_auxiliary)?;
            self.expect_classes(&auxiliary.logits)?;
            no_grad(|| add_batch(&mut sums, &auxiliary.logits, target));
            Ok(())
        })?;
        self.distributions.update(&sums, &self.params);
        let adaptive = matches!(self.params.spec().fusion, Fusion::Adaptive { .. });
        // Rows that sum to t + 0.4 are what the quirk is about.
        let on_simplex =
            !self.params.has(Quirk::FallbackFourTenths) && !self.params.has(Quirk::SharpenByColumn);
        Ok(self.watch.finish(&self.distributions, sums.counts(), adaptive, on_simplex))
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        let n = i64::try_from(self.distributions.rows().len()).unwrap_or(0);
        let fallen: Vec<i64> =
            self.distributions.epochs_on_fallback().iter().copied().map(i64::from).collect();
        BTreeMap::from([
            ("rows".to_owned(), Tensor::from_slice(&self.distributions.rows().concat()).reshape([n, n])),
            ("fallen".to_owned(), Tensor::from_slice(&fallen)),
            ("watch".to_owned(), Tensor::from_slice(&self.watch.numbers())),
        ])
    }

    fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), ObjectiveError> {
        let n_classes = self.distributions.rows().len();
        let read = |name: &'static str, length: usize| {
            let values = state.get(name).map(to_f64).filter(|values| values.len() == length);
            values.ok_or(ObjectiveError::State { name })
        };
        let rows = read("rows", n_classes * n_classes)?.chunks(n_classes).map(<[f64]>::to_vec).collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of epochs")]
        let fallen = read("fallen", n_classes)?.into_iter().map(|epochs| epochs as u32).collect();
        let watch = read("watch", Watch::NUMBERS)?;
        self.distributions = ClassDistributions::resumed(rows, fallen);
        self.watch = Watch::from_numbers(&watch);
        Ok(())
    }
}

fn add_batch(sums: &mut ClassSums, logits: &Tensor, target: &Target) {
    let n_classes = sums.counts().len();
    let probabilities = to_f64(&logits.softmax(-1, Kind::Float));
    let mask = to_f64(&target.expression_mask);
    let mut classes = vec![0_i64; mask.len()];
    target.expression.to_device(Device::Cpu).contiguous().copy_data(&mut classes, mask.len());
    for ((row, class), mask) in probabilities.chunks(n_classes).zip(classes).zip(mask) {
        if let Some(class) = usize::try_from(class).ok().filter(|_| mask > 0.0) {
            sums.add(class, row);
        }
    }
}

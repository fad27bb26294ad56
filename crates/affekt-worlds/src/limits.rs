//! What no classifier of the pixels can pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::WorldError;
use crate::best_rule::{Rates, Rule, best_rule};
use crate::joint::Joint;
use crate::world::World;

/// Limits of a world, exact given the AUs; nuisance can only hide AUs, so they bound anything that sees pixels.
///
/// Confusions hold shares of all samples: row = true class, column = predicted class, everything sums to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldLimits {
    /// E max eta: the accuracy of the argmax rule.
    pub accuracy: f64,
    /// Largest macro-F1 over all decision rules given eta, randomised ones included.
    pub macro_f1: f64,
    /// Macro-F1 of the argmax rule.
    pub argmax_macro_f1: f64,
    /// Accuracy of the rule with the largest macro-F1.
    pub best_rule_accuracy: f64,
    /// F1 of each class under the rule with the largest macro-F1.
    pub best_f1_per_class: Vec<f64>,
    /// F1 of each class under the argmax rule.
    pub argmax_f1_per_class: Vec<f64>,
    /// Expected confusion of the rule with the largest macro-F1.
    pub best_confusion: Vec<Vec<f64>>,
    /// Expected confusion of the argmax rule.
    pub argmax_confusion: Vec<Vec<f64>>,
    /// Mean entropy of the posterior, in nats: how ambiguous the faces are.
    pub mean_entropy: f64,
    /// Area under the ROC curve that the true posterior ratio reaches for every two classes; 0.5 on the diagonal.
    ///
    /// Scores of pixels cannot pass it, whatever the priors: 0.5 is a pair that nobody can part.
    pub pair_auc: Vec<Vec<f64>>,
}

impl World {
    /// The limits by enumeration of every AU vector.
    ///
    /// # Equation
    /// ```text
    /// accuracy = sum_x max_c P(x, c)
    /// macro-F1 = max over rules of 1/K sum_c 2 TP_c / (pi_c + q_c)
    /// mean entropy = -sum_x sum_c P(x, c) ln eta_c(x)
    /// pair AUC = P(r(x) > r(y)) + P(r(x) = r(y)) / 2,  x ~ P(. | a), y ~ P(. | b), r = P(. , a) / P(. , b)
    /// ```
    ///
    /// # Numerics
    /// Macro-F1 is not concave in the rule: the value is the best local optimum of many starts.
    pub fn limits(&self) -> WorldLimits {
        WorldLimits::of(&self.joint())
    }
}

impl WorldLimits {
    /// The limits of a finite sample, given the true posterior of each of its members: the sampling
    /// counterpart of [`World::limits`], which it approaches as the sample grows.
    ///
    /// # Errors
    /// [`WorldError::Posterior`] when there is none, or one is not a distribution over the same classes.
    pub fn from_posteriors<'a>(posteriors: impl IntoIterator<Item = &'a [f64]>) -> Result<Self, WorldError> {
        // Samples with the same AUs have the same posterior bit for bit: one cell, weighted by their number.
        let mut cells = BTreeMap::<Vec<u64>, u64>::new();
        let mut n_classes = None;
        let mut n = 0_u64;
        for (index, eta) in posteriors.into_iter().enumerate() {
            let expected = *n_classes.get_or_insert(eta.len());
            let sum: f64 = eta.iter().sum();
            let is_distribution = eta.iter().all(|p| (0.0..=1.0).contains(p)) && (sum - 1.0).abs() <= 1e-6;
            if eta.len() != expected || !is_distribution {
                return Err(WorldError::Posterior { index, got: eta.len(), expected });
            }
            *cells.entry(eta.iter().map(|p| p.to_bits()).collect()).or_default() += 1;
            n += 1;
        }
        let n_classes = n_classes.ok_or(WorldError::Posterior { index: 0, got: 0, expected: 1 })?;
        let mass = cells
            .iter()
            .flat_map(|(eta, &count)| eta.iter().map(move |&p| f64::from_bits(p) * count as f64 / n as f64))
            .collect();
        Ok(Self::of(&Joint::new(n_classes, mass)))
    }

    pub(crate) fn of(joint: &Joint) -> Self {
        let prior = joint.prior();
        let argmax = Rule::weighted_argmax(joint, &vec![1.0; joint.n_classes()]);
        let best = best_rule(joint);
        let (argmax_rates, best_rates) = (Rates::of(joint, &argmax), Rates::of(joint, &best));
        Self {
            accuracy: argmax_rates.accuracy(),
            macro_f1: best_rates.macro_f1(&prior),
            argmax_macro_f1: argmax_rates.macro_f1(&prior),
            best_rule_accuracy: best_rates.accuracy(),
            best_f1_per_class: best_rates.f1(&prior),
            argmax_f1_per_class: argmax_rates.f1(&prior),
            best_confusion: best.confusion(joint),
            argmax_confusion: argmax.confusion(joint),
            mean_entropy: joint.mean_entropy(),
            pair_auc: joint.pair_auc(),
        }
    }
}

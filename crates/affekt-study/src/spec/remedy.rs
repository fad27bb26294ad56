//! What an arm does about rare classes and over-confidence besides, or instead of, a transport cost.
//!
//! Formulas are those of affekt-losses, which the arms resolve to on the class counts of the training split. Frequency is
//! answered once: an arm has at most one of a frequency loss, a sampling of its own and a second stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CostSpec;

/// Loss of the expression head in place of cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ExpressionLossSpec {
    /// Cross-entropy with weights `n_c^-power`, mean 1: 1 for inverse frequency, 0.5 for its root.
    ClassWeights {
        /// Exponent, in (0, 1].
        power: f64,
    },
    /// Cross-entropy with weights `(1 - beta) / (1 - beta^n_c)`, mean 1 (Cui et al. 2019).
    EffectiveNumber {
        /// In [0, 1); the authors try .9 to .9999.
        beta: f64,
    },
    /// `-(1 - p_y)^gamma log p_y` (Lin et al. 2017; 2 there).
    Focal {
        /// Exponent, >= 0.
        gamma: f64,
    },
    /// Margins `max_margin n_c^-1/4 / max_j n_j^-1/4` on a cosine head of this scale, effective-number weights from the
    /// deferred share of the epochs on (Cao et al. 2019; .5, 30, .9999 and .8 there).
    LdamDrw {
        /// Margin of the rarest class, on the scale of the cosine, > 0.
        max_margin: f64,
        /// Scale of the cosine, > 0.
        scale: f64,
        /// Of the effective-number weights, in [0, 1).
        beta: f64,
        /// Share of the epochs after which weights act, in [0, 1].
        deferred: f64,
    },
    /// `-log softmax(z + tau log pi)[y]` in training (Menon et al. 2021; 1 there).
    LogitAdjust {
        /// Strength, > 0.
        tau: f64,
    },
    /// `-log (n_y exp z_y / sum_j n_j exp z_j)` (Ren et al. 2020): logit adjustment of strength 1, named for its origin.
    BalancedSoftmax {},
    /// Targets `(1 - epsilon) e_y + epsilon / K` (Szegedy et al. 2016; .1 there).
    LabelSmoothing {
        /// In (0, 1).
        epsilon: f64,
    },
    /// `-log p_y - beta H(p)` (Pereyra et al. 2017; .1 to 8 there).
    ConfidencePenalty {
        /// Weight of the entropy, > 0.
        beta: f64,
    },
    /// `1 - p_y`: the uniform transport cost without cross-entropy (Ghosh et al. 2017).
    MeanAbsolute {},
}

impl ExpressionLossSpec {
    /// True when it looks at class frequencies.
    pub const fn is_about_frequency(&self) -> bool {
        match self {
            Self::ClassWeights { .. }
            | Self::EffectiveNumber { .. }
            | Self::LdamDrw { .. }
            | Self::LogitAdjust { .. }
            | Self::BalancedSoftmax {} => true,
            Self::Focal { .. }
            | Self::LabelSmoothing { .. }
            | Self::ConfidencePenalty { .. }
            | Self::MeanAbsolute {} => false,
        }
    }
}

/// Images and targets of a batch mixed in pairs (Zhang et al. 2018).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixupSpec {
    /// One share per step from Beta(alpha, alpha), in [0.05, 1]; .2 there.
    pub alpha: f64,
}

/// What follows training as usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SecondStageSpec {
    /// The expression head starts anew and learns from class-balanced draws, all else fixed (Kang et al. 2020, cRT).
    Crt {
        /// Epochs, >= 1.
        epochs: u32,
        /// Peak learning rate, on the study's schedule over these epochs.
        lr: f64,
    },
    /// Rows of the expression head divided by their norm to the power tau, bias dropped (Kang et al. 2020).
    TauNorm {
        /// In [0, 1]; about .7 there, chosen on validation.
        tau: f64,
    },
}

/// An arm without training: another decision from the predictions of an arm that trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostHocSpec {
    /// The arm whose predictions are taken.
    pub of: String,
    /// The rule.
    pub rule: PostHocRuleSpec,
}

/// Rules of decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PostHocRuleSpec {
    /// The class of least expected cost, `argmin_j sum_k C_jk p_k`; probabilities stay (Karthik et al. 2021).
    MinRisk {
        /// The cost.
        cost: CostSpec,
    },
    /// `p_c` becomes proportional to `p_c pi_c^-tau` (Menon et al. 2021).
    LogitAdjust {
        /// Strength, > 0.
        tau: f64,
    },
}

impl PostHocRuleSpec {
    /// The cost it decides by; none for a rule without.
    pub fn cost(&self) -> Option<&CostSpec> {
        match self {
            Self::MinRisk { cost } => Some(cost),
            Self::LogitAdjust { .. } => None,
        }
    }
}

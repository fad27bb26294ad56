//! Signs that a training of Ada-DF goes wrong.

use std::collections::BTreeMap;

use affekt_learn::EpochNotes;
use affekt_tensor::{Kind, Tensor, no_grad};

use super::ClassDistributions;

/// Auxiliary entropy, as a share of log C, from which the branch says nothing.
const FLAT_ENTROPY: f64 = 0.98;
/// Spread of attention in a batch below which it orders nothing.
const LEAST_SPREAD: f64 = 1e-3;
/// Attention beyond these is saturated, and so is a training with more than this share of such items.
const SATURATED: (f64, f64, f64) = (0.01, 0.99, 0.99);
/// Fewest items a class distribution should be a mean of.
const FEWEST_ITEMS: u64 = 10;
/// Epochs on the fallback after which a row is reported.
const FALLBACK_EPOCHS: u32 = 5;
/// Largest distance of a row sum of q from 1.
const SIMPLEX: f64 = 1e-6;

/// Sums over the batches of one epoch.
#[derive(Debug, Default)]
pub(super) struct Watch {
    n_batches: f64,
    n_items: f64,
    entropy: f64,
    spread: f64,
    saturated: f64,
    weight: f64,
    off_simplex: f64,
    equal: f64,
    /// Sums of KL(true posterior || label, class, fused distribution) and items that have one.
    from_truth: [f64; 3],
    n_truth: f64,
}

/// What one batch showed.
pub(super) struct Seen<'a> {
    pub(super) attention: &'a Tensor,
    pub(super) weight: &'a Tensor,
    pub(super) label_distribution: &'a Tensor,
    pub(super) class_rows: &'a Tensor,
    pub(super) fused: &'a Tensor,
    pub(super) posterior: Option<&'a Tensor>,
}

impl Watch {
    /// Length of [`Watch::numbers`].
    pub(super) const NUMBERS: usize = 12;

    /// All sums, for [`Watch::from_numbers`].
    pub(super) fn numbers(&self) -> [f64; Self::NUMBERS] {
        let [label, class, fused] = self.from_truth;
        let Self {
            n_batches, n_items, entropy, spread, saturated, weight, off_simplex, equal, n_truth, ..
        } = *self;
        [
            n_batches,
            n_items,
            entropy,
            spread,
            saturated,
            weight,
            off_simplex,
            equal,
            label,
            class,
            fused,
            n_truth,
        ]
    }

    /// The sums of an epoch that was interrupted.
    pub(super) fn from_numbers(numbers: &[f64]) -> Self {
        let at = |k: usize| numbers.get(k).copied().unwrap_or(0.0);
        Self {
            n_batches: at(0),
            n_items: at(1),
            entropy: at(2),
            spread: at(3),
            saturated: at(4),
            weight: at(5),
            off_simplex: at(6),
            equal: at(7),
            from_truth: [at(8), at(9), at(10)],
            n_truth: at(11),
        }
    }

    pub(super) fn see(&mut self, seen: &Seen<'_>) {
        no_grad(|| {
            let value = |x: Tensor| x.double_value(&[]);
            let n = seen.attention.size()[0] as f64;
            let a = seen.attention.to_kind(Kind::Double);
            let p = seen.label_distribution.to_kind(Kind::Double);
            let spread = value(a.max() - a.min());
            self.n_batches += 1.0;
            self.n_items += n;
            self.spread += spread;
            self.equal += f64::from(u8::from(spread <= 0.0));
            self.entropy -= value(p.xlogy(&p).sum(Kind::Double));
            self.saturated += value(a.lt(SATURATED.0).logical_or(&a.gt(SATURATED.1)).sum(Kind::Double));
            self.weight += value(seen.weight.sum(Kind::Double));
            let sums =
                seen.fused.to_kind(Kind::Double).sum_dim_intlist([-1_i64].as_slice(), false, Kind::Double);
            let off = value((sums - 1.0).abs().max());
            if off > self.off_simplex {
                self.off_simplex = off;
            }
            if let Some(eta) = seen.posterior {
                let eta = eta.to_kind(Kind::Double);
                let own = eta.xlogy(&eta).sum(Kind::Double);
                for (sum, q) in self.from_truth.iter_mut().zip([&p, seen.class_rows, seen.fused]) {
                    *sum += value(&own - eta.xlogy(&q.to_kind(Kind::Double)).sum(Kind::Double));
                }
                self.n_truth += n;
            }
        });
    }

    /// Numbers and warnings of the epoch; `ranks` and `on_simplex` say what is to be expected at all.
    pub(super) fn finish(
        &self,
        distributions: &ClassDistributions,
        counts: &[u64],
        adaptive: bool,
        on_simplex: bool,
    ) -> EpochNotes {
        let n_classes = counts.len() as f64;
        let (entropy, spread) = (self.entropy / self.n_items, self.spread / self.n_batches);
        let saturated = self.saturated / self.n_items;
        let mut numbers = BTreeMap::from([
            ("auxiliary_entropy", entropy),
            ("attention_spread", spread),
            ("attention_saturated", saturated),
            ("fusion_weight", self.weight / self.n_items),
        ]);
        if self.n_truth > 0.0 {
            for (name, sum) in ["kl_label_distribution", "kl_class_distribution", "kl_fused_distribution"]
                .into_iter()
                .zip(self.from_truth)
            {
                numbers.insert(name, sum / self.n_truth);
            }
        }
        let mut warnings = Vec::new();
        let mut warn = |holds: bool, text: String| {
            if holds {
                warnings.push(text);
            }
        };
        let limit = FLAT_ENTROPY * n_classes.ln();
        warn(
            entropy > limit,
            format!(
                "auxiliary branch says nothing: mean entropy {entropy:.4} nats, expected at most {limit:.4}"
            ),
        );
        // Attention that nothing uses may do what it likes.
        warn(
            adaptive && spread < LEAST_SPREAD,
            format!(
                "attention collapsed: mean spread within a batch {spread:.2e}, expected at least {LEAST_SPREAD}"
            ),
        );
        let (low, high, share) = SATURATED;
        warn(
            adaptive && saturated > share,
            format!("attention saturated: {:.1} % outside [{low}, {high}]", 100.0 * saturated),
        );
        warn(
            adaptive && self.equal > 0.0,
            format!(
                "all attentions were equal in {} batches, whose items all got the largest weight",
                self.equal
            ),
        );
        for (class, &n) in counts.iter().enumerate() {
            warn(n < FEWEST_ITEMS, format!("class distribution {class} rests on {n} items"));
        }
        for (class, &epochs) in distributions.epochs_on_fallback().iter().enumerate() {
            warn(
                epochs >= FALLBACK_EPOCHS,
                format!("class distribution {class} has been on its fallback for {epochs} epochs"),
            );
        }
        warn(
            on_simplex && self.off_simplex > SIMPLEX,
            format!("fused distributions off the simplex by {:.2e}", self.off_simplex),
        );
        EpochNotes { numbers, class_distributions: distributions.rows().to_vec(), warnings }
    }
}

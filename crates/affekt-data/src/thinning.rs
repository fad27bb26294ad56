//! Training rows taken away on purpose: frequency changed, everything else left.

use affekt_core::{ClassIndex, SampleId, Seed};
use serde::{Deserialize, Serialize};

use crate::split::word_of;

/// Which labelled training rows are left out.
///
/// An intervention on frequency alone: validation and test keep every row, and a row keeps its picture, subject and
/// other labels. Rows without an expression stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thinning {
    /// How many of each class stay.
    pub rule: ThinningRule,
    /// Seed of the choice; its own, so that run seeds share one training set.
    pub seed: u64,
}

/// How many rows of each class stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ThinningRule {
    /// Of every class as many as the rarest present one has.
    Balance {},
    /// Of each class this share of its rows, rounded to the nearest, at least one.
    Keep {
        /// Share in (0, 1] of each class, in the order of the label set.
        shares: Vec<f64>,
    },
}

impl Thinning {
    /// Which rows stay; `training` holds each row's name, and its class where it is a labelled training row.
    ///
    /// # Equation
    /// of the `n_c` rows of class c those `m_c` with the smallest key stay, the key a function of (seed, name);
    /// balance: `m_c = min { n_k : n_k > 0 }`; keep: `m_c = max(1, round(share_c n_c))`
    ///
    /// # Shape
    /// one entry a row -> one entry a row
    ///
    /// # Range
    /// exact counts; what stays at a share stays at every larger share of the same seed
    ///
    /// # Numerics
    /// a class beyond `shares` keeps all its rows
    ///
    /// # Example
    /// ```
    /// use affekt_core::{LabelSet, SampleId};
    /// use affekt_data::{Thinning, ThinningRule};
    /// let classes = LabelSet::affectnet7();
    /// let names: Vec<SampleId> = (0..10).map(|i| SampleId::new(format!("face{i}")).expect("a name")).collect();
    /// let rows: Vec<_> = names.iter().enumerate().map(|(i, name)| (name, classes.class_at(usize::from(i < 2)))).collect();
    /// let kept = Thinning { rule: ThinningRule::Balance {}, seed: 0 }.keeps(&rows);
    /// assert_eq!(kept.iter().filter(|&&stays| stays).count(), 4);
    /// ```
    pub fn keeps(&self, training: &[(&SampleId, Option<ClassIndex>)]) -> Vec<bool> {
        let mut of_class: Vec<Vec<(u64, usize)>> = Vec::new();
        for (row, (name, class)) in training.iter().enumerate() {
            let Some(class) = class.map(ClassIndex::get) else { continue };
            if of_class.len() <= class {
                of_class.resize_with(class + 1, Vec::new);
            }
            let key = Seed(self.seed).stream("thinning", &[word_of(name.as_str())]).next_u64();
            of_class[class].push((key, row));
        }
        let rarest = of_class.iter().map(Vec::len).filter(|&n| n > 0).min().unwrap_or(0);
        let mut kept = vec![true; training.len()];
        for (class, mut rows) in of_class.into_iter().enumerate() {
            rows.sort_unstable();
            let stay = match &self.rule {
                ThinningRule::Balance {} => rarest,
                ThinningRule::Keep { shares } => {
                    share_of(rows.len(), shares.get(class).copied().unwrap_or(1.0))
                }
            };
            for (_, row) in rows.into_iter().skip(stay) {
                kept[row] = false;
            }
        }
        kept
    }
}

/// `n share`, rounded, at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count is between 0 and the count"
)]
fn share_of(n: usize, share: f64) -> usize {
    ((n as f64 * share.clamp(0.0, 1.0)).round() as usize).clamp(1, n.max(1))
}

//! The multi-task score of the ABAW challenge.

use serde::{Deserialize, Serialize};

/// The four numbers the multi-task score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MtlScore {
    /// CCC of valence over pooled frames.
    pub ccc_valence: f64,
    /// CCC of arousal over pooled frames.
    pub ccc_arousal: f64,
    /// Macro-F1 of the expression classes, absent classes counted as 0.
    pub expression_macro_f1: f64,
    /// Macro-F1 of the action units.
    pub au_macro_f1: f64,
}

impl MtlScore {
    /// `(CCC_V + CCC_A) / 2`
    pub fn p_va(&self) -> f64 {
        f64::midpoint(self.ccc_valence, self.ccc_arousal)
    }

    /// The multi-task score `P_MTL`.
    ///
    /// # Equation
    /// `(CCC_V + CCC_A) / 2 + F1_EXPR + F1_AU`: valence and arousal are averaged, the other two are added
    ///
    /// # Shape
    /// four scalars -> scalar
    ///
    /// # Range
    /// `[-1, 3]`
    ///
    /// # Numerics
    /// NaN in, NaN out
    ///
    /// # Example
    /// ```
    /// let score = affekt_metrics::MtlScore {
    ///     ccc_valence: 0.5,
    ///     ccc_arousal: 0.25,
    ///     expression_macro_f1: 0.25,
    ///     au_macro_f1: 0.5,
    /// };
    /// assert_eq!(score.p_mtl(), 1.125);
    /// ```
    pub fn p_mtl(&self) -> f64 {
        self.p_va() + self.expression_macro_f1 + self.au_macro_f1
    }
}

//! Precision, recall and F1 of each class, and their macro means under a named policy.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Confusion, MetricError};

/// What a macro mean does with a class whose score has an empty denominator.
///
/// Print the policy beside the number: on a small split the choice moves macro-F1 by `1 / n_classes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndefinedClass {
    /// Count it as 0, the rule of the ABAW scorer.
    Zero,
    /// Leave it out of the mean.
    Skip,
    /// Refuse to give a mean.
    Error,
}

/// One of the one-vs-rest scores of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassScore {
    /// `TP / (TP + FP)`
    Precision,
    /// `TP / (TP + FN)`
    Recall,
    /// `2 TP / (2 TP + FP + FN)`
    F1,
}

impl fmt::Display for ClassScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::F1 => "F1",
        })
    }
}

impl ClassScore {
    /// The score from one-vs-rest counts; `None` when the denominator is empty.
    pub(crate) fn of(self, tp: u64, fp: u64, fn_: u64) -> Option<f64> {
        let (numerator, denominator) = match self {
            Self::Precision => (tp, tp + fp),
            Self::Recall => (tp, tp + fn_),
            Self::F1 => (2 * tp, 2 * tp + fp + fn_),
        };
        (denominator > 0).then(|| numerator as f64 / denominator as f64)
    }

    /// The mean over classes under a policy.
    pub(crate) fn macro_mean(
        self,
        values: &[Option<f64>],
        policy: UndefinedClass,
    ) -> Result<f64, MetricError> {
        let (mut sum, mut counted) = (0.0, 0_usize);
        for (class, value) in values.iter().enumerate() {
            match (value, policy) {
                (Some(value), _) => {
                    sum += value;
                    counted += 1;
                }
                (None, UndefinedClass::Zero) => counted += 1,
                (None, UndefinedClass::Skip) => {}
                (None, UndefinedClass::Error) => {
                    return Err(MetricError::UndefinedClass { score: self, class });
                }
            }
        }
        if counted == 0 {
            return Err(MetricError::Empty { what: "macro mean" });
        }
        Ok(sum / counted as f64)
    }
}

impl Confusion {
    /// One score for every class; `None` where its denominator is empty.
    ///
    /// # Equation
    /// with `TP = S_cc`, `FN = sum_j S_cj - TP`, `FP = sum_i S_ic - TP`: precision `TP / (TP + FP)`, recall
    /// `TP / (TP + FN)`, F1 `2 TP / (2 TP + FP + FN)`
    ///
    /// # Shape
    /// table `[n, n]` -> `[n]`
    ///
    /// # Range
    /// `[0, 1]` or `None`
    ///
    /// # Numerics
    /// integer counts, then one division. A class that was never true and never predicted has no F1, whereas
    /// one that was only missed has F1 0.
    ///
    /// # Example
    /// ```
    /// use affekt_metrics::{ClassScore, Confusion};
    /// let c = Confusion::from_pairs(3, [(0, 0), (0, 1), (1, 1), (1, 1)])?;
    /// assert_eq!(c.per_class(ClassScore::Recall), [Some(0.5), Some(1.0), None]);
    /// assert_eq!(c.per_class(ClassScore::F1), [Some(2.0 / 3.0), Some(0.8), None]);
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn per_class(&self, score: ClassScore) -> Vec<Option<f64>> {
        let (support, predicted) = (self.support(), self.predicted_counts());
        (0..self.n_classes())
            .map(|c| {
                let tp = self.get(c, c);
                score.of(tp, predicted[c] - tp, support[c] - tp)
            })
            .collect()
    }

    /// F1 of every class, see [`Confusion::per_class`].
    pub fn f1_per_class(&self) -> Vec<Option<f64>> {
        self.per_class(ClassScore::F1)
    }

    /// Mean of the per-class F1 scores.
    ///
    /// # Equation
    /// `(1/K) sum_c F1_c`, K the classes the policy counts
    ///
    /// # Shape
    /// table `[n, n]` -> scalar
    ///
    /// # Range
    /// `[0, 1]`
    ///
    /// # Numerics
    /// see [`Confusion::per_class`]
    ///
    /// # Errors
    /// [`MetricError::UndefinedClass`] under [`UndefinedClass::Error`]; [`MetricError::Empty`] when no class
    /// counts.
    ///
    /// # Example
    /// ```
    /// use affekt_metrics::{Confusion, UndefinedClass};
    /// let c = Confusion::from_pairs(3, [(0, 0), (1, 1)])?;
    /// assert_eq!(c.macro_f1(UndefinedClass::Skip)?, 1.0);
    /// assert_eq!(c.macro_f1(UndefinedClass::Zero)?, 2.0 / 3.0);
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn macro_f1(&self, policy: UndefinedClass) -> Result<f64, MetricError> {
        ClassScore::F1.macro_mean(&self.per_class(ClassScore::F1), policy)
    }

    /// Mean of the per-class precisions; arguments and errors as [`Confusion::macro_f1`].
    ///
    /// # Errors
    /// As [`Confusion::macro_f1`].
    pub fn macro_precision(&self, policy: UndefinedClass) -> Result<f64, MetricError> {
        ClassScore::Precision.macro_mean(&self.per_class(ClassScore::Precision), policy)
    }

    /// Unweighted average recall (macro recall).
    ///
    /// # Equation
    /// `(1/K) sum_c S_cc / sum_j S_cj`, K the classes the policy counts
    ///
    /// # Shape
    /// table `[n, n]` -> scalar
    ///
    /// # Range
    /// `[0, 1]`
    ///
    /// # Numerics
    /// a class absent from the truth has no recall; the policy decides
    ///
    /// # Errors
    /// As [`Confusion::macro_f1`].
    ///
    /// # Example
    /// ```
    /// use affekt_metrics::{Confusion, UndefinedClass};
    /// let c = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 1), (1, 1)])?;
    /// assert_eq!(c.uar(UndefinedClass::Zero)?, 0.75);
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn uar(&self, policy: UndefinedClass) -> Result<f64, MetricError> {
        ClassScore::Recall.macro_mean(&self.per_class(ClassScore::Recall), policy)
    }
}

/// Macro-F1 of two label sequences under the scorer's rule ([`UndefinedClass::Zero`]).
///
/// # Equation
/// `(1/n) sum_c F1_c`, absent classes counted as 0
///
/// # Shape
/// `y_true [m]`, `y_pred [m]` -> scalar
///
/// # Range
/// `[0, 1]`
///
/// # Numerics
/// see [`Confusion::macro_f1`]
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::ClassOutOfRange`], or [`MetricError::Empty`] for no samples or no
/// classes.
///
/// # Example
/// ```
/// let f1 = affekt_metrics::macro_f1_of(&[0, 1, 1], &[0, 1, 1], 3)?;
/// assert_eq!(f1, 2.0 / 3.0);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn macro_f1_of(y_true: &[usize], y_pred: &[usize], n_classes: usize) -> Result<f64, MetricError> {
    if y_true.len() != y_pred.len() {
        return Err(MetricError::Length { what: "y_pred", expected: y_true.len(), got: y_pred.len() });
    }
    if y_true.is_empty() {
        return Err(MetricError::Empty { what: "macro-F1" });
    }
    let pairs = y_true.iter().copied().zip(y_pred.iter().copied());
    Confusion::from_pairs(n_classes, pairs)?.macro_f1(UndefinedClass::Zero)
}

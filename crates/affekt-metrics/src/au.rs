//! Action-unit detection scores: one binary problem per AU, masked entry by entry.

use serde::{Deserialize, Serialize};

use crate::{Accumulator, ClassScore, MetricError, UndefinedClass};

/// One frame: the annotation of each AU (`None` where not coded) and its predicted probability.
#[derive(Debug, Clone, Copy)]
pub struct AuSample<'a> {
    /// Annotation per AU.
    pub truth: &'a [Option<bool>],
    /// Predicted probability per AU.
    pub probability: &'a [f64],
}

/// Binary counts of one AU over its coded frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuCounts {
    /// Active and detected.
    pub true_positive: u64,
    /// Inactive but detected.
    pub false_positive: u64,
    /// Active but missed.
    pub false_negative: u64,
    /// Inactive and not detected.
    pub true_negative: u64,
}

impl AuCounts {
    /// F1 of the active class, `2 TP / (2 TP + FP + FN)`; `None` when the AU was never active or detected.
    pub fn f1(&self) -> Option<f64> {
        ClassScore::F1.of(self.true_positive, self.false_positive, self.false_negative)
    }

    /// Frames on which the AU was coded.
    pub fn n(&self) -> u64 {
        self.true_positive + self.false_positive + self.false_negative + self.true_negative
    }
}

/// Streams frames into per-AU counts.
#[derive(Debug, Clone, PartialEq)]
pub struct AuAccumulator {
    thresholds: Vec<f64>,
    counts: Vec<AuCounts>,
}

impl AuAccumulator {
    /// One threshold for all `n_aus` AUs; an AU is detected when its probability is at or above it.
    ///
    /// # Errors
    /// As [`AuAccumulator::with_thresholds`].
    pub fn new(n_aus: usize, threshold: f64) -> Result<Self, MetricError> {
        Self::with_thresholds(vec![threshold; n_aus])
    }

    /// One threshold per AU.
    ///
    /// # Errors
    /// [`MetricError::Empty`] for no AUs, [`MetricError::OutOfRange`] for a threshold outside `[0, 1]`.
    pub fn with_thresholds(thresholds: Vec<f64>) -> Result<Self, MetricError> {
        if thresholds.is_empty() {
            return Err(MetricError::Empty { what: "action units" });
        }
        check_probabilities("thresholds", &thresholds)?;
        Ok(Self { counts: vec![AuCounts::default(); thresholds.len()], thresholds })
    }

    /// Counts per AU.
    pub fn counts(&self) -> &[AuCounts] {
        &self.counts
    }

    /// F1 per AU, `None` where undefined.
    pub fn f1_per_au(&self) -> Vec<Option<f64>> {
        self.counts.iter().map(AuCounts::f1).collect()
    }

    /// Mean over AUs of the F1 of the active class.
    ///
    /// # Equation
    /// `(1/n) sum_k 2 TP_k / (2 TP_k + FP_k + FN_k)` over coded frames of AU k
    ///
    /// # Shape
    /// frames of `truth [n]`, `probability [n]` -> scalar
    ///
    /// # Range
    /// `[0, 1]`
    ///
    /// # Numerics
    /// an AU never active and never detected follows the policy; the ABAW scorer counts it as 0
    ///
    /// # Errors
    /// [`MetricError::UndefinedClass`] (the class being the AU's position) or [`MetricError::Empty`], by
    /// policy.
    ///
    /// # Example
    /// ```
    /// use affekt_metrics::{Accumulator, AuAccumulator, AuSample, UndefinedClass};
    /// let mut aus = AuAccumulator::new(2, 0.5)?;
    /// aus.update(AuSample { truth: &[Some(true), Some(true)], probability: &[0.9, 0.9] })?;
    /// aus.update(AuSample { truth: &[Some(false), None], probability: &[0.7, 0.9] })?;
    /// assert_eq!(aus.f1_per_au(), [Some(2.0 / 3.0), Some(1.0)]);
    /// assert!((aus.macro_f1(UndefinedClass::Zero)? - 5.0 / 6.0).abs() < 1e-15);
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn macro_f1(&self, policy: UndefinedClass) -> Result<f64, MetricError> {
        ClassScore::F1.macro_mean(&self.f1_per_au(), policy)
    }
}

impl Accumulator for AuAccumulator {
    type Sample<'a> = AuSample<'a>;
    type Summary = Vec<AuCounts>;

    fn update(&mut self, sample: AuSample<'_>) -> Result<(), MetricError> {
        let expected = self.thresholds.len();
        let lengths = [("truth", sample.truth.len()), ("probability", sample.probability.len())];
        for (what, got) in lengths {
            if got != expected {
                return Err(MetricError::Length { what, expected, got });
            }
        }
        check_probabilities("probability", sample.probability)?;
        let entries = sample.truth.iter().zip(sample.probability).zip(&self.thresholds);
        for (((truth, probability), threshold), counts) in entries.zip(&mut self.counts) {
            match (truth, probability >= threshold) {
                (Some(true), true) => counts.true_positive += 1,
                (Some(true), false) => counts.false_negative += 1,
                (Some(false), true) => counts.false_positive += 1,
                (Some(false), false) => counts.true_negative += 1,
                (None, _) => {}
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.thresholds != other.thresholds {
            return Err(MetricError::MergeMismatch {
                what: "thresholds",
                expected: format!("{:?}", self.thresholds),
                got: format!("{:?}", other.thresholds),
            });
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.true_positive += theirs.true_positive;
            mine.false_positive += theirs.false_positive;
            mine.false_negative += theirs.false_negative;
            mine.true_negative += theirs.true_negative;
        }
        Ok(())
    }

    fn finish(&self) -> Result<Vec<AuCounts>, MetricError> {
        Ok(self.counts.clone())
    }
}

fn check_probabilities(what: &'static str, values: &[f64]) -> Result<(), MetricError> {
    match values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        None => Ok(()),
        Some(index) => {
            Err(MetricError::OutOfRange { what, expected: "a value in [0, 1]", index, got: values[index] })
        }
    }
}

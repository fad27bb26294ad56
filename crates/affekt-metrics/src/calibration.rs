//! Calibration of predicted class probabilities against hard labels.

use serde::{Deserialize, Serialize};

use crate::rows::{argmax, check_row, entropy};
use crate::{Accumulator, MetricError};

/// Bins of the expected calibration error when nothing else is asked for.
pub const DEFAULT_ECE_BINS: usize = 15;

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Bin {
    count: u64,
    correct: u64,
    confidence: f64,
}

/// Streams (probability row, true class) pairs into a [`CalibrationSummary`].
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationAccumulator {
    n_classes: usize,
    bins: Vec<Bin>,
    entropy: f64,
    nll: f64,
}

/// What a set of probability rows says about its own reliability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationSummary {
    /// Samples seen.
    pub n: u64,
    /// Share of samples whose largest probability (first among equals) is the true class.
    pub accuracy: f64,
    /// Expected calibration error over equal-width confidence bins.
    pub ece: f64,
    /// Mean largest probability.
    pub mean_max_probability: f64,
    /// Mean Shannon entropy, nats.
    pub mean_entropy: f64,
    /// Mean negative log probability of the true class, nats.
    pub nll: f64,
}

impl CalibrationAccumulator {
    /// An empty accumulator with `n_bins` equal-width confidence bins.
    ///
    /// # Equation
    /// `ECE = sum_b (n_b / N) |accuracy_b - confidence_b|` over bins `((b - 1)/B, b/B]` of the largest
    /// probability; entropy `-sum_j p_j ln p_j`; NLL `-ln p_y`
    ///
    /// # Shape
    /// rows `[n_classes]`, class index -> [`CalibrationSummary`]
    ///
    /// # Range
    /// ECE `[0, 1]`; entropy `[0, ln n_classes]`; NLL `[0, inf]`
    ///
    /// # Numerics
    /// Rows may miss a sum of 1 by 1e-4 and are used as they are. A true class of probability 0 makes the NLL
    /// infinite; that is its value, not an error.
    ///
    /// # Errors
    /// [`MetricError::Empty`] when `n_classes` or `n_bins` is 0.
    ///
    /// # Example
    /// ```
    /// use affekt_metrics::{Accumulator, CalibrationAccumulator, DEFAULT_ECE_BINS};
    /// let mut cal = CalibrationAccumulator::new(2, DEFAULT_ECE_BINS)?;
    /// cal.update((&[0.75, 0.25], 0))?;
    /// cal.update((&[0.75, 0.25], 1))?;
    /// let summary = cal.finish()?;
    /// assert_eq!((summary.accuracy, summary.mean_max_probability, summary.ece), (0.5, 0.75, 0.25));
    /// # Ok::<(), affekt_metrics::MetricError>(())
    /// ```
    pub fn new(n_classes: usize, n_bins: usize) -> Result<Self, MetricError> {
        for (what, got) in [("classes", n_classes), ("bins", n_bins)] {
            if got == 0 {
                return Err(MetricError::Empty { what });
            }
        }
        Ok(Self { n_classes, bins: vec![Bin::default(); n_bins], entropy: 0.0, nll: 0.0 })
    }

    /// Right-closed bins, so that a confidence of exactly 1 falls into the last one.
    fn bin_of(&self, confidence: f64) -> usize {
        let n_bins = self.bins.len();
        let upper_edge = |b: &usize| (b + 1) as f64 / n_bins as f64;
        (0..n_bins).find(|b| confidence <= upper_edge(b)).unwrap_or(n_bins - 1)
    }
}

impl Accumulator for CalibrationAccumulator {
    type Sample<'a> = (&'a [f64], usize);
    type Summary = CalibrationSummary;

    fn update(&mut self, (row, truth): (&[f64], usize)) -> Result<(), MetricError> {
        check_row("probabilities", row, self.n_classes)?;
        if truth >= self.n_classes {
            return Err(MetricError::ClassOutOfRange { n_classes: self.n_classes, got: truth });
        }
        let predicted = argmax(row);
        let bin = self.bin_of(row[predicted]);
        let bin = &mut self.bins[bin];
        bin.count += 1;
        bin.correct += u64::from(predicted == truth);
        bin.confidence += row[predicted];
        self.entropy += entropy(row);
        self.nll -= row[truth].ln();
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        let settings =
            [("n_classes", self.n_classes, other.n_classes), ("n_bins", self.bins.len(), other.bins.len())];
        for (what, mine, theirs) in settings {
            if mine != theirs {
                let (expected, got) = (mine.to_string(), theirs.to_string());
                return Err(MetricError::MergeMismatch { what, expected, got });
            }
        }
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            mine.count += theirs.count;
            mine.correct += theirs.correct;
            mine.confidence += theirs.confidence;
        }
        self.entropy += other.entropy;
        self.nll += other.nll;
        Ok(())
    }

    fn finish(&self) -> Result<CalibrationSummary, MetricError> {
        let count: u64 = self.bins.iter().map(|bin| bin.count).sum();
        if count == 0 {
            return Err(MetricError::Empty { what: "calibration" });
        }
        let n = count as f64;
        let correct: u64 = self.bins.iter().map(|bin| bin.correct).sum();
        // (n_b / N) |acc_b - conf_b| = |correct_b - sum of confidences_b| / N
        let gaps = self.bins.iter().map(|bin| (bin.correct as f64 - bin.confidence).abs());
        Ok(CalibrationSummary {
            n: count,
            accuracy: correct as f64 / n,
            ece: gaps.sum::<f64>() / n,
            mean_max_probability: self.bins.iter().map(|bin| bin.confidence).sum::<f64>() / n,
            mean_entropy: self.entropy / n,
            nll: self.nll / n,
        })
    }
}

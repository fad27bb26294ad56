//! Confidence against accuracy in equal bins.

use affekt_metrics::DEFAULT_ECE_BINS;

/// Samples of one confidence bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bin {
    pub(crate) count: u64,
    pub(crate) correct: u64,
    pub(crate) confidence: f64,
}

/// The bins of the expected calibration error, right-closed and equally wide, as `affekt-metrics` has them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reliability {
    pub(crate) bins: Vec<Bin>,
}

impl Default for Reliability {
    fn default() -> Self {
        Self { bins: vec![Bin::default(); DEFAULT_ECE_BINS] }
    }
}

impl Reliability {
    /// Adds one row of probabilities.
    pub(crate) fn add(&mut self, probabilities: &[f64], truth: usize) {
        let best = (1..probabilities.len())
            .fold(0, |best, i| if probabilities[i] > probabilities[best] { i } else { best });
        let confidence = probabilities[best];
        let n_bins = self.bins.len();
        let bin = (0..n_bins).find(|b| confidence <= (b + 1) as f64 / n_bins as f64).unwrap_or(n_bins - 1);
        let bin = &mut self.bins[bin];
        bin.count += 1;
        bin.correct += u64::from(best == truth);
        bin.confidence += confidence;
    }

    /// Adds another run's bins.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            mine.count += theirs.count;
            mine.correct += theirs.correct;
            mine.confidence += theirs.confidence;
        }
    }

    /// Samples in all bins.
    pub(crate) fn total(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }
}

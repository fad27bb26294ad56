//! Valence and arousal video by video.

use std::collections::BTreeMap;

use affekt_artifact::PredictionRow;
use affekt_metrics::{Accumulator, CccAccumulator, MetricError};

/// Frames of one video, or of all, that have both a true and a predicted point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Concordance {
    moments: [CccAccumulator; 2],
    /// Lowest and highest true valence and arousal.
    range: Option<[[f64; 2]; 2]>,
}

impl Concordance {
    /// Number of frames.
    pub(crate) fn n(&self) -> u64 {
        self.moments[0].n()
    }

    /// CCC of valence (0) or arousal (1) over these frames; none where the truth does not change: agreement with a
    /// constant says nothing of concordance.
    pub(crate) fn ccc(&self, k: usize) -> Option<f64> {
        let [low, high] = self.range?[k];
        if high > low { self.moments[k].finish().ok() } else { None }
    }

    fn add(&mut self, truth: [f64; 2], predicted: [f64; 2]) -> Result<(), MetricError> {
        for k in 0..2 {
            self.moments[k].update((truth[k], predicted[k]))?;
        }
        let mut range = self.range.unwrap_or(truth.map(|value| [value, value]));
        for (bounds, value) in range.iter_mut().zip(truth) {
            bounds[0] = if value < bounds[0] { value } else { bounds[0] };
            bounds[1] = if value > bounds[1] { value } else { bounds[1] };
        }
        self.range = Some(range);
        Ok(())
    }
}

/// One run's test frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Videos {
    /// By name of the video.
    pub(crate) each: BTreeMap<String, Concordance>,
    /// Frames of all videos together.
    pub(crate) all: Concordance,
}

impl Videos {
    /// Adds a frame; a row of no video, or without a true or a predicted point, is left out.
    pub(crate) fn add(&mut self, row: &PredictionRow) -> Result<(), MetricError> {
        let (Some(video), Some(truth), Some(predicted)) = (&row.video, row.true_va, row.predicted_va) else {
            return Ok(());
        };
        let (truth, predicted) = ([truth.valence(), truth.arousal()], predicted.map(f64::from));
        self.each.entry(video.clone()).or_default().add(truth, predicted)?;
        self.all.add(truth, predicted)
    }
}

//! Predicted against true valence and arousal, class by class.

use affekt_artifact::PredictionRow;

/// Sums over the samples of one class that have both a true and a predicted point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ClassVa {
    pub(crate) n: u64,
    truth: [f64; 2],
    predicted: [f64; 2],
    /// Of the distances between the two points.
    distance: f64,
}

impl ClassVa {
    fn mean(&self, [valence, arousal]: [f64; 2]) -> Option<[f64; 2]> {
        let n = self.n as f64;
        (self.n > 0).then(|| [valence / n, arousal / n])
    }

    /// Mean true point.
    pub(crate) fn truth(&self) -> Option<[f64; 2]> {
        self.mean(self.truth)
    }

    /// Mean predicted point.
    pub(crate) fn predicted(&self) -> Option<[f64; 2]> {
        self.mean(self.predicted)
    }

    /// Mean distance between the two points of a sample.
    pub(crate) fn distance(&self) -> Option<f64> {
        (self.n > 0).then(|| self.distance / self.n as f64)
    }
}

/// The points of one run, or of several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VaErrors {
    pub(crate) classes: Vec<ClassVa>,
    /// Predicted points of all samples, in file order.
    pub(crate) points: Vec<[f64; 2]>,
}

impl VaErrors {
    /// No point yet.
    pub(crate) fn new(n_classes: usize) -> Self {
        Self { classes: vec![ClassVa::default(); n_classes], points: Vec::new() }
    }

    /// Adds a sample of a known class; one without a true or without a predicted point is left out.
    pub(crate) fn add(&mut self, row: &PredictionRow, class: usize) {
        let (Some(truth), Some(predicted)) = (row.true_va, row.predicted_va) else { return };
        let (truth, predicted) = ([truth.valence(), truth.arousal()], predicted.map(f64::from));
        if predicted.iter().any(|value| !value.is_finite()) {
            return;
        }
        let of_class = &mut self.classes[class];
        of_class.n += 1;
        for k in 0..2 {
            of_class.truth[k] += truth[k];
            of_class.predicted[k] += predicted[k];
        }
        of_class.distance += (truth[0] - predicted[0]).hypot(truth[1] - predicted[1]);
        self.points.push(predicted);
    }

    /// Adds another run's points.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(&other.classes) {
            mine.n += theirs.n;
            mine.distance += theirs.distance;
            for k in 0..2 {
                mine.truth[k] += theirs.truth[k];
                mine.predicted[k] += theirs.predicted[k];
            }
        }
        self.points.extend_from_slice(&other.points);
    }

    /// At most `wanted` of the predicted points, evenly spread over the samples.
    pub(crate) fn some_points(&self, wanted: usize) -> Vec<[f64; 2]> {
        let step = self.points.len().div_ceil(wanted.clamp(1, usize::MAX)).clamp(1, usize::MAX);
        self.points.iter().step_by(step).copied().collect()
    }
}

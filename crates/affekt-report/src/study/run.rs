//! One finished run, reduced to counts.

use std::path::{Path, PathBuf};

use affekt_artifact::{Digest, PlannedDataset, PlannedRun, Predictions, Selection};
use affekt_core::Split;
use affekt_metrics::{
    Accumulator, CalibrationAccumulator, CalibrationSummary, Confusion, DEFAULT_ECE_BINS,
    DEFAULT_NEUTRAL_ZONE, MetricError, error_severity, preservation, severity_index,
};

use super::ada_df::told;
use super::curve::{Epoch, load_curve};
use super::reliability::Reliability;
use super::va::VaErrors;
use super::videos::Videos;
use crate::ReportError;

/// What the report keeps of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) arm: String,
    pub(crate) seed: u64,
    /// Test split, weights as selected.
    pub(crate) confusion: Confusion,
    pub(crate) reliability: Reliability,
    pub(crate) va: VaErrors,
    pub(crate) videos: Videos,
    /// None when no labelled test sample was predicted.
    pub(crate) calibration: Option<CalibrationSummary>,
    /// Mean circumplex distance of a mistake.
    pub(crate) severity: Option<f64>,
    /// 1 - severity / severity expected from the margins.
    pub(crate) severity_index: Option<f64>,
    /// Share of mistakes that stay in the quadrant, and the same by chance.
    pub(crate) quadrant: Option<f64>,
    pub(crate) quadrant_chance: Option<f64>,
    /// Empty when no training log was kept.
    pub(crate) curve: Vec<Epoch>,
    /// Why the training log could not be read.
    pub(crate) log_trouble: Option<String>,
    /// Test rows without a true class; they enter no count.
    pub(crate) unlabelled: u64,
    /// Digest of the predictions file.
    pub(crate) digest: Digest,
}

impl Run {
    /// Reads a run folder; none when it has no predictions yet.
    pub(crate) fn load(
        planned: &PlannedRun,
        dataset: &PlannedDataset,
        selection: Selection,
        folder: &Path,
        has_log: bool,
    ) -> Result<Option<Self>, ReportError> {
        let path = folder.join(dataset.predictions_file());
        let exists = path.try_exists().map_err(|source| ReportError::Read { path: path.clone(), source })?;
        if !exists {
            return Ok(None);
        }
        let digest = Digest::of_file(&path)?;
        let predictions = Predictions::load(&path, &dataset.label_set, &dataset.aus)?;
        // Results do not rest on the log: without it they stand, and the page says that it is missing.
        let name = Path::new("runs").join(&planned.id).join("metrics.jsonl");
        let (curve, log_trouble) = match load_curve(&folder.join("metrics.jsonl"), &name) {
            _ if !has_log => (Vec::new(), None),
            Ok(curve) => (curve, None),
            Err(error) => (Vec::new(), Some(told(&error))),
        };
        let run = Self::reduce(planned, dataset, selection, &predictions, curve, digest);
        run.map(|run| Some(Self { log_trouble, ..run }))
            .map_err(|source| ReportError::Metric { path: PathBuf::from(&path), source })
    }

    fn reduce(
        planned: &PlannedRun,
        dataset: &PlannedDataset,
        selection: Selection,
        predictions: &Predictions,
        curve: Vec<Epoch>,
        digest: Digest,
    ) -> Result<Self, MetricError> {
        let n = dataset.label_set.len();
        let mut confusion = Confusion::new(n);
        let mut reliability = Reliability::default();
        let mut va = VaErrors::new(n);
        let mut calibration = CalibrationAccumulator::new(n, DEFAULT_ECE_BINS)?;
        let (mut unlabelled, mut videos) = (0, Videos::default());
        let rows = predictions.rows.iter().filter(|r| r.selection == selection && r.split == Split::Test);
        for row in rows {
            videos.add(row)?;
            let Some(truth) = row.true_class else {
                unlabelled += 1;
                continue;
            };
            let probabilities: Vec<f64> = row.probabilities.iter().map(|p| f64::from(*p)).collect();
            confusion.add(truth.get(), row.predicted_class.get())?;
            calibration.update((&probabilities, truth.get()))?;
            reliability.add(&probabilities, truth.get());
            va.add(row, truth.get());
        }
        let points = &dataset.prototypes;
        let distance: Vec<f64> = points
            .iter()
            .flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1])))
            .collect();
        let zone = DEFAULT_NEUTRAL_ZONE;
        let kept = if_fitted(preservation(&confusion, points, zone, &without_place(dataset)).map(Some))?;
        Ok(Self {
            id: planned.id.clone(),
            arm: planned.arm.clone(),
            seed: planned.seed,
            severity: error_severity(&confusion, &distance)?,
            severity_index: if_fitted(severity_index(&confusion, &distance))?,
            quadrant: kept.and_then(|k| k.errors).map(|s| s.quadrant),
            quadrant_chance: kept.and_then(|k| k.chance).map(|s| s.quadrant),
            calibration: if confusion.total() > 0 { Some(calibration.finish()?) } else { None },
            confusion,
            reliability,
            va,
            videos,
            curve,
            log_trouble: None,
            unlabelled,
            digest,
        })
    }
}

/// A table too sparse for the chance model leaves the measure undefined; it does not end the report.
fn if_fitted<T>(value: Result<Option<T>, MetricError>) -> Result<Option<T>, MetricError> {
    match value {
        Err(MetricError::NotConverged { .. }) => Ok(None),
        other => other,
    }
}

/// True classes without a meaningful place on the circumplex: they have no quadrant to preserve.
fn without_place(dataset: &PlannedDataset) -> Vec<usize> {
    let classes = dataset.label_set.classes().iter().enumerate();
    classes.filter(|(_, name)| matches!(name.as_str(), "neutral" | "other")).map(|(i, _)| i).collect()
}

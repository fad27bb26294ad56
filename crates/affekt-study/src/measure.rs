//! Every metric of one run on one split, from its predictions alone.

use std::collections::BTreeMap;

use affekt_artifact::{Limits, Plan, PlannedDataset, PredictionRow};
use affekt_core::{SampleId, VaPoint};
use affekt_metrics::{
    Accumulator, AuAccumulator, AuSample, CalibrationAccumulator, CccAccumulator, Confusion,
    DEFAULT_ECE_BINS, DEFAULT_NEUTRAL_ZONE, MetricError, MtlScore, UndefinedClass, auc, error_severity,
    expected_cost, kl_divergence, macro_severity, preservation, severity_index,
};

use crate::metric_name::F1_PREFIX;

/// An action unit counts as detected from this probability on.
const AU_THRESHOLD: f64 = 0.5;

/// What the metrics of a dataset's runs are measured against; the same for every run.
pub(crate) struct Yardstick<'a> {
    dataset: &'a PlannedDataset,
    policy: UndefinedClass,
    /// Row-major circumplex distances between the plan's prototypes.
    distance: Vec<f64>,
    /// Classes without a meaningful place on the circumplex.
    placeless: Vec<usize>,
    pair: Option<[usize; 2]>,
    limits: Option<&'a Limits>,
    posteriors: &'a BTreeMap<SampleId, Vec<f64>>,
}

impl<'a> Yardstick<'a> {
    pub(crate) fn new(
        plan: &Plan,
        dataset: &'a PlannedDataset,
        limits: Option<&'a Limits>,
        posteriors: &'a BTreeMap<SampleId, Vec<f64>>,
    ) -> Self {
        let points = &dataset.prototypes;
        let classes = dataset.label_set.classes();
        Self {
            dataset,
            policy: match plan.absent_class.as_str() {
                "skip" => UndefinedClass::Skip,
                "error" => UndefinedClass::Error,
                _ => UndefinedClass::Zero,
            },
            distance: points
                .iter()
                .flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1])))
                .collect(),
            placeless: classes
                .iter()
                .enumerate()
                .filter(|(_, class)| matches!(class.as_str(), "neutral" | "other"))
                .map(|(index, _)| index)
                .collect(),
            pair: dataset.pair(plan),
            limits,
            posteriors,
        }
    }

    /// Metric name to value; none where the metric is undefined on these rows.
    ///
    /// A metric whose labels or outputs are missing altogether is left out.
    pub(crate) fn measure(
        &self,
        rows: &[&PredictionRow],
    ) -> Result<BTreeMap<String, Option<f64>>, MetricError> {
        let mut values = Values::default();
        let macro_f1 = self.expression(rows, &mut values)?;
        let va = circumplex(rows, &mut values)?;
        let au_f1 = self.action_units(rows, &mut values)?;
        if let (Some(expression_macro_f1), Some([ccc_valence, ccc_arousal]), Some(au_macro_f1)) =
            (macro_f1, va, au_f1)
        {
            let score = MtlScore { ccc_valence, ccc_arousal, expression_macro_f1, au_macro_f1 };
            values.put("p_mtl", Some(score.p_mtl()));
        }
        Ok(values.0)
    }

    /// Expression metrics; returns macro-F1 by the rule of the multi-task score, an absent class counting 0.
    fn expression(&self, rows: &[&PredictionRow], values: &mut Values) -> Result<Option<f64>, MetricError> {
        let n_classes = self.dataset.label_set.len();
        let mut confusion = Confusion::new(n_classes);
        let mut calibration = CalibrationAccumulator::new(n_classes, DEFAULT_ECE_BINS)?;
        let (mut kl, mut n_kl) = (0.0, 0_u64);
        let mut pair_scores = Vec::new();
        for row in rows {
            let probabilities: Vec<f64> = row.probabilities.iter().map(|&p| f64::from(p)).collect();
            if let Some(eta) = self.posteriors.get(&row.sample) {
                kl += kl_divergence(eta, &probabilities)?;
                n_kl += 1;
            }
            let Some(truth) = row.true_class.map(affekt_core::ClassIndex::get) else { continue };
            confusion.add(truth, row.predicted_class.get())?;
            calibration.update((&probabilities, truth))?;
            if let Some([a, b]) = self.pair.filter(|pair| pair.contains(&truth)) {
                let sum = probabilities[a] + probabilities[b];
                let share = if sum > 0.0 { probabilities[a] / sum } else { 0.5 };
                pair_scores.push((share, truth == a));
            }
        }
        if n_kl > 0 {
            values.put("kl_to_truth", Some(kl / n_kl as f64));
        }
        if confusion.total() == 0 {
            return Ok(None);
        }
        let accuracy = confusion.accuracy()?;
        let macro_f1 = confusion.macro_f1(self.policy)?;
        values.put("accuracy", Some(accuracy));
        values.put("macro_f1", Some(macro_f1));
        // A class without true items has no recall to average, whatever the rule for F1 is.
        values.put("uar", confusion.uar(UndefinedClass::Skip).ok());
        for (class, f1) in self.dataset.label_set.classes().iter().zip(confusion.f1_per_class()) {
            values.put(&format!("{F1_PREFIX}{class}"), f1);
        }
        let calibration = calibration.finish()?;
        values.put("ece", Some(calibration.ece));
        values.put("entropy", Some(calibration.mean_entropy));
        values.put("nll", Some(calibration.nll));
        values.put("confidence", Some(calibration.mean_max_probability));
        if let Some(limits) = self.limits {
            values.put("gap_accuracy", Some(limits.accuracy - accuracy));
            values.put("gap_macro_f1", Some(limits.macro_f1 - macro_f1));
        }
        if self.pair.is_some() {
            let reached = auc(&pair_scores);
            values.put("pair_auc", reached);
            if let Some(limit) = self.limits.and_then(|limits| limits.of("pair_auc", self.pair)) {
                values.put("gap_pair_auc", reached.map(|auc| limit - auc));
            }
        }
        self.errors(&confusion, values)?;
        confusion.macro_f1(UndefinedClass::Zero).map(Some)
    }

    /// Where on the circumplex the errors go.
    fn errors(&self, confusion: &Confusion, values: &mut Values) -> Result<(), MetricError> {
        let distance = &self.distance;
        values.put("severity", error_severity(confusion, distance)?);
        values.put("macro_severity", macro_severity(confusion, distance)?);
        values.put("severity_index", if_fitted(severity_index(confusion, distance))?);
        values.put("expected_cost", Some(expected_cost(confusion, distance)?));
        let points = &self.dataset.prototypes;
        let kept = preservation(confusion, points, DEFAULT_NEUTRAL_ZONE, &self.placeless).map(Some);
        let errors = if_fitted(kept)?.and_then(|kept| kept.errors);
        values.put("quadrant_preservation", errors.map(|share| share.quadrant));
        values.put("valence_sign_preservation", errors.map(|share| share.valence_sign));
        values.put("arousal_sign_preservation", errors.map(|share| share.arousal_sign));
        Ok(())
    }

    /// Action-unit macro-F1; returns it by the rule of the multi-task score.
    fn action_units(&self, rows: &[&PredictionRow], values: &mut Values) -> Result<Option<f64>, MetricError> {
        let mut units = AuAccumulator::new(self.dataset.aus.len().max(1), AU_THRESHOLD)?;
        let mut n = 0_u64;
        for row in rows {
            if row.au_probabilities.is_empty() || row.true_aus.iter().all(Option::is_none) {
                continue;
            }
            let probability: Vec<f64> = row.au_probabilities.iter().map(|&p| f64::from(p)).collect();
            units.update(AuSample { truth: &row.true_aus, probability: &probability })?;
            n += 1;
        }
        if n == 0 {
            return Ok(None);
        }
        values.put("au_f1", Some(units.macro_f1(self.policy)?));
        units.macro_f1(UndefinedClass::Zero).map(Some)
    }
}

/// CCC of valence and arousal over all labelled rows.
fn circumplex(rows: &[&PredictionRow], values: &mut Values) -> Result<Option<[f64; 2]>, MetricError> {
    let mut axes = [CccAccumulator::default(); 2];
    for row in rows {
        if let (Some(truth), Some(predicted)) = (row.true_va, row.predicted_va) {
            axes[0].update((f64::from(predicted[0]), VaPoint::valence(truth)))?;
            axes[1].update((f64::from(predicted[1]), VaPoint::arousal(truth)))?;
        }
    }
    if axes[0].n() == 0 {
        return Ok(None);
    }
    let both = [axes[0].finish()?, axes[1].finish()?];
    values.put("ccc_valence", Some(both[0]));
    values.put("ccc_arousal", Some(both[1]));
    Ok(Some(both))
}

/// A table too sparse for the chance model leaves the measure undefined; it does not end the collection.
fn if_fitted<T>(value: Result<Option<T>, MetricError>) -> Result<Option<T>, MetricError> {
    match value {
        Err(MetricError::NotConverged { .. }) => Ok(None),
        other => other,
    }
}

#[derive(Default)]
struct Values(BTreeMap<String, Option<f64>>);

impl Values {
    /// Infinite values (an NLL at probability 0) are undefined in a table of finite numbers.
    fn put(&mut self, name: &str, value: Option<f64>) {
        self.0.insert(name.to_owned(), value.filter(|x| x.is_finite()));
    }
}

//! Precision and recall of each class and action unit.

use affekt_artifact::{PredictionRow, Predictions, Selection};
use affekt_core::Split;
use affekt_tensorboard::{PrCurve, SummaryValue, TensorBoardError};

/// Curves of the test split, each class against the rest, then each action unit; those without a positive sample have none.
///
/// # Errors
/// The class or unit, and what is wrong with its probabilities.
pub(super) fn curves(
    predictions: &Predictions,
    selection: Selection,
    group: &str,
) -> Result<Vec<SummaryValue>, (String, TensorBoardError)> {
    let rows: Vec<&PredictionRow> =
        predictions.rows.iter().filter(|r| r.selection == selection && r.split == Split::Test).collect();
    let classes = predictions.label_set.classes().iter().enumerate().map(|(at, class)| {
        let samples = rows
            .iter()
            .filter_map(|row| Some((row.true_class?.get() == at, f64::from(*row.probabilities.get(at)?))));
        (class.clone(), samples.collect::<Vec<_>>())
    });
    let aus = predictions.aus.iter().enumerate().map(|(at, au)| {
        let samples = rows
            .iter()
            .filter_map(|row| Some(((*row.true_aus.get(at)?)?, f64::from(*row.au_probabilities.get(at)?))));
        (format!("au{au}"), samples.collect())
    });
    let mut values = Vec::new();
    for (name, samples) in classes.chain(aus) {
        let curve = match PrCurve::new(samples, PrCurve::DEFAULT_THRESHOLDS) {
            Ok(curve) => curve,
            Err(source) => return Err((name, source)),
        };
        if curve.n_positive() > 0 {
            let description = format!("{name} against the rest on the test split, weights: {selection}");
            values.push(SummaryValue::pr_curve(&format!("{group}/{name}"), &description, &curve));
        }
    }
    Ok(values)
}

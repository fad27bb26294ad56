//! The test faces that an arm is most sure and most wrong about.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Predictions, Selection};
use affekt_core::Split;

use super::Dataset;
use crate::ReportError;

/// A face and what was said of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WrongFace {
    pub(crate) sample: String,
    pub(crate) truth: usize,
    pub(crate) predicted: usize,
    /// Mean probability of the predicted class over the seeds.
    pub(crate) probability: f64,
}

/// The `n` faces whose wrong class has the highest mean probability over the seeds of `arm`; equal ones by name.
pub(crate) fn most_wrong(
    dataset: &Dataset,
    arm: &str,
    selection: Selection,
    study_dir: &Path,
    n: usize,
) -> Result<Vec<WrongFace>, ReportError> {
    let planned = &dataset.planned;
    let mut sums: BTreeMap<String, (usize, Vec<f64>, u64)> = BTreeMap::new();
    for run in dataset.runs_of(arm) {
        let path = study_dir.join("runs").join(&run.id).join(planned.predictions_file());
        let predictions = Predictions::load(&path, &planned.label_set, &planned.aus)?;
        for row in predictions.rows.iter().filter(|r| r.selection == selection && r.split == Split::Test) {
            let Some(truth) = row.true_class else { continue };
            let (_, sum, count) = sums
                .entry(row.sample.as_str().to_owned())
                .or_insert_with(|| (truth.get(), vec![0.0; row.probabilities.len()], 0));
            for (sum, p) in sum.iter_mut().zip(&row.probabilities) {
                *sum += f64::from(*p);
            }
            *count += 1;
        }
    }
    let wrong = sums.into_iter().filter_map(|(sample, (truth, sum, count))| {
        let best = (1..sum.len()).fold(0, |best, c| if sum[c] > sum[best] { c } else { best });
        let probability = sum.get(best)? / count as f64;
        (best != truth).then_some(WrongFace { sample, truth, predicted: best, probability })
    });
    let mut wrong: Vec<WrongFace> = wrong.collect();
    // Stable: the map gave them by name.
    wrong.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    wrong.truncate(n);
    Ok(wrong)
}

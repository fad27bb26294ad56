//! Arms without training: decisions made again from the predictions of an arm that trained.

use std::path::Path;

use affekt_artifact::{Plan, PlannedRun, PredictionRow, Predictions};
use affekt_core::LabelSet;
use affekt_metrics::log_prior;
use affekt_ot::{CostError, CostMatrix, OtError, minimum_risk};

use crate::cost::{Context, cost_of};
use crate::{
    ArmSpec, PostHoc, PostHocRule, PostHocRuleSpec, ResolvedRun, StudyError, done, is_done, run_folder,
};

/// The run of an arm without training, from the trained runs of its dataset and seed; `None` for an arm that trains.
///
/// # Errors
/// [`StudyError::Cost`] for a cost that cannot be made on the dataset.
pub(crate) fn resolve(
    arm: &ArmSpec,
    context: &Context<'_>,
    trained: &[ResolvedRun],
) -> Result<Option<ResolvedRun>, StudyError> {
    let Some(spec) = &arm.post_hoc else { return Ok(None) };
    let Some(source) = trained.iter().find(|run| run.arm == spec.of) else { return Ok(None) };
    let rule = match &spec.rule {
        PostHocRuleSpec::MinRisk { cost } => PostHocRule::MinRisk {
            cost: cost_of(cost, context)?.map(|cost| cost.to_rows()).unwrap_or_default(),
        },
        PostHocRuleSpec::LogitAdjust { tau } => {
            let log_prior = log_prior(&context.prepared.class_counts[0]);
            PostHocRule::Offset { offsets: log_prior.iter().map(|log_pi| -tau * log_pi).collect() }
        }
    };
    let post_hoc = PostHoc { source: source.id.clone(), rule };
    Ok(Some(ResolvedRun { arm: arm.name.clone(), post_hoc: Some(post_hoc), ..source.clone() }.identified()))
}

/// Computes every run without training whose source is finished and which is not finished itself.
///
/// # Errors
/// [`StudyError`] for predictions that cannot be read or written.
pub(crate) fn compute(study_dir: &Path, plan: &Plan) -> Result<(), StudyError> {
    for planned in &plan.runs {
        let folder = run_folder(study_dir, planned);
        if is_done(&folder) {
            continue;
        }
        // A run that was never resolved here has no run.json; it is a hole like any other.
        let Ok(run) = ResolvedRun::load(&folder) else { continue };
        let Some(post_hoc) = &run.post_hoc else { continue };
        let source = study_dir.join("runs").join(&post_hoc.source);
        if is_done(&source) {
            decide_again(plan, planned, &run, post_hoc, &source, &folder)?;
        }
    }
    Ok(())
}

fn decide_again(
    plan: &Plan,
    planned: &PlannedRun,
    run: &ResolvedRun,
    post_hoc: &PostHoc,
    source: &Path,
    folder: &Path,
) -> Result<(), StudyError> {
    let datasets = plan.datasets.iter().filter(|d| d.runs(plan).any(|other| other.id == planned.id));
    let mut written = Vec::new();
    for dataset in datasets {
        let name = dataset.predictions_file();
        let mut predictions = Predictions::load(&source.join(&name), &dataset.label_set, &dataset.aus)?;
        let rule = restricted(&post_hoc.rule, &run.label_set, &dataset.label_set).map_err(|source| {
            StudyError::Cost { dataset: dataset.name.clone(), arm: run.arm.clone(), source }
        })?;
        for row in &mut predictions.rows {
            rule.apply(row, &dataset.label_set).map_err(|source| StudyError::Decision {
                run: run.id.clone(),
                sample: row.sample.to_string(),
                source,
            })?;
        }
        predictions.save(&folder.join(&name))?;
        written.push(name);
    }
    done::finish(folder, &written)?;
    Ok(())
}

/// A rule over the classes of one dataset, ready to decide.
enum Decider {
    MinRisk(CostMatrix),
    Offset(Vec<f64>),
}

/// The rule over the classes of a transfer, which may be fewer.
fn restricted(rule: &PostHocRule, whole: &LabelSet, part: &LabelSet) -> Result<Decider, CostError> {
    let places: Vec<usize> = part
        .classes()
        .iter()
        .filter_map(|class| whole.parse_class(class).ok())
        .map(affekt_core::ClassIndex::get)
        .collect();
    Ok(match rule {
        PostHocRule::MinRisk { cost } => {
            let rows: Vec<Vec<f64>> =
                places.iter().map(|&j| places.iter().map(|&y| cost[j][y]).collect()).collect();
            Decider::MinRisk(CostMatrix::from_rows(&rows)?)
        }
        PostHocRule::Offset { offsets } => Decider::Offset(places.iter().map(|&c| offsets[c]).collect()),
    })
}

impl Decider {
    fn apply(&self, row: &mut PredictionRow, label_set: &LabelSet) -> Result<(), OtError> {
        let raw: Vec<f64> = row.probabilities.iter().map(|&p| f64::from(p)).collect();
        // In 32 bit they sum to 1 only nearly.
        let sum: f64 = raw.iter().sum();
        let p: Vec<f64> = raw.iter().map(|p| p / sum).collect();
        let decided = match self {
            Self::MinRisk(cost) => Some(minimum_risk(&p, cost)?),
            Self::Offset(offsets) => {
                let raw: Vec<f64> = p.iter().zip(offsets).map(|(p, o)| p * o.exp()).collect();
                let sum: f64 = raw.iter().sum();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "prediction files hold 32-bit probabilities"
                )]
                let scaled = raw.iter().map(|x| (x / sum) as f32).collect();
                if sum > 0.0 && sum.is_finite() {
                    row.probabilities = scaled;
                }
                (0..raw.len()).rev().max_by(|&a, &b| raw[a].total_cmp(&raw[b]))
            }
        };
        if let Some(class) = decided.and_then(|place| label_set.class_at(place)) {
            row.predicted_class = class;
        }
        Ok(())
    }
}

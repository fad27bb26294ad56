//! Runs of the fixture: predictions from a made-up confusion model, a training log, and the scores of both.

use std::path::Path;

use affekt_artifact::{Plan, PlannedDataset, PredictionRow, Predictions, ResultRow, Results, Selection};
use affekt_core::{SampleId, Split, SubjectId, VaPoint};
use affekt_metrics::{Confusion, UndefinedClass, error_severity};

use super::ARMS;

/// A linear congruential generator: enough for a fixture, the same everywhere.
pub(super) struct Lcg(u64);

impl Lcg {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Probability of each class for one item: the truth, drowned in nearness on the circumplex.
fn posterior(dataset: &PlannedDataset, truth: usize, arm: usize, skill: f64, rng: &mut Lcg) -> Vec<f64> {
    let points = &dataset.prototypes;
    let train = &dataset.class_counts[0];
    let logits: Vec<f64> = (0..points.len())
        .map(|c| {
            let distance = (points[c][0] - points[truth][0]).hypot(points[c][1] - points[truth][1]);
            let pull = [1.15, 1.3, 1.42, 1.1][arm];
            let hit = if c == truth { skill } else { -pull * distance };
            hit + 0.42 * (train[c] as f64).ln() + 0.95 * rng.normal()
        })
        .collect();
    let weights: Vec<f64> = logits.iter().map(|l| (0.9 * l).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

pub(super) fn write_runs(dir: &Path, plan: &Plan) -> Results {
    let mut results = Results::default();
    for (r, run) in plan.runs.iter().enumerate() {
        // One hole, as a killed job leaves it.
        if run.dataset == "affectnet-like" && run.arm == "permuted" && run.seed == 4 {
            continue;
        }
        let dataset = plan.dataset(&run.dataset).unwrap();
        let arm = ARMS.iter().position(|a| a.0 == run.arm).unwrap();
        let mut rng = Lcg(run.seed * 7919 + u64::from(run.dataset == "degenerate") * 104_729 + arm as u64);
        let mut seed_rng = Lcg(run.seed * 31);
        seed_rng.unit();
        let skill =
            0.45 + [0.0, 0.17, 0.12, 0.02][arm] + 0.14 * (seed_rng.unit() - 0.5) + 0.05 * rng.normal();
        let folder = dir.join("runs").join(&run.id);
        let predictions = predict(dataset, arm, skill, &mut rng);
        predictions.save(&folder.join("predictions.csv")).unwrap();
        std::fs::write(folder.join("metrics.jsonl"), log(arm, skill, &mut rng)).unwrap();
        score(&mut results, plan, dataset, r, &predictions, skill);
    }
    results
}

fn predict(dataset: &PlannedDataset, arm: usize, skill: f64, rng: &mut Lcg) -> Predictions {
    let set = &dataset.label_set;
    let mut rows = Vec::new();
    let counts: Vec<u64> = dataset.class_counts[2].iter().map(|n| n / 6 + 8).collect();
    for (truth, count) in counts.iter().enumerate() {
        for k in 0..*count {
            let p = posterior(dataset, truth, arm, skill, rng);
            let best = (0..p.len()).fold(0, |b, i| if p[i] > p[b] { i } else { b });
            let [v, a] = dataset.prototypes[truth];
            rows.push(PredictionRow {
                selection: Selection::Last,
                sample: SampleId::new(format!("s{truth}-{k}")).unwrap(),
                subject: SubjectId::new(format!("p{}", k % 17)).unwrap(),
                video: None,
                split: Split::Test,
                true_class: set.class_at(truth),
                predicted_class: set.class_at(best).unwrap(),
                probabilities: p.iter().map(|x| *x as f32).collect(),
                true_va: Some(VaPoint::clamped(v, a)),
                predicted_va: Some([v as f32, a as f32]),
                true_aus: vec![Some(k % 2 == 0), None],
                au_probabilities: vec![0.4, 0.6],
            });
        }
    }
    Predictions { label_set: set.clone(), aus: dataset.aus.clone(), rows }
}

fn log(arm: usize, skill: f64, rng: &mut Lcg) -> String {
    (1..=20_u32).fold(String::new(), |log, epoch| {
        let t = f64::from(epoch);
        let loss = 2.1 * (-t / 6.0).exp() + 0.35 + 0.03 * rng.normal() + 0.05 * arm as f64;
        let f1 = (0.22 * skill) * (1.0 - (-t / 5.0).exp()) + 0.012 * rng.normal() + 0.1;
        let seconds = if epoch == 3 { String::new() } else { r#","seconds":12.5"#.to_owned() };
        log + &format!(
            "{{\"epoch\":{epoch},\"step\":{},\"train_loss\":{loss},\"valid_macro_f1\":{f1}{seconds}}}\n",
            epoch * 40
        )
    })
}

fn score(
    results: &mut Results,
    plan: &Plan,
    dataset: &PlannedDataset,
    r: usize,
    predictions: &Predictions,
    skill: f64,
) {
    let run = &plan.runs[r];
    let pairs = predictions.rows.iter().map(|row| (row.true_class.unwrap().get(), row.predicted_class.get()));
    let confusion = Confusion::from_pairs(dataset.label_set.len(), pairs).unwrap();
    let points = &dataset.prototypes;
    let distance: Vec<f64> =
        points.iter().flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1]))).collect();
    let mut add = |metric: String, value: Option<f64>| {
        results.rows.push(ResultRow {
            study: plan.study.clone(),
            dataset: run.dataset.clone(),
            arm: run.arm.clone(),
            seed: run.seed,
            split: "test".to_owned(),
            selection: "last".to_owned(),
            metric,
            value,
        });
    };
    add("macro_f1".to_owned(), confusion.macro_f1(UndefinedClass::Zero).ok());
    add("accuracy".to_owned(), confusion.accuracy().ok());
    add("error_severity".to_owned(), error_severity(&confusion, &distance).unwrap());
    add("ccc_valence".to_owned(), Some(0.31 * skill));
    add("ccc_arousal".to_owned(), (run.seed != 2).then_some(0.27 * skill));
    add("pair_auc".to_owned(), Some(0.5 + 0.06 * skill));
    for (class, f1) in dataset.label_set.classes().iter().zip(confusion.f1_per_class()) {
        add(format!("f1:{class}"), f1);
    }
}

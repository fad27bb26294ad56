//! A synthetic study with realistic numbers: two datasets, four arms, six seeds, one run missing.
//!
//! It is a fixture, not a measurement: predictions come from a made-up confusion model and a small generator.

use std::path::{Path, PathBuf};

use affekt_artifact::{
    Claim, ClaimSet, Digest, Evidence, Limits, Plan, PlannedArm, PlannedDataset, PlannedRun, PredictionRow,
    Predictions, Provenance, Quarantine, QuarantineItem, QuarantineReason, ResultRow, Results, Selection, TestRow,
    Tests, Verdict,
};
use affekt_core::{LabelSet, SampleId, Split, SubjectId, VaPoint};
use affekt_metrics::{Confusion, UndefinedClass, error_severity};
use affekt_stats::{Correction, Differences, paired_summary};

/// Arms of the fixture with the gain each has in its confusion model.
const ARMS: [(&str, &str); 4] = [
    ("base", "no transport term"),
    ("uniform", "a generic confidence penalty: every confusion costs the same"),
    ("circumplex", "confusions priced by valence-arousal distance"),
    ("permuted", "the circumplex costs on shuffled classes"),
];
const SEEDS: [u64; 6] = [1, 2, 3, 4, 5, 6];
const MARGIN: f64 = 0.01;

/// A study folder and the folder its dataset folders are relative to.
pub(crate) struct Study {
    pub(crate) dir: PathBuf,
    pub(crate) out_root: PathBuf,
    pub(crate) plan: Plan,
    pub(crate) results: Results,
    pub(crate) tests: Tests,
    pub(crate) claims: ClaimSet,
}

/// Names that a test may replace by hostile ones.
pub(crate) struct Names<'a> {
    pub(crate) study: &'a str,
    pub(crate) rare_class: &'a str,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self { study: "circumplex-synthetic", rare_class: "contempt" }
    }
}

/// A linear congruential generator: enough for a fixture, the same everywhere.
struct Lcg(u64);

impl Lcg {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Writes the fixture under `root`.
pub(crate) fn write_study(root: &Path, names: &Names<'_>) -> Study {
    let out_root = root.to_owned();
    let dir = root.join("study");
    let affectnet: Vec<String> = LabelSet::affectnet8()
        .classes()
        .iter()
        .map(|c| if c == "contempt" { names.rare_class.to_owned() } else { c.clone() })
        .collect();
    let sets = [
        ("degenerate", LabelSet::aff_wild2(), true),
        ("affectnet-like", LabelSet::new("affectnet-8", affectnet).unwrap(), false),
    ];
    let datasets: Vec<PlannedDataset> = sets.into_iter().map(|(n, s, l)| dataset(&out_root, n, s, l)).collect();
    let mut runs = Vec::new();
    for dataset in &datasets {
        for (arm, _) in ARMS {
            for seed in SEEDS {
                let id = format!("{}-{arm}-seed{seed}-0a1b2c3d", dataset.name);
                runs.push(PlannedRun { id, dataset: dataset.name.clone(), arm: arm.to_owned(), seed });
            }
        }
    }
    let plan = Plan {
        schema: Plan::SCHEMA.to_owned(),
        study: names.study.to_owned(),
        question: "Does pricing confusions by valence-arousal distance help the rare classes?".to_owned(),
        selection: "last".to_owned(),
        absent_class: "zero".to_owned(),
        alpha: 0.05,
        margin: MARGIN,
        pair: Some(["anger".to_owned(), "fear".to_owned()]),
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            code: Digest::of_bytes(b"code").to_string(),
            libtorch: "2.11.0".to_owned(),
            config: Digest::of_bytes(b"config"),
            threads_per_run: 1,
            command: "cargo xtask reproduce configs/circumplex-synthetic.toml".to_owned(),
        },
        arms: ARMS
            .map(|(name, isolates)| PlannedArm { name: name.to_owned(), isolates: isolates.to_owned() })
            .to_vec(),
        datasets,
        runs,
    };
    plan.save(&dir.join("plan.toml")).unwrap();
    let results = write_runs(&dir, &plan);
    results.save(&dir.join("results.csv")).unwrap();
    let tests = tests(&plan, &results);
    tests.save(&dir.join("tests.csv")).unwrap();
    let claims = claims(&plan, &tests);
    claims.save(&dir).unwrap();
    Study { dir, out_root, plan, results, tests, claims }
}

fn dataset(out_root: &Path, name: &str, label_set: LabelSet, has_limits: bool) -> PlannedDataset {
    let folder = format!("data/{name}");
    let at = |class: &str| match class {
        "neutral" => [-0.02, -0.03],
        "anger" => [-0.46, 0.52],
        "disgust" => [-0.58, 0.31],
        "fear" => [-0.41, 0.60],
        "happiness" => [0.68, 0.14],
        "sadness" => [-0.66, -0.28],
        "surprise" => [0.17, 0.68],
        "other" => [0.05, 0.20],
        _ => [-0.52, 0.44],
    };
    let items = |class: &String| match class.as_str() {
        "neutral" => 5200,
        "anger" => 610,
        "disgust" => 380,
        "fear" => 240,
        "happiness" => 3900,
        "sadness" => 1500,
        "surprise" => 1100,
        "other" => 2100,
        _ => 290,
    };
    let counts = |divisor: u64| label_set.classes().iter().map(|c| items(c) / divisor).collect::<Vec<u64>>();
    let mut quarantine = Quarantine::default();
    for k in 0..if has_limits { 0 } else { 7 } {
        let reason = if k < 5 { QuarantineReason::UnreadableImage } else { QuarantineReason::DuplicateRow };
        let path = format!("images/{k:05}.jpg");
        quarantine.items.push(QuarantineItem { path, line: Some(k + 2), reason, detail: "fixture".to_owned() });
    }
    quarantine.save(&out_root.join(&folder).join("quarantine.csv")).unwrap();
    if has_limits {
        let share = vec![vec![1.0 / 64.0; 8]; 8];
        let limits = Limits {
            schema: Limits::SCHEMA.to_owned(),
            accuracy: 0.781,
            macro_f1: 0.6634,
            argmax_macro_f1: 0.6321,
            accuracy_sd: 0.0112,
            macro_f1_sd: 0.0147,
            best_f1_per_class: vec![0.86, 0.55, 0.60, 0.49, 0.88, 0.72, 0.69, 0.61],
            argmax_f1_per_class: vec![0.86, 0.47, 0.55, 0.38, 0.88, 0.71, 0.68, 0.60],
            best_confusion: share.clone(),
            argmax_confusion: share,
        };
        limits.save(&out_root.join(&folder).join("limits.json")).unwrap();
    }
    PlannedDataset {
        name: name.to_owned(),
        folder,
        digest: Digest::of_bytes(name.as_bytes()),
        prototype_source: "empirical".to_owned(),
        prototypes: label_set.classes().iter().map(|c| at(c)).collect(),
        aus: vec![1, 12],
        has_limits,
        class_counts: [counts(1), counts(8), counts(6)],
        label_set,
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

fn write_runs(dir: &Path, plan: &Plan) -> Results {
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
        let skill = 0.45 + [0.0, 0.17, 0.12, 0.02][arm] + 0.14 * (seed_rng.unit() - 0.5) + 0.05 * rng.normal();
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

fn score(results: &mut Results, plan: &Plan, dataset: &PlannedDataset, r: usize, predictions: &Predictions, skill: f64) {
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
    add("pair_auc:anger-fear".to_owned(), Some(0.5 + 0.06 * skill));
    for (class, f1) in dataset.label_set.classes().iter().zip(confusion.f1_per_class()) {
        add(format!("f1:{class}"), f1);
    }
}

fn tests(plan: &Plan, results: &Results) -> Tests {
    let contrasts = [
        ("macro_f1", "circumplex", "uniform", "primary"),
        ("macro_f1", "circumplex", "base", "secondary"),
        ("macro_f1", "uniform", "base", "secondary"),
        ("macro_f1", "circumplex", "permuted", "secondary"),
        ("error_severity", "circumplex", "uniform", "secondary"),
        ("error_severity", "uniform", "base", "secondary"),
    ];
    let mut tests = Tests::default();
    for dataset in &plan.datasets {
        let mut rows = Vec::new();
        for (metric, treatment, control, family) in contrasts {
            let of = |arm: &str| results.by_seed(&dataset.name, arm, "last", metric);
            let (a, b) = (of(treatment), of(control));
            let pairs: Vec<(f64, f64)> =
                a.iter().filter_map(|(s, x)| Some(((*x)?, b.get(s).copied().flatten()?))).collect();
            let d = Differences::new(pairs.iter().map(|(x, y)| x - y).collect()).unwrap();
            let margin = (metric == "macro_f1").then_some(MARGIN);
            let s = paired_summary(&d, 0.95, margin, margin).unwrap();
            let mean = |k: fn(&(f64, f64)) -> f64| pairs.iter().map(k).sum::<f64>() / pairs.len() as f64;
            let verdict = match s.tost_p {
                _ if s.sign_flip_p <= 0.05 && s.hodges_lehmann > 0.0 => "better",
                _ if s.sign_flip_p <= 0.05 => "worse",
                Some(p) if p <= 0.05 => "equivalent",
                _ => "undecided",
            };
            rows.push(TestRow {
                dataset: dataset.name.clone(),
                metric: metric.to_owned(),
                treatment: treatment.to_owned(),
                control: control.to_owned(),
                family: family.to_owned(),
                n: s.n as u64,
                treatment_mean: mean(|p| p.0),
                control_mean: mean(|p| p.1),
                mean_difference: s.mean_difference,
                hodges_lehmann: s.hodges_lehmann,
                ci_low: s.ci_low,
                ci_high: s.ci_high,
                ci_confidence: s.ci_confidence,
                sign_flip_p: s.sign_flip_p,
                wilcoxon_p: s.wilcoxon_p,
                holm_p: s.sign_flip_p,
                d_z: s.d_z,
                rank_biserial: s.rank_biserial,
                margin,
                tost_p: s.tost_p,
                rope_below: s.rope_left,
                rope_within: s.rope,
                rope_above: s.rope_right,
                min_attainable_p: s.min_attainable_p,
                verdict: verdict.to_owned(),
            });
        }
        let family: Vec<f64> = rows[1..].iter().map(|row| row.sign_flip_p).collect();
        for (row, p) in rows[1..].iter_mut().zip(Correction::Holm.adjust(&family).unwrap()) {
            row.holm_p = p;
        }
        tests.rows.extend(rows);
    }
    tests
}

fn claims(plan: &Plan, tests: &Tests) -> ClaimSet {
    let wanted = [
        ("C1", 1, "The circumplex cost improves expression macro-F1 over base.", "abstract"),
        ("C2", 0, "A uniform cost matches the circumplex cost.", "abstract, p = 0.625"),
        ("C3", 4, "The circumplex cost brings errors affectively nearer the truth.", "abstract, p = 0.031"),
    ];
    let mut list = Vec::new();
    for dataset in &plan.datasets {
        let rows: Vec<&TestRow> = tests.rows.iter().filter(|row| row.dataset == dataset.name).collect();
        for (id, at, statement, source) in wanted {
            let row = rows[at];
            let verdict = match (id, row.verdict.as_str()) {
                ("C1", "better") | ("C2", "equivalent") | ("C3", "worse") => Verdict::Reproduced,
                (_, "undecided" | "equivalent") => Verdict::Undecided,
                _ => Verdict::Contradicted,
            };
            let evidence = |what: &str, value| Evidence {
                what: what.to_owned(),
                value,
                file: "tests.csv".to_owned(),
            };
            list.push(Claim {
                id: id.to_owned(),
                dataset: dataset.name.clone(),
                statement: statement.to_owned(),
                source: source.to_owned(),
                verdict,
                reason: format!("The paired test at level 0.05 says: {}.", row.verdict),
                evidence: vec![
                    evidence("Hodges-Lehmann difference", Some(row.hodges_lehmann)),
                    evidence("mean difference", Some(row.mean_difference)),
                    evidence("sign-flip p", Some(row.sign_flip_p)),
                    evidence("TOST p", row.tost_p),
                ],
            });
        }
    }
    ClaimSet::new(plan.study.clone(), list)
}

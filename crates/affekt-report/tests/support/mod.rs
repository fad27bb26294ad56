//! A synthetic study with realistic numbers: two datasets, four arms, six seeds, one run missing.
//!
//! It is a fixture, not a measurement: predictions come from a made-up confusion model and a small generator.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

mod ada_df;
mod outcome;
mod runs;
#[path = "../well_formed/mod.rs"]
pub(crate) mod well_formed;

use std::path::{Path, PathBuf};

use affekt_artifact::{
    ClaimSet, Digest, Limits, Plan, PlannedArm, PlannedDataset, PlannedRun, Provenance, Quarantine,
    QuarantineItem, QuarantineReason, Results, Tests,
};
use affekt_core::LabelSet;

pub(crate) use ada_df::add_ada_df;

/// Arms of the fixture and what they isolate.
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
    let datasets: Vec<PlannedDataset> =
        sets.into_iter().map(|(n, s, l)| dataset(&out_root, n, s, l)).collect();
    let mut matrix = Vec::new();
    for dataset in &datasets {
        for (arm, _) in ARMS {
            for seed in SEEDS {
                let id = format!("{}-{arm}-seed{seed}-0a1b2c3d", dataset.name);
                matrix.push(PlannedRun { id, dataset: dataset.name.clone(), arm: arm.to_owned(), seed });
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
        margins: [("macro_f1".to_owned(), MARGIN)].into(),
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
            .map(|(name, isolates)| PlannedArm {
                name: name.to_owned(),
                isolates: isolates.to_owned(),
                post_hoc: None,
            })
            .to_vec(),
        datasets,
        runs: matrix,
    };
    plan.save(&dir.join("plan.toml")).unwrap();
    let results = runs::write_runs(&dir, &plan);
    results.save(&dir.join("results.csv")).unwrap();
    let tests = outcome::tests(&plan, &results);
    tests.save(&dir.join("tests.csv")).unwrap();
    let claims = outcome::claims(&plan, &tests);
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
        quarantine.items.push(QuarantineItem {
            path,
            line: Some(k + 2),
            reason,
            detail: "fixture".to_owned(),
        });
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
            pair_auc: vec![vec![0.5; 8]; 8],
            pair: None,
            sweep: None,
            rho: Some(1.0),
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
        pair: None,
        label_noise: None,
        transfer: None,
    }
}

/// Writes the study's report, which is well-formed, and reads it.
pub(crate) fn report(study: &Study) -> String {
    let path = affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = std::fs::read_to_string(path).unwrap();
    well_formed::check(&html).unwrap();
    html
}

/// Cells of a table beside the report.
pub(crate) fn table(study: &Study, name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(study.dir.join(format!("tables/{name}.csv"))).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

//! How often the claim engine errs where the truth is known: simulated studies through tests and verdicts.

use affekt_artifact::{
    Digest, Plan, PlannedDataset, PlannedRun, Provenance, ResultRow, Results, Tests, Verdict,
};
use affekt_core::{LabelSet, Seed, Stream};
use affekt_stats::SignFlipPowers;

use super::claims_of;
use crate::contrast::tests_of;
use crate::{AbsentClass, AnalysisSpec, ClaimSpec, Contrast, Expectation};

const STUDIES: u64 = 200;
const ALPHA: f64 = 0.05;
const MARGIN: f64 = 0.02;

fn contrast() -> Contrast {
    let [metric, treatment, control] = ["macro_f1", "treatment", "control"].map(str::to_owned);
    Contrast { metric, treatment, control }
}

fn analysis(expects: Expectation) -> AnalysisSpec {
    let [id, statement, source] = ["C", "", ""].map(str::to_owned);
    AnalysisSpec {
        selection: "last".to_owned(),
        absent_class: AbsentClass::Zero,
        alpha: ALPHA,
        margins: [("macro_f1".to_owned(), MARGIN)].into(),
        primary: contrast(),
        contrasts: Vec::new(),
        pair: None,
        claims: vec![ClaimSpec { id, statement, source, expects, contrast: contrast() }],
    }
}

fn plan(n_seeds: u64) -> Plan {
    let text = |text: &str| text.to_owned();
    let digest = Digest::of_bytes(b"");
    let run =
        |arm: &str, seed| PlannedRun { id: format!("{arm}{seed}"), dataset: text("d"), arm: text(arm), seed };
    Plan {
        schema: text(Plan::SCHEMA),
        study: text("s"),
        question: text("q"),
        selection: text("last"),
        absent_class: text("zero"),
        alpha: ALPHA,
        pair: None,
        margins: [(text("macro_f1"), MARGIN)].into(),
        provenance: Provenance {
            version: text(""),
            code: text(""),
            libtorch: text(""),
            config: digest.clone(),
            threads_per_run: 1,
            command: text(""),
        },
        arms: Vec::new(),
        datasets: vec![PlannedDataset {
            name: text("d"),
            folder: text("data/d"),
            digest,
            prototype_source: text("empirical"),
            prototypes: vec![[0.0; 2]; 7],
            aus: Vec::new(),
            has_limits: false,
            class_counts: [vec![1; 7], vec![1; 7], vec![1; 7]],
            label_set: LabelSet::affectnet7(),
            pair: None,
            label_noise: None,
            transfer: None,
        }],
        runs: (0..n_seeds).flat_map(|seed| [run("treatment", seed), run("control", seed)]).collect(),
    }
}

/// A draw of what sets two runs of one configuration apart.
type Noise = fn(&mut Stream) -> f64;

/// Kinds of it.
const NOISES: [(&str, Noise); 3] = [
    ("normal", |stream| 0.01 * stream.normal()),
    // Most runs alike, some far off.
    ("heavy tails", |stream| 0.01 * stream.normal() / stream.uniform().sqrt().clamp(0.1, 1.0)),
    // Few test items: scores in steps of half a percent, with ties.
    ("ties", |stream| 0.005 * (2.0 * stream.normal()).round()),
];

/// Share of simulated studies whose claim comes out as reproduced, where treatment is truly `gain` better.
fn reproduced(expects: Expectation, n_seeds: u64, gain: f64, noise: Noise) -> f64 {
    let (plan, analysis) = (plan(n_seeds), analysis(expects));
    let mut powers = SignFlipPowers::new(ALPHA);
    let count = (0..STUDIES)
        .filter(|&study| {
            let mut stream = Seed(11).stream("simulated study", &[study]);
            let mut results = Results::default();
            for run in &plan.runs {
                // The seed moves both arms of a pair; the two arms are the same configuration otherwise.
                let shared = 0.02 * Seed(study).stream("seed effect", &[run.seed]).normal();
                let gain = if run.arm == "treatment" { gain } else { 0.0 };
                results.rows.push(ResultRow {
                    study: "s".to_owned(),
                    dataset: "d".to_owned(),
                    arm: run.arm.clone(),
                    seed: run.seed,
                    split: "test".to_owned(),
                    selection: "last".to_owned(),
                    metric: "macro_f1".to_owned(),
                    value: Some(0.4 + shared + gain + noise(&mut stream)),
                });
            }
            let tests = Tests { rows: tests_of("d", &analysis, &plan, &results).unwrap() };
            claims_of((&plan.datasets[0], None), &analysis, &plan, &results, &tests, &mut powers)[0].verdict
                == Verdict::Reproduced
        })
        .count();
    count as f64 / STUDIES as f64
}

/// The level with three standard errors of 200 studies.
fn bound() -> f64 {
    ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / STUDIES as f64).sqrt()
}

#[test]
fn two_arms_of_one_configuration_reproduce_no_difference_beyond_the_level() {
    for (name, noise) in NOISES {
        for n_seeds in [6, 8, 10] {
            for expects in [Expectation::Greater, Expectation::Less] {
                let share = reproduced(expects, n_seeds, 0.0, noise);
                assert!(share <= bound(), "{name}, {n_seeds} seeds, {expects:?}: {share}");
            }
        }
    }
}

#[test]
fn a_loss_is_no_gain() {
    let (_, normal) = NOISES[0];
    for loss in [-0.5 * MARGIN, -MARGIN, -2.0 * MARGIN] {
        let share = reproduced(Expectation::NotGreater, 6, loss, normal);
        assert!(share > 0.9, "{loss}: {share}");
    }
}

#[test]
fn a_gain_of_the_margin_is_not_called_none_beyond_the_level() {
    for (name, noise) in NOISES {
        for n_seeds in [6, 10] {
            let share = reproduced(Expectation::NotGreater, n_seeds, MARGIN, noise);
            assert!(share <= bound(), "{name}, {n_seeds} seeds: {share}");
        }
    }
}

#[test]
fn the_engine_finds_what_is_there() {
    let (_, normal) = NOISES[0];
    assert!(reproduced(Expectation::Greater, 8, 0.05, normal) > 0.95);
    assert!(reproduced(Expectation::NotGreater, 10, 0.0, normal) > 0.8);
}

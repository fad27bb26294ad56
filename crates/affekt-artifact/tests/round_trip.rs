//! Every file reads back to what was written.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use affekt_artifact::{
    Claim, ClaimSet, Digest, EpochRow, Epochs, Evidence, Limits, Manifest, ManifestRow, Plan, PlannedArm,
    PlannedDataset, PlannedRun, PredictionRow, Predictions, Provenance, ResultRow, Results, Selection,
    TestRow, Tests, Transfer, Verdict, WarningRow, Warnings,
};
use affekt_core::{LabelDistribution, LabelSet, SampleId, Split, SubjectId, VaPoint};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Text with what a table or a document might trip over.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 ,;\"'#=\\[\\]{}|é字-]{1,12}"
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6, -1.0..1.0, Just(0.1 + 0.2), Just(5e-324), Just(-1.797e308)]
}

fn share() -> impl Strategy<Value = f64> {
    0.0..=1.0
}

fn split() -> impl Strategy<Value = Split> {
    prop_oneof![Just(Split::Train), Just(Split::Valid), Just(Split::Test)]
}

fn va() -> impl Strategy<Value = VaPoint> {
    (-1.0..=1.0, -1.0..=1.0).prop_map(|(v, a)| VaPoint::clamped(v, a))
}

fn posterior() -> impl Strategy<Value = LabelDistribution> {
    vec(0.01..1.0, 8).prop_map(|weights| {
        let sum: f64 = weights.iter().sum();
        LabelDistribution::new(weights.iter().map(|w| w / sum).collect()).unwrap()
    })
}

prop_compose! {
    fn manifest_row()(
        sample in text(), path in text(), subject in text(), video in option::of(text()),
        frame in option::of(any::<u64>()), split in split(),
        class in option::of(0_usize..8), va in option::of(va()), aus in vec(option::of(any::<bool>()), 3),
        distribution in option::of(posterior()), posterior in option::of(posterior()),
        clean in option::of(0_usize..8),
    ) -> ManifestRow {
        ManifestRow {
            sample: SampleId::new(sample).unwrap(),
            path,
            subject: SubjectId::new(subject).unwrap(),
            frame,
            video,
            split,
            expression: class.and_then(|c| LabelSet::aff_wild2().class_at(c)),
            va,
            aus,
            distribution,
            posterior,
            clean_expression: clean.and_then(|c| LabelSet::aff_wild2().class_at(c)),
        }
    }
}

prop_compose! {
    fn prediction_row()(
        last in any::<bool>(), sample in text(), subject in text(), video in option::of(text()),
        split in split(),
        truth in option::of(0_usize..8), predicted in 0_usize..8, probabilities in vec(0.0_f32..1.0, 8),
        true_va in option::of(va()), va_head in option::of((-1.0_f32..1.0, -1.0_f32..1.0)),
        true_aus in vec(option::of(any::<bool>()), 3), au_head in option::of(vec(0.0_f32..1.0, 3)),
    ) -> PredictionRow {
        let class = |c| LabelSet::aff_wild2().class_at(c);
        PredictionRow {
            selection: if last { Selection::Last } else { Selection::BestValid },
            sample: SampleId::new(sample).unwrap(),
            subject: SubjectId::new(subject).unwrap(),
            video,
            split,
            true_class: truth.and_then(class),
            predicted_class: class(predicted).unwrap(),
            probabilities,
            true_va,
            predicted_va: va_head.map(|(v, a)| [v, a]),
            true_aus,
            au_probabilities: au_head.unwrap_or_default(),
        }
    }
}

prop_compose! {
    fn result_row()(names in vec(text(), 6), seed in any::<u64>(), value in option::of(finite())) -> ResultRow {
        let mut names = names.into_iter();
        let mut name = || names.next().unwrap();
        ResultRow {
            study: name(), dataset: name(), arm: name(), seed, split: name(), selection: name(), metric: name(), value,
        }
    }
}

prop_compose! {
    fn test_row()(
        names in vec(text(), 6), n in 1_u64..30, sure in vec(finite(), 8), maybe in vec(option::of(finite()), 11),
    ) -> TestRow {
        let mut names = names.into_iter();
        let mut name = || names.next().unwrap();
        TestRow {
            dataset: name(), metric: name(), treatment: name(), control: name(), family: name(), n,
            treatment_mean: sure[0], control_mean: sure[1], mean_difference: sure[2], hodges_lehmann: sure[3],
            ci_low: maybe[0], ci_high: maybe[1], ci_confidence: maybe[2],
            sign_flip_p: sure[4], wilcoxon_p: sure[5], holm_p: sure[6],
            d_z: maybe[3], rank_biserial: maybe[4], margin: maybe[5], tost_p: maybe[6], below_margin_p: maybe[10],
            rope_below: maybe[7], rope_within: maybe[8], rope_above: maybe[9],
            min_attainable_p: sure[7], verdict: name(),
        }
    }
}

prop_compose! {
    fn limits()(numbers in vec(share(), 5), f1 in vec(share(), 8)) -> Limits {
        Limits {
            schema: Limits::SCHEMA.to_owned(),
            accuracy: numbers[0], macro_f1: numbers[1], argmax_macro_f1: numbers[2],
            accuracy_sd: numbers[3], macro_f1_sd: numbers[4],
            best_f1_per_class: f1.clone(), argmax_f1_per_class: f1.clone(),
            best_confusion: vec![f1.clone(); 8], argmax_confusion: vec![f1.clone(); 8], pair_auc: vec![f1; 8],
            rho: Some(numbers[4]), pair: Some([0, 1]), sweep: Some(Digest::of_bytes(b"world")),
        }
    }
}

prop_compose! {
    fn plan()(
        names in vec(text(), 5), level in share(), pair in option::of((text(), text())),
        seeds in vec(0_u64..1000, 0..4), points in vec((-1.0..1.0, -1.0..1.0), 8), counts in vec(0_u64..9999, 8),
        has_limits in any::<bool>(), threads_per_run in 1_u32..64,
    ) -> Plan {
        let [study, question, dataset, arm, command] = <[String; 5]>::try_from(names).unwrap();
        Plan {
            schema: Plan::SCHEMA.to_owned(),
            study, question,
            selection: "last".to_owned(), absent_class: "zero".to_owned(),
            alpha: level, margins: [(arm.clone(), level)].into(), pair: pair.map(|(a, b)| [a, b]),
            provenance: Provenance {
                version: "0".to_owned(), code: "c".to_owned(), libtorch: "2.11.0".to_owned(),
                config: Digest::of_bytes(command.as_bytes()), threads_per_run, command,
            },
            arms: vec![PlannedArm {
                name: arm.clone(), isolates: dataset.clone(), post_hoc: has_limits.then(|| arm.clone()),
            }],
            datasets: vec![PlannedDataset {
                name: dataset.clone(), folder: "data/x".to_owned(), digest: Digest::of_bytes(b"x"),
                prototype_source: "empirical".to_owned(),
                prototypes: points.into_iter().map(|(v, a)| [v, a]).collect(),
                aus: vec![1, 2], has_limits,
                class_counts: [counts.clone(), counts.clone(), counts], label_set: LabelSet::affectnet8(),
                pair: None,                label_noise: has_limits.then_some(level),
                transfer: (!has_limits).then(|| Transfer { train: "a".to_owned(), test: dataset.clone() }),
            }],
            runs: seeds.into_iter().map(|seed| PlannedRun {
                id: format!("r{seed}"), dataset: dataset.clone(), arm: arm.clone(), seed,
            }).collect(),
        }
    }
}

prop_compose! {
    fn claim()(
        names in vec(text(), 5), verdict in 0_usize..3, evidence in vec((text(), option::of(finite())), 0..3),
    ) -> Claim {
        let [id, dataset, statement, source, reason] = <[String; 5]>::try_from(names).unwrap();
        let item = |(what, value)| Evidence { what, value, file: "tests.csv".to_owned() };
        Claim {
            id, dataset, statement, source, numbers: reason.clone(), reason,
            verdict: [Verdict::Reproduced, Verdict::Contradicted, Verdict::Undecided][verdict],
            evidence: evidence.into_iter().map(item).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn manifest(rows in vec(manifest_row(), 0..6), dataset in text()) {
        let folder = tempfile::tempdir().unwrap();
        let written = Manifest { dataset, label_set: LabelSet::aff_wild2(), aus: vec![1, 2, 4], rows };
        written.save(folder.path()).unwrap();
        prop_assert_eq!(Manifest::load(folder.path()).unwrap(), written);
    }

    #[test]
    fn predictions(rows in vec(prediction_row(), 0..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("predictions.csv");
        let written = Predictions { label_set: LabelSet::aff_wild2(), aus: vec![1, 2, 4], rows };
        written.save(&path).unwrap();
        prop_assert_eq!(Predictions::load(&path, &LabelSet::aff_wild2(), &[1, 2, 4]).unwrap(), written);
    }

    #[test]
    fn epochs_and_warnings(names in vec(text(), 4), seed in any::<u64>(), epoch in any::<u64>(), value in finite()) {
        let folder = tempfile::tempdir().unwrap();
        let [dataset, arm, name, warning] = [0, 1, 2, 3].map(|k: usize| names[k].clone());
        let row = EpochRow { dataset: dataset.clone(), arm: arm.clone(), seed, epoch, name, value };
        let epochs = Epochs { rows: vec![row] };
        epochs.save(&folder.path().join("epochs.csv")).unwrap();
        prop_assert_eq!(Epochs::load(&folder.path().join("epochs.csv")).unwrap(), epochs);
        let warnings = Warnings { rows: vec![WarningRow { dataset, arm, seed, epoch, warning }] };
        warnings.save(&folder.path().join("warnings.csv")).unwrap();
        prop_assert_eq!(Warnings::load(&folder.path().join("warnings.csv")).unwrap(), warnings);
    }

    #[test]
    fn results(rows in vec(result_row(), 0..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        let written = Results { rows };
        written.save(&path).unwrap();
        prop_assert_eq!(Results::load(&path).unwrap(), written);
    }

    #[test]
    fn tests(rows in vec(test_row(), 0..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tests.csv");
        let written = Tests { rows };
        written.save(&path).unwrap();
        prop_assert_eq!(Tests::load(&path).unwrap(), written);
    }

    #[test]
    fn limits_document(written in limits()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        written.save(&path).unwrap();
        prop_assert_eq!(Limits::load(&path).unwrap(), written);
    }

    #[test]
    fn plan_document(written in plan()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        written.save(&path).unwrap();
        prop_assert_eq!(Plan::load(&path).unwrap(), written);
    }

    #[test]
    fn claims_document(study in text(), claims in vec(claim(), 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        let written = ClaimSet::new(study, claims);
        written.save(folder.path()).unwrap();
        prop_assert_eq!(ClaimSet::load(&folder.path().join("claims.json")).unwrap(), written);
    }
}

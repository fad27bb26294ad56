//! Laws of the accumulators and of the metrics on random inputs.

use affekt_metrics::{
    Accumulator, AuAccumulator, AuSample, CalibrationAccumulator, CccAccumulator, ClassScore, Confusion,
    NullModel, UndefinedClass, accuracy_limit, ccc, error_severity, mean_kl, null_table, preservation,
    severity_index,
};
use proptest::collection::vec;
use proptest::prelude::*;

const N: usize = 5;

fn pairs() -> impl Strategy<Value = Vec<(usize, usize)>> {
    vec((0..N, 0..N), 1..60)
}

fn row() -> impl Strategy<Value = Vec<f64>> {
    vec(0.01_f64..1.0, N).prop_map(|weights| {
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    })
}

fn points() -> impl Strategy<Value = Vec<[f64; 2]>> {
    vec((-1.0..1.0_f64, -1.0..1.0_f64).prop_map(|(v, a)| [v, a]), N)
}

fn distance(points: &[[f64; 2]]) -> Vec<f64> {
    points.iter().flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1]))).collect()
}

fn accumulated<A, S>(empty: &A, samples: &[S]) -> A
where
    A: for<'a> Accumulator<Sample<'a> = S> + Clone,
    S: Copy,
{
    let mut accumulator = empty.clone();
    for &sample in samples {
        accumulator.update(sample).expect("the samples are valid");
    }
    accumulator
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-10
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_confusions_equals_accumulating_in_sequence(pairs in pairs(), cut in 0..60_usize) {
        let cut = cut.min(pairs.len());
        let mut merged = accumulated(&Confusion::new(N), &pairs[..cut]);
        merged.merge(&accumulated(&Confusion::new(N), &pairs[cut..])).unwrap();
        prop_assert_eq!(merged, Confusion::from_pairs(N, pairs).unwrap());
    }

    #[test]
    fn merging_moments_equals_accumulating_in_sequence(
        pairs in vec((-1.0..1.0_f64, -1.0..1.0_f64), 1..60),
        cut in 0..60_usize,
    ) {
        let cut = cut.min(pairs.len());
        let empty = CccAccumulator::default();
        let mut merged = accumulated(&empty, &pairs[..cut]);
        merged.merge(&accumulated(&empty, &pairs[cut..])).unwrap();
        let whole = accumulated(&empty, &pairs);
        prop_assert_eq!(merged.n(), whole.n());
        prop_assert!(close(merged.finish().unwrap(), whole.finish().unwrap()));
        prop_assert!(close(merged.mean_absolute_error().unwrap(), whole.mean_absolute_error().unwrap()));
    }

    #[test]
    fn merging_calibration_equals_accumulating_in_sequence(
        samples in vec((row(), 0..N), 1..40),
        cut in 0..40_usize,
    ) {
        let cut = cut.min(samples.len());
        let fed = |samples: &[(Vec<f64>, usize)]| {
            let mut cal = CalibrationAccumulator::new(N, 15).unwrap();
            for (row, truth) in samples {
                cal.update((row, *truth)).unwrap();
            }
            cal
        };
        let mut merged = fed(&samples[..cut]);
        merged.merge(&fed(&samples[cut..])).unwrap();
        let (merged, whole) = (merged.finish().unwrap(), fed(&samples).finish().unwrap());
        prop_assert!((0.0..=1.0).contains(&whole.ece));
        prop_assert!(whole.mean_entropy <= (N as f64).ln() + 1e-12);
        prop_assert_eq!(merged.n, whole.n);
        prop_assert!(close(merged.ece, whole.ece) && close(merged.nll, whole.nll));
        prop_assert!(close(merged.mean_entropy, whole.mean_entropy));
    }

    #[test]
    fn merging_action_units_equals_accumulating_in_sequence(
        frames in vec((vec(proptest::option::of(any::<bool>()), 3), vec(0.0..=1.0_f64, 3)), 1..40),
        cut in 0..40_usize,
    ) {
        let cut = cut.min(frames.len());
        let fed = |frames: &[(Vec<Option<bool>>, Vec<f64>)]| {
            let mut aus = AuAccumulator::new(3, 0.5).unwrap();
            for (truth, probability) in frames {
                aus.update(AuSample { truth, probability }).unwrap();
            }
            aus
        };
        let mut merged = fed(&frames[..cut]);
        merged.merge(&fed(&frames[cut..])).unwrap();
        let whole = fed(&frames);
        prop_assert_eq!(&merged, &whole);
        let coded: u64 = whole.counts().iter().map(affekt_metrics::AuCounts::n).sum();
        let labels = frames.iter().flat_map(|(truth, _)| truth).filter(|t| t.is_some()).count();
        prop_assert_eq!(coded, labels as u64);
    }

    #[test]
    fn scores_follow_their_classes_under_permutation(
        pairs in pairs(),
        permutation in Just((0..N).collect::<Vec<_>>()).prop_shuffle(),
        points in points(),
    ) {
        let before = Confusion::from_pairs(N, pairs).unwrap();
        let after = before.permuted(&permutation).unwrap();
        for score in [ClassScore::Precision, ClassScore::Recall, ClassScore::F1] {
            let (old, new) = (before.per_class(score), after.per_class(score));
            for (position, &class) in permutation.iter().enumerate() {
                prop_assert_eq!(new[position], old[class]);
            }
        }
        let moved: Vec<[f64; 2]> = permutation.iter().map(|&c| points[c]).collect();
        let (d, d_moved) = (distance(&points), distance(&moved));
        let severity = (error_severity(&before, &d).unwrap(), error_severity(&after, &d_moved).unwrap());
        let index = (severity_index(&before, &d).unwrap(), severity_index(&after, &d_moved).unwrap());
        for (old, new) in [severity, index] {
            prop_assert_eq!(old.is_some(), new.is_some());
            prop_assert!(close(old.unwrap_or(0.0), new.unwrap_or(0.0)));
        }
        let kept = preservation(&before, &points, 0.1, &[]).unwrap().all.unwrap();
        let kept_moved = preservation(&after, &moved, 0.1, &[]).unwrap().all.unwrap();
        prop_assert!(close(kept.quadrant, kept_moved.quadrant));
        prop_assert!(kept.quadrant <= kept.valence_sign && kept.quadrant <= kept.arousal_sign);
    }

    #[test]
    fn null_tables_carry_all_errors_and_quasi_independence_keeps_margins(pairs in pairs()) {
        let confusion = Confusion::from_pairs(N, pairs).unwrap();
        for model in [NullModel::RowUniform, NullModel::MarginalProduct, NullModel::QuasiIndependence] {
            let Some(table) = null_table(&confusion, model).unwrap() else { continue };
            prop_assert!((table.iter().sum::<f64>() - confusion.errors() as f64).abs() < 1e-9);
            prop_assert!(table.iter().all(|&cell| cell >= 0.0));
            if model == NullModel::QuasiIndependence {
                for k in 0..N {
                    let row: f64 = table[k * N..(k + 1) * N].iter().sum();
                    let column: f64 = (0..N).map(|i| table[i * N + k]).sum();
                    let missed = confusion.support()[k] - confusion.get(k, k);
                    let false_alarms = confusion.predicted_counts()[k] - confusion.get(k, k);
                    prop_assert!((row - missed as f64).abs() < 1e-9);
                    prop_assert!((column - false_alarms as f64).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn ccc_is_bounded_symmetric_and_matches_raw_moments(
        pairs in vec((-1.0..1.0_f64, -1.0..1.0_f64), 2..60),
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let n = x.len() as f64;
        let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
        let cov = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).map(|(p, q)| (p - mean(a)) * (q - mean(b))).sum::<f64>() / n
        };
        let shift = mean(&x) - mean(&y);
        let by_definition = 2.0 * cov(&x, &y) / (cov(&x, &x) + cov(&y, &y) + shift * shift);
        let got = ccc(&x, &y).unwrap();
        prop_assert!(close(got, by_definition));
        prop_assert!(close(got, ccc(&y, &x).unwrap()));
        prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&got));
        prop_assert!(close(ccc(&x, &x).unwrap(), 1.0));
    }

    #[test]
    fn macro_f1_lies_between_its_class_scores(pairs in pairs()) {
        let confusion = Confusion::from_pairs(N, pairs).unwrap();
        let zero = confusion.macro_f1(UndefinedClass::Zero).unwrap();
        let skip = confusion.macro_f1(UndefinedClass::Skip).unwrap();
        prop_assert!((0.0..=1.0).contains(&zero) && zero <= skip + 1e-15);
    }

    #[test]
    fn divergence_from_the_truth_is_non_negative_and_limit_bounds_are_kept(eta in vec(row(), 1..20)) {
        let uniform = vec![vec![1.0 / N as f64; N]; eta.len()];
        prop_assert!(mean_kl(&eta, &uniform).unwrap() >= -1e-12);
        prop_assert!(mean_kl(&eta, &eta).unwrap().abs() < 1e-12);
        let limit = accuracy_limit(&eta).unwrap();
        prop_assert!((1.0 / N as f64..=1.0).contains(&limit));
    }
}

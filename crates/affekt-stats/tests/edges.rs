//! Degenerate samples, limits, and what is refused.

use std::collections::BTreeSet;

use affekt_stats::{
    Alternative, Correction, Differences, MAX_MAGNITUDE, MAX_WALSH, PAIRED_TESTS, PairedTest, StatsError,
    ZeroMethod, bca_interval, cluster_randomisation, hedges_correction, hodges_lehmann, paired_summary,
    paired_t, paired_tost, quantile, required_effect, sign_flip, signed_rank_posterior, smallest_n,
    t_interval, unanimity_power, wilcoxon, wilcoxon_normal,
};

fn differences(values: &[f64]) -> Differences {
    Differences::new(values.to_vec()).expect("test data are finite")
}

#[test]
fn registry_has_unique_names_and_serves_every_direction() {
    let names: BTreeSet<&str> = PAIRED_TESTS.iter().map(|test| test.name()).collect();
    assert_eq!(names.len(), PAIRED_TESTS.len());
    let d = differences(&[0.011, 0.024, 0.008, 0.031, 0.017, 0.022]);
    for test in PAIRED_TESTS {
        for alternative in Alternative::ALL {
            let outcome = test.test(&d, alternative).unwrap();
            assert!(outcome.p_value > 0.0 && outcome.p_value <= 1.0, "{} {outcome:?}", test.name());
            assert_eq!(outcome.alternative, alternative);
            assert_eq!(outcome.n_effective, 6);
        }
    }
    let boxed: Vec<Box<dyn PairedTest>> = vec![Box::new(affekt_stats::SignFlip)];
    assert_eq!(boxed[0].name(), "sign_flip");
}

#[test]
fn inputs_are_refused_by_index() {
    assert!(matches!(Differences::new(vec![]), Err(StatsError::Empty { .. })));
    assert!(matches!(
        Differences::new(vec![0.0, 1.0, f64::NAN]),
        Err(StatsError::NotFinite { index: 2, value }) if value.is_nan()
    ));
    assert!(matches!(
        Differences::new(vec![0.0, f64::NEG_INFINITY]),
        Err(StatsError::NotFinite { index: 1, .. })
    ));
    assert!(matches!(Differences::new(vec![1e101]), Err(StatsError::TooLarge { index: 0, .. })));
    assert_eq!(
        Differences::paired(&[1.0], &[1.0, 2.0]),
        Err(StatsError::LengthMismatch { left: 1, right: 2 })
    );
    let message = Differences::new(vec![0.5, f64::INFINITY]).unwrap_err().to_string();
    assert_eq!(message, "value inf at index 1 is not finite");
    assert!(serde_json::from_str::<Differences>("[]").is_err());
    assert_eq!(serde_json::from_str::<Differences>("[0.5]").unwrap(), differences(&[0.5]));
}

#[test]
fn all_zero_differences_have_p_one_in_every_test_and_direction() {
    for n in [1, 6, 30] {
        let d = differences(&vec![0.0; n]);
        for test in PAIRED_TESTS {
            for alternative in Alternative::ALL {
                let p = test.test(&d, alternative).unwrap().p_value;
                assert!((p - 1.0).abs() < f64::EPSILON, "{} n = {n}", test.name());
            }
        }
        for zero_method in ZeroMethod::ALL {
            let normal = wilcoxon_normal(&d, zero_method, true, Alternative::Less);
            assert!((normal.p_value - 1.0).abs() < f64::EPSILON);
        }
    }
}

#[test]
fn thirty_pairs_are_counted_and_thirty_one_refused() {
    let d = differences(&[1.0; 30]);
    let counted = sign_flip(&d, Alternative::TwoSided).unwrap();
    assert_eq!((counted.count, counted.total), (2, 1 << 30));
    // One minus among thirty equal differences: 1 + 30 patterns reach the sum in either tail.
    let mut values = [1.0; 30];
    values[7] = -1.0;
    assert_eq!(sign_flip(&differences(&values), Alternative::Greater).unwrap().count, 31);
    let error = sign_flip(&differences(&[1.0; 31]), Alternative::Less).unwrap_err();
    assert_eq!(error.to_string(), "sign-flip test is exact up to 30 values, got 31");
    let summary = paired_summary(&differences(&[1.0; 31]), 0.95, None, None).unwrap();
    assert!(summary.sign_flip_se.is_some_and(|se| se > 0.0) && summary.sign_flip_p <= 3e-5);
}

#[test]
fn rank_tests_reach_their_limit_exactly() {
    let values: Vec<f64> = (1..=120).map(f64::from).collect();
    let counted = wilcoxon(&differences(&values), ZeroMethod::Wilcox).unwrap();
    assert_eq!((counted.count_greater, counted.total), (1, 1 << 120));
    let more: Vec<f64> = (1..=121).map(f64::from).collect();
    let error = wilcoxon(&differences(&more), ZeroMethod::Wilcox).unwrap_err();
    assert!(matches!(error, StatsError::TooManyForExact { n: 121, limit: 120, .. }));
    // One pair more than the exact null holds: the normal cut is close to that of 120 pairs.
    let (exact, normal) = (
        hodges_lehmann(&differences(&values), 0.95).unwrap().interval.unwrap(),
        hodges_lehmann(&differences(&more), 0.95).unwrap().interval.unwrap(),
    );
    assert!(normal.k > exact.k && normal.k - exact.k < 60, "{} {}", exact.k, normal.k);
    assert!(normal.confidence >= 0.95 && normal.confidence < 0.951);
    let too_many = differences(&vec![1.0; MAX_WALSH + 1]);
    assert!(matches!(hodges_lehmann(&too_many, 0.95), Err(StatsError::TooManyForExact { .. })));
    assert!(
        wilcoxon_normal(&differences(&more), ZeroMethod::Wilcox, true, Alternative::Greater).p_value < 1e-15
    );
}

#[test]
fn equal_differences_have_no_standardised_size() {
    // Ten times 0.1 sums to something else than 1: the dust must not become a standard deviation.
    let d = differences(&[0.1; 10]);
    assert_eq!(d.sd(), Some(0.0));
    assert!(matches!(paired_t(&d), Err(StatsError::NoSpread { .. })));
    assert!(matches!(paired_tost(&d, 1.0), Err(StatsError::NoSpread { .. })));
    assert!(matches!(bca_interval(&d, 0.9), Err(StatsError::NoSpread { .. })));
    let summary = paired_summary(&d, 0.95, Some(1.0), Some(0.0)).unwrap();
    // The sign-flip equivalence test needs no spread: of 2^10 sign patterns one is as far from either end.
    assert_eq!((summary.d_z, summary.hedges_g, summary.tost_p), (None, None, Some(1.0 / 1024.0)));
    assert_eq!(summary.rank_biserial, Some(1.0));
    let interval = t_interval(d.values(), 0.95).unwrap();
    assert!((interval.high - interval.low).abs() < f64::EPSILON);
}

#[test]
fn one_pair_is_summarised_without_a_spread() {
    let summary = paired_summary(&differences(&[0.02]), 0.95, Some(0.1), None).unwrap();
    assert_eq!((summary.n, summary.sd, summary.tost_p, summary.rope), (1, None, Some(0.5), None));
    assert!((summary.sign_flip_p - 1.0).abs() < f64::EPSILON);
    assert!((summary.wilcoxon_p - 1.0).abs() < f64::EPSILON);
    assert!(matches!(paired_t(&differences(&[0.02])), Err(StatsError::TooFew { needed: 2, n: 1, .. })));
    assert!(bca_interval(&differences(&[0.02]), 0.9).is_err());
    assert!(hedges_correction(2).is_err());
}

#[test]
fn largest_magnitudes_stay_finite() {
    let d = differences(&[MAX_MAGNITUDE, -MAX_MAGNITUDE, MAX_MAGNITUDE, 0.0, 1.0, MAX_MAGNITUDE]);
    let summary = paired_summary(&d, 0.95, Some(1.0), Some(1.0)).unwrap();
    for value in [summary.mean_difference, summary.hodges_lehmann, summary.sign_flip_p, summary.wilcoxon_p] {
        assert!(value.is_finite());
    }
    for value in [summary.sd, summary.d_z, summary.hedges_g, summary.tost_p, summary.ci_low] {
        assert!(value.is_some_and(f64::is_finite));
    }
    let interval = bca_interval(&d, 0.999).unwrap();
    assert!(interval.low.is_finite() && interval.high.is_finite() && interval.z0.is_finite());
}

#[test]
fn parameters_out_of_range_are_refused_even_when_nan() {
    let d = differences(&[0.1, 0.2, 0.4]);
    for confidence in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        assert!(hodges_lehmann(&d, confidence).is_err());
        assert!(t_interval(d.values(), confidence).is_err());
        assert!(bca_interval(&d, confidence).is_err());
        assert!(paired_summary(&d, confidence, None, None).is_err());
        assert!(smallest_n(confidence, 1).is_err());
        assert!(unanimity_power(6, 1.0, confidence).is_err());
        assert!(required_effect(6, confidence, 0.05).is_err());
    }
    for margin in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert!(paired_tost(&d, margin).is_err());
        assert!(paired_summary(&d, 0.95, Some(margin), None).is_err());
        assert!(signed_rank_posterior(&d, 0.0, margin).is_err());
    }
    for rope in [-1e-9, f64::INFINITY, f64::NAN] {
        assert!(signed_rank_posterior(&d, rope, 0.5).is_err());
        assert!(paired_summary(&d, 0.95, None, Some(rope)).is_err());
    }
    for q in [-0.1, 1.1, f64::NAN] {
        assert!(quantile(&[1.0], q).is_err());
        assert!(Correction::ALL.iter().all(|correction| correction.adjust(&[0.5, q]).is_err()));
    }
    assert!(unanimity_power(6, f64::NAN, 0.05).is_err());
    assert!(smallest_n(0.05, 0).is_err());
}

#[test]
fn a_margin_is_checked_even_where_the_data_leave_no_test() {
    // A wrong request must not pass as "undefined" because the sample happens to have no spread.
    assert!(paired_summary(&differences(&[0.1]), 0.95, Some(-1.0), None).is_err());
}

#[test]
fn power_has_a_closed_form_only_where_unanimity_alone_rejects() {
    assert_eq!(unanimity_power(7, 1.0, 0.05), Err(StatsError::NoClosedForm { n: 7, level: 0.05 }));
    // At a level of exactly 2^(2-n) the next outcome rejects as well.
    assert!(unanimity_power(7, 1.0, 0.03125).is_err());
    assert!(matches!(required_effect(5, 0.8, 0.05), Err(StatsError::OutOfRange { name: "power", .. })));
    assert!(required_effect(6, 0.01, 0.05).unwrap() < 1e-9);
    let level = 1.0 / 64.0;
    assert!((unanimity_power(7, 0.0, level).unwrap() - level).abs() < 1e-15);
}

#[test]
fn cluster_statistics_must_be_finite_and_few() {
    assert!(matches!(cluster_randomisation(0, |_| 1.0), Err(StatsError::Empty { .. })));
    assert!(matches!(cluster_randomisation(21, |_| 1.0), Err(StatsError::TooManyForExact { n: 21, .. })));
    let error = cluster_randomisation(3, |swapped| if swapped[1] { f64::NAN } else { 1.0 }).unwrap_err();
    assert!(matches!(error, StatsError::StatisticNotFinite { pattern: 0b10, .. }));
    let constant = cluster_randomisation(3, |_| 0.0).unwrap();
    assert!((constant.p_value() - 1.0).abs() < f64::EPSILON);
}

#[test]
fn quantiles_reach_both_ends() {
    let values = [3.0, 1.0, 2.0];
    assert_eq!(quantile(&values, 0.0), Ok(1.0));
    assert_eq!(quantile(&values, 1.0), Ok(3.0));
    assert_eq!(quantile(&[5.0], 0.3), Ok(5.0));
}

#[test]
fn a_confidence_that_is_attained_exactly_is_attained() {
    // P(T+ <= 0) = 1/64 at six pairs, and both numbers are dyadic.
    let d = differences(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
    let interval = hodges_lehmann(&d, 0.96875).unwrap().interval.unwrap();
    assert_eq!((interval.low, interval.high, interval.k), (1.0, 32.0, 0));
    assert!(hodges_lehmann(&d, 0.969).unwrap().interval.is_none());
}

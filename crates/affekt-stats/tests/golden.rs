//! Agreement with scipy, statsmodels and baycomp on the 2,000 cases of `golden/stats.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use affekt_stats::{
    Alternative, Blocks, Correction, Differences, ZeroMethod, bca_interval, cluster_randomisation, cohen_dz,
    critical_difference, friedman, hedges_correction, hodges_lehmann, nemenyi_normal, paired_t, paired_tost,
    quantile, sign_flip, sign_test, signed_rank_posterior, signed_rank_shares, t_interval, t_power, wilcoxon,
    wilcoxon_normal,
};
use serde_json::Value;
use support::{assert_close, number, numbers, size};

mod support;

const TOLERANCE: f64 = 1e-10;
/// Order of the p-values of a test.
const ORDER: [Alternative; 3] = [Alternative::TwoSided, Alternative::Greater, Alternative::Less];

/// The cases of one topic, which must be so many.
fn cases(topic: &str, count: usize) -> Vec<Value> {
    let lines = include_str!("golden/stats.jsonl").lines().skip(1);
    let found: Vec<Value> = lines
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|case| case[0] == topic)
        .collect();
    assert_eq!(found.len(), count, "cases of {topic}");
    found
}

fn units(value: &Value) -> Differences {
    Differences::new(numbers(value).iter().map(|u| u / 1000.0).collect()).unwrap()
}

#[track_caller]
fn close(got: f64, expected: &Value, case: &Value) {
    assert_close(got, number(expected), TOLERANCE, &case.to_string());
}

#[test]
fn there_are_two_thousand_cases_and_their_tools_are_named() {
    let text = include_str!("golden/stats.jsonl");
    assert_eq!(text.lines().count(), 2001);
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(header["scipy"], "1.17.1");
    assert!(header["statsmodels"].is_string() && header["baycomp"].is_string() && header["seed"].is_number());
}

#[test]
fn paired_tests_are_those_of_scipy_and_statsmodels() {
    let mut wilcoxons = 0;
    for case in cases("paired", 900) {
        let d = units(&case[1]);
        for (place, alternative) in ORDER.into_iter().enumerate() {
            close(sign_flip(&d, alternative).unwrap().p_value(), &case[3][place], &case);
            close(sign_test(&d).p_value(alternative), &case[5][place], &case);
            for (method, zeros) in ZeroMethod::ALL.into_iter().enumerate() {
                if case[4][method].is_array() {
                    wilcoxons += 1;
                    let p = wilcoxon(&d, zeros).unwrap().p_value(alternative);
                    close(p, &case[4][method][place], &case);
                }
            }
        }
        let block = &case[6];
        if block.is_null() {
            continue;
        }
        let t_test = paired_t(&d).unwrap();
        close(t_test.t, &block[0], &case);
        for (place, alternative) in ORDER.into_iter().enumerate() {
            close(t_test.p_value(alternative), &block[1 + place], &case);
        }
        let tost = paired_tost(&d, number(&case[2]) / 1000.0).unwrap();
        close(tost.p_lower, &block[4], &case);
        close(tost.p_upper, &block[5], &case);
        close(cohen_dz(&d).unwrap(), &block[6], &case);
        let interval = t_interval(d.values(), 0.9).unwrap();
        close(interval.low, &block[7], &case);
        close(interval.high, &block[8], &case);
    }
    assert!(wilcoxons > 5000, "only {wilcoxons} exact Wilcoxon references");
}

#[test]
fn normal_wilcoxon_is_that_of_scipy() {
    for case in cases("wilcoxon_normal", 250) {
        let zeros: ZeroMethod = serde_json::from_value(case[2].clone()).unwrap();
        let alternative: Alternative = serde_json::from_value(case[4].clone()).unwrap();
        let got = wilcoxon_normal(&units(&case[1]), zeros, case[3].as_bool().unwrap(), alternative);
        close(got.p_value, &case[5], &case);
    }
}

#[test]
fn corrections_are_those_of_statsmodels() {
    for case in cases("family", 150) {
        let p = numbers(&case[1]);
        for (place, correction) in Correction::ALL.into_iter().enumerate() {
            for (got, expected) in
                correction.adjust(&p).unwrap().iter().zip(case[2 + place].as_array().unwrap())
            {
                close(*got, expected, &case);
            }
        }
    }
}

#[test]
fn posterior_shares_are_those_of_baycomp() {
    for case in cases("posterior", 150) {
        // baycomp subtracts the first arm from the second, of which the first is zero here.
        let (d, rope) = (units(&case[1]), number(&case[2]) / 1000.0);
        let drawn = signed_rank_shares(&d, rope, &numbers(&case[4])).unwrap();
        let mean = signed_rank_posterior(&d, rope, number(&case[3])).unwrap();
        for (shares, expected) in [(drawn, &case[5]), (mean, &case[6])] {
            close(shares.left, &expected[0], &case);
            close(shares.rope, &expected[1], &case);
            close(shares.right, &expected[2], &case);
        }
    }
}

#[test]
fn ranks_of_many_arms_are_those_of_scipy() {
    let mut exact = 0;
    for case in cases("friedman", 150) {
        let blocks = Blocks::new(case[1].as_array().unwrap().iter().map(numbers).collect()).unwrap();
        let found = friedman(&blocks).unwrap();
        close(found.chi_squared, &case[2], &case);
        close(found.p_chi_squared, &case[3], &case);
        if !case[4].is_null() {
            exact += 1;
            assert_eq!(found.standard_error, None, "{case}");
            close(found.p_value, &case[4], &case);
        }
        for (got, expected) in found.average_ranks.iter().zip(case[5].as_array().unwrap()) {
            close(*got, expected, &case);
        }
        for (pair, expected) in nemenyi_normal(&blocks).iter().zip(case[6].as_array().unwrap()) {
            close(pair.adjusted_p, expected, &case);
        }
    }
    assert!(exact > 15, "only {exact} exact references");
}

#[test]
fn power_of_the_t_test_is_that_of_statsmodels() {
    for case in cases("t_power", 100) {
        close(t_power(size(&case[1]), number(&case[2]), number(&case[3])).unwrap(), &case[4], &case);
    }
}

#[test]
fn intervals_are_those_of_rational_arithmetic_and_of_every_resample() {
    let mut bootstraps = 0;
    for case in cases("interval", 200) {
        let (d, confidence) = (units(&case[1]), number(&case[2]));
        let shift = hodges_lehmann(&d, confidence).unwrap();
        close(shift.estimate, &case[3], &case);
        assert_eq!(shift.interval.is_none(), case[4].is_null(), "{case}");
        if let Some(interval) = shift.interval {
            close(interval.low, &case[4][0], &case);
            close(interval.high, &case[4][1], &case);
            close(interval.confidence, &case[4][2], &case);
        }
        if case[5].is_array() {
            bootstraps += 1;
            let interval = bca_interval(&d, confidence).unwrap();
            for (place, got) in
                [interval.z0, interval.acceleration, interval.low, interval.high].iter().enumerate()
            {
                close(*got, &case[5][place], &case);
            }
        }
        close(quantile(d.values(), number(&case[6])).unwrap(), &case[7], &case);
        if !case[8].is_null() {
            close(hedges_correction(d.n()).unwrap(), &case[8], &case);
        }
    }
    assert!(bootstraps > 40, "only {bootstraps} bootstrap references");
}

#[test]
fn swaps_of_whole_videos_are_those_of_enumeration() {
    for case in cases("cluster", 50) {
        let list =
            |place: usize| -> Vec<usize> { case[place].as_array().unwrap().iter().map(size).collect() };
        let (video, truth, a, b) = (list(1), list(2), list(3), list(4));
        let clusters = video.iter().max().unwrap() + 1;
        let macro_f1 = |guess: &[usize]| affekt_metrics::macro_f1_of(&truth, guess, 3).unwrap();
        let found = cluster_randomisation(clusters, |swapped| {
            let mixed = |swap: bool| -> Vec<usize> {
                (0..truth.len()).map(|i| if swapped[video[i]] == swap { b[i] } else { a[i] }).collect()
            };
            macro_f1(&mixed(true)) - macro_f1(&mixed(false))
        });
        close(found.unwrap().p_value(), &case[5], &case);

        let tenths = |place: usize| -> Vec<f64> { numbers(&case[place]).iter().map(|v| v / 10.0).collect() };
        let (truth, a, b) = (tenths(6), tenths(7), tenths(8));
        let found = cluster_randomisation(clusters, |swapped| {
            let mixed = |swap: bool| -> Vec<f64> {
                (0..truth.len()).map(|i| if swapped[video[i]] == swap { b[i] } else { a[i] }).collect()
            };
            let ccc = |guess: &[f64]| affekt_metrics::ccc(&truth, guess).unwrap();
            ccc(&mixed(true)) - ccc(&mixed(false))
        });
        close(found.unwrap().p_value(), &case[9], &case);
    }
}

#[test]
fn critical_differences_are_those_of_the_studentized_range() {
    for case in cases("range", 50) {
        let got = critical_difference(size(&case[2]), size(&case[1]), number(&case[3])).unwrap();
        close(got, &case[4], &case);
    }
}

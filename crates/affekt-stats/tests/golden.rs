//! Agreement with the committed reference values of `testdata/stats` (scipy, statsmodels, exact counting).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use affekt_stats::{
    Alternative, Correction, Differences, ZeroMethod, bca_interval, cohen_dz, hedges_correction,
    hodges_lehmann, paired_t, paired_tost, sign_flip, sign_test, signed_rank_posterior, t_interval, wilcoxon,
    wilcoxon_normal,
};
use serde_json::Value;
use support::{assert_close, differences, integer, key, number, numbers, size};

mod support;

const EXACT: f64 = 1e-12;
const ASYMPTOTIC: f64 = 1e-10;

fn golden() -> Value {
    serde_json::from_str(include_str!("../testdata/stats/case.json")).unwrap()
}

fn cases() -> Vec<(Differences, Value)> {
    let cases: Vec<_> = golden()["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (differences(&case["d"]), case.clone()))
        .collect();
    assert!(cases.len() > 250, "the reference file has lost its cases");
    cases
}

#[test]
fn sign_flip_counts_are_those_of_integer_counting() {
    for (d, case) in cases() {
        for alternative in Alternative::ALL {
            let counted = sign_flip(&d, alternative).unwrap();
            assert_eq!(counted.count, integer(&case["sign_flip"][key(alternative)]), "{d:?} {alternative:?}");
        }
    }
}

#[test]
fn exact_wilcoxon_is_that_of_scipy_with_ties_and_zeros() {
    let mut compared = 0;
    for (d, case) in cases() {
        for (zero_method, name) in zero_methods() {
            let expected = &case["wilcoxon"][name];
            if expected.is_null() {
                continue;
            }
            compared += 1;
            let counted = wilcoxon(&d, zero_method).unwrap();
            for alternative in Alternative::ALL {
                let what = format!("{d:?} {name} {alternative:?}");
                assert_close(counted.p_value(alternative), number(&expected[key(alternative)]), EXACT, &what);
            }
        }
    }
    assert!(compared > 700, "only {compared} exact Wilcoxon references");
}

#[test]
fn normal_wilcoxon_is_that_of_scipy() {
    for (d, case) in cases() {
        for (zero_method, name) in zero_methods() {
            for row in case["wilcoxon_normal"][name].as_array().into_iter().flatten() {
                let correction = row["correction"].as_bool().unwrap();
                let alternative = serde_json::from_value(row["alternative"].clone()).unwrap();
                let got = wilcoxon_normal(&d, zero_method, correction, alternative);
                let what = format!("{d:?} {name} {row}");
                assert_close(got.p_value, number(&row["p"]), ASYMPTOTIC, &what);
            }
        }
    }
}

#[test]
fn sign_test_is_binomial() {
    for (d, case) in cases() {
        let counted = sign_test(&d);
        assert_eq!(counted.positive, size(&case["sign_test"]["positive"]));
        assert_eq!(counted.negative, size(&case["sign_test"]["negative"]));
        for alternative in Alternative::ALL {
            let expected = number(&case["sign_test"][key(alternative)]);
            assert_close(counted.p_value(alternative), expected, EXACT, "sign test");
        }
    }
}

#[test]
fn hodges_lehmann_intervals_are_those_of_rational_arithmetic() {
    for (d, case) in cases() {
        for row in case["hodges_lehmann"].as_array().unwrap() {
            let shift = hodges_lehmann(&d, number(&row["confidence"])).unwrap();
            assert_close(shift.estimate, number(&row["estimate"]), EXACT, "estimate");
            assert_eq!(shift.interval.is_none(), row["ci"].is_null(), "{d:?} {row}");
            if let Some(interval) = shift.interval {
                let ends = numbers(&row["ci"]);
                assert_close(interval.low, ends[0], EXACT, "low");
                assert_close(interval.high, ends[1], EXACT, "high");
                assert_close(interval.confidence, number(&row["attained"]), EXACT, "attained");
            }
        }
    }
}

#[test]
fn t_statistics_are_those_of_scipy() {
    for (d, case) in cases() {
        let expected = &case["t"];
        if expected.is_null() {
            continue;
        }
        let t_test = paired_t(&d).unwrap();
        assert_close(t_test.t, number(&expected["t"]), EXACT, "t");
        for alternative in Alternative::ALL {
            let p = number(&expected[key(alternative)]);
            assert_close(t_test.p_value(alternative), p, EXACT, "p of t");
        }
        let interval = t_interval(d.values(), 0.9).unwrap();
        let ends = numbers(&expected["ci90"]);
        assert_close(interval.low, ends[0], EXACT, "t low");
        assert_close(interval.high, ends[1], EXACT, "t high");
        let tost = paired_tost(&d, number(&expected["margin"])).unwrap();
        let tails = numbers(&expected["tost"]);
        assert_close(tost.p_lower, tails[0], EXACT, "p lower");
        assert_close(tost.p_upper, tails[1], EXACT, "p upper");
        assert_close(cohen_dz(&d).unwrap(), number(&expected["dz"]), EXACT, "dz");
    }
}

#[test]
fn posterior_shares_are_those_of_rational_arithmetic() {
    for (d, case) in cases() {
        for row in case["posterior"].as_array().unwrap() {
            let shares = signed_rank_posterior(&d, number(&row["rope"]), number(&row["strength"])).unwrap();
            assert_close(shares.left, number(&row["left"]), EXACT, "left");
            assert_close(shares.rope, number(&row["rope_share"]), EXACT, "rope");
            assert_close(shares.right, number(&row["right"]), EXACT, "right");
        }
    }
}

#[test]
fn bca_is_that_of_listing_every_resample() {
    let mut compared = 0;
    for (d, case) in cases() {
        let expected = &case["bca"];
        if expected.is_null() {
            continue;
        }
        compared += 1;
        let interval = bca_interval(&d, number(&expected["confidence"])).unwrap();
        assert_close(interval.z0, number(&expected["z0"]), EXACT, "z0");
        assert_close(interval.acceleration, number(&expected["acceleration"]), EXACT, "acceleration");
        let (levels, ends) = (numbers(&expected["levels"]), numbers(&expected["ends"]));
        assert_close(interval.level_low, levels[0], EXACT, "level");
        assert_close(interval.level_high, levels[1], EXACT, "level");
        assert_close(interval.low, ends[0], EXACT, "bca low");
        assert_close(interval.high, ends[1], EXACT, "bca high");
    }
    assert!(compared > 80, "only {compared} bootstrap references");
}

#[test]
fn corrections_are_those_of_statsmodels() {
    for family in golden()["families"].as_array().unwrap() {
        let p = numbers(&family["p"]);
        for correction in Correction::ALL {
            let name = serde_json::to_value(correction).unwrap();
            let expected = numbers(&family[name.as_str().unwrap()]);
            let got = correction.adjust(&p).unwrap();
            for (got, expected) in got.iter().zip(&expected) {
                assert_close(*got, *expected, EXACT, &format!("{correction:?} {p:?}"));
            }
        }
    }
}

#[test]
fn hedges_factor_is_that_of_the_gamma_function() {
    for row in golden()["hedges"].as_array().unwrap() {
        assert_close(hedges_correction(size(&row["n"])).unwrap(), number(&row["j"]), EXACT, "J");
    }
}

fn zero_methods() -> impl Iterator<Item = (ZeroMethod, &'static str)> {
    ZeroMethod::ALL.into_iter().zip(["wilcox", "pratt", "zsplit"])
}

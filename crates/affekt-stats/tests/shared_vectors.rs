//! Agreement with the project's shared reference numbers, where a checkout has them beside it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeSet;

use affekt_stats::{
    Alternative, Correction, Differences, PRIOR_STRENGTH, StatsError, ZeroMethod, bca_interval,
    cluster_randomisation, cohen_dz, hedges_correction, hedges_g, hodges_lehmann, min_attainable_p,
    paired_summary, paired_t, paired_tost, rank_biserial, required_effect, sign_flip, sign_test,
    signed_rank_posterior, t_interval, unanimity_power, wilcoxon, wilcoxon_normal, wilcoxon_null_cumulative,
};
use serde_json::Value;
use support::{assert_close, differences, integer, key, number, numbers, size};

mod support;

const EXACT: f64 = 1e-12;
const ASYMPTOTIC: f64 = 1e-10;
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/stats_vectors.json");

#[test]
fn every_shared_vector_is_reproduced() {
    let Ok(text) = std::fs::read_to_string(VECTORS) else {
        eprintln!("SKIP (shared vectors absent): shared/vectors/stats_vectors.json");
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    for vector in file["vectors"].as_array().unwrap() {
        match vector["id"].as_str().unwrap() {
            "multiplicity" => multiplicity(vector),
            "cluster_randomisation_macroF1" => cluster(vector),
            "power_signflip_n6" => power(vector),
            "min_attainable_two_sided_p" => attainable(vector),
            "wilcoxon_null_cdf_n6" => null_cdf(vector),
            // A new kind of vector has no differences and must be given a check here, not be passed over.
            id => sample(vector, id),
        }
    }
}

fn sample(vector: &Value, id: &str) {
    let known: BTreeSet<&str> = [
        "id",
        "description",
        "differences",
        "x",
        "y",
        "has_zeros",
        "has_ties",
        "signflip_exact",
        "wilcoxon_exact_permutation",
        "wilcoxon_asymptotic",
        "hodges_lehmann",
        "effects",
        "bca",
        "tost",
        "bayes_signed_rank",
    ]
    .into();
    for block in vector.as_object().unwrap().keys() {
        assert!(known.contains(block.as_str()), "{id}: no check for {block}");
    }
    let d = differences(&vector["differences"]);
    if vector["x"].is_array() {
        let paired = Differences::paired(&numbers(&vector["x"]), &numbers(&vector["y"])).unwrap();
        check_exact_tests(&paired, vector, id);
    }
    check_exact_tests(&d, vector, id);
    for row in vector["wilcoxon_asymptotic"].as_array().into_iter().flatten() {
        let correction = row["continuity_correction"].as_bool().unwrap();
        let got = wilcoxon_normal(&d, zero_method(&row["zero_method"]), correction, Alternative::TwoSided);
        // The file standardises the smaller rank sum, so its z is never positive.
        assert_close(-got.z.abs(), number(&row["z"]), EXACT, id);
        assert_close(got.p_value, number(&row["p_two_sided"]), ASYMPTOTIC, id);
    }
    check_shift(&d, &vector["hodges_lehmann"], id);
    check_effects(&d, &vector["effects"], id);
    match vector.get("bca") {
        Some(Value::Null) => {
            assert!(matches!(bca_interval(&d, 0.95), Err(StatsError::TooManyForExact { n: 12, .. })), "{id}");
        }
        Some(expected) => check_bca(&d, expected, id),
        None => {}
    }
    for row in vector["tost"].as_array().into_iter().flatten() {
        check_tost(&d, row, id);
    }
    for row in vector["bayes_signed_rank"].as_array().into_iter().flatten() {
        let shares = signed_rank_posterior(&d, number(&row["rope"]), number(&row["prior_strength"])).unwrap();
        assert_close(shares.left, number(&row["E_left"]), EXACT, id);
        assert_close(shares.right, number(&row["E_right"]), EXACT, id);
        let rope = row.get("E_rope").map_or(0.0, number);
        assert_close(shares.rope, rope, EXACT, id);
        assert_close(number(&row["prior_strength"]), PRIOR_STRENGTH, EXACT, id);
    }
    check_summary(&d, vector, id);
}

fn check_exact_tests(d: &Differences, vector: &Value, id: &str) {
    let flips = &vector["signflip_exact"];
    assert_eq!(d.n(), size(&flips["n"]), "{id}");
    for alternative in Alternative::ALL {
        let counted = sign_flip(d, alternative).unwrap();
        assert_eq!(counted.count, integer(&flips[format!("count_{}", key(alternative))]), "{id}");
        assert_eq!(counted.total, integer(&flips["total"]), "{id}");
        assert_close(counted.p_value(), number(&flips[format!("p_{}", key(alternative))]), EXACT, id);
        assert_close(counted.mean, number(&flips["mean"]), EXACT, id);
    }
    for (name, expected) in vector["wilcoxon_exact_permutation"].as_object().unwrap() {
        assert_eq!(name, expected["zero_method"].as_str().unwrap());
        let counted = wilcoxon(d, zero_method(&expected["zero_method"])).unwrap();
        assert_eq!(counted.n_effective, size(&expected["n_effective"]), "{id} {name}");
        assert_eq!(counted.count_greater, u128::from(integer(&expected["count_greater"])), "{id} {name}");
        assert_eq!(counted.count_less, u128::from(integer(&expected["count_less"])), "{id} {name}");
        assert_eq!(counted.total, u128::from(integer(&expected["perm_total"])), "{id} {name}");
        assert_close(counted.r_plus, number(&expected["r_plus"]), EXACT, id);
        assert_close(counted.r_minus, number(&expected["r_minus"]), EXACT, id);
        let smaller = if counted.r_plus < counted.r_minus { counted.r_plus } else { counted.r_minus };
        assert_close(smaller, number(&expected["statistic_min"]), EXACT, id);
        for alternative in Alternative::ALL {
            let p = number(&expected[format!("p_{}", key(alternative))]);
            assert_close(counted.p_value(alternative), p, EXACT, id);
        }
    }
}

fn check_shift(d: &Differences, expected: &Value, id: &str) {
    let shift = hodges_lehmann(d, 0.95).unwrap();
    assert_close(shift.estimate, number(&expected["hodges_lehmann"]), EXACT, id);
    assert_eq!(d.n() * (d.n() + 1) / 2, size(&expected["n_walsh"]), "{id}");
    match (shift.interval, &expected["ci"]) {
        (None, Value::Null) => {}
        (Some(interval), ends) => {
            let ends = numbers(ends);
            assert_close(interval.low, ends[0], EXACT, id);
            assert_close(interval.high, ends[1], EXACT, id);
            assert_close(interval.confidence, number(&expected["confidence_attained"]), EXACT, id);
            assert_eq!(interval.k, size(&expected["k"]), "{id}");
        }
        (got, ends) => panic!("{id}: interval {got:?}, expected {ends}"),
    }
}

fn check_effects(d: &Differences, expected: &Value, id: &str) {
    let optional = |got: Option<f64>, field: &str| match (got, &expected[field]) {
        (None, Value::Null) => {}
        (Some(got), value) => assert_close(got, number(value), EXACT, &format!("{id} {field}")),
        (None, value) => panic!("{id} {field}: none, expected {value}"),
    };
    optional(d.sd(), "sd");
    optional(cohen_dz(d), "cohen_dz");
    optional(hedges_g(d), "hedges_gz");
    optional(rank_biserial(d, ZeroMethod::Wilcox), "rank_biserial_wilcox");
    optional(rank_biserial(d, ZeroMethod::Pratt), "rank_biserial_pratt");
    if expected["mean"].is_number() {
        assert_close(d.mean(), number(&expected["mean"]), EXACT, id);
    }
    if expected["hedges_J_exact"].is_number() {
        optional(hedges_correction(d.n()).ok(), "hedges_J_exact");
    }
    if expected["t"].is_number() {
        let t_test = paired_t(d).unwrap();
        assert_close(t_test.t, number(&expected["t"]), EXACT, id);
        assert_close(t_test.p_value(Alternative::TwoSided), number(&expected["p_t_two_sided"]), EXACT, id);
        let (interval, ends) = (t_interval(d.values(), 0.95).unwrap(), numbers(&expected["ci95_t"]));
        assert_close(interval.low, ends[0], EXACT, id);
        assert_close(interval.high, ends[1], EXACT, id);
    }
    let signs = sign_test(d);
    assert_eq!(signs.positive, size(&expected["sign_test"]["pos"]), "{id}");
    assert_eq!(signs.negative, size(&expected["sign_test"]["neg"]), "{id}");
    assert_close(
        signs.p_value(Alternative::TwoSided),
        number(&expected["sign_test"]["p_two_sided"]),
        EXACT,
        id,
    );
}

fn check_bca(d: &Differences, expected: &Value, id: &str) {
    let got = bca_interval(d, 0.95).unwrap();
    let (ends, percentile) = (numbers(&expected["bca"]), numbers(&expected["percentile"]));
    let levels = numbers(&expected["alpha_adjusted"]);
    assert_eq!(got.resamples, integer(&expected["resamples"]), "{id}");
    for (what, got, expected) in [
        ("z0", got.z0, number(&expected["z0"])),
        ("acceleration", got.acceleration, number(&expected["acceleration"])),
        ("level low", got.level_low, levels[0]),
        ("level high", got.level_high, levels[1]),
        ("bca low", got.low, ends[0]),
        ("bca high", got.high, ends[1]),
        ("percentile low", got.percentile_low, percentile[0]),
        ("percentile high", got.percentile_high, percentile[1]),
    ] {
        assert_close(got, expected, EXACT, &format!("{id} {what}"));
    }
}

fn check_tost(d: &Differences, row: &Value, id: &str) {
    let tost = paired_tost(d, number(&row["margin"])).unwrap();
    assert_close(tost.t_lower, number(&row["t_lower"]), EXACT, id);
    assert_close(tost.t_upper, number(&row["t_upper"]), EXACT, id);
    assert_close(tost.p_lower, number(&row["p_lower"]), EXACT, id);
    assert_close(tost.p_upper, number(&row["p_upper"]), EXACT, id);
    assert_close(tost.p_value, number(&row["p_tost"]), EXACT, id);
    let (interval, ends) = (t_interval(d.values(), 0.9).unwrap(), numbers(&row["ci90"]));
    assert_close(interval.low, ends[0], EXACT, id);
    assert_close(interval.high, ends[1], EXACT, id);
}

fn check_summary(d: &Differences, vector: &Value, id: &str) {
    let summary = paired_summary(d, 0.95, Some(0.02), Some(0.01)).unwrap();
    assert_close(summary.sign_flip_p, number(&vector["signflip_exact"]["p_two_sided"]), EXACT, id);
    let wilcox = &vector["wilcoxon_exact_permutation"]["wilcox"];
    assert_close(summary.wilcoxon_p, number(&wilcox["p_two_sided"]), EXACT, id);
    assert_eq!(summary.ci_low.is_none(), vector["hodges_lehmann"]["ci"].is_null(), "{id}");
    assert_eq!(summary.d_z.is_none(), vector["effects"]["cohen_dz"].is_null(), "{id}");
}

fn multiplicity(vector: &Value) {
    for block in [vector, &vector["second_example"]] {
        let p = numbers(&block["p"]);
        for (name, correction) in
            ["bonferroni", "holm", "hommel", "bh", "by"].into_iter().zip(Correction::ALL)
        {
            let Some(expected) = block.get(name) else { continue };
            for (got, expected) in correction.adjust(&p).unwrap().iter().zip(numbers(expected)) {
                assert_close(*got, expected, EXACT, name);
            }
        }
    }
}

fn cluster(vector: &Value) {
    let labels = |name: &str| -> Vec<usize> { vector[name].as_array().unwrap().iter().map(size).collect() };
    let (truth, a, b, video) = (labels("y_true"), labels("pred_a"), labels("pred_b"), labels("video"));
    let score = |swapped: &[bool], of_a: bool| {
        let chosen: Vec<usize> =
            (0..truth.len()).map(|i| if swapped[video[i]] == of_a { b[i] } else { a[i] }).collect();
        macro_f1(&truth, &chosen)
    };
    assert_close(score(&[false; 4], true), number(&vector["macro_f1_a"]), EXACT, "A");
    assert_close(score(&[false; 4], false), number(&vector["macro_f1_b"]), EXACT, "B");
    let outcome = cluster_randomisation(4, |swapped| score(swapped, true) - score(swapped, false)).unwrap();
    assert_close(outcome.observed, number(&vector["observed_difference"]), EXACT, "observed");
    assert_eq!(outcome.count, integer(&vector["count"]));
    assert_eq!(outcome.total, integer(&vector["total"]));
    assert_close(outcome.p_value(), number(&vector["p_two_sided"]), EXACT, "p");
}

/// Macro-F1 over three classes; a class in neither list counts zero.
fn macro_f1(truth: &[usize], predicted: &[usize]) -> f64 {
    let f1 = |class: usize| {
        let hits = truth.iter().zip(predicted).filter(|(t, p)| **t == class && **p == class).count();
        let seen = truth.iter().chain(predicted).filter(|label| **label == class).count();
        if seen == 0 { 0.0 } else { 2.0 * hits as f64 / seen as f64 }
    };
    (0..3).map(f1).sum::<f64>() / 3.0
}

fn power(vector: &Value) {
    for row in vector["rows"].as_array().unwrap() {
        let got = unanimity_power(6, number(&row["dz"]), 0.05).unwrap();
        assert_close(got, number(&row["power"]), EXACT, "power");
    }
    let needed = |power: f64| required_effect(6, power, 0.05).unwrap();
    assert_close(needed(0.8), number(&vector["dz_for_80pct"]), EXACT, "80 %");
    assert_close(needed(0.9), number(&vector["dz_for_90pct"]), EXACT, "90 %");
}

fn attainable(vector: &Value) {
    for row in vector["rows"].as_array().unwrap() {
        assert_close(min_attainable_p(size(&row["n"])), number(&row["p"]), EXACT, "attainable");
    }
}

fn null_cdf(vector: &Value) {
    let expected: Vec<u128> =
        vector["cumcounts"].as_array().unwrap().iter().map(|c| u128::from(integer(c))).collect();
    assert_eq!(wilcoxon_null_cumulative(6).unwrap(), expected);
}

fn zero_method(name: &Value) -> ZeroMethod {
    serde_json::from_value(name.clone()).unwrap()
}

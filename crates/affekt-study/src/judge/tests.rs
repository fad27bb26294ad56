//! The truth table of the claim engine.

use super::*;

/// A test of n pairs at margin 0.02.
fn test(n: u64, mean: f64, p: f64, tost_p: Option<f64>) -> TestRow {
    TestRow {
        dataset: "d".to_owned(),
        metric: "macro_f1".to_owned(),
        treatment: "circumplex".to_owned(),
        control: "base".to_owned(),
        family: CONTRAST.to_owned(),
        n,
        treatment_mean: 0.5 + mean,
        control_mean: 0.5,
        mean_difference: mean,
        hodges_lehmann: mean,
        ci_low: (n >= 6).then_some(mean - 0.01),
        ci_high: (n >= 6).then_some(mean + 0.01),
        ci_confidence: (n >= 6).then_some(0.96875),
        sign_flip_p: p,
        wilcoxon_p: p,
        holm_p: 1.0,
        d_z: None,
        rank_biserial: None,
        margin: Some(0.02),
        tost_p,
        below_margin_p: tost_p,
        rope_below: None,
        rope_within: None,
        rope_above: None,
        min_attainable_p: 0.5_f64.powi(i32::try_from(n).unwrap() - 1),
        verdict: String::new(),
    }
}

#[test]
fn truth_table() {
    use Expectation::{Greater, Less, NotGreater};
    use Verdict::{Contradicted, Reproduced, Undecided};
    let up = test(6, 0.05, 0.03125, Some(0.9));
    let down = test(6, -0.05, 0.03125, Some(0.9));
    let same = test(6, 0.001, 0.625, Some(0.01));
    let open = test(6, 0.01, 0.3, Some(0.2));
    let small_but_sure = test(6, 0.005, 0.03125, Some(0.001));
    let small_loss = test(6, -0.005, 0.03125, Some(0.001));
    let table = [
        (Greater, &up, Reproduced),
        (Greater, &down, Contradicted),
        (Greater, &same, Contradicted),
        (Greater, &open, Undecided),
        (Greater, &small_but_sure, Reproduced),
        (Greater, &small_loss, Contradicted),
        (Less, &up, Contradicted),
        (Less, &down, Reproduced),
        (Less, &same, Contradicted),
        (Less, &open, Undecided),
        (Less, &small_loss, Reproduced),
        (NotGreater, &up, Contradicted),
        (NotGreater, &down, Reproduced),
        (NotGreater, &same, Reproduced),
        (NotGreater, &open, Undecided),
        (NotGreater, &small_but_sure, Reproduced),
    ];
    for (expects, row, verdict) in table {
        let (got, reason) = judge(expects, row, None, 0.05);
        assert_eq!(got, verdict, "{expects:?} of {:+}: {reason}", row.mean_difference);
    }
}

#[test]
fn not_greater_asks_one_side_only() {
    // Lower on most seeds, by an amount nobody can call: not equivalent, but surely not higher.
    let loss = TestRow { below_margin_p: Some(0.015_625), ..test(6, -0.013, 0.0938, Some(0.1)) };
    let (verdict, reason) = judge(Expectation::NotGreater, &loss, None, 0.05);
    assert_eq!(verdict, Verdict::Reproduced, "{reason}");
    assert!(reason.starts_with("macro_f1 of circumplex is not higher than of base within 0.02"), "{reason}");
    assert_eq!(judge(Expectation::Less, &loss, None, 0.05).0, Verdict::Undecided);
    assert_eq!(judge(Expectation::Greater, &loss, None, 0.05).0, Verdict::Undecided);
}

#[test]
fn that_nothing_is_gained_needs_something_to_be_had() {
    let same = test(6, 0.001, 0.625, Some(0.01));
    let judged = |limit| judge(Expectation::NotGreater, &same, Some(limit), 0.05);
    let (verdict, reason) = judged(0.51);
    assert_eq!(verdict, Verdict::Undecided);
    assert!(
        reason.starts_with(
            "cannot be tested here: the best rule expects macro_f1 of 0.51, base has 0.5, and no gain of 0.02 is left"
        ),
        "{reason}"
    );
    assert_eq!(judged(0.53).0, Verdict::Reproduced, "there was room, and it was not used");
    // What is there is not argued away.
    let gain = test(6, 0.05, 0.03125, Some(0.9));
    assert_eq!(judge(Expectation::NotGreater, &gain, Some(0.51), 0.05).0, Verdict::Contradicted);
    assert_eq!(judge(Expectation::Greater, &gain, Some(0.51), 0.05).0, Verdict::Reproduced);
}

#[test]
fn too_few_seeds_are_said_to_be_too_few() {
    let (verdict, reason) = judge(Expectation::Greater, &test(2, 0.1, 0.5, Some(0.9)), None, 0.05);
    assert_eq!(verdict, Verdict::Undecided);
    assert!(reason.contains("n = 2: smallest attainable p is 0.5"), "{reason}");
    let told = numbers(&test(2, 0.1, 0.5, Some(0.9)), 0.05);
    assert!(told.contains("no 95 % interval exists for n = 2"), "{told}");
    let told = numbers(&test(6, 0.01, 0.3, Some(0.2)), 0.05);
    assert!(told.contains("0.0000 to +0.0200") && !told.contains("+0.0000"), "{told}");
}

#[test]
fn the_numbers_give_the_estimate_of_the_tests_table_and_no_signed_zero() {
    let skewed =
        TestRow { hodges_lehmann: -0.000_01, ci_low: Some(-0.000_02), ..test(6, 0.01, 0.3, Some(0.2)) };
    let told = numbers(&skewed, 0.05);
    assert!(told.contains("difference 0.0000 (Hodges-Lehmann), 96.9 % interval 0.0000 to"), "{told}");
    assert!(!told.contains("-0.0000"), "{told}");
}

#[test]
fn equal_bits_on_every_seed_are_equivalent_and_one_seed_is_not() {
    let p = Some(0.015_625);
    assert_eq!(judge(Expectation::NotGreater, &test(6, 0.0, 1.0, p), None, 0.05).0, Verdict::Reproduced);
    assert_eq!(judge(Expectation::NotGreater, &test(1, 0.0, 1.0, None), None, 0.05).0, Verdict::Undecided);
}

#[test]
fn too_few_seeds_find_neither_a_difference_nor_sameness() {
    use Expectation::{Greater, Less, NotGreater};
    // Two differences of +0.001 and +0.003: the two one-sided tests alone would call them equivalent.
    let rehearsal = test(2, 0.002, 0.5, Some(0.0177));
    for expects in [Greater, Less, NotGreater] {
        let (verdict, reason) = judge(expects, &rehearsal, None, 0.05);
        assert_eq!(verdict, Verdict::Undecided);
        assert!(reason.contains("no outcome on so few seeds could decide"), "{reason}");
    }
}

//! Two arms of a table that anybody may have written.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![allow(clippy::float_cmp, reason = "exact p-values and copied numbers have exact values")]

use affekt_artifact::{ResultRow, Results};
use affekt_study::{CompareError, Contrast, compare};

fn row(arm: &str, seed: u64, value: Option<f64>) -> ResultRow {
    ResultRow {
        study: "s".to_owned(),
        dataset: "d".to_owned(),
        arm: arm.to_owned(),
        seed,
        split: "test".to_owned(),
        selection: "last".to_owned(),
        metric: "macro_f1".to_owned(),
        value,
    }
}

fn table(treatment: &[f64], control: &[f64]) -> Results {
    let rows = |arm: &'static str, values: &[f64]| -> Vec<ResultRow> {
        (0..).zip(values).map(|(seed, &value)| row(arm, seed, Some(value))).collect()
    };
    Results { rows: [rows("t", treatment), rows("c", control)].concat() }
}

fn contrast(metric: &str) -> Contrast {
    Contrast { metric: metric.to_owned(), treatment: "t".to_owned(), control: "c".to_owned() }
}

fn run(results: &Results) -> Result<Vec<affekt_study::Comparison>, CompareError> {
    compare(results, &contrast("macro_f1"), "last", None, 0.05, Some(0.02))
}

#[test]
fn six_agreeing_seeds() {
    let results = table(&[0.5, 0.6, 0.7, 0.5, 0.6, 0.7], &[0.4, 0.48, 0.59, 0.41, 0.47, 0.58]);
    let found = run(&results).unwrap();
    assert_eq!(found[0].summary.sign_flip_p, 0.03125);
    assert!(found[0].sentence.contains("a difference at level 0.05"), "{}", found[0].sentence);
    assert!(found[0].sentence.contains("96.9 % interval"), "{}", found[0].sentence);
}

#[test]
fn two_seeds_cannot_show_a_difference() {
    let found = run(&table(&[0.5, 0.6], &[0.4, 0.4])).unwrap();
    assert!(found[0].sentence.contains("no p below 0.5 is attainable"), "{}", found[0].sentence);
}

#[test]
fn tables_with_holes_are_refused_by_line() {
    let mut results = table(&[0.5, 0.6], &[0.4, 0.4]);
    results.rows.push(row("c", 1, Some(0.3)));
    assert!(matches!(run(&results), Err(CompareError::Duplicate { first: 5, second: 6, .. })));
    results.rows.pop();
    results.rows[3].value = None;
    assert!(matches!(run(&results), Err(CompareError::Undefined { line: 5, .. })));
    results.rows.pop();
    let Err(CompareError::Unpaired { missing, seeds, .. }) = run(&results) else { panic!("a hole") };
    assert_eq!((missing.as_str(), seeds), ("c", vec![1]));
}

#[test]
fn unknown_names_list_the_known_ones() {
    let results = table(&[0.5], &[0.4]);
    let error = compare(&results, &contrast("macro"), "last", None, 0.05, None).unwrap_err();
    assert_eq!(error.to_string(), "no row of metric \"macro\"; the table has macro_f1");
    let error = compare(&results, &contrast("macro_f1"), "last", Some("e"), 0.05, None).unwrap_err();
    assert_eq!(error.to_string(), "no row of dataset \"e\"; the table has d");
}

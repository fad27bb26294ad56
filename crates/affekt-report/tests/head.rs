//! The head of the page: what it says of equivalence and of the limit.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use support::{Names, Study, report, write_study};

/// The paragraphs above the sections.
fn head(study: &Study) -> String {
    let html = report(study);
    html.split_once("class=\"answers\"").unwrap().1.split_once("</div>").unwrap().0.to_owned()
}

#[test]
fn arms_equivalent_though_their_interval_leaves_the_margin_are_explained() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    let clause = "which answer to an interval of 90.0\u{a0}%";
    let mut with = |verdict: &str, high: f64| {
        for row in study.tests.rows.iter_mut().filter(|row| row.family == "primary") {
            (row.verdict, row.margin, row.tost_p) = (verdict.to_owned(), Some(0.02), Some(0.031_25));
            (row.ci_low, row.ci_high) = (Some(-0.0219), Some(high));
            if row.dataset == "degenerate" {
                row.ci_low = Some(-0.01);
            }
        }
        study.tests.save(&study.dir.join("tests.csv")).unwrap();
        head(&study).matches(clause).count()
    };
    assert_eq!(with("equivalent", 0.0232), 2);
    assert_eq!(with("equivalent", 0.0199), 1, "one interval lies within the margin");
    assert_eq!(with("equivalent", 0.02), 2, "an interval that ends on the margin is not within it");
    assert_eq!(with("undecided", 0.0232), 0);
}

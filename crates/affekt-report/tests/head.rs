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

#[test]
fn the_head_says_how_near_the_limit_the_first_arm_and_the_nearest_come() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    let set = |study: &mut Study, metric: &str, arm: &str, value: Option<f64>| {
        for row in &mut study.results.rows {
            if row.dataset == "degenerate" && row.metric == metric && row.arm == arm {
                row.value = value;
            }
        }
        study.results.save(&study.dir.join("results.csv")).unwrap();
    };
    for (arm, value) in [("base", 0.5), ("uniform", 0.6), ("circumplex", 0.55), ("permuted", 0.4)] {
        set(&mut study, "macro_f1", arm, Some(value));
    }
    // The page escapes the apostrophe.
    let reach = |study: &Study| head(study).replace("&#x27;", "'");
    let best = "the best rule's expected macro-F1 (0.6634)";
    let says = format!("degenerate: base is 0.1634 below {best}; nearest is uniform, 0.0634 below.");
    let text = reach(&study);
    assert!(text.contains(&says) && !text.contains("affectnet-like: "), "{text}");
    set(&mut study, "macro_f1", "uniform", Some(0.7));
    assert!(reach(&study).contains("highest is uniform, 0.0366 above."), "by chance on a finite split");
    set(&mut study, "macro_f1", "base", Some(0.71));
    assert!(reach(&study).contains(&format!("base is 0.0466 above {best}; no arm scores higher.")));
    set(&mut study, "macro_f1", "base", None);
    let text = reach(&study);
    assert!(
        text.contains(&format!("degenerate: base has no run to set against {best}; highest is uniform")),
        "{text}"
    );
    for row in study.tests.rows.iter_mut().filter(|row| row.family == "primary") {
        "accuracy".clone_into(&mut row.metric);
    }
    study.tests.save(&study.dir.join("tests.csv")).unwrap();
    assert!(reach(&study).contains("expected accuracy (0.7810)"), "the metric of the primary contrast");
}

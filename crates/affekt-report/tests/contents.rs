//! What a report holds beyond its tables: failures, commands, bands, ranks, valence and arousal, names of pictures.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs;

use affekt_artifact::{Evidence, Failure, FailureClass, Predictions, Verdict};
use support::{Names, Study, add_ada_df, report, table, write_study};

fn svg(study: &Study, name: &str) -> String {
    fs::read_to_string(study.dir.join(format!("figures/{name}.svg"))).unwrap()
}

#[test]
fn a_run_that_failed_is_told_with_its_reason() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    assert!(!report(&study).contains("ended in an error"));
    let hole =
        study.plan.runs.iter().find(|r| r.dataset == "affectnet-like" && r.arm == "permuted" && r.seed == 4);
    let folder = study.dir.join("runs").join(&hole.unwrap().id);
    fs::create_dir_all(&folder).unwrap();
    let message = "\nthe loss is not finite: <script>7</script>\nstep 40\n".to_owned();
    Failure { class: FailureClass::Diverged, message }.note(&folder);
    let html = report(&study);
    assert!(html.contains("Runs that ended in an error and were not begun again: 1"));
    assert!(html.contains("✗ failed") && !html.contains("○ missing"));
    assert!(html.contains("diverged: the loss is not finite: &lt;script&gt;7") && !html.contains("step 40"));
    assert!(!html.contains("<script"));
}

#[test]
fn the_claims_are_counted_under_the_answer() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study);
    let count = |verdict| study.claims.claims.iter().filter(|claim| claim.verdict == verdict).count();
    let [yes, no, open] = [Verdict::Reproduced, Verdict::Contradicted, Verdict::Undecided].map(count);
    let tally = format!("{yes} reproduced, {no} contradicted, {open} undecided (3 claims on 2 datasets).");
    assert!(html.contains(&tally), "{tally}");
}

#[test]
fn every_command_to_run_it_again_is_there() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study).replace("&#x2f;", "/");
    for command in [
        study.plan.provenance.command.as_str(),
        "affekt train --run runs/affectnet-like-permuted-seed4-0a1b2c3d",
        "affekt study collect .",
        "affekt compare results.csv --metric macro_f1 --treatment circumplex --control uniform",
        "affekt report .",
    ] {
        assert!(html.contains(&format!("<code>{command}</code>")), "{command}");
    }
}

#[test]
fn learning_curves_have_a_band_where_there_is_a_spread() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    report(&study);
    let curves = svg(&study, "curve-valid-degenerate");
    let bands: Vec<&str> =
        curves.lines().filter(|line| line.starts_with("<polygon") && line.contains(" range")).collect();
    assert_eq!(bands.len(), 4, "one per arm");
    // Twenty epochs, there and back.
    assert!(bands.iter().all(|band| band.matches(',').count() == 40), "{}", bands[0]);
    for run in study.plan.runs.iter().filter(|run| run.seed != 1) {
        fs::remove_file(study.dir.join(format!("runs/{}/metrics.jsonl", run.id))).ok();
    }
    report(&study);
    let alone = svg(&study, "curve-valid-degenerate");
    assert!(!alone.contains(" range\"") && alone.contains(" line\""), "one seed has no spread");
}

#[test]
fn ranks_are_over_the_seeds_that_every_arm_finished() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study);
    assert!(html.contains("Mean ranks of the arms over 6 blocks") && html.contains("over 5 blocks"));
    let rows = table(&study, "ranks-degenerate");
    let ranks: Vec<f64> = rows[1..].iter().map(|row| row[1].parse().unwrap()).collect();
    assert_eq!(ranks.len(), 4);
    assert!((ranks.iter().sum::<f64>() - 10.0).abs() < 1e-9 && ranks.is_sorted(), "{ranks:?}");
}

#[test]
fn valence_and_arousal_are_drawn_from_truth_to_prediction() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let dataset = study.plan.dataset("degenerate").unwrap();
    let files = study.plan.runs.iter().filter(|r| r.dataset == "degenerate" && r.arm == "base");
    let files: Vec<_> =
        files.map(|run| study.dir.join("runs").join(&run.id).join("predictions.csv")).collect();
    let change = |by: &dyn Fn(&mut affekt_artifact::PredictionRow)| {
        for file in &files {
            let mut predictions = Predictions::load(file, &dataset.label_set, &dataset.aus).unwrap();
            predictions.rows.iter_mut().for_each(by);
            predictions.save(file).unwrap();
        }
    };
    // Half way to the middle, as a cautious regression does.
    change(&|row| row.predicted_va = row.predicted_va.map(|va| va.map(|x| 0.5 * x)));
    report(&study);
    let rows = table(&study, "va-degenerate-base");
    assert_eq!(rows.len(), 9);
    for (row, [v, a]) in rows[1..].iter().zip(&dataset.prototypes) {
        let numbers: Vec<f64> = row[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        for (got, expected) in numbers.iter().zip([*v, *a, 0.5 * v, 0.5 * a, 0.5 * v.hypot(*a)]) {
            assert!((got - expected).abs() < 1e-6, "{row:?}");
        }
    }
    assert!(svg(&study, "va-degenerate-base").matches(" head\"").count() >= 6);
    change(&|row| row.true_va = None);
    assert!(
        !report(&study).contains("id=\"va-degenerate-base-title\""),
        "nothing to compare with, no figure"
    );
}

#[test]
fn the_name_of_a_picture_is_text() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    add_ada_df(&study);
    for run in &study.plan.runs {
        for file in ["predictions.csv", "distributions.csv"] {
            let path = study.dir.join("runs").join(&run.id).join(file);
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let hostile = text
                .replace("\nface-", "\n<script>alert(1)</script>")
                .replace("last,s", "last,<script>x</script>s");
            assert_ne!(text, hostile, "{file}");
            fs::write(&path, hostile).unwrap();
        }
    }
    let html = report(&study);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"), "the names of faces are shown");
    assert!(!html.to_lowercase().contains("<script"));
    for outside in ["http:", "https:", " src=", "url(", "javascript:"] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn a_claim_on_arms_that_do_not_differ_finds_its_comparison_by_their_names() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    let zero = |row: &mut affekt_artifact::TestRow| {
        (row.treatment_mean, row.control_mean) = (0.5, 0.5);
        (row.mean_difference, row.hodges_lehmann) = (0.0, 0.0);
        (row.ci_low, row.ci_high) = (Some(0.0), Some(0.0));
        (row.sign_flip_p, row.tost_p) = (1.0, Some(0.015_625));
    };
    // The other row's shares within and outside of the margin are those numbers too.
    zero(&mut study.tests.rows[1]);
    let other = &mut study.tests.rows[2];
    (other.control_mean, other.tost_p) = (0.5, Some(0.015_625));
    (other.rope_below, other.rope_within, other.rope_above) = (Some(0.0), Some(1.0), Some(0.0));
    study.tests.save(&study.dir.join("tests.csv")).unwrap();
    let item = |what: &str, value: f64| Evidence {
        what: what.to_owned(),
        value: Some(value),
        file: "tests.csv".to_owned(),
    };
    let evidence = vec![
        item("macro_f1 of circumplex, mean over 6 seeds", 0.5),
        item("macro_f1 of base, mean over 6 seeds", 0.5),
        item("mean paired difference", 0.0),
        item("sign-flip p, two-sided, exact", 1.0),
        item("equivalence p (TOST)", 0.015_625),
    ];
    for claim in &mut study.claims.claims {
        claim.dataset = "degenerate".to_owned();
        claim.evidence.clone_from(&evidence);
    }
    study.claims.save(&study.dir).unwrap();
    let html = report(&study);
    let claims = html.split_once("id=\"claims\"").unwrap().1.split_once("</section>").unwrap().0;
    assert_eq!(
        claims.matches("<small>circumplex − base, macro_f1</small>").count(),
        study.claims.claims.len()
    );
}

#[test]
fn the_head_explains_the_arms_it_names_the_limit_and_what_is_missing() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study);
    let head = html.split_once("class=\"answers\"").unwrap().1.split_once("</div>").unwrap().0;
    assert!(head.contains("<b>circumplex</b>: confusions priced by valence-arousal distance"), "{head}");
    assert!(head.contains("<b>uniform</b>:") && !head.contains("<b>base</b>"));
    assert_eq!(head.matches("expected macro-F1 (0.6634)").count(), 1, "one dataset has a limit");
    assert!(head.contains("1 of 48 planned results are missing: what stands here may change."));
}

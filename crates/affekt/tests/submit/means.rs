//! Several runs, averaged.

use affekt_artifact::{PredictionRow, Selection};

use super::{AU, Case, LIST_6, LIST_6_VA, LIST_7, said};

#[test]
fn probabilities_and_valence_and_arousal_are_averaged() {
    let case = Case::new();
    let change = |row: &mut PredictionRow| {
        row.predicted_va = row.predicted_va.map(|va| va.map(|x| x / 2.0));
        row.au_probabilities = row.au_probabilities.iter().map(|p| 0.95 - p).collect();
    };
    // A first run that is surer of another class decides; it lacks frame 8.
    let mut other = said();
    other.truncate(2);
    case.predict_with("a.csv", &other, |a| {
        for row in &mut a.rows {
            change(row);
            row.probabilities = vec![0.0, 0.0, 0.98, 0.0, 0.02, 0.0, 0.0, 0.0];
            row.predicted_class = a.label_set.class_at(2).unwrap();
        }
    });
    let words = ["--predictions", "p.csv", "--predictions", "a.csv"];
    let (text, report) = case.submitted("7", "mtl", LIST_7, &words);
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(rows[0], "video96/00008.jpg,-1.000,1.000,0,0,0,0,0,0,0,0,0,0,0,0,0");
    // AU1: (0.9 + 0.05) / 2, AU2: (0.1 + 0.85) / 2, both 0.475. Disgust: (0.014 + 0.98) / 2; happiness: (0.9 + 0.02) / 2.
    assert_eq!(rows[1], "video96/00001.jpg,0.188,-0.375,2,0,0,0,0,0,0,0,0,0,0,0,0");
    assert_eq!((&report["prediction_files"], &report["counts"]["not_in_every_file"]), (&2.into(), &2.into()));
    let list = format!("image_location,{AU}\nvideo96/00001.jpg,\n");
    case.tree().write("au.txt", list);
    let (text, _) = case.submitted("6", "au", "au.txt", &[&words[..], &["--au-threshold", "0.47"]].concat());
    assert!(text.ends_with(",1,1,1,1,1,1,1,1,1,1,1,1\n"), "{text}");
}

#[test]
fn a_run_alone_keeps_the_class_it_decided_on_and_is_not_averaged_under_another_rule() {
    let case = Case::new();
    case.predict_with("rule.csv", &said(), |rule| {
        rule.rows[0].predicted_class = rule.label_set.class_at(5).unwrap();
    });
    let (text, _) = case.submitted("6", "expr", LIST_6, &["--predictions", "rule.csv"]);
    assert!(text.contains("\nvideo96/00001.jpg,5\n"), "{text}");
    let error = case.refused("6", "expr", LIST_6, &["--predictions", "p.csv", "--predictions", "rule.csv"]);
    assert!(error.contains("rule.csv:2: video96/00001.jpg: the class decided on is 5"), "{error}");
    let (_, report) =
        case.submitted("6", "va", LIST_6_VA, &["--predictions", "p.csv", "--predictions", "rule.csv"]);
    assert_eq!(report["rows"], 2);
    let error = case.refused("6", "expr", LIST_6, &["--predictions", "p.csv", "--predictions", "p.csv"]);
    assert!(error.contains("expected each file once"), "{error}");
}

#[test]
fn only_the_selection_asked_for_counts() {
    let case = Case::new();
    case.predict_with("both.csv", &said(), |both| {
        let mut best = both.rows.clone();
        for row in &mut best {
            row.selection = Selection::BestValid;
            row.predicted_va = Some([0.5, 0.5]);
        }
        both.rows.extend(best);
    });
    let words = ["--predictions", "both.csv", "--selection", "best-valid"];
    let (text, report) = case.submitted("6", "va", LIST_6_VA, &words);
    assert!(text.ends_with("video96/00001.jpg,0.500,0.500\nvideo96/00002.jpg,0.500,0.500\n"), "{text}");
    assert_eq!(
        (&report["selection"], &report["counts"]["other_selection"]),
        (&"best-valid".into(), &3.into())
    );
    let (text, _) = case.submitted("6", "va", LIST_6_VA, &["--predictions", "both.csv"]);
    assert!(text.contains("00001.jpg,0.250,-0.500\n"), "{text}");
    let error = case.refused("6", "va", LIST_6_VA, &["--selection", "best-valid"]);
    assert!(error.contains("none of 3 rows is of selection best-valid"), "{error}");
    let ran = case.submit("6", "va", LIST_6_VA, &["--selection", "best"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("expected last or best-valid"), "{}", ran.stderr);
}

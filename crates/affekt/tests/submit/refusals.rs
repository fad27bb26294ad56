//! What is no submission: nothing is written, and the message names file, line, what was expected and the way out.

use affekt_core::LabelSet;

use super::{Case, EXPR, LIST_6, LIST_6_VA, LIST_7, said};

fn assert_says(error: &str, words: &[&str]) {
    for words in words {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn labels_in_another_order_are_refused() {
    let case = Case::new();
    case.predict_with("other.csv", &said(), |p| p.label_set = LabelSet::affectnet8());
    let words = ["--predictions", "other.csv"];
    let error = case.refused("6", "expr", LIST_6, &words);
    assert_says(&error, &["other.csv:1:", "neutral, happiness", "expected neutral, anger, disgust"]);
    // Valence and arousal do not depend on it.
    assert_eq!(case.submitted("6", "va", LIST_6_VA, &words).1["rows"], 2);
    case.predict_with("other.csv", &said(), |p| p.aus.swap(0, 1));
    let error = case.refused("7", "mtl", LIST_7, &words);
    assert_says(&error, &["action units are [2, 1, 4", "expected [1, 2, 4"]);
    case.predict_with("other.csv", &said(), |p| p.aus.clear());
    assert_says(&case.refused("7", "mtl", LIST_7, &words), &["action units are []", "a model trained under"]);
}

#[test]
fn a_frame_predicted_twice_is_refused() {
    let case = Case::new();
    case.predict_with("twice.csv", &said(), |p| p.rows.push(p.rows[1].clone()));
    let error = case.refused("6", "expr", LIST_6, &["--predictions", "twice.csv"]);
    assert_says(&error, &["twice.csv:5: video96/00003.jpg is predicted again, first on line 3"]);
}

#[test]
fn predictions_without_what_the_task_asks_are_refused() {
    let case = Case::new();
    let words = ["--predictions", "other.csv"];
    case.predict_with("other.csv", &said(), |p| p.rows[1].predicted_va = None);
    let error = case.refused("6", "va", LIST_6_VA, &words);
    assert_says(&error, &["other.csv:3: video96/00003.jpg: valence or arousal is not predicted", "a head"]);
    assert_eq!(case.submitted("6", "expr", LIST_6, &words).1["rows"], 4);
    std::fs::remove_file(case.path("out")).unwrap();
    case.predict_with("other.csv", &said(), |p| p.rows[0].au_probabilities.clear());
    assert_says(
        &case.refused("7", "mtl", LIST_7, &words),
        &["other.csv:2:", "for 0 action units", "all twelve"],
    );
    case.predict_with("other.csv", &said(), |p| p.rows[2].probabilities[0] = 3.5);
    assert_says(
        &case.refused("6", "expr", LIST_6, &words),
        &["other.csv:4:", "a probability is 3.5", "not a logit"],
    );
    case.tree().write("other.csv", format!("image_location,{EXPR}\nvideo96/00001.jpg,0\n"));
    assert_says(
        &case.refused("6", "expr", LIST_6, &words),
        &["other.csv:1: the header is", "predictions.csv"],
    );
}

#[test]
fn the_list_of_another_task_or_edition_is_refused() {
    let case = Case::new();
    let error = case.refused("6", "expr", LIST_6_VA, &[]);
    assert_says(
        &error,
        &["example.txt:1: found \"image_location,valence,arousal\"", &format!("image_location,{EXPR}")],
    );
    let reordered = case.text(LIST_6).replace("Anger,Disgust", "Disgust,Anger");
    case.tree().write("reordered.txt", reordered);
    assert_says(
        &case.refused("6", "expr", "reordered.txt", &[]),
        &["reordered.txt:1: found", "another task or edition"],
    );
    assert_says(
        &case.refused("7", "mtl", LIST_6, &[]),
        &["expected the header image,valence,arousal,expression,aus"],
    );
    let videos = "Expression_Classification_Challenge_test_set_release.txt";
    assert_says(&case.refused("6", "expr", videos, &[]), &["release.txt:1: found \"video96\""]);
    case.tree().write("frames.csv", "video96,4\n");
    let error = case.refused("3", "expr", LIST_6, &["--lengths", "frames.csv"]);
    assert_says(&error, &["example.txt:1:", "expected the name of a video"]);
    let error = case.refused("9", "expr", LIST_6, &[]);
    assert_says(&error, &["task expr of edition 9", "expr of 3, 5, 6, 8", "name that edition"]);
    case.predict("p.csv", &[super::Said { sample: "426/00001.jpg", ..said()[0].clone() }]);
    let error = case.refused("6", "expr", LIST_6, &["--holes", "neutral"]);
    assert_says(
        &error,
        &["begins with video96/00001.jpg, the predictions with 426/00001.jpg", "`test_list`"],
    );
}

#[test]
fn lengths_go_with_lists_of_videos() {
    let case = Case::new();
    let list = "Expression_Classification_Challenge_test_set_release.txt";
    assert_says(&case.refused("3", "expr", list, &[]), &["`--lengths` is not given", "ffprobe"]);
    case.tree().write("frames.csv", "video96,4\n");
    let words = ["--lengths", "frames.csv"];
    assert_says(&case.refused("6", "expr", LIST_6, &words), &["`--lengths` is", "expected nothing"]);
    for (table, expected) in [
        ("video97,4\n", "release.txt:1: found \"video96\"; expected a video that"),
        ("video96,0\n", "frames.csv:1: found \"video96,0\"; expected a video, a comma"),
        ("video96\n", "frames.csv:1: found \"video96\""),
        ("video,frames\nvideo96,4\nvideo96.mp4,4\n", "frames.csv:3:"),
        ("video96,18446744073709551615\n", "at most 10000000 frames in all"),
        ("video96,99999999999\n", "at most 10000000 frames in all"),
    ] {
        case.tree().write("frames.csv", table);
        assert_says(&case.refused("3", "expr", list, &words), &[expected]);
    }
    case.tree().write("frames.csv", "video96,4\n");
    case.tree().write("again.txt", "video96\nvideo96\n");
    assert_says(
        &case.refused("3", "expr", "again.txt", &words),
        &["again.txt:2:", "it stands on line 1 too"],
    );
}

#[test]
fn what_lies_at_the_place_is_kept_unless_it_is_a_file_to_replace() {
    let case = Case::new();
    let list = "Expression_Classification_Challenge_test_set_release.txt";
    case.tree().write("frames.csv", "video96,4\n").write("out/notes.txt", "mine");
    let words = ["--lengths", "frames.csv"];
    assert_says(&case.refused("3", "expr", list, &words), &["out is there and not an empty folder"]);
    assert_says(&case.refused("6", "expr", LIST_6, &[]), &["a file, not a folder"]);
    assert_eq!(case.text("out/notes.txt"), "mine");
    std::fs::remove_dir_all(case.path("out")).unwrap();
    case.tree().write("out", "old");
    assert_says(&case.refused("6", "expr", LIST_6, &["--holes", "refuse"]), &["no prediction of"]);
    assert_eq!(case.text("out"), "old");
    assert!(case.submitted("6", "expr", LIST_6, &[]).0.starts_with("image_location,"));
    for words in [["--decimals", "0"], ["--au-threshold", "1.5"], ["--au-threshold", "0.5,0.5"]] {
        assert_says(&case.refused("6", "expr", LIST_6, &words), &[words[0]]);
    }
}

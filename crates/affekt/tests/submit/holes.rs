//! Frames without a prediction, and lists that are not whole.

use super::{Case, EXPR, LIST_6, LIST_7};

/// Three frames of a video in which no face was found, below the list of 2024.
fn with_empty_video(case: &Case) -> &'static str {
    let rows = "\nvideo95/00001.jpg,0\nvideo95/00002.jpg,0\nvideo95/00003.jpg,0\n";
    case.tree().write("longer.txt", case.text(LIST_6) + rows);
    "longer.txt"
}

#[test]
fn refuse_names_the_first_frame_how_many_and_the_way_out() {
    let case = Case::new();
    let error = case.refused("6", "expr", LIST_6, &["--holes", "refuse"]);
    for words in [
        "test_set_example.txt:3:",
        "no prediction of video96/00002.jpg,",
        "and 2 rows of the list are like it",
        "choose nearest, nearest-then-neutral or neutral",
    ] {
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_video_without_any_prediction_needs_another_policy_than_nearest() {
    let case = Case::new();
    let list = with_empty_video(&case);
    let error = case.refused("6", "expr", list, &[]);
    for words in ["longer.txt:6:", "video95/00001.jpg nor of any frame of its video", "and 3 rows"] {
        assert!(error.contains(words), "{error}");
    }
    let (text, report) = case.submitted("6", "expr", list, &["--holes", "nearest-then-neutral"]);
    assert!(
        text.ends_with(
            "video96/00004.jpg,7\nvideo95/00001.jpg,0\nvideo95/00002.jpg,0\nvideo95/00003.jpg,0\n"
        )
    );
    let counts = &report["counts"];
    assert_eq!(
        (&counts["predicted"], &counts["nearest"], &counts["neutral"]),
        (&2.into(), &2.into(), &3.into())
    );
    let (text, report) = case.submitted("6", "expr", list, &["--holes", "neutral"]);
    assert!(text.contains("video96/00002.jpg,0\nvideo96/00003.jpg,7\nvideo96/00004.jpg,0\n"), "{text}");
    assert_eq!(report["counts"]["neutral"], 5);
}

#[test]
fn the_nearest_frame_is_counted_by_number_and_not_by_row() {
    let case = Case::new();
    let frames = [9, 5, 6, 1000].map(|frame| format!("video96/{frame:05}.jpg")).join("\n");
    case.tree().write("sparse.txt", frames);
    let (text, report) = case.submitted("4", "mtl", "sparse.txt", &[]);
    let expressions: Vec<&str> = text.lines().skip(1).map(|row| row.split(',').nth(3).unwrap()).collect();
    // Of 3 and 8: frame 5 is nearer to 3, frame 6 to 8.
    assert_eq!(expressions, ["0", "7", "0", "0"], "{text}");
    assert_eq!((&report["counts"]["nearest"], &report["counts"]["farthest"]), (&4.into(), &992.into()));
}

#[test]
fn a_list_cut_short_is_refused_on_its_line_or_told_by_its_length() {
    let case = Case::new();
    let whole = case.text(LIST_6);
    case.tree().write("cut.txt", &whole[..whole.len() - 6]);
    let error = case.refused("6", "expr", "cut.txt", &[]);
    for words in ["cut.txt:5:", "\"video96/00004\"", "a frame such as", "is the list cut short"] {
        assert!(error.contains(words), "{error}");
    }
    case.tree().write("cut.txt", format!("image_location,{EXPR}\n"));
    assert!(case.refused("6", "expr", "cut.txt", &[]).contains("cut.txt: no row"));
    case.tree().write("cut.txt", "");
    assert!(case.refused("6", "expr", "cut.txt", &[]).contains("cut.txt: no row"));
    let ran = case.submit("7", "mtl", LIST_7, &[]);
    assert!(ran.stderr.contains("4 rows; that of edition 7 was published with 51159"), "{}", ran.stderr);
}

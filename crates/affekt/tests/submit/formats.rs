//! The files of each edition, to the byte.

use affekt_testkit::abaw_mtl_2022;

use super::{AU, Case, EXPR, LIST_5, LIST_6, LIST_6_VA, LIST_7, said};

const MTL: &str = "image,valence,arousal,expression,aus
video96/00008.jpg,-1.000,1.000,0,0,0,0,0,0,0,0,0,0,0,0,0
video96/00001.jpg,0.250,-0.500,4,1,0,0,0,0,0,0,0,0,0,0,1
video96/00008.jpg,-1.000,1.000,0,0,0,0,0,0,0,0,0,0,0,0,0
video96/00009.jpg,-1.000,1.000,0,0,0,0,0,0,0,0,0,0,0,0,0
";

#[test]
fn of_2022_each_video_has_a_file_as_the_annotations_are() {
    let case = Case::new();
    case.tree().write("videos.txt", "\u{feff}video96\r\nvideo97_left\r\n");
    case.tree().write("frames.csv", "\u{feff}video,frames\r\nvideo96.mp4,4\r\nvideo97.avi,2");
    let words = ["--lengths", "frames.csv", "--holes", "nearest-then-neutral"];
    for (track, header, rows, absent) in [
        ("va", "valence,arousal", ["0.250,-0.500", "1.000,0.000"], "0.000,0.000"),
        ("expr", EXPR, ["4", "7"], "0"),
        ("au", AU, ["1,0,0,0,0,0,0,0,0,0,0,1", "0,1,0,0,0,0,0,0,0,0,0,0"], "0,0,0,0,0,0,0,0,0,0,0,0"),
    ] {
        let ran = case.submit("3", track, "videos.txt", &words);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let [first, third] = rows;
        let expected = format!("{header}\n{first}\n{first}\n{third}\n{third}\n");
        assert_eq!(case.text("out/video96.txt"), expected);
        assert_eq!(case.text("out/video97_left.txt"), format!("{header}\n{absent}\n{absent}\n"));
        assert_eq!(std::fs::read_dir(case.path("out")).unwrap().count(), 2);
        assert!(ran.stdout.contains("wrote and read back 6 rows in 2 file(s)"), "{}", ran.stdout);
        let unlisted =
            ran.stdout.lines().find(|line| line.starts_with("predictions of frames not on the list"));
        assert!(unlisted.is_some_and(|line| line.ends_with(" 1")), "{}", ran.stdout);
        std::fs::remove_dir_all(case.path("out")).unwrap();
    }
}

#[test]
fn of_2023_and_later_a_task_has_one_file_in_the_order_of_the_list() {
    let case = Case::new();
    // The list of 2023 begins with frame 3.
    let (text, report) = case.submitted("5", "expr", LIST_5, &[]);
    let rows = "video96/00003.jpg,7\nvideo96/00001.jpg,4\nvideo96/00002.jpg,4\n";
    assert_eq!(text, format!("image_location,{EXPR}\n{rows}"));
    assert_eq!((&report["format"]["year"], &report["counts"]["nearest"]), (&2023.into(), &1.into()));
    for edition in ["6", "8"] {
        // That of 2024 ends its lines in CRLF, and the last not at all.
        let (text, _) = case.submitted(edition, "expr", LIST_6, &[]);
        let rows = "video96/00001.jpg,4\nvideo96/00002.jpg,4\nvideo96/00003.jpg,7\nvideo96/00004.jpg,7\n";
        assert_eq!(text, format!("image_location,{EXPR}\n{rows}"));
        let (text, report) = case.submitted(edition, "va", LIST_6_VA, &[]);
        let rows = "video96/00001.jpg,0.250,-0.500\nvideo96/00002.jpg,0.250,-0.500\n";
        assert_eq!(text, format!("image_location,valence,arousal\n{rows}"));
        assert_eq!(report["counts"]["unlisted"], 2);
        let (text, _) = case.submitted(edition, "au", "CVPR_6th_ABAW_AU_test_set_example.txt", &[]);
        assert_eq!(text, format!("image_location,{AU}\nvideo96/00001.jpg,1,0,0,0,0,0,0,0,0,0,0,1\n"));
    }
}

#[test]
fn multi_task_rows_are_those_of_the_list_bare_or_with_a_comma() {
    let case = Case::new();
    for edition in ["7", "11"] {
        let (text, report) = case.submitted(edition, "mtl", LIST_7, &[]);
        assert_eq!(text, MTL);
        assert_eq!((&report["counts"]["repeated"], &report["counts"]["clamped"]), (&1.into(), &0.into()));
    }
    abaw_mtl_2022(&case.tree());
    let list = "Multi_Task_Learning_Challenge_test_set_release.txt";
    assert_eq!(case.submitted("3", "mtl", list, &[]).0, MTL);
    let bare = case.text(list);
    case.tree().write("headless.txt", bare.split_once('\n').unwrap().1);
    assert_eq!(case.submitted("4", "mtl", "headless.txt", &[]).0, MTL);
}

#[test]
fn decimals_and_thresholds_are_as_asked() {
    let case = Case::new();
    let (text, report) = case.submitted("6", "va", LIST_6_VA, &["--decimals", "6"]);
    assert!(text.contains("\nvideo96/00001.jpg,0.250000,-0.500000\n"), "{text}");
    assert_eq!(report["decimals"], 6);
    let list = "CVPR_6th_ABAW_AU_test_set_example.txt";
    let (text, _) = case.submitted("6", "au", list, &["--au-threshold", "0.95"]);
    assert!(text.ends_with(".jpg,0,0,0,0,0,0,0,0,0,0,0,0\n"), "{text}");
    let each = ["--au-threshold", "0.95,0.05,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5"];
    let (text, report) = case.submitted("6", "au", list, &each);
    assert!(text.ends_with(".jpg,0,1,0,0,0,0,0,0,0,0,0,1\n"), "{text}");
    assert_eq!(report["au_thresholds"][1], 0.05);
}

#[test]
fn an_action_unit_at_the_threshold_is_present_and_just_below_it_is_not() {
    let case = Case::new();
    case.predict_with("edge.csv", &said(), |p| {
        p.rows[0].au_probabilities[3] = 0.5;
        p.rows[0].au_probabilities[4] = 0.499_999;
    });
    let list = "CVPR_6th_ABAW_AU_test_set_example.txt";
    let (text, _) = case.submitted("6", "au", list, &["--predictions", "edge.csv"]);
    assert!(text.ends_with(".jpg,1,0,0,1,0,0,0,0,0,0,0,1\n"), "{text}");
}

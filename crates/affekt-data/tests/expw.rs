//! `ExpW`: several faces to a picture.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod miniature;

use affekt_artifact::QuarantineReason;
use affekt_data::Reading;
use affekt_face::FaceBox;
use affekt_testkit::expw;
use miniature::{
    Miniature, assert_accounted, assert_swaps_are_told, changed, class_name, dataset, set_aside,
};

const LIST: &str = "label/label.lst";
/// Codes as the readme lists them.
const CODES: [&str; 7] = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"];

fn read_list(list: &[u8]) -> Reading {
    let miniature = Miniature::new(expw);
    miniature.tree().write(LIST, list);
    let reading = miniature.read(&dataset("expw")).unwrap();
    assert_accounted(&reading);
    reading
}

#[test]
fn each_code_is_the_class_the_readme_says() {
    let lines: Vec<_> = (0..7).map(|code| format!("f{code}.jpg 0 0 0 9 9 50 {code}")).collect();
    let reading = read_list(lines.join("\n").as_bytes());
    for (row, class) in CODES.into_iter().enumerate() {
        assert_eq!(class_name(&dataset("expw"), &reading, row), class);
    }
}

#[test]
fn every_face_of_a_picture_is_a_sample_with_its_box() {
    let (miniature, set) = (Miniature::new(expw), dataset("expw"));
    let reading = miniature.read(&set).unwrap();
    assert_eq!(reading.counts.all.per_class, [1, 1, 1, 2, 1, 1, 2]);
    assert!(reading.quarantine.items.is_empty() && reading.counts.duplicates == 0);
    let party: Vec<_> = reading.rows.iter().filter(|row| row.subject.as_str() == "party.jpg").collect();
    let names: Vec<_> = party.iter().map(|row| row.sample.as_str()).collect();
    assert_eq!(names, ["party.jpg#0", "party.jpg#1", "party.jpg#2"]);
    assert!(party.iter().all(|row| row.image.file() == "image/origin/party.jpg"));
    let report = miniature.check(&set);
    assert!(!report.needs_attention(), "{report}");
    assert_eq!((report.images, report.subjects, report.images_without_rows), (9, 7, 0), "{report}");
}

#[test]
fn boxes_are_top_left_right_bottom() {
    let reading = Miniature::new(expw).read(&dataset("expw")).unwrap();
    let first = reading.rows[0].hint.bbox;
    assert_eq!(first, Some(FaceBox { x: 5.0, y: 2.0, width: 25.0, height: 30.0 }));
    let beyond = reading.rows[5].hint.bbox;
    assert_eq!(beyond, Some(FaceBox { x: 25.0, y: -2.0, width: 19.0, height: 32.0 }));
}

#[test]
fn names_with_spaces_runs_of_spaces_crlf_and_a_missing_final_newline() {
    let reading = read_list(b"\xef\xbb\xbfa face.jpg  0  1 2 30\t40 9e1 3 \r\n\r\nb.jpg 0 1 2 30 40 90 4");
    let found: Vec<_> = reading.rows.iter().map(|row| (row.sample.as_str(), row.line.unwrap())).collect();
    assert_eq!(found, [("a face.jpg#0", 1), ("b.jpg#0", 3)]);
}

#[test]
fn short_lines_other_codes_and_boxes_without_area_are_set_aside() {
    let list = b"a.jpg 0 1 2 30 40 90\nb.jpg 0 1 2 30 40 90 7\nc.jpg 0 1 30 2 40 90 1\nd.jpg 0 40 1 30 1 90 1\n\
        e.jpg 0 x 1 30 1 90 1\n/etc/passwd 0 1 2 30 40 90 1\n../f.jpg 0 1 2 30 40 90 1\n\xff 0 1 2 30 40 90 1\n\
        g.jpg 0 nan 2 30 40 90 1\nh.jpg 0 1 2 30 40 90 1.5\n";
    let reading = read_list(list);
    assert!(reading.rows.is_empty());
    let reasons: Vec<_> =
        set_aside(&reading).into_iter().map(|(_, line, reason)| (line.unwrap(), reason)).collect();
    let (malformed, range, outside) =
        (QuarantineReason::MalformedRow, QuarantineReason::LabelRange, QuarantineReason::OutsideRoot);
    let expected =
        [malformed, range, range, range, malformed, outside, outside, malformed, malformed, malformed];
    assert_eq!(reasons, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(set_aside(&reading)[1].0, "image/origin/b.jpg");
}

#[test]
fn one_face_listed_twice_is_a_duplicate_or_a_contradiction_of_that_face_alone() {
    let list = b"a.jpg 0 1 2 30 40 90 3\na.jpg 0 1 2 30 40 90 3\na.jpg 1 1 2 30 40 90 3\n\
        b.jpg 0 1 2 30 40 90 3\nb.jpg 0 1 2 30 40 90 4\nb.jpg 1 1 2 30 40 90 6\n";
    let reading = read_list(list);
    let names: Vec<_> = reading.rows.iter().map(|row| row.sample.as_str()).collect();
    assert_eq!(names, ["a.jpg#0", "a.jpg#1", "b.jpg#1"]);
    assert_eq!((reading.counts.duplicates, reading.counts.conflicts), (1, 1));
}

#[test]
fn a_description_with_classes_in_another_order_or_a_subject_rule_is_refused() {
    let error = changed("expw", |table| table["label_set"] = "sfew".into()).unwrap_err();
    assert!(error.to_string().contains("fer2013"), "{error}");
    let rule = toml::Table::from_iter([("kind".to_owned(), "until".into()), ("text".to_owned(), "_".into())]);
    assert!(changed("expw", |table| drop(table.insert("subject".to_owned(), rule.into()))).is_err());
}

#[test]
fn any_two_exchanged_classes_are_told_by_the_published_counts() {
    assert_swaps_are_told("expw");
}

#[test]
fn damaged_lists_never_panic() {
    Miniature::new(expw).damage(&dataset("expw"), LIST);
}

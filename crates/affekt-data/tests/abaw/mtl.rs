//! The multi-task tables.

use affekt_artifact::QuarantineReason::{self, LabelRange, MalformedRow};
use affekt_core::Split;
use affekt_data::{DataError, Reading};
use affekt_testkit::{abaw_mtl, abaw_mtl_2022};
use proptest::prelude::*;

use super::miniature::{Miniature, changed, dataset, layout, set_aside};
use super::{CLASSES, assert_accounted, class, note, row, run_cases, samples};

const TRAIN: &str = "training_set_annotations.txt";
const HEADER: &str = "image,valence,arousal,expression,aus";
const AUS: &str = "0,0,0,0,0,1,0,0,0,0,0,0";

fn read() -> Reading {
    let reading = Miniature::new(abaw_mtl).read(&dataset("aff-wild2-mtl")).unwrap();
    assert_accounted(&reading);
    reading
}

fn read_rows(rows: &[String]) -> Reading {
    let miniature = Miniature::new(abaw_mtl);
    miniature.tree().write(TRAIN, format!("{HEADER}\n{}\n", rows.join("\n")));
    let reading = miniature.read(&dataset("aff-wild2-mtl")).unwrap();
    assert_accounted(&reading);
    reading
}

#[test]
fn each_code_is_the_class_the_header_of_the_expression_track_says() {
    let (set, reading) = (dataset("aff-wild2-mtl"), read());
    for (k, name) in CLASSES.iter().enumerate() {
        let row = row(&reading, &format!("video45_1/{:05}.jpg", k + 1));
        assert_eq!(class(set.label_set(), row), Some(*name));
    }
}

#[test]
fn the_three_tasks_are_missing_independently() {
    let (set, reading) = (dataset("aff-wild2-mtl"), read());
    let whole = row(&reading, "426/00001.jpg");
    assert_eq!(whole.va.map(|va| (va.valence(), va.arousal())), Some((0.0, 0.054)));
    assert_eq!((class(set.label_set(), whole), whole.line), (Some("neutral"), Some(2)));
    let present: Vec<_> =
        set.spec().aus.iter().zip(&whole.aus).filter(|(_, au)| **au == Some(true)).collect();
    assert_eq!(present, [(&10, &Some(true))]);
    let second = row(&reading, "426/00050.jpg");
    assert!(second.expression.is_none() && second.va.is_some());
    assert_eq!(second.aus.iter().position(|au| *au == Some(true)), Some(10));
    let third = row(&reading, "video48/02534.jpg");
    assert_eq!((third.va, class(set.label_set(), third)), (None, Some("happiness")));
    assert!(third.aus.iter().all(Option::is_none));
    assert_eq!((third.video.as_deref(), third.frame), (Some("video48"), Some(2534)));
}

#[test]
fn rows_labels_and_faces_add_up_per_part() {
    let counts = read().counts;
    let train = &counts.splits[&Split::Train];
    assert_eq!((train.rows, train.va, train.au, train.without_face), (14, 4, 4, 0));
    assert_eq!(train.per_class, [3, 1, 1, 1, 2, 1, 1, 2]);
    assert_eq!(train.au_present, [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0]);
    let valid = &counts.splits[&Split::Valid];
    assert_eq!((valid.rows, valid.va, valid.au, valid.without_face), (3, 2, 2, 1));
    assert_eq!(counts.ignored, 1, "the row without any label");
    assert_eq!((counts.duplicates, counts.conflicts), (2, 1));
}

#[test]
fn frames_listed_again_stay_with_their_own_labels() {
    let (set, reading) = (dataset("aff-wild2-mtl"), read());
    let again: Vec<_> = ["426/00001.jpg", "426/00001.jpg#2", "426/00001.jpg#3"]
        .into_iter()
        .map(|name| class(set.label_set(), row(&reading, name)).unwrap())
        .collect();
    assert_eq!(again, ["neutral", "neutral", "other"]);
    assert!(reading.quarantine.items.is_empty());
}

#[test]
fn the_test_list_keeps_order_and_repetitions() {
    let test = ["video96/00008.jpg", "video96/00001.jpg", "video96/00008.jpg#2"];
    let reading = read();
    assert_eq!(samples(&reading, Split::Test), test);
    let counts = &reading.counts.splits[&Split::Test];
    assert_eq!((counts.rows, counts.without_face, counts.va), (4, 1, 0));
    let older = Miniature::new(abaw_mtl_2022).read(&dataset("aff-wild2-mtl-2022")).unwrap();
    assert_accounted(&older);
    assert_eq!(samples(&older, Split::Test), test);
    assert_eq!(older.counts.splits, reading.counts.splits);
}

#[test]
fn rows_with_other_fields_codes_or_names_are_set_aside_with_line_and_file() {
    let rows = [
        format!("426/00001.jpg,0,0,0,{AUS},1"),
        "426/00001.jpg,0,0,0,0,0,0,0,0,1,0,0,0,0,0".to_owned(),
        format!("426/00001.jpg,0,0,8,{AUS}"),
        format!("426/00001.jpg,0,1.5,0,{AUS}"),
        format!("426/00001.jpg,0,x,0,{AUS}"),
        format!("426/00001.jpg,0,0,0,{}", AUS.replace('1', "2")),
        format!("426/1.jpg,0,0,0,{AUS}"),
        format!("../426/00001.jpg,0,0,0,{AUS}"),
        "426/00001.jpg".to_owned(),
    ];
    let reading = read_rows(&rows);
    let reasons: Vec<_> =
        reading.quarantine.items.iter().map(|item| (item.line.unwrap(), item.reason)).collect();
    let expected = [MalformedRow, MalformedRow, LabelRange, LabelRange, MalformedRow, LabelRange];
    let expected = expected.into_iter().chain([MalformedRow; 3]);
    assert_eq!(reasons, (2..).zip(expected).collect::<Vec<_>>());
    assert!(reading.quarantine.items.iter().all(|item| item.detail.starts_with(TRAIN)));
}

#[test]
fn whole_numbers_may_be_printed_as_floats_and_partly_coded_units_are_missing() {
    let rows = [
        format!("426/00001.jpg,-5.0,-5.0,4.0,{}", AUS.replace('0', "0.0")),
        format!("426/00050.jpg,-5,-5,-1.0,{}", AUS.replacen('0', "-1", 1)),
    ];
    let reading = read_rows(&rows);
    assert_eq!(row(&reading, "426/00001.jpg").aus[5], Some(true));
    assert!(!samples(&reading, Split::Train).contains(&"426/00050.jpg"));
    assert_eq!(note(&reading, "some action units missing"), 1);
}

#[test]
fn a_video_without_an_image_folder_is_one_fault() {
    let rows = [format!("video7/00001.jpg,0,0,0,{AUS}"), format!("video7/00009.jpg,0,0,0,{AUS}")];
    let reading = read_rows(&rows);
    assert_eq!(set_aside(&reading), [("cropped_aligned/video7", None, QuarantineReason::MissingImage)]);
    assert_eq!(reading.counts.splits[&Split::Train].rows, 2);
}

#[test]
fn the_header_has_five_names_and_must_be_there() {
    for text in ["", "image,valence\n", &format!("426/00001.jpg,0,0,0,{AUS}\n")] {
        let miniature = Miniature::new(abaw_mtl);
        miniature.tree().write(TRAIN, text);
        let error = miniature.read(&dataset("aff-wild2-mtl")).unwrap_err();
        assert!(matches!(error, DataError::Header { .. }), "{error}");
    }
    let miniature = Miniature::new(abaw_mtl);
    miniature.tree().write(TRAIN, HEADER);
    let error = miniature.read(&dataset("aff-wild2-mtl")).unwrap_err();
    assert!(matches!(error, DataError::Empty { .. }), "{error}");
}

#[test]
fn no_other_order_of_action_units_can_be_declared() {
    let set = changed("aff-wild2-mtl", |table| table["aus"].as_array_mut().unwrap().reverse()).unwrap();
    let error = Miniature::new(abaw_mtl).read(&set).unwrap_err();
    assert!(matches!(&error, DataError::SpecValue { key, .. } if key == "aus"), "{error}");
    let seven =
        changed("aff-wild2-mtl", |table| drop(table.insert("label_set".to_owned(), "aff-wild2-2021".into())));
    assert!(matches!(seven, Err(DataError::SpecValue { .. })));
}

#[test]
fn a_test_list_that_is_named_must_be_there() {
    let miniature = Miniature::new(abaw_mtl);
    miniature.remove("MTL_Challenge_test_set_release.txt");
    let error = miniature.read(&dataset("aff-wild2-mtl")).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "test list", .. }), "{error}");
    let without = changed("aff-wild2-mtl", |table| drop(layout(table).remove("test_list"))).unwrap();
    let reading = miniature.read(&without).unwrap();
    assert!(samples(&reading, Split::Test).is_empty());
}

#[test]
fn damaged_tables_never_panic() {
    let (miniature, set) = (Miniature::new(abaw_mtl), dataset("aff-wild2-mtl"));
    super::tracks::damage(&miniature, &set, TRAIN);
    super::tracks::damage(&miniature, &set, "MTL_Challenge_test_set_release.txt");
}

#[test]
fn no_table_makes_the_reader_panic() {
    let (miniature, set) = (Miniature::new(abaw_mtl), dataset("aff-wild2-mtl"));
    let pieces = vec![",", "\n", "426/00001.jpg", "-5", "-1", "0", "1", ".0", "\u{feff}", "../", "\0"];
    let piece = prop_oneof![
        prop::sample::select(pieces).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    run_cases(&(any::<bool>(), prop::collection::vec(piece, 0..80)), |(headed, pieces)| {
        let head = if headed { format!("{HEADER}\n") } else { String::new() };
        miniature.tree().write(TRAIN, [head.as_bytes(), &pieces.concat()].concat());
        if let Ok(reading) = miniature.read(&set) {
            assert_accounted(&reading);
        }
    });
}

//! Annotations of single tracks.

use affekt_artifact::QuarantineReason::{self, LabelRange, MalformedRow};
use affekt_core::Split;
use affekt_data::{DataError, Dataset, Reading};
use affekt_testkit::{abaw_tracks, abaw_tracks_2021, abaw_tracks_2022};
use proptest::prelude::{any, prop};

use super::miniature::{Miniature, changed, dataset, layout, set_aside};
use super::{CLASSES, assert_accounted, class, note, row, run_cases, samples};

const ROOT: &str = "6th_ABAW_Annotations";
const VA: &str = "6th_ABAW_Annotations/VA_Estimation_Challenge/Train_Set/video45_1.txt";
const EXPR: &str = "6th_ABAW_Annotations/EXPR_Recognition_Challenge/Train_Set/video45_1.txt";
const AU: &str = "6th_ABAW_Annotations/AU_Detection_Challenge/Train_Set/video45_1.txt";
const HEADER: &str = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other";

fn read(name: &str) -> Reading {
    let reading = Miniature::new(abaw_tracks).read(&dataset(name)).unwrap();
    assert_accounted(&reading);
    reading
}

/// The miniature with one file written anew.
fn read_with(name: &str, file: &str, bytes: impl AsRef<[u8]>) -> Reading {
    let miniature = Miniature::new(abaw_tracks);
    miniature.tree().write(file, bytes);
    let reading = miniature.read(&dataset(name)).unwrap();
    assert_accounted(&reading);
    reading
}

fn renamed(name: &str, annotations: &str) -> Dataset {
    changed(name, |table| {
        layout(table).insert("annotations".to_owned(), annotations.into());
    })
    .unwrap()
}

#[test]
fn each_code_is_the_class_the_header_says() {
    let (set, reading) = (dataset("aff-wild2-expr"), read("aff-wild2-expr"));
    for (frame, class_name) in (1..).zip(CLASSES.iter().rev()) {
        let row = row(&reading, &format!("426/{frame:05}.jpg"));
        assert_eq!(class(set.label_set(), row), Some(*class_name), "{frame}");
    }
    for frame in [1, 2, 4, 5, 8] {
        let row = row(&reading, &format!("video45_1/{frame:05}.jpg"));
        assert_eq!(class(set.label_set(), row), Some(CLASSES[frame - 1]), "{frame}");
    }
}

#[test]
fn the_seven_classes_of_2021_have_no_other() {
    let (miniature, set) = (Miniature::new(abaw_tracks_2021), dataset("aff-wild2-2021-expr"));
    let reading = miniature.read(&set).unwrap();
    assert_eq!(set.label_set().classes(), &CLASSES[..7]);
    for (frame, class_name) in (2..).zip(CLASSES[..7].iter().rev()) {
        let row = row(&reading, &format!("426/{frame:05}.jpg"));
        assert_eq!(class(set.label_set(), row), Some(*class_name), "{frame}");
    }
    assert_eq!(reading.counts.splits[&Split::Valid].per_class, [1, 1, 3, 1, 1, 1, 1]);
    let eight = read_with("aff-wild2-expr", EXPR, format!("{HEADER}\n8\n-2\n0\n"));
    assert_eq!(eight.quarantine.counts()[&LabelRange], 2);
}

#[test]
fn seven_classes_are_not_read_as_eight_nor_eight_as_seven() {
    let (seven, eight) = (Miniature::new(abaw_tracks_2021), Miniature::new(abaw_tracks));
    let as_eight = seven.read(&renamed("aff-wild2-expr", "annotations")).unwrap_err();
    let as_seven = eight.read(&renamed("aff-wild2-2021-expr", ROOT)).unwrap_err();
    for error in [as_eight, as_seven] {
        assert!(matches!(error, DataError::Header { .. }), "{error}");
    }
}

#[test]
fn a_file_under_another_header_is_set_aside_whole() {
    let exchanged = HEADER.replace("Anger,Disgust", "Disgust,Anger");
    for header in
        [&exchanged, &HEADER.replace(",Other", ""), &format!("{HEADER},Contempt"), "0", "", "\u{fffd}\"\n"]
    {
        let reading = read_with("aff-wild2-expr", EXPR, format!("{header}\n1\n2\n"));
        assert_eq!(set_aside(&reading), [(EXPR, Some(1), MalformedRow)], "{header}");
        assert!(!samples(&reading, Split::Train).iter().any(|name| name.starts_with("video45_1")));
    }
    let folded =
        read_with("aff-wild2-expr", EXPR, format!(" {} ,\n1\n", HEADER.to_uppercase().replace(',', " , ")));
    assert!(folded.quarantine.items.is_empty());
}

#[test]
fn labels_images_and_what_is_missing_add_up_per_part() {
    let counts = read("aff-wild2-expr").counts;
    let (train, valid) = (&counts.splits[&Split::Train], &counts.splits[&Split::Valid]);
    assert_eq!((train.rows, train.without_face, valid.rows, valid.without_face), (12, 3, 11, 0));
    assert_eq!(train.per_class, [1, 1, 0, 1, 3, 2, 0, 1]);
    assert_eq!(valid.per_class, [1, 1, 3, 1, 1, 1, 1, 1]);
    assert_eq!((counts.ignored, train.va, train.au), (1, 0, 0));

    let counts = read("aff-wild2-va").counts;
    let (train, valid) = (&counts.splits[&Split::Train], &counts.splits[&Split::Valid]);
    assert_eq!((train.rows, train.va, train.without_face), (14, 8, 2));
    assert_eq!((valid.rows, valid.va, valid.without_face), (9, 9, 0));
    assert_eq!(counts.ignored, 4);

    let counts = read("aff-wild2-au").counts;
    let (train, valid) = (&counts.splits[&Split::Train], &counts.splits[&Split::Valid]);
    assert_eq!((train.rows, train.au, train.without_face, counts.ignored), (8, 4, 2, 2));
    assert_eq!(train.au_present, [1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(valid.au_present, [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn row_k_is_frame_k_whatever_gaps_the_images_have() {
    let reading = read("aff-wild2-va");
    let train = samples(&reading, Split::Train);
    assert_eq!(train[train.len() - 2..], ["video45_1/00001.jpg", "video45_1/00008.jpg"]);
    let row = row(&reading, "video45_1/00008.jpg");
    let va = row.va.unwrap();
    assert_eq!((va.valence(), va.arousal(), row.frame, row.line), (1.0, -1.0, Some(8), Some(9)));
    assert_eq!(row.image.file(), "cropped_aligned/video45_1/00008.jpg");
}

#[test]
fn frame_numbers_beyond_five_digits_are_wider() {
    let text = format!("valence,arousal\n{}0.25,0.5\n", "-5,-5\n".repeat(100_000));
    let miniature = Miniature::new(abaw_tracks);
    miniature.tree().write(VA, text).write("cropped_aligned/video45_1/100001.jpg", "");
    let reading = miniature.read(&dataset("aff-wild2-va")).unwrap();
    let frame = row(&reading, "video45_1/100001.jpg");
    assert_eq!((frame.frame, frame.line), (Some(100_001), Some(100_002)));
    assert_eq!(reading.counts.ignored, 100_000);
}

#[test]
fn either_value_missing_as_5_or_5_0_makes_both_missing() {
    let missing = ["-5,-5", "-5.0,-5.0", "-5,0.1", "0.1,-5.0", " -5 , -5.000 ", "-5,-5,"];
    for text in missing {
        let reading = read_with("aff-wild2-va", VA, format!("valence,arousal\n{text}\n0,0"));
        assert!(reading.quarantine.items.is_empty(), "{text}");
        assert!(!samples(&reading, Split::Train).contains(&"video45_1/00001.jpg"), "{text}");
        assert!(samples(&reading, Split::Train).contains(&"video45_1/00002.jpg"), "{text}");
    }
    for text in ["-4.9,0", "0,1.01", "1e300,0", "-2,-2"] {
        let reading = read_with("aff-wild2-va", VA, format!("valence,arousal\n{text}\n"));
        let image = "cropped_aligned/video45_1/00001.jpg";
        assert_eq!(set_aside(&reading), [(image, Some(2), LabelRange)], "{text}");
    }
    for text in ["nan,0", "inf,0", "0", "0,0,0", "a,b", ",", "0;0"] {
        let reading = read_with("aff-wild2-va", VA, format!("valence,arousal\n{text}\n0,0\n"));
        let image = "cropped_aligned/video45_1/00001.jpg";
        assert_eq!(set_aside(&reading), [(image, Some(2), MalformedRow)], "{text}");
        assert!(reading.quarantine.items[0].detail.starts_with(VA), "{text}");
        assert!(samples(&reading, Split::Train).contains(&"video45_1/00002.jpg"), "{text}");
    }
}

#[test]
fn action_units_count_only_when_all_are_coded() {
    let reading = read("aff-wild2-au");
    assert_eq!(note(&reading, "some action units missing"), 1);
    assert!(!samples(&reading, Split::Train).contains(&"video45_1/00004.jpg"));
    let second = row(&reading, "video45_1/00002.jpg");
    let expected: Vec<_> = (0..12).map(|k| Some(k == 1)).collect();
    assert_eq!(second.aus, expected);
    let rows = [
        "1,0,0,0,0,0,0,0,0,0,0",
        "2,0,0,0,0,0,0,0,0,0,0,0",
        "0.5,0,0,0,0,0,0,0,0,0,0,0",
        "1.0,0,0,0,0,0,0,0,0,0,0,0",
    ];
    let header = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26";
    let reading = read_with("aff-wild2-au", AU, format!("{header}\n{}", rows.join("\n")));
    let reasons: Vec<_> = reading.quarantine.items.iter().map(|item| item.reason).collect();
    assert_eq!(reasons, [MalformedRow, LabelRange, MalformedRow]);
    assert_eq!(row(&reading, "video45_1/00004.jpg").aus[0], Some(true));
    let other = header.replace("AU1,AU2", "AU2,AU1");
    let reading = read_with("aff-wild2-au", AU, format!("{other}\n{}", rows[3]));
    assert_eq!(set_aside(&reading), [(AU, Some(1), MalformedRow)]);
}

#[test]
fn images_beyond_the_last_row_are_noted_and_have_no_row() {
    let (miniature, set) = (Miniature::new(abaw_tracks), dataset("aff-wild2-va"));
    let report = miniature.check(&set);
    assert_eq!(report.counts.notes["images beyond the last row of their video's annotation"], 1);
    // The frame that both image folders hold is taken from the first.
    let without = ["cropped_aligned_new_50_vids/426/00005.jpg", "cropped_aligned/video45_1/00010.jpg"];
    assert_eq!(report.first_without_rows, without);
    assert_eq!(report.faults, 0);
}

#[test]
fn people_of_one_recording_are_one_subject_and_two_videos() {
    let reading = read("aff-wild2-va");
    let left = row(&reading, "30-30-1920x1080_left/00001.jpg");
    let right = row(&reading, "30-30-1920x1080_right/00001.jpg");
    assert_eq!((left.subject.as_str(), right.subject.as_str()), ("30-30-1920x1080", "30-30-1920x1080"));
    assert_eq!(left.video.as_deref(), Some("30-30-1920x1080_left"));
    assert_eq!(left.image.file(), "cropped_aligned_new_50_vids/30-30-1920x1080_left/00001.jpg");
    assert_eq!(row(&reading, "video45_1/00001.jpg").subject.as_str(), "video45_1");
}

#[test]
fn parts_of_a_single_track_stand_and_a_recording_they_cut_is_counted() {
    let miniature = Miniature::new(abaw_tracks);
    let train = EXPR.replace("video45_1", "10-60-1280x720");
    miniature.tree().write(&train, format!("{HEADER}\n1\n"));
    let set = dataset("aff-wild2-expr");
    let reading = miniature.read(&set).unwrap();
    assert!(samples(&reading, Split::Train).contains(&"10-60-1280x720/00001.jpg"));
    assert!(samples(&reading, Split::Valid).contains(&"10-60-1280x720_right/00001.jpg"));
    assert_eq!(miniature.check(&set).subjects_in_several_splits, 1);
}

#[test]
fn a_video_in_two_image_folders_has_the_frames_of_both() {
    let reading = read("aff-wild2-va");
    let images: Vec<_> =
        (1..=9).map(|k| row(&reading, &format!("426/{k:05}.jpg")).image.file().to_owned()).collect();
    assert!(images[..5].iter().all(|image| image.starts_with("cropped_aligned/426/")), "{images:?}");
    assert!(
        images[5..].iter().all(|image| image.starts_with("cropped_aligned_new_50_vids/426/")),
        "{images:?}"
    );
    assert_eq!(note(&reading, "more than one image folder"), 1);
}

#[test]
fn a_missing_image_folder_is_noted_and_none_at_all_is_an_error() {
    let miniature = Miniature::new(abaw_tracks);
    std::fs::remove_dir_all(miniature.root().join("cropped_aligned_new_50_vids")).unwrap();
    let reading = miniature.read(&dataset("aff-wild2-va")).unwrap();
    assert_eq!(note(&reading, "no image folder cropped_aligned_new_50_vids"), 1);
    std::fs::remove_dir_all(miniature.root().join("cropped_aligned")).unwrap();
    let error = miniature.read(&dataset("aff-wild2-va")).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "image folder", .. }), "{error}");
}

#[test]
fn a_video_without_any_image_is_one_fault_whether_its_folder_is_missing_or_empty() {
    let rows = format!("valence,arousal\n{}", "0.1,0.1\n-5,-5\n".repeat(1000));
    for empty in [false, true] {
        let miniature = Miniature::new(abaw_tracks);
        miniature.tree().write(&VA.replace("video45_1", "video59"), &rows);
        if empty {
            miniature.tree().write("cropped_aligned/video59/Thumbs.db", "");
        }
        let reading = miniature.read(&dataset("aff-wild2-va")).unwrap();
        assert_accounted(&reading);
        assert_eq!(set_aside(&reading), [("cropped_aligned/video59", None, QuarantineReason::MissingImage)]);
        assert!(reading.quarantine.items[0].detail.ends_with("rows that need one: 1000"));
        let train = &reading.counts.splits[&Split::Train];
        assert_eq!((train.rows, train.without_face), (2014, 2));
    }
}

#[test]
fn the_folders_of_every_year_are_found() {
    let older = Miniature::new(abaw_tracks_2022);
    let renamed = renamed("aff-wild2-expr", "Third ABAW Annotations");
    assert_eq!(older.read(&renamed).unwrap().counts.splits, read("aff-wild2-expr").counts.splits);
    let error = older.read(&dataset("aff-wild2-expr")).unwrap_err();
    assert!(error.to_string().contains("layout.annotations"), "{error}");

    let two = Miniature::new(abaw_tracks);
    std::fs::create_dir(two.root().join(ROOT).join("EXPR_Set")).unwrap();
    let error = two.read(&dataset("aff-wild2-expr")).unwrap_err();
    assert!(error.to_string().contains("EXPR_Recognition_Challenge, EXPR_Set"), "{error}");
    assert!(two.read(&dataset("aff-wild2-va")).is_ok());
}

#[test]
fn a_blank_line_between_rows_sets_the_file_aside() {
    let reading = read_with("aff-wild2-va", VA, "valence,arousal\n0,0\n\n0.5,0.5\n");
    assert_eq!(set_aside(&reading), [(VA, Some(3), MalformedRow)]);
    let harmless = read_with("aff-wild2-va", VA, "\n\r\nvalence,arousal\n0,0\n0.5,0.5\n\n\n");
    assert!(harmless.quarantine.items.is_empty());
    assert_eq!(row(&harmless, "video45_1/00002.jpg").line, Some(5));
}

#[test]
fn a_line_that_is_not_utf8_costs_only_itself() {
    let reading = read_with("aff-wild2-va", VA, b"valence,arousal\n0,0\n\xff\xfe\n0,0\n0.5,0.5");
    let image = "cropped_aligned/video45_1/00002.jpg";
    assert_eq!(set_aside(&reading), [(image, Some(3), MalformedRow)]);
    assert!(row(&reading, "video45_1/00004.jpg").va.is_some());
}

#[test]
fn byte_order_mark_mixed_line_ends_and_other_files_make_no_difference() {
    let reading = read("aff-wild2-expr");
    assert!(reading.quarantine.items.is_empty());
    assert_eq!(note(&reading, "files beside the annotations"), 1);
    assert_eq!(note(&reading, "video folders that no annotation is about"), 2);
}

#[test]
fn the_validation_part_can_be_the_test_part_without_its_unlabelled_frames() {
    let set = changed("aff-wild2-expr", |table| {
        let parts = layout(table)["parts"].as_table_mut().unwrap();
        let valid = parts.remove("valid").unwrap();
        parts.insert("test".to_owned(), valid);
    });
    let reading = Miniature::new(abaw_tracks).read(&set.unwrap()).unwrap();
    assert_accounted(&reading);
    assert!(!samples(&reading, Split::Test).contains(&"426/00009.jpg"));
    assert_eq!((samples(&reading, Split::Test).len(), reading.counts.ignored), (10, 1));
}

#[cfg(unix)]
#[test]
fn annotations_through_a_link_out_of_the_root_are_not_read() {
    let miniature = Miniature::new(abaw_tracks);
    miniature.remove(VA);
    std::fs::write(miniature.outside("secret.txt"), "valence,arousal\n0,0\n").unwrap();
    std::os::unix::fs::symlink(miniature.outside("secret.txt"), miniature.root().join(VA)).unwrap();
    let error = miniature.read(&dataset("aff-wild2-va")).unwrap_err();
    assert!(matches!(error, DataError::LeavesRoot { .. }), "{error}");
}

#[test]
fn damaged_annotations_never_panic() {
    for (name, file) in [("aff-wild2-va", VA), ("aff-wild2-expr", EXPR), ("aff-wild2-au", AU)] {
        damage(&Miniature::new(abaw_tracks), &dataset(name), file);
    }
}

/// Damages a file in many ways: nothing panics, and every row is accounted for.
pub(super) fn damage(miniature: &Miniature, dataset: &Dataset, file: &str) {
    let path = miniature.root().join(file);
    let whole = std::fs::read(&path).unwrap();
    for n in 0..300 {
        let mut stream = affekt_core::Seed(5).stream(file, &[n]);
        std::fs::write(&path, affekt_testkit::mutate(&whole, &mut stream)).unwrap();
        if let Ok(reading) = miniature.read(dataset) {
            assert_accounted(&reading);
        }
    }
    std::fs::write(path, whole).unwrap();
}

#[test]
fn no_annotation_makes_the_reader_panic() {
    let (miniature, set) = (Miniature::new(abaw_tracks), dataset("aff-wild2-tracks"));
    let heads = ["", "valence,arousal\n", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"];
    let heads = prop::sample::select(heads.to_vec());
    run_cases(&(heads, prop::collection::vec(any::<u8>(), 0..120)), |(head, bytes)| {
        let text = [head.as_bytes(), &bytes].concat();
        miniature.tree().write(VA, &text).write(EXPR, &text).write(AU, &text);
        if let Ok(reading) = miniature.read(&set) {
            assert_accounted(&reading);
        }
    });
}

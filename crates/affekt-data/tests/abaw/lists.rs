//! Test lists of the uni-task challenges.

use affekt_core::Split;
use affekt_data::{DataError, Dataset, Reading, read_abaw_test_list};
use affekt_testkit::{abaw_test_lists, abaw_tracks};

use super::miniature::{Miniature, changed, layout, set_aside};
use super::{assert_accounted, note, samples};

fn miniature() -> Miniature {
    Miniature::new(|tree| {
        abaw_tracks(tree);
        abaw_test_lists(tree);
    })
}

fn with_list(list: &str) -> Dataset {
    changed("aff-wild2-expr", |table| drop(layout(table).insert("test_list".to_owned(), list.into())))
        .unwrap()
}

fn read(miniature: &Miniature, list: &str) -> Reading {
    let reading = miniature.read(&with_list(list)).unwrap();
    assert_accounted(&reading);
    reading
}

#[test]
fn lists_of_frames_keep_their_order_and_count_frames_without_a_face() {
    let miniature = miniature();
    let reading = read(&miniature, "CVPR_5th_ABAW_EXPR_test_set_sample.txt");
    assert_eq!(samples(&reading, Split::Test), ["video96/00003.jpg", "video96/00001.jpg"]);
    let test = &reading.counts.splits[&Split::Test];
    assert_eq!((test.rows, test.without_face), (3, 1));
    let reading = read(&miniature, "CVPR_6th_ABAW_Expr_test_set_example.txt");
    assert_eq!(samples(&reading, Split::Test), ["video96/00001.jpg", "video96/00003.jpg"]);
    assert_eq!(reading.counts.splits[&Split::Test].rows, 4);
    assert_eq!(note(&reading, "video folders that no annotation is about"), 1);
}

#[test]
fn values_of_a_sample_file_are_no_labels() {
    let reading = read(&miniature(), "CVPR_6th_ABAW_Expr_test_set_example.txt");
    let test: Vec<_> = reading.rows.iter().filter(|row| row.split == Some(Split::Test)).collect();
    assert_eq!(test.len(), 2);
    assert!(test.iter().all(|row| row.expression.is_none() && row.va.is_none()));
    assert_eq!(reading.counts.splits[&Split::Test].per_class, [0; 8]);
}

#[test]
fn lists_of_videos_have_every_frame_with_a_face() {
    let miniature = miniature();
    miniature.tree().write("list.txt", "\u{feff}video96\r\nvideo97\r\n");
    let reading = read(&miniature, "list.txt");
    assert_eq!(samples(&reading, Split::Test), ["video96/00001.jpg", "video96/00003.jpg"]);
    assert_eq!(set_aside(&reading)[0].0, "cropped_aligned/video97");
}

#[test]
fn training_is_the_same_with_a_test_list_and_a_listed_video_is_never_trained_on() {
    let miniature = miniature();
    let reading = read(&miniature, "Expression_Classification_Challenge_test_set_release.txt");
    let without = miniature.read(&super::miniature::dataset("aff-wild2-expr")).unwrap();
    assert_eq!(samples(&reading, Split::Train), samples(&without, Split::Train));
    miniature.tree().write("list.txt", "video45_1/00001.jpg\n");
    let reading = read(&miniature, "list.txt");
    let train = "6th_ABAW_Annotations/EXPR_Recognition_Challenge/Train_Set/video45_1.txt";
    assert_eq!(set_aside(&reading)[0].0, train);
    assert!(!samples(&reading, Split::Train).iter().any(|name| name.starts_with("video45_1")));
    assert_eq!(samples(&reading, Split::Test), ["video45_1/00001.jpg"]);
}

#[test]
fn lines_that_are_neither_frame_nor_video_are_set_aside() {
    let miniature = miniature();
    let lines = b"video96/00001.jpg\nvideo96/1.jpg\n../x/00001.jpg\nvideo96/a/00001.jpg\n\xff\n..\nvideo96/00003.jpg,,\n";
    miniature.tree().write("list.txt", lines);
    let reading = read(&miniature, "list.txt");
    let lines: Vec<_> = set_aside(&reading).iter().map(|(_, line, _)| line.unwrap()).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
    assert_eq!(samples(&reading, Split::Test).len(), 2);
}

#[test]
fn a_submission_finds_every_line_in_order() {
    let miniature = miniature();
    miniature
        .tree()
        .write("list.txt", "image_location,valence,arousal\nb/00002.jpg,0.5,-0.5\na/00001.jpg,\nb/00002.jpg");
    let lines = read_abaw_test_list(&miniature.root().join("list.txt")).unwrap();
    let names: Vec<_> = lines.iter().map(|line| (line.line, line.name.as_str())).collect();
    assert_eq!(names, [(2, "b/00002.jpg"), (3, "a/00001.jpg"), (4, "b/00002.jpg")]);
    miniature.tree().write("list.txt", "image_location,valence,arousal\n\n");
    let error = read_abaw_test_list(&miniature.root().join("list.txt")).unwrap_err();
    assert!(matches!(error, DataError::Empty { .. }), "{error}");
}

#[test]
fn a_damaged_list_never_panics() {
    let list = "CVPR_6th_ABAW_Expr_test_set_example.txt";
    super::tracks::damage(&miniature(), &with_list(list), list);
}

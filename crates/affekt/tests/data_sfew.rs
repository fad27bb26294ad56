//! `affekt data` on SFEW 2.0: stills and aligned faces.

mod miniature;
mod support;

use affekt_testkit::{sfew, sfew_aligned};
use miniature::Miniature;
use serde_json::json;

#[test]
fn stills_check_by_film() {
    let miniature = Miniature::new("sfew", None, sfew);
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/subjects")), (0, json!(21), json!(3)));
    assert_eq!(checked.at("/counts/splits/train/per_class"), json!([2, 2, 2, 2, 2, 2, 2]));
    assert_eq!(checked.at("/counts/splits/valid/per_class"), json!([1, 1, 1, 1, 1, 1, 1]));
    assert_eq!(checked.at("/images_without_rows"), json!(3));
    assert_eq!(checked.at("/subjects_in_several_splits"), json!(0));
}

#[test]
fn aligned_faces_check_in_either_folder() {
    for valid in ["Val_Aligned_Faces", "Val_Aligned_Faces_new"] {
        let checked = Miniature::new("sfew-aligned", None, |tree| sfew_aligned(tree, valid)).check();
        assert_eq!(
            (checked.code, checked.at("/images"), checked.at("/faults")),
            (0, json!(20), json!(0)),
            "{valid}"
        );
        assert_eq!(checked.at("/counts/splits/train/rows"), json!(13), "{valid}");
    }
}

#[test]
fn the_reported_part_of_the_aligned_faces_is_the_test_part() {
    let checked =
        Miniature::new("sfew-aligned-reported", None, |tree| sfew_aligned(tree, "Val_Aligned_Faces")).check();
    assert_eq!(
        (checked.code, checked.at("/images"), checked.at("/counts/splits/test/rows")),
        (0, json!(20), json!(7))
    );
}

#[test]
fn a_class_folder_of_another_name_is_named_and_refuses() {
    let miniature = Miniature::new("sfew", None, sfew);
    for k in 0..6 {
        miniature.tree().write(&format!("Train/Contempt/Juno_000000001_0000000{k}.png"), "");
    }
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/quarantine/unknown-label")), (1, json!(6)));
    assert_eq!(checked.at("/max_quarantine"), json!(5));
}

//! `affekt data` on `ExpW`.

mod miniature;
mod support;

use affekt_testkit::expw;
use miniature::Miniature;
use serde_json::json;

#[test]
fn every_face_is_a_sample_and_every_picture_a_subject() {
    let checked = Miniature::new("expw", None, expw).check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/subjects")), (0, json!(9), json!(7)));
    assert_eq!(checked.at("/counts/all/per_class"), json!([1, 1, 1, 2, 1, 1, 2]));
    assert_eq!(checked.at("/images_without_rows"), json!(0));
}

#[test]
fn a_line_that_cannot_be_read_is_named_with_its_number() {
    let miniature = Miniature::new("expw", None, expw);
    miniature.tree().write("label/label.lst", "b.jpg 0 1 2 33 34 12.5 1\nc.jpg 0 4 4 36\n");
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/faults")), (1, json!(1)));
    let first = checked.at("/first_faults/0").to_string();
    assert!(first.contains("image/origin/c.jpg:2 malformed-row: 5 fields"), "{first}");
}

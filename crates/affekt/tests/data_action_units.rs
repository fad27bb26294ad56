//! `affekt data` on datasets of coded action units.

mod miniature;
mod support;

use affekt_testkit::{bp4d, disfa, emotionet};
use miniature::Miniature;
use serde_json::json;

#[test]
fn disfa_checks_and_prepares() {
    let miniature = Miniature::new("disfa", None, disfa);
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/subjects")), (0, json!(11), json!(2)));
    assert_eq!(
        (checked.at("/counts/all/rows"), checked.at("/counts/all/without_face")),
        (json!(12), json!(1))
    );
    // Each of twelve frames has (k + n) mod 6 of 2 to 5 in four of six frames; SN002's fourth has no image.
    let present = [7, 7, 7, 8, 7, 7, 8, 7];
    assert_eq!(checked.at("/counts/all/au_present"), json!(present), "{}", checked.report);
    let ran = miniature.prepare();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn bp4d_checks_and_prepares() {
    let miniature = Miniature::new("bp4d", None, bp4d);
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/subjects")), (0, json!(15), json!(2)));
    assert_eq!((checked.at("/counts/all/rows"), checked.at("/counts/ignored")), (json!(16), json!(1)));
    assert_eq!(checked.at("/counts/all/au"), json!(15));
    let ran = miniature.prepare();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn emotionet_checks() {
    let checked = Miniature::new("emotionet", None, emotionet).check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/faults")), (0, json!(4), json!(0)));
    assert_eq!(checked.at("/counts/all/au"), json!(4));
}

#[test]
fn frames_that_lie_elsewhere_are_an_error_that_names_the_key() {
    let miniature = Miniature::new("disfa", None, disfa);
    let root = miniature.tree().root().to_owned();
    for subject in ["SN001", "SN002"] {
        std::fs::rename(
            root.join("Images").join(subject),
            root.join("Images").join(format!("{subject}_left")),
        )
        .unwrap();
    }
    let ran = miniature.prepare();
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("layout.images") && ran.stderr.contains("Images/SN001/1.jpg"),
        "{}",
        ran.stderr
    );
}

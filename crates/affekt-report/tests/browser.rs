//! The report in a real browser: nothing fetched, nothing cut off, readable for all, on a desk, a phone and paper.
//!
//! `tests/browser/browser.sh` does the looking; where it finds no browser and can install none, that is a counted skip.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{Names, add_ada_df, write_study};

/// Opens a page in one view, or in all for `""`; none, counted as a skip, where no browser can be had.
fn look(page: &Path, pictures: &Path, view: &str) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser/browser.sh");
    let packages = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let ran = Command::new(script).arg("check").args([page, pictures, &packages]).arg(view).output().unwrap();
    if ran.status.code() == Some(3) {
        affekt_testkit::skip(&format!("browser: {}", String::from_utf8_lossy(&ran.stderr).trim()));
        return None;
    }
    Some(ran)
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

#[test]
fn a_browser_finds_nothing_wrong_and_would_find_what_is() {
    let root = tempfile::tempdir().unwrap();
    let names = Names { study: "<script>alert('study')</script>", ..Names::default() };
    let study = write_study(root.path(), &names);
    add_ada_df(&study);
    let page = affekt_report::write(&study.dir, &study.out_root).unwrap();
    let pictures = root.path().join("pictures");
    let Some(ran) = look(&page, &pictures, "") else { return };
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    for name in ["top-desk-light", "top-desk-dark", "top-phone-light", "page-phone-dark", "page-print"] {
        let bytes = std::fs::metadata(pictures.join(format!("{name}.png"))).unwrap().len();
        assert!(bytes > 5_000, "{name} has {bytes} bytes");
    }

    // The same page with one fault of each kind: a check that finds nothing in it would find nothing anywhere.
    let html = std::fs::read_to_string(&page).unwrap();
    let faults = "<img src=\"https://example.org/x.png\"><p style=\"width:3000px;color:#bbb\">wide and pale</p>\
                  <h6>deep</h6><a href=\"#nowhere\">nowhere</a><svg class=\"fig\" style=\"width:2px\"></svg>";
    let bad = html.replace("<main id=\"main\">", &format!("<main id=\"main\">{faults}"));
    let bad = bad.replace("img-src data:", "img-src data: https:");
    let page = root.path().join("bad.html");
    std::fs::write(&page, bad).unwrap();
    let ran = look(&page, &pictures, "phone-light").unwrap();
    let text = said(&ran);
    assert_eq!(ran.status.code(), Some(1), "{text}");
    for fault in [
        "asks for https://example.org/x.png",
        "px wider than the window",
        "nothing at #nowhere",
        "axe image-alt",
        "axe color-contrast",
        "axe heading-order",
        " is 2 x ",
    ] {
        assert!(text.contains(fault), "{fault} is not in:\n{text}");
    }
}

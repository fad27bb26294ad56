//! `affekt data` on FER2013 and FER+.

mod miniature;
mod support;

use affekt_testkit::{fer_plus, fer_plus_files, fer2013};
use miniature::Miniature;
use serde_json::json;

/// What the FER+ miniature holds under the majority rule, in the form of a description.
const MAJORITY: &str = "
tolerance = 0.0
all.rows = 22
train.rows = 15
valid.rows = 3
test.rows = 4
all.classes = { neutral = 5, happiness = 3, surprise = 1, sadness = 1, anger = 1, disgust = 1, fear = 1, contempt = 2 }
";

#[test]
fn fer2013_checks_from_its_table_alone() {
    let checked = Miniature::new("fer2013", None, fer2013).check();
    assert_eq!((checked.code, checked.at("/images"), checked.at("/faults")), (0, json!(22), json!(0)));
    assert_eq!(checked.at("/counts/all/per_class"), json!([4, 1, 3, 3, 3, 2, 6]));
    assert_eq!(checked.at("/counts/splits/valid/rows"), json!(3));
}

#[test]
fn fer_plus_checks_and_prepares_from_both_tables() {
    let miniature = Miniature::new("fer-plus", Some(MAJORITY), fer_plus);
    let checked = miniature.check();
    assert_eq!(
        (checked.code, checked.at("/images"), checked.at("/counts/ignored")),
        (0, json!(15), json!(7))
    );
    assert_eq!(checked.at("/counts/notes/rows left out: voters are divided"), json!(3));
    let ran = miniature.prepare();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("15 images in"), "{}", ran.stdout);
}

#[test]
fn distributions_of_votes_reach_the_manifest() {
    let miniature = Miniature::new("fer-plus-probability", None, fer_plus);
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/images")), (0, json!(17)));
    assert_eq!(miniature.prepare().code, 0);
    let manifest = miniature.tree().root().with_file_name("out").join("manifest.csv");
    let table = std::fs::read_to_string(manifest).unwrap();
    let tie = table.lines().find(|line| line.starts_with("FER2013Valid/fer0028638.png")).unwrap();
    assert!(tie.contains(",happiness,") && tie.contains(",0,0.5,0.5,0,"), "{tie}");
}

#[test]
fn fer_plus_checks_from_exported_pictures() {
    let miniature = Miniature::new("fer-plus", None, fer_plus_files);
    let set = miniature.tree().root().with_file_name("set.toml");
    let text = std::fs::read_to_string(&set).unwrap();
    let files =
        text.replace("images = \"table\"", "images = \"data\"").replace("pixels = \"fer2013.csv\"\n", "");
    let parts = files.replace("votes = \"fer2013new.csv\"\n", "");
    for (text, rows, duplicates) in [(&files, 22, 1), (&parts, 19, 0)] {
        std::fs::write(&set, text).unwrap();
        let checked = miniature.check();
        assert_eq!((checked.code, checked.at("/images"), checked.at("/faults")), (0, json!(14), json!(0)));
        assert_eq!(checked.at("/counts/all/rows"), json!(rows));
        assert_eq!(checked.at("/counts/duplicates"), json!(duplicates));
        assert_eq!(checked.at("/images_without_rows"), json!(0));
    }
}

#[test]
fn a_picture_that_is_none_and_a_missing_row_are_told_with_their_lines() {
    let miniature = Miniature::new("fer-plus", None, fer_plus);
    let path = miniature.tree().root().join("fer2013.csv");
    let table = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = table.lines().collect();
    lines[8] = "0,1 2 3,Training";
    miniature.tree().write("fer2013.csv", lines.join("\n"));
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/faults")), (1, json!(1)));
    let first = checked.at("/first_faults/0").to_string();
    assert!(first.contains("fer2013.csv:9 unreadable-image: 3 grey levels"), "{first}");
    lines.remove(8);
    miniature.tree().write("fer2013.csv", lines.join("\n"));
    let ran = miniature.prepare();
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("the table ends after 21 rows, that of the votes after 22"),
        "{}",
        ran.stderr
    );
}

//! `affekt data` on RAF-DB in the forms people have it.

mod miniature;
mod support;

use affekt_testkit::{raf_db, raf_db_affectnet_order, raf_db_compound, raf_db_kaggle};
use miniature::Miniature;
use serde_json::json;

/// What the miniatures hold, in the form of a description.
const PUBLISHED: &str = "
tolerance = 0.01
train.rows = 23
test.rows = 12
train.classes = { surprise = 3, fear = 1, disgust = 2, happiness = 6, sadness = 4, anger = 2, neutral = 5 }
test.classes = { surprise = 2, fear = 1, disgust = 1, happiness = 3, sadness = 2, anger = 1, neutral = 2 }
";

#[test]
fn every_form_of_the_basic_set_checks_and_counts_the_same() {
    for (name, build) in [
        ("raf-db", raf_db as fn(&_)),
        ("raf-db-kaggle", raf_db_kaggle),
        ("raf-db-affectnet-order", |tree| raf_db_affectnet_order(tree, "valid")),
    ] {
        let miniature = Miniature::new(name, Some(PUBLISHED), build);
        let checked = miniature.check();
        assert_eq!(
            (checked.code, checked.at("/images"), checked.at("/faults")),
            (0, json!(35), json!(0)),
            "{name}"
        );
        assert_eq!(checked.at("/counts/splits/train/per_class"), json!([3, 1, 2, 6, 4, 2, 5]), "{name}");
        assert_eq!(checked.at("/counts/splits/test/per_class"), json!([2, 1, 1, 3, 2, 1, 2]), "{name}");
        let ran = miniature.prepare();
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_tree_of_0_to_6_is_refused_by_the_description_of_1_to_7_and_the_other_way_round() {
    let in_affectnet_order = |tree: &_| raf_db_affectnet_order(tree, "DATASET/test");
    let miniature = Miniature::new("raf-db-kaggle", Some(PUBLISHED), in_affectnet_order);
    let (root, dataset) = (miniature.tree().root().to_owned(), miniature.tree().root().join("DATASET"));
    std::fs::rename(root.join("train"), dataset.join("train")).unwrap();
    assert_refused(&miniature, "surprise counts 6; published are 3");

    let miniature = Miniature::new("raf-db-affectnet-order", Some(PUBLISHED), raf_db_kaggle);
    let root = miniature.tree().root().to_owned();
    for part in ["train", "test"] {
        std::fs::rename(root.join("DATASET").join(part), root.join(part)).unwrap();
    }
    assert_refused(&miniature, "surprise counts 2; published are 3");
}

fn assert_refused(miniature: &Miniature, counts: &str) {
    let checked = miniature.check();
    assert_eq!(checked.code, 1);
    assert!(checked.at("/quarantine/unknown-label").as_u64().is_some_and(|n| n > 0), "{}", checked.report);
    let ran = miniature.prepare();
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains(counts), "{}", ran.stderr);
    assert!(ran.stderr.contains("another order, correct `aliases`"), "{}", ran.stderr);
}

#[test]
fn the_real_counts_tell_that_a_miniature_is_no_raf_db() {
    let text = std::fs::read_to_string(support::repository().join("data-manifests/raf-db.toml")).unwrap();
    let (_, published) = text.split_once("[published]").unwrap();
    let published = published.replace("[published.", "[");
    let checked = Miniature::new("raf-db", Some(&published), raf_db).check();
    assert_eq!(checked.code, 1);
    assert_eq!(
        checked.at("/published/0"),
        json!({"split": null, "what": "rows", "found": 35, "published": 15339})
    );
}

#[test]
fn the_compound_set_checks() {
    let checked = Miniature::new("raf-db-compound", None, raf_db_compound).check();
    assert_eq!((checked.code, checked.at("/images")), (0, json!(33)), "{}", checked.report);
    assert_eq!(checked.at("/classes/10/class"), json!("disgustedly surprised"));
}

#[test]
fn a_broken_line_and_a_broken_picture_are_named() {
    let miniature = Miniature::new("raf-db", None, raf_db);
    let list =
        std::fs::read_to_string(miniature.tree().root().join("EmoLabel/list_patition_label.txt")).unwrap();
    let list = list.replace("train_00003.jpg 1", "train_00003.jpg 9");
    miniature.tree().write("EmoLabel/list_patition_label.txt", list);
    miniature.tree().write("Image/aligned/train_00004_aligned.jpg", "");
    let checked = miniature.check();
    assert_eq!((checked.code, checked.at("/faults"), checked.at("/images")), (0, json!(2), json!(33)));
    let first = checked.at("/first_faults/0").to_string();
    assert!(first.contains("train_00003_aligned.jpg:3 label-range: class 9"), "{first}");
    assert!(checked.at("/first_faults/1").to_string().contains("train_00004_aligned.jpg:4 empty-image"));
}

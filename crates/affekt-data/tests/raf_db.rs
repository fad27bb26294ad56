//! RAF-DB as its authors distribute it and as others packed it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod miniature;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{DataError, Reading};
use affekt_face::{FaceBox, Landmarks};
use affekt_testkit::{raf_db, raf_db_affectnet_order, raf_db_compound, raf_db_kaggle};
use miniature::{
    Miniature, assert_accounted, assert_swaps_are_told, changed, class_name, classes_of, dataset, layout,
    manifest, set_aside,
};

const LIST: &str = "EmoLabel/list_patition_label.txt";
/// Codes as the authors' readme lists them.
const CODES: [(u8, &str); 7] = [
    (1, "surprise"),
    (2, "fear"),
    (3, "disgust"),
    (4, "happiness"),
    (5, "sadness"),
    (6, "anger"),
    (7, "neutral"),
];
const COMPOUND_CODES: [(u8, &str); 11] = [
    (1, "happily surprised"),
    (2, "happily disgusted"),
    (3, "sadly fearful"),
    (4, "sadly angry"),
    (5, "sadly surprised"),
    (6, "sadly disgusted"),
    (7, "fearfully angry"),
    (8, "fearfully surprised"),
    (9, "angrily surprised"),
    (10, "angrily disgusted"),
    (11, "disgustedly surprised"),
];
/// Folders of a tree in the order of AffectNet.
const AFFECTNET_ORDER: [(u8, &str); 7] = [
    (0, "neutral"),
    (1, "happiness"),
    (2, "sadness"),
    (3, "surprise"),
    (4, "fear"),
    (5, "disgust"),
    (6, "anger"),
];

fn with_list(list: &[u8]) -> Miniature {
    let miniature = Miniature::new(raf_db);
    miniature.tree().write(LIST, list);
    miniature
}

fn read_list(list: &[u8]) -> Reading {
    let reading = with_list(list).read(&dataset("raf-db")).unwrap();
    assert_accounted(&reading);
    reading
}

#[test]
fn the_official_list_gives_names_parts_and_counts() {
    let (miniature, raf) = (Miniature::new(raf_db), dataset("raf-db"));
    let reading = miniature.read(&raf).unwrap();
    assert_eq!(reading.counts.splits[&Split::Train].per_class, [3, 1, 2, 6, 4, 2, 5]);
    assert_eq!(reading.counts.splits[&Split::Test].per_class, [2, 1, 1, 3, 2, 1, 2]);
    assert!(!reading.counts.splits.contains_key(&Split::Valid) && reading.quarantine.items.is_empty());
    let (first, last) = (&reading.rows[0], reading.rows.last().unwrap());
    assert_eq!(first.image.file(), "Image/aligned/train_00001_aligned.jpg");
    assert_eq!(
        (class_name(&raf, &reading, 0), first.split, first.line),
        ("sadness", Some(Split::Train), Some(1))
    );
    assert_eq!(last.image.file(), "Image/aligned/test_0012_aligned.jpg");
    assert_eq!((last.split, last.line), (Some(Split::Test), Some(35)));
    assert!(first.hint.bbox.is_none() && first.subject.as_str() == first.sample.as_str());
    let report = miniature.check(&raf);
    assert_eq!((report.images, report.faults, report.images_without_rows), (35, 0, 0), "{report}");
}

#[test]
fn each_code_is_the_class_the_readme_says() {
    for (name, codes) in [("raf-db", &CODES[..]), ("raf-db-compound", &COMPOUND_CODES)] {
        let lines: Vec<_> = codes.iter().map(|(code, _)| format!("train_{code:05}.jpg {code}")).collect();
        let raf = dataset(name);
        let reading = with_list(lines.join("\n").as_bytes()).read(&raf).unwrap();
        for (row, (_, class)) in codes.iter().enumerate() {
            assert_eq!(class_name(&raf, &reading, row), *class);
        }
        assert_eq!(reading.rows.len(), raf.label_set().len());
    }
}

#[test]
fn the_compound_subset_has_eleven_classes_in_both_parts() {
    let (miniature, compound) = (Miniature::new(raf_db_compound), dataset("raf-db-compound"));
    let report = miniature.check(&compound);
    assert!(!report.needs_attention(), "{report}");
    assert_eq!(report.counts.splits[&Split::Train].per_class, [2; 11]);
    assert_eq!(report.counts.splits[&Split::Test].per_class, [1; 11]);
}

#[test]
fn a_description_with_classes_in_another_order_is_refused() {
    let error = changed("raf-db", |table| table["label_set"] = "affectnet-7".into()).unwrap_err();
    assert!(error.to_string().contains("raf-db or raf-db-compound"), "{error}");
}

#[test]
fn byte_order_mark_crlf_tabs_blank_lines_and_a_final_newline_make_no_difference() {
    let plain = Miniature::new(raf_db).read(&dataset("raf-db")).unwrap();
    let list = Miniature::new(raf_db).text(LIST);
    let list = format!("\u{feff}{}\r\n\r\n", list.replace(' ', " \t").replace('\n', " \r\n\r\n"));
    let reading = read_list(list.as_bytes());
    let labels = |reading: &Reading| -> Vec<_> {
        reading.rows.iter().map(|row| (row.sample.clone(), row.expression)).collect()
    };
    assert_eq!(labels(&reading), labels(&plain));
}

#[test]
fn codes_outside_1_to_7_and_lines_of_another_form_are_set_aside_by_line() {
    let list = b"train_00001.jpg 5\ntrain_00002.jpg 0\ntrain_00003.jpg 8\ntrain_00004.jpg five\ntrain_00005.jpg\n\
        photo_1.jpg 3\ntrain_00006.png 3\n\xff.jpg 3\ntrain_00007.jpg -1\n../train_1.jpg 4\ntest_a/../../../b.jpg 1";
    let reading = read_list(list);
    assert_eq!(reading.rows.len(), 1);
    let found: Vec<_> =
        set_aside(&reading).into_iter().map(|(_, line, reason)| (line.unwrap(), reason)).collect();
    let malformed = QuarantineReason::MalformedRow;
    assert_eq!(
        found,
        [
            (2, QuarantineReason::LabelRange),
            (3, QuarantineReason::LabelRange),
            (4, malformed),
            (5, malformed),
            (6, malformed),
            (7, malformed),
            (8, malformed),
            (9, malformed),
            (10, malformed),
            (11, QuarantineReason::OutsideRoot),
        ]
    );
    assert_eq!(set_aside(&reading)[0].0, "Image/aligned/train_00002_aligned.jpg");
}

#[test]
fn a_list_without_a_line_and_a_missing_image_folder_are_errors() {
    let error = with_list(b"\n\n").read(&dataset("raf-db")).unwrap_err();
    assert!(matches!(error, DataError::Empty { .. }), "{error}");
    let error = Miniature::new(raf_db_kaggle).read(&dataset("raf-db")).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "annotation file", .. }), "{error}");
}

fn original() -> affekt_data::Dataset {
    changed("raf-db", |table| layout(table)["images"] = "original".into()).unwrap()
}

#[test]
fn originals_come_with_boxes_and_points_as_the_text_files_write_them() {
    let reading = Miniature::new(raf_db).read(&original()).unwrap();
    let row = |stem: &str| reading.rows.iter().find(|row| row.sample.as_str() == stem).unwrap();
    let whole = row("train_00001.jpg");
    assert_eq!(whole.image.file(), "Image/original/train_00001.jpg");
    assert_eq!(whole.hint.bbox, Some(FaceBox { x: 0.0, y: 4.0, width: 36.0, height: 36.0 }));
    let fractions = row("train_00002.jpg").hint.bbox;
    assert_eq!(fractions, Some(FaceBox { x: 1.25, y: 4.5, width: 36.5, height: 36.0 }));
    let beyond = row("test_0002.jpg").hint.bbox;
    assert_eq!(beyond, Some(FaceBox { x: -3.0, y: 2.0, width: 63.5, height: 49.0 }));
    let points = [[15.5, 18.25], [32.0, 18.0], [24.1, 26.7], [17.0, 34.0], [31.5, 33.5]];
    assert_eq!(whole.hint.landmarks, Some(Landmarks::Five(points)));
    assert!(reading.counts.notes.is_empty(), "{:?}", reading.counts.notes);
}

#[test]
fn boxes_that_are_missing_are_counted_and_broken_ones_named() {
    let miniature = Miniature::new(raf_db);
    miniature.remove("Annotation/boundingbox/train_00001_boundingbox.txt");
    miniature.remove("Annotation/manual/train_00001_manu_attri.txt");
    for (stem, text) in [("train_00002", "1 2 3"), ("train_00003", "9 9 5 5"), ("train_00004", "1 2 nan 4")] {
        miniature.tree().write(&format!("Annotation/boundingbox/{stem}_boundingbox.txt"), text);
    }
    let reading = miniature.read(&original()).unwrap();
    assert_eq!(reading.rows.len(), 35 - 3);
    assert_eq!(
        reading.counts.notes.values().copied().collect::<Vec<_>>(),
        [1, 1],
        "{:?}",
        reading.counts.notes
    );
    let details: Vec<_> = reading.quarantine.items.iter().map(|item| item.detail.as_str()).collect();
    assert!(
        details[0].contains("train_00002_boundingbox.txt") && details[1].contains("no area"),
        "{details:?}"
    );
    assert!(details[2].contains("\"nan\""), "{details:?}");
    assert_accounted(&reading);
}

#[cfg(unix)]
#[test]
fn a_box_behind_a_link_out_of_the_root_is_not_read() {
    let miniature = Miniature::new(raf_db);
    let file = "Annotation/boundingbox/train_00001_boundingbox.txt";
    std::fs::write(miniature.outside("secret.txt"), "1 2 30 40").unwrap();
    miniature.remove(file);
    std::os::unix::fs::symlink(miniature.outside("secret.txt"), miniature.root().join(file)).unwrap();
    let reading = miniature.read(&original()).unwrap();
    let set_aside = set_aside(&reading);
    assert_eq!(set_aside, [("Image/original/train_00001.jpg", Some(1), QuarantineReason::OutsideRoot)]);
}

#[test]
fn folders_1_to_7_are_the_classes_of_raf_db() {
    let kaggle = dataset("raf-db-kaggle");
    for (code, class) in CODES {
        let folder = Miniature::new(|tree| {
            tree.write(&format!("DATASET/train/{code}/a.jpg"), "").write("DATASET/test/1/b.jpg", "");
        });
        let reading = folder.read(&kaggle).unwrap();
        let row = reading.rows.iter().position(|row| row.split == Some(Split::Train)).unwrap();
        assert_eq!(class_name(&kaggle, &reading, row), class);
    }
    let reading = Miniature::new(raf_db_kaggle).read(&kaggle).unwrap();
    assert_eq!(reading.counts.splits[&Split::Train].per_class, [3, 1, 2, 6, 4, 2, 5]);
    assert!(reading.counts.notes.is_empty() && reading.quarantine.items.is_empty());
}

#[test]
fn folder_and_table_that_disagree_are_named_whatever_the_header_says() {
    let miniature = Miniature::new(raf_db_kaggle);
    let table = miniature.text("train_labels.csv").replace("image,label", "Unnamed: 0,emotion\r");
    let table = table.replace("train_00001_aligned.jpg,5", "train_00001_aligned.jpg,4")
        + "train_00024_aligned.jpg,3\ntrain_00025_aligned.jpg\n";
    miniature.tree().write("train_labels.csv", table.replace("train_00002_aligned.jpg,4\n", ""));
    let reading = miniature.read(&dataset("raf-db-kaggle")).unwrap();
    assert_eq!(
        set_aside(&reading),
        [
            ("DATASET/train/5/train_00001_aligned.jpg", Some(2), QuarantineReason::ConflictingLabel),
            ("DATASET/train/3/train_00024_aligned.jpg", Some(24), QuarantineReason::MissingImage),
        ]
    );
    let notes: Vec<_> = reading.counts.notes.iter().collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].0.contains("images without a row in train_labels.csv"), "{notes:?}");
    assert!(notes[1].0.contains("without a name and a label"), "{notes:?}");
    assert_accounted(&reading);
}

#[test]
fn a_tree_without_its_tables_is_read_and_that_is_said() {
    let miniature = Miniature::new(raf_db_kaggle);
    miniature.remove("train_labels.csv");
    let reading = miniature.read(&dataset("raf-db-kaggle")).unwrap();
    assert_eq!((reading.rows.len(), reading.counts.notes.len()), (35, 1));
}

#[test]
fn folders_0_to_6_are_in_the_order_of_affectnet() {
    let order = dataset("raf-db-affectnet-order");
    for (code, class) in AFFECTNET_ORDER {
        let folder = Miniature::new(|tree| {
            tree.write(&format!("train/{code}/a.jpg"), "").write("test/1/b.jpg", "");
        });
        let reading = folder.read(&order).unwrap();
        assert_eq!(class_name(&order, &reading, 0), class);
    }
    for test in ["test", "valid"] {
        let reading = Miniature::new(|tree| raf_db_affectnet_order(tree, test)).read(&order).unwrap();
        let (train, of_test) =
            (classes_of(&order, &reading, Split::Train), classes_of(&order, &reading, Split::Test));
        assert_eq!(
            train,
            CODES
                .map(|(_, class)| class.to_owned())
                .into_iter()
                .zip([3, 1, 2, 6, 4, 2, 5])
                .collect::<Vec<_>>()
        );
        assert_eq!(of_test[3], ("happiness".to_owned(), 3));
    }
}

#[test]
fn a_tree_with_neither_test_nor_valid_says_what_was_looked_for() {
    let miniature = Miniature::new(|tree| raf_db_affectnet_order(tree, "dev"));
    let error = miniature.read(&dataset("raf-db-affectnet-order")).unwrap_err().to_string();
    assert!(error.contains("test or valid"), "{error}");
}

#[test]
fn a_tree_in_the_other_order_is_told_by_its_published_counts() {
    let counts: toml::Table =
        CODES.iter().zip([3, 1, 2, 6, 4, 2, 5]).map(|((_, c), n)| ((*c).to_owned(), n.into())).collect();
    let miniature_counts = |table: &mut toml::Table| {
        let mut published = manifest("raf-db-kaggle")["published"].as_table().unwrap().clone();
        published.retain(|key, _| key == "tolerance");
        published.insert(
            "train".to_owned(),
            toml::Table::from_iter([("classes".to_owned(), counts.clone().into())]).into(),
        );
        layout(table)["images"] = ".".into();
        layout(table)["splits"] = toml::Table::from_iter([("train".to_owned(), "train".into())]).into();
        layout(table).remove("tables");
        table.insert("published".to_owned(), published.into());
    };
    let kaggle = changed("raf-db-kaggle", miniature_counts).unwrap();
    let order = changed("raf-db-affectnet-order", miniature_counts).unwrap();
    let in_order = Miniature::new(|tree| raf_db_affectnet_order(tree, "test"));
    assert!(!in_order.check(&order).published.iter().any(affekt_data::CountCheck::differs));
    let report = in_order.check(&kaggle);
    let differing: Vec<_> =
        report.published.iter().filter(|count| count.differs()).map(|count| &count.what).collect();
    assert!(report.needs_attention() && differing.len() >= 5, "{report}");
    assert!(report.first_faults[0].contains("unknown-label: label \"0\""), "{:?}", report.first_faults);
}

#[test]
fn any_two_exchanged_classes_are_told_by_the_published_counts() {
    for name in ["raf-db", "raf-db-kaggle", "raf-db-affectnet-order"] {
        assert_swaps_are_told(name);
    }
}

#[test]
fn damaged_annotations_never_panic() {
    let miniature = Miniature::new(raf_db);
    miniature.damage(&dataset("raf-db"), LIST);
    miniature.damage(&original(), "Annotation/boundingbox/train_00001_boundingbox.txt");
    miniature.damage(&original(), "Annotation/manual/train_00001_manu_attri.txt");
    Miniature::new(raf_db_kaggle).damage(&dataset("raf-db-kaggle"), "train_labels.csv");
}

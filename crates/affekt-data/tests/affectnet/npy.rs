//! The release of eight expressions: arrays.

use affekt_artifact::QuarantineReason::{LabelRange, MalformedRow, MissingImage};
use affekt_core::{Seed, Split};
use affekt_data::{DataError, Dataset, Reading, check};
use affekt_face::Landmarks;
use affekt_testkit::{affectnet_npy, mutate, npy, npy_doubles, npy_text};
use proptest::prelude::*;

use super::{CODES, Miniature, all_accounted_for, class_of, samples, set_aside};

fn dataset(changes: &[(&str, &str)]) -> Dataset {
    super::dataset("affectnet-8.toml", changes)
}

fn array(n: u64, what: &str) -> String {
    format!("train_set/annotations/{n}_{what}.npy")
}

/// The miniature with an array replaced, which is put back afterwards.
fn read_with(miniature: &Miniature, file: &str, bytes: &[u8]) -> Reading {
    let whole = std::fs::read(miniature.path(file)).unwrap();
    miniature.tree.write(file, bytes);
    let reading = miniature.read(&dataset(&[])).unwrap();
    miniature.tree.write(file, whole);
    reading
}

#[test]
fn each_code_is_the_class_that_the_documentation_says() {
    let miniature = Miniature::new(affectnet_npy);
    let dataset = dataset(&[]);
    for (code, class) in CODES {
        miniature.tree.write(&array(5, "exp"), npy_text(code));
        let reading = miniature.read(&dataset).unwrap();
        assert_eq!(class_of(&dataset, &reading.rows[4]).as_deref(), Some(class), "code {code}");
    }
}

#[test]
fn a_number_is_another_sample_in_each_part_and_numbers_come_in_order() {
    let reading = Miniature::new(affectnet_npy).read(&dataset(&[])).unwrap();
    let train = [0, 1, 2, 3, 5, 7, 10, 13, 15, 16].map(|n| format!("train_set/images/{n}.jpg"));
    let valid = [0, 1, 2, 3, 4, 7, 8, 9, 10, 14].map(|n| format!("val_set/images/{n}.jpg"));
    assert_eq!(samples(&reading, Split::Train), train);
    assert_eq!(samples(&reading, Split::Valid), valid);
    assert_eq!(reading.counts.splits[&Split::Train].per_class, [2, 1, 2, 1, 0, 2, 0, 2]);
    assert_eq!(reading.counts.splits[&Split::Valid].per_class, [2, 2, 2, 1, 1, 0, 1, 1]);
    let row = &reading.rows[0];
    assert_eq!(
        (row.image.file(), row.subject.as_str()),
        ("train_set/images/0.jpg", "train_set/images/0.jpg")
    );
    assert_eq!(row.va.map(|va| (va.valence(), va.arousal())), Some((-0.176_846, 0.004_839_33)));
    let Some(Landmarks::SixtyEight(points)) = &row.hint.landmarks else { panic!("{:?}", row.hint) };
    assert_eq!((points[0], points[1], points[67]), ([4.5, 4.5], [9.5, 4.5], [24.5, 39.5]));
    assert!(reading.quarantine.items.is_empty() && all_accounted_for(&reading));
}

#[test]
fn every_picture_of_the_miniature_is_usable_and_named() {
    let miniature = Miniature::new(affectnet_npy);
    let report = check(&dataset(&[]), miniature.tree.root()).unwrap();
    assert_eq!((report.images, report.faults, report.images_without_rows), (20, 0, 0), "{report}");
}

#[test]
fn seven_expressions_leave_contempt_out() {
    let dataset = super::dataset("affectnet-7.toml", &[]);
    let reading = Miniature::new(affectnet_npy).read(&dataset).unwrap();
    assert_eq!(dataset.label_set().name(), "affectnet-7");
    assert_eq!((reading.rows.len(), reading.counts.ignored), (17, 3));
    assert_eq!(reading.counts.all.per_class, [4, 3, 4, 2, 1, 2, 1]);
}

#[test]
fn a_number_without_one_of_its_arrays_is_named_with_what_is_missing() {
    let miniature = Miniature::new(affectnet_npy);
    for what in ["exp", "val", "aro", "lnd"] {
        let whole = std::fs::read(miniature.path(&array(7, what))).unwrap();
        std::fs::remove_file(miniature.path(&array(7, what))).unwrap();
        let reading = miniature.read(&dataset(&[])).unwrap();
        let [(path, None, MalformedRow, detail)] = set_aside(&reading)[..] else {
            panic!("{:?}", set_aside(&reading))
        };
        assert_eq!(
            (path, detail),
            ("train_set/images/7.jpg", &*format!("no 7_{what}.npy in train_set/annotations"))
        );
        assert!(all_accounted_for(&reading));
        miniature.tree.write(&array(7, what), whole);
    }
}

#[test]
fn a_picture_without_arrays_and_arrays_without_a_picture_are_named() {
    let miniature = Miniature::new(affectnet_npy);
    let picture = std::fs::read(miniature.path("train_set/images/0.jpg")).unwrap();
    miniature.tree.write("train_set/images/8.jpg", picture);
    std::fs::remove_file(miniature.path("val_set/images/9.jpg")).unwrap();
    let reading = miniature.read(&dataset(&[])).unwrap();
    let detail = "no 8_exp.npy, 8_val.npy, 8_aro.npy, 8_lnd.npy in train_set/annotations";
    assert_eq!(set_aside(&reading), [("train_set/images/8.jpg", None, MalformedRow, detail)]);
    let report = check(&dataset(&[]), miniature.tree.root()).unwrap();
    assert_eq!(report.quarantine[MissingImage.as_str()], 1);
    assert!(report.first_faults.iter().any(|fault| fault.starts_with("val_set/images/9.jpg")));
}

#[test]
fn labels_of_other_conversions_are_read_too() {
    let miniature = Miniature::new(affectnet_npy);
    let one = |descr: &str, data: &[u8]| npy(descr, "(1,)", data);
    let codes = [
        npy_text("3"),
        npy_text("3.0"),
        one("<i8", &3_i64.to_le_bytes()),
        one("<f4", &3_f32.to_le_bytes()),
        one("|S1", b"3"),
    ];
    for bytes in codes {
        let reading = read_with(&miniature, &array(0, "exp"), &bytes);
        assert_eq!(reading.rows[0].expression.map(affekt_core::ClassIndex::get), Some(3));
    }
    let narrow: Vec<u8> = (0..136_u8).flat_map(|k| f32::from(k).to_le_bytes()).collect();
    let reading = read_with(&miniature, &array(0, "lnd"), &npy("<f4", "(68, 2)", &narrow));
    assert_eq!(
        reading.rows[0].hint.landmarks.as_ref().map(|points| points.points()[67]),
        Some([134.0, 135.0])
    );
}

#[test]
fn both_minus_two_are_no_valence_and_arousal() {
    let miniature = Miniature::new(affectnet_npy);
    miniature.tree.write(&array(0, "val"), npy_text("-2")).write(&array(0, "aro"), npy_text("-2.0"));
    let reading = miniature.read(&dataset(&[])).unwrap();
    assert_eq!((reading.rows[0].va, reading.counts.splits[&Split::Train].va), (None, 9));
}

#[test]
fn odd_values_are_set_aside_with_the_array_and_the_reason() {
    let miniature = Miniature::new(affectnet_npy);
    let cases = [
        ("exp", npy_text("8"), LabelRange, "expression 8"),
        ("exp", npy_text("1.5"), LabelRange, "expression 1.5"),
        ("exp", npy_text("happy"), MalformedRow, "exp: \"happy\" is not a number"),
        ("val", npy_text("-2"), LabelRange, "valence -2"),
        ("val", npy_text("1.2"), LabelRange, "valence 1.2"),
        ("aro", npy_text("nan"), LabelRange, "arousal NaN"),
        ("aro", npy_doubles(&[0.1, 0.2]), MalformedRow, "aro: shape [2]; expected 1"),
        ("lnd", npy_doubles(&[0.0; 135]), MalformedRow, "lnd: shape [135]; expected 136"),
        ("lnd", npy_doubles(&[f64::INFINITY; 136]), MalformedRow, "coordinate 0 is inf"),
        ("lnd", npy_doubles(&[1e300; 136]), MalformedRow, "coordinate 0 is inf"),
        ("lnd", npy("<f8", "(2, 68)", &[0; 1088]), MalformedRow, "shape [2, 68]"),
        ("lnd", npy("<f8", "(99999999999, 99999999999)", &[0; 8]), MalformedRow, "expected 136"),
        ("lnd", vec![0; 1 << 20], MalformedRow, "longer than"),
        ("val", Vec::new(), MalformedRow, "no npy file"),
    ];
    for (what, bytes, reason, part) in cases {
        let reading = read_with(&miniature, &array(13, what), &bytes);
        let found = set_aside(&reading);
        assert_eq!((found[0].0, found[0].2, found.len()), ("train_set/images/13.jpg", reason, 1));
        assert!(found[0].3.contains(part), "{:?} has no {part}", found[0].3);
    }
}

#[test]
fn names_that_are_no_numbers_are_counted_or_found_without_a_row() {
    let miniature = Miniature::new(affectnet_npy);
    for name in [
        "007_exp.npy",
        "7_exp.npy.bak",
        "7_mask.npy",
        "x_exp.npy",
        "-1_exp.npy",
        "99999999999999999999_exp.npy",
    ] {
        miniature.tree.write(&format!("train_set/annotations/{name}"), npy_text("0"));
    }
    miniature
        .tree
        .write("train_set/annotations/._7_exp.npy", "a file manager's")
        .write("train_set/images/cover.jpg", "x");
    let reading = miniature.read(&dataset(&[])).unwrap();
    assert_eq!(
        (reading.rows.len(), reading.counts.notes["files of another name in train_set/annotations"]),
        (20, 6)
    );
    let report = check(&dataset(&[]), miniature.tree.root()).unwrap();
    assert_eq!(report.first_without_rows, ["train_set/images/cover.jpg"]);
}

#[test]
fn pictures_may_have_another_ending() {
    let miniature = Miniature::new(affectnet_npy);
    std::fs::rename(miniature.path("train_set/images/0.jpg"), miniature.path("train_set/images/0.PNG"))
        .unwrap();
    let reading = miniature.read(&dataset(&[])).unwrap();
    assert_eq!(reading.rows[0].image.file(), "train_set/images/0.PNG");
}

#[test]
fn a_missing_part_and_an_empty_release_are_errors() {
    let miniature = Miniature::new(affectnet_npy);
    let renamed = dataset(&[("val_set", "validation_set")]);
    let error = miniature.read(&renamed).unwrap_err();
    assert!(
        matches!(&error, DataError::NotFound { path, .. } if path.ends_with("validation_set/annotations")),
        "{error}"
    );
    for part in ["train_set", "val_set"] {
        for folder in ["images", "annotations"] {
            std::fs::remove_dir_all(miniature.path(&format!("{part}/{folder}"))).unwrap();
            std::fs::create_dir(miniature.path(&format!("{part}/{folder}"))).unwrap();
        }
    }
    assert!(matches!(miniature.read(&dataset(&[])).unwrap_err(), DataError::Empty { .. }));
}

#[cfg(unix)]
#[test]
fn an_array_behind_a_link_out_of_the_root_is_not_read() {
    let miniature = Miniature::new(affectnet_npy);
    let (outside, inside) = (miniature.folder.path().join("secret.npy"), miniature.path(&array(0, "exp")));
    std::fs::rename(&inside, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    let reading = miniature.read(&dataset(&[])).unwrap();
    assert_eq!(set_aside(&reading)[0].2, affekt_artifact::QuarantineReason::OutsideRoot);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_array_makes_the_reader_panic(
        key: u64,
        what in prop::sample::select(vec!["exp", "val", "aro", "lnd"]),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let miniature = Miniature::new(|tree| {
            tree.write("train_set/images/1.jpg", "");
            for what in ["exp", "val", "aro"] {
                tree.write(&array(1, what), npy_text("0"));
            }
            tree.write(&array(1, "lnd"), npy_doubles(&[1.0; 136]));
        });
        let dataset = dataset(&[("valid = \"val_set\"", "")]);
        let whole = std::fs::read(miniature.path(&array(1, what))).unwrap();
        prop_assert_eq!(miniature.read(&dataset).unwrap().rows.len(), 1);
        let mut stream = Seed(key).stream("damage", &[]);
        let damaged: Vec<Vec<u8>> = (0..8).map(|_| mutate(&whole, &mut stream)).collect();
        for bytes in damaged.into_iter().chain([[&whole[..10], &noise].concat(), noise]) {
            miniature.tree.write(&array(1, what), bytes);
            prop_assert!(all_accounted_for(&miniature.read(&dataset).unwrap()));
        }
    }
}

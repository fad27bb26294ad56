//! The first release: tables.

use affekt_artifact::QuarantineReason::{
    self, EmptyImage, LabelRange, MalformedRow, OutsideRoot, UnreadableImage,
};
use affekt_core::{Seed, Split, VaPoint};
use affekt_data::{DataError, Dataset, Reading, check};
use affekt_face::{FaceBox, Landmarks};
use affekt_testkit::{
    AFFECTNET_BROKEN_IMAGE, AFFECTNET_EMPTY_IMAGE, AFFECTNET_HEADER, affectnet_csv, affectnet_row, mutate,
};
use proptest::prelude::*;

use super::{CODES, Miniature, all_accounted_for, class_of, set_aside};

const TRAIN: &str = "Manually_Annotated_file_lists/training.csv";
const VALID: &str = "Manually_Annotated_file_lists/validation.csv";
const IMAGES: &str = "Manually_Annotated/Manually_Annotated_Images";

fn dataset(changes: &[(&str, &str)]) -> Dataset {
    super::dataset("affectnet-csv.toml", changes)
}

/// Reads a training table without pictures.
fn read_table(table: &str) -> Result<Reading, DataError> {
    let miniature = Miniature::new(|_| ());
    std::fs::create_dir_all(miniature.path(IMAGES)).unwrap();
    miniature.tree.write(TRAIN, table);
    miniature.read(&dataset(&[(&format!("valid = \"{VALID}\""), "")]))
}

fn read_rows(rows: &[String]) -> Reading {
    read_table(&format!("{AFFECTNET_HEADER}\n{}", rows.concat())).unwrap()
}

fn read_row(row: &str) -> Reading {
    read_rows(&[row.to_owned()])
}

fn usual() -> String {
    affectnet_row("1/a.jpg", "1", ["0.5", "0.1"])
}

#[test]
fn each_code_is_the_class_that_the_documentation_says() {
    let rows: Vec<String> =
        CODES.iter().map(|(code, _)| affectnet_row(&format!("{code}/x.jpg"), code, ["0", "0"])).collect();
    let (reading, dataset) = (read_rows(&rows), dataset(&[]));
    let found: Vec<_> = reading.rows.iter().map(|row| class_of(&dataset, row).unwrap()).collect();
    assert_eq!(found, CODES.map(|(_, class)| class));
}

#[test]
fn a_miniature_is_read_and_every_row_accounted_for() {
    let reading = Miniature::new(affectnet_csv).read(&dataset(&[])).unwrap();
    assert!(all_accounted_for(&reading));
    let counts = |split| &reading.counts.splits[&split];
    assert_eq!(counts(Split::Train).per_class, [2, 2, 1, 1, 1, 1, 1, 1]);
    assert_eq!(counts(Split::Valid).per_class, [1; 8]);
    assert_eq!((counts(Split::Train).rows, counts(Split::Valid).rows), (14, 11));
    assert_eq!((counts(Split::Train).va, counts(Split::Valid).va), (11, 9));
    let row = &reading.rows[0];
    assert_eq!(row.image.file(), format!("{IMAGES}/{}", row.sample));
    assert_eq!(row.subject.as_str(), row.sample.as_str(), "nobody tells who it is");
    assert_eq!((row.split, row.line), (Some(Split::Train), Some(2)));
    assert_eq!(row.va.map(|va| (va.valence(), va.arousal())), Some((-0.176_846, 0.004_839_33)));
    assert_eq!(reading.rows[7].va.map(VaPoint::arousal), Some(1e-5), "an exponent");
}

#[test]
fn none_keeps_its_valence_and_uncertain_and_no_face_are_ignored_by_name() {
    // Also in a part called `test`, whose rows may be without labels elsewhere.
    for name in ["valid", "test"] {
        let changed = dataset(&[("valid = \"Manually", &format!("{name} = \"Manually"))]);
        let reading = Miniature::new(affectnet_csv).read(&changed).unwrap();
        let without: Vec<_> = reading.rows.iter().filter(|row| row.expression.is_none()).collect();
        assert_eq!(without.len(), 2);
        assert!(without.iter().all(|row| row.va.map(VaPoint::arousal) == Some(0.25)));
        let notes = [
            ("expression No-Face (10): left out", 2),
            ("expression None (8): kept for valence and arousal", 2),
            ("expression Uncertain (9): left out", 2),
        ];
        assert_eq!(reading.counts.notes, notes.map(|(note, n)| (note.to_owned(), n)).into());
        assert_eq!((reading.counts.ignored, reading.named_elsewhere.len()), (4, 4 + 2));
    }
}

#[test]
fn codes_of_missing_labels_never_become_labels() {
    let reading = read_rows(&[
        affectnet_row("1/a", "3", ["-2", "-2.0"]),
        affectnet_row("1/b", "8", ["-2", "-2"]),
        affectnet_row("1/c", "9", ["0.1", "0.2"]),
        affectnet_row("1/d", "10", ["0.1", "0.2"]),
    ]);
    assert_eq!(reading.rows.iter().map(|row| row.sample.as_str()).collect::<Vec<_>>(), ["1/a", "1/c"]);
    assert_eq!((reading.rows[0].va, reading.rows[1].expression), (None, None));
    assert_eq!((reading.counts.notes.len(), reading.counts.ignored), (4, 2));
}

#[test]
fn the_happy_row_without_a_face_box_is_set_aside_with_its_line() {
    let reading = Miniature::new(affectnet_csv).read(&dataset(&[])).unwrap();
    let [(path, line, reason, detail)] = set_aside(&reading)[..] else { panic!("{:?}", set_aside(&reading)) };
    assert!(path.starts_with(&format!("{IMAGES}/7/")), "{path}");
    assert_eq!((line, reason), (Some(13), MalformedRow));
    assert!(
        detail.starts_with(TRAIN) && detail.contains("face_x \"\"") && detail.contains("face_width \"-1\""),
        "{detail}"
    );
}

#[test]
fn the_empty_and_the_broken_image_are_named_and_all_other_endings_decode() {
    let miniature = Miniature::new(affectnet_csv);
    let report = check(&dataset(&[]), miniature.tree.root()).unwrap();
    assert_eq!(report.images, 18);
    let counts = [(EmptyImage, 1), (MalformedRow, 1), (UnreadableImage, 1)];
    let counts = counts.map(|(reason, n): (QuarantineReason, u64)| (reason.as_str(), n));
    assert_eq!(report.quarantine, counts.into());
    for (path, reason) in [(AFFECTNET_EMPTY_IMAGE, EmptyImage), (AFFECTNET_BROKEN_IMAGE, UnreadableImage)] {
        let named = |fault: &&String| fault.contains(path) && fault.contains(reason.as_str());
        assert!(report.first_faults.iter().any(|fault| named(&fault)), "{path}: {:?}", report.first_faults);
    }
    assert_eq!(report.images_without_rows, 0, "{:?}", report.first_without_rows);
}

#[test]
fn box_and_points_are_kept_as_written() {
    let reading = read_row(&usual().replace("-3,4,60,40", "134.0,134.5,899,1e2"));
    let hint = &reading.rows[0].hint;
    assert_eq!(hint.bbox, Some(FaceBox { x: 134.0, y: 134.5, width: 899.0, height: 100.0 }));
    let Some(Landmarks::SixtyEight(points)) = &hint.landmarks else { panic!("{hint:?}") };
    // As the miniature writes them: nine columns five pixels apart.
    assert_eq!((points[0], points[1], points[67]), ([4.5, 4.5], [9.5, 4.5], [24.5, 39.5]));
    let beyond = read_row(&usual());
    assert_eq!(
        beyond.rows[0].hint.bbox.map(|bbox| bbox.x),
        Some(-3.0),
        "boxes are clipped at the picture, not here"
    );
}

#[test]
fn an_odd_box_or_odd_points_are_set_aside() {
    let boxes =
        ["-3,4,0,40", "-3,4,60,-1", "-3,4,nan,40", "inf,4,60,40", ",4,60,40", "-3,4,60,", "x,4,60,40"];
    for cells in boxes {
        let reading = read_row(&usual().replace("-3,4,60,40", cells));
        assert_eq!(set_aside(&reading)[0].2, MalformedRow, "{cells}");
    }
    for (from, to) in [
        (",4.5;4.5;", ",4.5;"),
        (",4.5;", ",nan;"),
        (",4.5;", ",;"),
        (",4.5;", ",1e99;"),
        (",4.5;", ",1;1;4.5;"),
    ] {
        let reading = read_row(&usual().replace(from, to));
        assert!(reading.rows.is_empty() && set_aside(&reading)[0].2 == MalformedRow, "{to}");
    }
    let trailing = read_row(&usual().replace(",1,0.5", ";,1,0.5"));
    assert!(trailing.rows[0].hint.landmarks.is_some());
    let points = usual().split(',').nth(5).unwrap().to_owned();
    let without = read_row(&usual().replace(&points, ""));
    assert_eq!((without.rows.len(), without.counts.notes["rows without facial_landmarks"]), (1, 1));
}

#[test]
fn labels_out_of_range_are_told_from_those_that_cannot_be_read() {
    let cases = [
        ("11", ["0", "0"], LabelRange),
        ("-1", ["0", "0"], LabelRange),
        ("2.5", ["0", "0"], LabelRange),
        ("nan", ["0", "0"], LabelRange),
        ("1", ["1.01", "0"], LabelRange),
        ("1", ["0", "-2"], LabelRange),
        ("1", ["nan", "0"], LabelRange),
        ("10", ["-5", "-5"], LabelRange),
        ("Happy", ["0", "0"], MalformedRow),
        ("", ["0", "0"], MalformedRow),
        ("1", ["", "0"], MalformedRow),
        ("1", ["0", "0,1"], MalformedRow),
    ];
    for (code, va, expected) in cases {
        let row = affectnet_row("1/a.jpg", code, va);
        // A field too many in front moves those behind.
        let row = if va[1] == "0,1" { row.replace("1/a.jpg", "1/a.jpg,x") } else { row };
        let reading = read_row(&row);
        assert_eq!(reading.quarantine.items[0].reason, expected, "{code:?} {va:?}");
        assert_eq!(reading.rows.len(), 0);
    }
    let float = read_row(&affectnet_row("1/a.jpg", "1.0", ["+5e-1", "1"]));
    assert_eq!(float.rows[0].va.map(|va| (va.valence(), va.arousal())), Some((0.5, 1.0)));
}

#[test]
fn byte_order_mark_crlf_blank_lines_and_no_final_newline_make_no_difference() {
    let plain = read_rows(&[usual(), affectnet_row("1/b.jpg", "2", ["0", "0"])]);
    let table =
        format!("\u{feff}{AFFECTNET_HEADER}\n\n{}\n{}", usual(), affectnet_row("1/b.jpg", "2", ["0", "0"]));
    let dressed =
        read_table(table.trim_end().replace('\n', "\r\n").replace(",0.5,", ", 0.5 ,").as_str()).unwrap();
    let labels = |reading: &Reading| -> Vec<_> {
        reading
            .rows
            .iter()
            .map(|row| (row.sample.clone(), row.expression, row.va, row.hint.clone()))
            .collect()
    };
    assert_eq!(labels(&plain), labels(&dressed));
    assert_eq!(dressed.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [Some(3), Some(5)]);
}

#[test]
fn columns_are_found_by_the_header_and_a_missing_one_is_named() {
    let numbered = format!(",{AFFECTNET_HEADER}\n0,{}", usual());
    assert_eq!(read_table(&numbered).unwrap().rows.len(), 1, "a table saved again with row numbers");
    let error = read_table(&usual()).unwrap_err();
    assert!(
        matches!(&error, DataError::Column { column, .. } if column == "subDirectory_filePath"),
        "{error}"
    );
    for table in [String::new(), format!("{AFFECTNET_HEADER}\r\n")] {
        assert!(matches!(read_table(&table).unwrap_err(), DataError::Empty { .. }), "{table:?}");
    }
}

#[test]
fn short_rows_foreign_bytes_and_paths_that_leave_cost_only_themselves() {
    let miniature = Miniature::new(affectnet_csv);
    let (leaves, no_path) = (usual().replace("1/a.jpg", "../../a.jpg"), usual().replace("1/a.jpg", ""));
    let mut table = format!("{AFFECTNET_HEADER}\n1/short.jpg,1,2\n{leaves}{no_path}").into_bytes();
    table.extend(b"1/\xff.jpg,1,2,3,4,,1,0,0\n");
    table.extend(usual().bytes());
    miniature.tree.write(TRAIN, table);
    let reading = miniature.read(&dataset(&[])).unwrap();
    let found: Vec<_> = set_aside(&reading).iter().map(|item| (item.1, item.2)).collect();
    let expected = [(2, MalformedRow), (3, OutsideRoot), (4, MalformedRow), (5, MalformedRow)];
    assert_eq!(found, expected.map(|(line, reason)| (Some(line), reason)));
    assert_eq!(reading.counts.splits[&Split::Train].rows, 5);
}

#[test]
fn one_image_in_both_tables_is_named() {
    let miniature = Miniature::new(affectnet_csv);
    let row = miniature.text(TRAIN).lines().nth(1).unwrap().to_owned();
    let table = miniature.text(VALID) + &row;
    miniature.tree.write(VALID, table);
    let reading = miniature.read(&dataset(&[])).unwrap();
    let twice = set_aside(&reading)
        .into_iter()
        .find(|item| item.1 == Some(13) && item.3.contains("other subject, split"));
    assert!(twice.is_some(), "{:?}", set_aside(&reading));
}

#[test]
fn seven_expressions_leave_contempt_out() {
    let map =
        "[label_map]\nname = \"affectnet-8-to-7\"\nto = \"affectnet-7\"\ndrop = [\"contempt\"]\n[decode]";
    let reading = Miniature::new(affectnet_csv).read(&dataset(&[("[decode]", map)])).unwrap();
    assert_eq!(reading.counts.all.per_class, [3, 3, 2, 2, 2, 2, 2]);
    assert!(all_accounted_for(&reading));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_table_makes_the_reader_panic(key: u64, noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let miniature = Miniature::new(|_| ());
        std::fs::create_dir_all(miniature.path(IMAGES)).unwrap();
        let table = format!("{AFFECTNET_HEADER}\n{}{}", usual(), affectnet_row("1/b.jpg", "8", ["-2", "-2"]));
        let mut stream = Seed(key).stream("damage", &[]);
        for bytes in [mutate(table.as_bytes(), &mut stream), [table.as_bytes(), &noise].concat(), noise] {
            miniature.tree.write(TRAIN, bytes);
            if let Ok(reading) = miniature.read(&dataset(&[(&format!("valid = \"{VALID}\""), "")])) {
                prop_assert!(all_accounted_for(&reading));
            }
        }
    }
}

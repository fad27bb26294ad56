//! Every quirk of an annotation table, one test each.

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{DataError, Dataset, Reading};
use proptest::prelude::*;
use support::{Folder, dataset, description};

fn read(folder: &Folder, dataset: &Dataset) -> Result<Reading, DataError> {
    dataset.reader().read(&folder.root())
}

fn read_table(table: &str, changes: &[(&str, &str)]) -> Result<Reading, DataError> {
    let folder = Folder::new();
    folder.write("legend.csv", table.as_bytes());
    read(&folder, &dataset(changes))
}

/// Set-aside items as (path, line, reason).
fn set_aside(reading: &Reading) -> Vec<(&str, Option<u64>, QuarantineReason)> {
    reading.quarantine.items.iter().map(|i| (i.path.as_str(), i.line, i.reason)).collect()
}

fn paths(reading: &Reading) -> Vec<&str> {
    reading.rows.iter().map(|row| row.image.file()).collect()
}

#[test]
fn a_plain_table() {
    let reading = read_table("image,subject,emotion\na.png,s1,joy\nsub/b.png,s2,rage\n", &[]).unwrap();
    assert_eq!(paths(&reading), ["images/a.png", "images/sub/b.png"]);
    assert_eq!(reading.rows[1].sample.as_str(), "sub/b.png");
    assert_eq!((reading.rows[1].expression.unwrap().get(), reading.rows[1].line), (2, Some(3)));
    assert_eq!(reading.counts.all.per_class, [0, 1, 1]);
    assert!(reading.quarantine.items.is_empty());
}

#[test]
fn byte_order_mark_crlf_blank_lines_spaces_and_no_final_newline() {
    let table = "\u{feff}image,subject,emotion\r\n\r\n a.png , s1 , joy \r\n   \r\n\r\nb.png,s2,nonsense\r\nc.png,s3,calm";
    let reading = read_table(table, &[]).unwrap();
    assert_eq!(paths(&reading), ["images/a.png", "images/c.png"]);
    assert_eq!(reading.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [Some(3), Some(7)]);
    assert_eq!(set_aside(&reading), [("images/b.png", Some(6), QuarantineReason::UnknownLabel)]);
    assert_eq!(reading.counts.all.rows, 3);
}

#[test]
fn mixed_case_and_aliases_are_counted() {
    let table = "image,subject,emotion\na,1,JOY\nb,1,Happy\nc,1,happy\nd,1,joy\ne,1,Unsure\n";
    let counts = read_table(table, &[]).unwrap().counts;
    assert_eq!((counts.all.per_class[1], counts.case_folded, counts.aliased, counts.ignored), (4, 2, 2, 1));
    let exact = read_table(table, &[("\"ignore\"", "\"exact\"")]).unwrap();
    assert_eq!(paths(&exact), ["images/c", "images/d"]);
    assert_eq!(exact.quarantine.counts()[&QuarantineReason::UnknownLabel], 3);
}

#[test]
fn a_row_again_is_a_duplicate_and_no_fault() {
    let table = "image,subject,emotion\na,1,joy\nb,1,calm\n./a,1,JOY\n";
    let reading = read_table(table, &[]).unwrap();
    assert_eq!(paths(&reading), ["images/a", "images/b"]);
    assert_eq!(set_aside(&reading), [("images/a", Some(4), QuarantineReason::DuplicateRow)]);
    assert_eq!((reading.counts.duplicates, reading.quarantine.faults().count()), (1, 0));
    assert_eq!(reading.counts.all.per_class, [1, 2, 0]);
    let error = read_table(table, &[("duplicates = \"first\"", "duplicates = \"error\"")]).unwrap_err();
    assert!(matches!(error, DataError::Duplicate { line: Some(4), .. }), "{error}");
}

#[test]
fn an_image_with_two_labels_follows_the_policy() {
    let table = "image,subject,emotion\na,1,joy\nb,1,calm\na,1,rage\n";
    let dropped = read_table(table, &[]).unwrap();
    assert_eq!(paths(&dropped), ["images/b"]);
    assert_eq!((dropped.counts.conflicts, dropped.quarantine.faults().count()), (1, 2));
    let first = read_table(table, &[("drop-image", "first")]).unwrap();
    assert_eq!(paths(&first), ["images/a", "images/b"]);
    assert_eq!(set_aside(&first), [("images/a", Some(4), QuarantineReason::ConflictingLabel)]);
    let error = read_table(table, &[("drop-image", "error")]).unwrap_err();
    assert!(matches!(error, DataError::Conflict { line: Some(4), .. }), "{error}");
}

#[test]
fn one_image_of_two_subjects_is_malformed() {
    let reading = read_table("image,subject,emotion\na,1,joy\na,2,joy\n", &[]).unwrap();
    assert_eq!(set_aside(&reading), [("images/a", Some(3), QuarantineReason::MalformedRow)]);
}

#[test]
fn an_unknown_label_is_set_aside_with_its_line() {
    let reading = read_table("image,subject,emotion\na,1,joy\nb,1,smug\n", &[]).unwrap();
    assert_eq!(set_aside(&reading), [("images/b", Some(3), QuarantineReason::UnknownLabel)]);
    assert!(reading.quarantine.items[0].detail.contains("smug"));
}

#[test]
fn short_rows_empty_cells_and_control_characters_are_malformed() {
    let table = "image,subject,emotion\na,1\nb,,joy\n,1,joy\nc\u{7},1,joy\nd,1,joy\n";
    let reading = read_table(table, &[]).unwrap();
    assert_eq!(paths(&reading), ["images/d"]);
    assert_eq!(reading.quarantine.counts()[&QuarantineReason::MalformedRow], 4);
}

#[test]
fn a_line_that_is_not_utf8_costs_only_itself() {
    let folder = Folder::new();
    folder.write("legend.csv", b"image,subject,emotion\na\xFF,1,joy\nb,1,joy\n");
    let reading = read(&folder, &dataset(&[])).unwrap();
    assert_eq!(paths(&reading), ["images/b"]);
    assert_eq!(set_aside(&reading), [("", Some(2), QuarantineReason::MalformedRow)]);
}

#[test]
fn a_missing_quotation_mark_is_an_error_not_a_swallowed_table() {
    let error = read_table("image,subject,emotion\na,1,\"joy\nb,1,joy\nc,1,joy\n", &[]).unwrap_err();
    assert!(matches!(error, DataError::Quote { line: 2, .. }), "{error}");
}

#[test]
fn paths_that_leave_the_root_are_set_aside() {
    let table = "image,subject,emotion\n../a,1,joy\n/etc/passwd,1,joy\nb/../../../c,1,joy\nd,1,joy\n";
    let reading = read_table(table, &[]).unwrap();
    assert_eq!(paths(&reading), ["images/d"]);
    let reasons: Vec<_> = set_aside(&reading).into_iter().map(|(_, line, reason)| (line, reason)).collect();
    assert_eq!(reasons, [2, 3, 4].map(|n| (Some(n), QuarantineReason::OutsideRoot)));
}

#[test]
fn an_empty_table_and_one_of_only_a_header_are_errors() {
    for table in ["", "\u{feff}", "\n\n", "image,subject,emotion", "image,subject,emotion\r\n\r\n"] {
        let error = read_table(table, &[]).unwrap_err();
        assert!(matches!(error, DataError::Empty { .. }), "{table:?}: {error}");
    }
}

#[test]
fn a_missing_column_names_itself_and_the_header() {
    let error = read_table("image,subject,label\na,1,joy\n", &[]).unwrap_err();
    assert!(
        matches!(&error, DataError::Column { column, header, .. } if column == "emotion" && header.len() == 3)
    );
    assert!(error.to_string().contains("emotion") && error.to_string().contains("label"));
}

#[test]
fn a_missing_file_or_folder_says_what_and_where() {
    let folder = Folder::new();
    let error = read(&folder, &dataset(&[])).unwrap_err();
    assert!(
        matches!(&error, DataError::NotFound { what: "annotation file", path } if path.ends_with("legend.csv"))
    );
    folder.write("legend.csv", b"image,subject,emotion\na,1,joy\n");
    let error = read(&folder, &dataset(&[("images = \"images\"", "images = \"faces\"")])).unwrap_err();
    assert!(matches!(&error, DataError::NotFound { what: "image folder", path } if path.ends_with("faces")));
    let error = dataset(&[]).reader().read(Path::new("/no/such/root")).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "dataset root", .. }));
}

#[cfg(unix)]
#[test]
fn an_annotation_that_is_a_link_out_of_the_root_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.outside("secret.csv"), "image,subject,emotion\na,1,joy\n").unwrap();
    std::os::unix::fs::symlink(folder.outside("secret.csv"), folder.root().join("legend.csv")).unwrap();
    let error = read(&folder, &dataset(&[])).unwrap_err();
    assert!(matches!(error, DataError::LeavesRoot { .. }), "{error}");
}

#[test]
fn columns_by_position_another_delimiter_split_and_valence() {
    let changes = [
        ("header = true", "header = false"),
        ("delimiter = \",\"", "delimiter = \";\""),
        (
            "{ image = \"image\", label = \"emotion\", subject = \"subject\" }",
            "{ image = 1, label = 0, split = 2, valence = 3, arousal = 4, video = 5 }",
        ),
    ];
    let table = "joy;a;Train;0.5;-1;v1\nrage;b;test;2.0;0;v1\njoy;c;dev;0;0;v1\njoy;d;valid;nan;0;v1\n";
    let reading = read_table(table, &changes).unwrap();
    let row = &reading.rows[0];
    assert_eq!((row.split, row.video.as_deref()), (Some(Split::Train), Some("v1")));
    assert_eq!(row.va.map(|va| (va.valence(), va.arousal())), Some((0.5, -1.0)));
    assert_eq!(row.subject.as_str(), "a", "without a subject column each image stands for itself");
    assert_eq!(reading.quarantine.counts()[&QuarantineReason::MalformedRow], 3);
}

#[test]
fn the_subject_may_come_from_the_file_name() {
    let changes = [
        (", subject = \"subject\" }", " }"),
        ("duplicates = \"first\"", "subject = { kind = \"until\", text = \"_\" }\nduplicates = \"first\""),
    ];
    let reading =
        read_table("image,emotion\nx/ann_01.png,joy\nann_02.png,joy\nbob.png,joy\n", &changes).unwrap();
    let subjects: Vec<_> = reading.rows.iter().map(|row| row.subject.as_str()).collect();
    assert_eq!(subjects, ["ann", "ann", "bob.png"]);
}

#[test]
fn a_description_is_refused_for_each_wrong_value() {
    let wrong = [
        ("schema = \"affekt-dataset/1\"", "schema = \"affekt-dataset/9\""),
        ("name = \"tiny\"", "name = \"../tiny\""),
        ("name = \"tiny\"", "name = \"tiny\"\nextra = 1"),
        ("max_quarantine = 3", ""),
        ("max_quarantine = 3", "max_quarantine = -1"),
        ("max_quarantine = 3", "max_quarantine = 1.5"),
        ("\"joy\", ", "\"joy\", \"joy\", "),
        ("happy = \"joy\"", "happy = \"bliss\""),
        ("happy = \"joy\"", "JOY = \"calm\""),
        ("[\"unsure\"]", "[\"rage\"]"),
        ("file = \"legend.csv\"", "file = \"../legend.csv\""),
        ("file = \"legend.csv\"", "file = \"/etc/passwd\""),
        ("images = \"images\"", "images = \"images/..\""),
        ("image = \"image\"", "image = 0"),
        ("image = \"image\"", "image = \"image\", valence = \"v\""),
        ("image = \"image\"", "image = \"image\", colour = \"v\""),
        ("kind = \"csv\"", "kind = \"csv\"\nextra = 1"),
        ("kind = \"csv\"", "kind = \"xml\""),
        ("delimiter = \",\"", "delimiter = \"\u{e9}\""),
        ("max_bytes = 100_000", "max_bytes = 0"),
        ("duplicates = \"first\"", "duplicates = \"last\""),
        ("duplicates = \"first\"", "subject = { kind = \"until\", text = \"_\" }\nduplicates = \"first\""),
        ("name = \"three\", ", ""),
        ("[layout]", "[published]\ntolerance = 0.0\nall.classes = { bliss = 1 }\n[layout]"),
        ("[layout]", "[published]\ntolerance = 2.0\nall.classes = { joy = 1 }\n[layout]"),
    ];
    for change in wrong {
        assert!(Dataset::parse(&description(&[change])).is_err(), "{change:?} was accepted");
    }
    let text = description(&[(
        "label_set = { name = \"three\", classes = [\"calm\", \"joy\", \"rage\"] }",
        "label_set = \"nope\"",
    )]);
    let error = Dataset::parse(&text).unwrap_err();
    let error = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.contains("no built-in label set \"nope\""), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_table_makes_the_reader_panic(
        with_header: bool,
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![",", "\n", "\r\n", "\"", "a", "joy", "../", "\0", "\u{feff}", "CALM", " "])
                    .prop_map(|text| text.as_bytes().to_vec()),
                prop::collection::vec(any::<u8>(), 0..4),
            ],
            0..60,
        ),
    ) {
        let folder = Folder::new();
        let header = if with_header { &b"image,subject,emotion\n"[..] } else { b"" };
        folder.write("legend.csv", &[header, &pieces.concat()].concat());
        if let Ok(reading) = read(&folder, &dataset(&[])) {
            let of_rows = reading.rows.len() as u64 + reading.counts.ignored;
            prop_assert_eq!(of_rows + reading.quarantine.items.len() as u64, reading.counts.all.rows);
        }
    }

    #[test]
    fn no_description_makes_the_parser_panic(text in ".{0,200}", at in any::<prop::sample::Index>()) {
        let usual = support::DESCRIPTION;
        let lines: Vec<&str> = usual.lines().collect();
        let at = at.index(lines.len());
        let mutated = [&lines[..at], &[text.as_str()], &lines[at + 1..]].concat().join("\n");
        let _ = Dataset::parse(&text);
        let _ = Dataset::parse(&mutated);
    }
}

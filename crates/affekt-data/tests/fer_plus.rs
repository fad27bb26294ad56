//! FER2013 and FER+: pairing by row, votes, names that repeat or are missing, and the real votes where at hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{Seed, Split};
use affekt_data::{DataError, Dataset, ImageSource, ReadRow, Reading, check};
use affekt_testkit::{Faces, Tree, fer_plus, fer_plus_files, fer_plus_votes, fer2013, mutate};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use support::shared;

/// DATASETS: the codes of `fer2013.csv`, from 0.
const CODES: [&str; 7] = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"];
/// DATASETS: the vote columns of `fer2013new.csv`.
const COLUMNS: [&str; 8] =
    ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];
/// What turns a manifest to pictures in files.
const FILES: [(&str, Option<&str>); 2] = [("images", Some("data")), ("pixels", None)];

/// A manifest of the repository, layout keys set or removed, counts of the full dataset only if asked for.
fn manifest(name: &str, changes: &[(&str, Option<&str>)], published: bool) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-manifests").join(name);
    let mut table: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    if !published {
        table.remove("published").unwrap();
    }
    let layout = table["layout"].as_table_mut().unwrap();
    for (key, value) in changes {
        match value {
            Some(value) => drop(layout.insert((*key).to_owned(), toml::Value::from(*value))),
            None => drop(layout.remove(*key)),
        }
    }
    toml::to_string(&table).unwrap()
}

fn dataset(name: &str, changes: &[(&str, Option<&str>)]) -> Dataset {
    Dataset::parse(&manifest(name, changes, false)).unwrap()
}

fn miniature(write: fn(&Tree)) -> (tempfile::TempDir, Tree) {
    let folder = tempfile::tempdir().unwrap();
    let tree = Tree::new(folder.path());
    write(&tree);
    (folder, tree)
}

fn edit(tree: &Tree, file: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(tree.root().join(file)).unwrap();
    tree.write(file, change(text));
}

fn read(dataset: &Dataset, tree: &Tree) -> Reading {
    dataset.reader().read(tree.root()).unwrap()
}

/// Sample, class and line of each row.
fn labels(dataset: &Dataset, reading: &Reading) -> Vec<(String, String, u64)> {
    let class = |row: &ReadRow| dataset.label_set().name_of(row.expression.unwrap()).unwrap().to_owned();
    reading.rows.iter().map(|row| (row.sample.to_string(), class(row), row.line.unwrap())).collect()
}

fn note(reading: &Reading, text: &str) -> u64 {
    reading.counts.notes.get(text).copied().unwrap_or(0)
}

#[test]
fn fer2013_codes_are_in_the_order_of_the_table_not_of_the_alphabet() {
    let (_folder, tree) = miniature(fer2013);
    let dataset = dataset("fer2013.toml", &[]);
    let reading = read(&dataset, &tree);
    let table = fs::read_to_string(tree.root().join("fer2013.csv")).unwrap();
    let expected = table.lines().skip(1).map(|line| CODES[line[..1].parse::<usize>().unwrap()]);
    let got = labels(&dataset, &reading);
    assert_eq!(got.iter().map(|(_, class, _)| class.as_str()).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(reading.counts.all.per_class, [4, 1, 3, 3, 3, 2, 6]);
    assert_eq!(got[2].0, "FER2013Train/row00002", "without votes a row has no other name than its number");
}

#[test]
fn ten_votes_for_a_column_are_its_class_in_every_source_and_mode() {
    let sources: [(fn(&Tree), &[(&str, Option<&str>)]); 3] =
        [(fer_plus, &[]), (fer_plus_files, &FILES), (fer_plus_files, &[FILES[0], FILES[1], ("votes", None)])];
    for (write, changes) in sources {
        for name in ["fer-plus.toml", "fer-plus-probability.toml"] {
            let (_folder, tree) = miniature(write);
            let dataset = dataset(name, changes);
            let got: BTreeMap<_, _> =
                labels(&dataset, &read(&dataset, &tree)).into_iter().map(|(sample, class, _)| (sample, class)).collect();
            for (k, column) in COLUMNS.iter().enumerate() {
                assert_eq!(got[&format!("FER2013Train/fer{:07}.png", k + 6)], *column, "{name} {changes:?}");
            }
        }
    }
}

#[test]
fn vote_columns_are_found_by_name() {
    let (_folder, tree) = miniature(fer_plus);
    let dataset = dataset("fer-plus.toml", &[]);
    let before = labels(&dataset, &read(&dataset, &tree));
    edit(&tree, "fer2013new.csv", |text| {
        let swap = |line: &str| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.swap(2, 9);
            cells.swap(0, 11);
            cells.join(",") + "\n"
        };
        text.lines().map(swap).collect()
    });
    assert_eq!(labels(&dataset, &read(&dataset, &tree)), before);
    edit(&tree, "fer2013new.csv", |text| text.replace("contempt", "scorn"));
    let error = dataset.reader().read(tree.root()).unwrap_err();
    assert!(matches!(&error, DataError::Column { column, .. } if column == "contempt"), "{error}");
}

#[test]
fn pixels_stay_in_the_table_and_pair_with_votes_by_row() {
    let (_folder, tree) = miniature(fer_plus);
    let plain = fs::read(tree.root().join("fer2013.csv")).unwrap();
    let text = String::from_utf8(plain.clone()).unwrap();
    let quoted: String = text
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{},\"{}\",{}\r\n", cells[0], cells[1], cells[2])
        })
        .collect();
    let reordered: String = text
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{}, {}, {}\n", cells[0], cells[2], cells[1])
        })
        .collect();
    let unended = format!("\u{feff}{}", quoted.replacen("\r\n", "\r\n\r\n", 1).trim_end());
    for table in [plain, quoted.into_bytes(), unended.into_bytes(), reordered.into_bytes()] {
        tree.write("fer2013.csv", &table);
        let reading = read(&dataset("fer-plus.toml", &[]), &tree);
        assert_eq!((reading.rows.len(), reading.counts.all.rows), (15, 22));
        for row in &reading.rows {
            let ImageSource::GreyText { file, offset, len, side } = &row.image else { panic!("{row:?}") };
            assert_eq!((file.as_str(), *side), ("fer2013.csv", 48));
            let from = usize::try_from(*offset).unwrap();
            let levels = str::from_utf8(&table[from..from + usize::try_from(*len).unwrap()]).unwrap();
            let levels: Vec<u8> = levels.split(' ').map(|level| level.parse().unwrap()).collect();
            let before = table[..from].iter().filter(|&&byte| byte == b'\n').count() as u64;
            assert_eq!(row.line, Some(before + 1), "the line is that of the pixels");
            let blank = u64::from(table.starts_with(b"\xef\xbb\xbf"));
            let face: Vec<u8> = Faces::default().pixels(before - 1 - blank, 48).into_iter().step_by(3).collect();
            assert_eq!(levels, face, "{}", row.sample);
        }
    }
}

#[test]
fn unnamed_and_repeated_rows_are_told_apart_by_row() {
    let (_folder, tree) = miniature(fer_plus);
    let reading = read(&dataset("fer2013.toml", &[("votes", Some("fer2013new.csv"))]), &tree);
    assert_eq!(reading.rows.len(), 22, "FER2013's own labels drop nothing");
    let at = |k: usize| (reading.rows[k].sample.as_str(), reading.rows[k].subject.as_str());
    assert_eq!(at(2), ("FER2013Train/row00002", "FER2013Train/row00002"));
    assert_eq!(at(3), ("FER2013Train/fer0000002.png", "fer0000002.png"));
    assert_eq!(at(5), ("FER2013Train/fer0000002.png#row00005", "fer0000002.png"));
    assert_eq!(at(21), ("FER2013Test/fer0032222.png#row00021", "fer0032222.png"));
    assert_ne!(reading.rows[3].image, reading.rows[5].image);
    let parts: Vec<_> = [3, 16, 20].map(|k| reading.rows[k].split).to_vec();
    assert_eq!(parts, [Some(Split::Train), Some(Split::Valid), Some(Split::Test)]);
    assert_eq!(note(&reading, "rows without an image name, train"), 1);
    assert_eq!(note(&reading, "rows with an image name on which every voter sees no face"), 2);
    assert_eq!(note(&reading, "rows that repeat an image name"), 2);
    assert_eq!(note(&reading, "rows whose votes do not add up to 10"), 1);
}

#[test]
fn what_voters_do_not_agree_on_is_left_out_of_every_part_and_counted() {
    let (_folder, tree) = miniature(fer_plus);
    let reading = read(&dataset("fer-plus.toml", &[]), &tree);
    assert_eq!((reading.rows.len(), reading.counts.ignored, reading.quarantine.items.len()), (15, 7, 0));
    assert_eq!(note(&reading, "rows left out: voters are divided"), 3);
    assert_eq!(note(&reading, "rows left out: most voters cannot tell"), 1);
    assert_eq!(note(&reading, "rows left out: most voters see no face"), 3);
    assert!(reading.rows.iter().all(|row| row.distribution.is_none()));
    assert_eq!(reading.counts.splits[&Split::Test].rows, 4);
}

#[test]
fn probability_keeps_distributions_and_classes_by_their_first_largest_entry() {
    let (_folder, tree) = miniature(fer_plus);
    let dataset = dataset("fer-plus-probability.toml", &[]);
    let reading = read(&dataset, &tree);
    let row = |name: &str| reading.rows.iter().find(|row| row.sample.as_str().ends_with(name)).unwrap();
    let shares = |name: &str| row(name).distribution.as_ref().unwrap().as_slice().to_vec();
    assert_eq!(shares("fer0000000.png"), [4.0 / 7.0, 0.0, 0.0, 0.0, 3.0 / 7.0, 0.0, 0.0, 0.0]);
    assert_eq!(shares("fer0000005.png"), [4.0 / 7.0, 0.0, 0.0, 0.0, 0.0, 3.0 / 7.0, 0.0, 0.0]);
    assert_eq!(shares("fer0028638.png"), [0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let happiness = dataset.label_set().parse_class("happiness").unwrap();
    assert_eq!(row("fer0028638.png").expression, Some(happiness));
    assert_eq!(reading.rows.len(), 17);
}

#[test]
fn pictures_in_files_have_the_same_samples_and_repeated_names_are_one_file() {
    let (_folder, tree) = miniature(fer_plus_files);
    let dataset = dataset("fer-plus.toml", &FILES);
    let reading = read(&dataset, &tree);
    assert_eq!(reading.counts.all.rows, 22);
    let first = &reading.rows[0];
    assert_eq!(first.sample.as_str(), "FER2013Train/fer0000001.png");
    assert_eq!(first.image, ImageSource::File("data/FER2013Train/fer0000001.png".to_owned()));
    let reasons: Vec<_> = reading.quarantine.items.iter().map(|item| (item.reason, item.line)).collect();
    assert_eq!(reasons, [(QuarantineReason::DuplicateRow, Some(7))]);
    let report = check(&dataset, tree.root()).unwrap();
    assert_eq!((report.images, report.images_without_rows, report.faults), (14, 0, 0));
}

#[test]
fn label_files_are_read_with_a_quoted_box_and_without_one() {
    let (_folder, tree) = miniature(fer_plus_files);
    let dataset = dataset("fer-plus.toml", &[FILES[0], FILES[1], ("votes", None)]);
    let with_box = read(&dataset, &tree);
    assert_eq!(with_box.counts.all.rows, 19, "one row for each name");
    let hint = with_box.rows[0].hint.bbox.unwrap();
    assert_eq!((hint.x, hint.y, hint.width, hint.height), (0.0, 0.0, 48.0, 48.0));
    // The authors' script writes no box, and CRLF.
    for part in ["Train", "Valid", "Test"] {
        edit(&tree, &format!("data/FER2013{part}/label.csv"), |text| {
            text.replace(",\"(0, 0, 48, 48)\"", "").replace('\n', "\r\n")
        });
    }
    let without = read(&dataset, &tree);
    assert_eq!(labels(&dataset, &without), labels(&dataset, &with_box));
    assert_eq!(without.rows[0].hint.bbox, None);
}

#[test]
fn labels_are_read_without_any_picture() {
    let (_folder, tree) = miniature(fer_plus_votes);
    let reading = read(&dataset("fer-plus.toml", &FILES), &tree);
    assert_eq!((reading.rows.len(), reading.counts.all.rows), (14, 22));
}

#[test]
fn own_labels_of_exported_pictures_take_names_from_the_votes() {
    let (_folder, tree) = miniature(|tree| {
        fer2013(tree);
        fer_plus_files(tree);
    });
    let changes = [("images", Some("data")), ("votes", Some("fer2013new.csv"))];
    let reading = read(&dataset("fer2013.toml", &changes), &tree);
    assert_eq!(reading.counts.all.rows, 22);
    assert_eq!(reading.counts.all.without_face, 1, "the row without a name has no file, and no face");
    assert_eq!(reading.rows.len(), 19);
}

#[test]
fn tables_that_do_not_go_together_are_refused_with_the_place() {
    let (_folder, tree) = miniature(fer_plus);
    let dataset = dataset("fer-plus.toml", &[]);
    let refused = |tree: &Tree| {
        let error = dataset.reader().read(tree.root()).unwrap_err();
        assert!(matches!(error, DataError::Unpaired { .. }), "{error}");
        error.to_string()
    };
    let votes = fs::read_to_string(tree.root().join("fer2013new.csv")).unwrap();
    edit(&tree, "fer2013new.csv", |text| text.lines().take(20).collect::<Vec<_>>().join("\n"));
    assert!(refused(&tree).contains("after 22 rows, that of the votes after 19"), "{}", refused(&tree));
    // One row dropped and another one added later: the numbers agree, the rows do not.
    let mut lines: Vec<&str> = votes.lines().collect();
    let moved = lines.remove(2);
    lines.push(moved);
    tree.write("fer2013new.csv", lines.join("\n"));
    assert!(refused(&tree).contains("fer2013.csv:16:"), "{}", refused(&tree));
}

#[test]
fn faulty_rows_are_named_and_the_others_stay_paired() {
    let (_folder, tree) = miniature(fer_plus);
    let name = dataset("fer-plus.toml", &[]);
    edit(&tree, "fer2013new.csv", |text| {
        text.replace("fer0000001.png,6,0,1", "fer0000001.png,six,0,1")
            .replace("fer0000003.png,9,", "fer0000003.png,-9,")
            .replace("fer0000005.png", "../fer0000005.png")
    });
    edit(&tree, "fer2013.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[11] = "4,12 13".to_owned();
        lines[12] = "5,1 2 3,Training".to_owned();
        lines[13] = lines[13].replace(' ', " 999 ");
        lines.join("\n")
    });
    let reading = read(&name, &tree);
    let found: Vec<_> = reading.quarantine.items.iter().map(|item| (item.reason, item.line.unwrap())).collect();
    use QuarantineReason::{LabelRange, MalformedRow, OutsideRoot};
    assert_eq!(found, [(MalformedRow, 3), (LabelRange, 6), (OutsideRoot, 8), (MalformedRow, 12)]);
    assert!(reading.quarantine.items[0].detail.starts_with("fer2013new.csv: "));
    assert!(reading.quarantine.items[3].detail.starts_with("fer2013.csv: "));
    assert_eq!(reading.rows.len() + reading.quarantine.items.len(), 15);
    let report = check(&name, tree.root()).unwrap();
    assert_eq!(report.quarantine["unreadable-image"], 2, "{:?}", report.first_faults);
    assert!(report.first_faults.iter().any(|fault| fault.starts_with("fer2013.csv:13 ")), "{:?}", report.first_faults);
}

#[test]
fn codes_outside_the_table_are_label_faults() {
    let (_folder, tree) = miniature(fer2013);
    edit(&tree, "fer2013.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (line, code) in [(1, "7"), (2, "-1"), (3, ""), (4, "happy")] {
            lines[line].replace_range(..1, code);
        }
        lines.join("\n")
    });
    let reading = read(&dataset("fer2013.toml", &[]), &tree);
    let reasons: Vec<_> = reading.quarantine.items.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(reasons, ["label-range", "label-range", "malformed-row", "malformed-row"]);
    assert_eq!(reading.rows.len(), 18);
}

#[test]
fn keys_that_do_not_fit_each_other_are_refused_by_name() {
    for (name, changes, key) in [
        ("fer2013.toml", &[("pixels", None)][..], "layout.pixels"),
        ("fer2013.toml", &[("images", Some("data"))], "layout.votes"),
        ("fer-plus.toml", &[("pixels", None)], "layout.pixels"),
        ("fer-plus.toml", &[("votes", None)], "layout.votes"),
        ("fer-plus.toml", &[("images", Some("data"))], "layout.pixels"),
        ("fer-plus.toml", &[("images", Some("../data")), ("pixels", None)], "layout.images"),
        ("fer-plus.toml", &[("votes", Some("/votes.csv"))], "layout.votes"),
        ("fer-plus.toml", &[("labels", Some("fer2013"))], "label_set"),
    ] {
        let error = Dataset::parse(&manifest(name, changes, false)).unwrap_err();
        assert!(matches!(&error, DataError::SpecValue { key: got, .. } if got == key), "{name} {changes:?}: {error}");
    }
    assert!(Dataset::parse(&manifest("fer2013.toml", &[("pixles", Some("x"))], false)).is_err());
}

/// A table of as many pictures as the votes have, each of one level, in the order of the votes.
fn tiny_fer2013(votes: &str) -> String {
    let mut table = "emotion,pixels,Usage\n".to_owned();
    for line in votes.lines().skip(1) {
        writeln!(table, "0,7,{}", line.split(',').next().unwrap()).unwrap();
    }
    table
}

#[test]
fn the_real_votes_hold_what_is_known_of_them() {
    let Some(root) = shared("ferplus") else { return };
    let published = |name| Dataset::parse(&manifest(name, &FILES, true)).unwrap();
    for name in ["fer-plus.toml", "fer-plus-probability.toml"] {
        let report = check(&published(name), &root).unwrap();
        let differing: Vec<_> = report.published.iter().filter(|count| count.differs()).collect();
        assert!(differing.is_empty(), "{differing:?}");
        assert!(report.published.iter().filter(|count| count.published.is_some()).count() == 4 + 3 * 8);
    }
    let reading = published("fer-plus.toml").reader().read(&root).unwrap();
    assert_eq!(reading.counts.all.rows, 35_887);
    let rows = |split| reading.counts.splits[&split].rows;
    assert_eq!(Split::ALL.map(rows), [28_709, 3_589, 3_589]);
    let notes = [
        ("rows without an image name, train", 148),
        ("rows without an image name, valid", 10),
        ("rows without an image name, test", 15),
        ("rows with an image name on which every voter sees no face", 3),
        ("rows that repeat an image name", 4),
        ("rows whose votes do not add up to 10", 1),
        ("rows left out: most voters see no face", 176),
    ];
    for (text, n) in notes {
        assert_eq!(note(&reading, text), n, "{text}");
    }
    assert_eq!(reading.quarantine.faults().count(), 0, "the conflicting name is no conflict: its second row is no face");
}

#[test]
fn the_real_votes_pair_with_a_table_of_their_length() {
    let Some(root) = shared("ferplus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let tree = Tree::new(folder.path());
    let votes = fs::read_to_string(root.join("fer2013new.csv")).unwrap();
    tree.write("fer2013.csv", tiny_fer2013(&votes)).write("fer2013new.csv", &votes);
    let reading = read(&dataset("fer2013.toml", &[("votes", Some("fer2013new.csv"))]), &tree);
    assert_eq!((reading.rows.len(), reading.quarantine.items.len()), (35_887, 0));
    let mut samples: Vec<_> = reading.rows.iter().map(|row| row.sample.as_str()).collect();
    samples.sort_unstable();
    samples.dedup();
    assert_eq!(samples.len(), 35_887, "every row has a name of its own");
    let unnamed = |split| {
        let of = reading.rows.iter().filter(|row| row.split == Some(split));
        of.filter(|row| row.sample.as_str().contains("/row")).count()
    };
    assert_eq!(Split::ALL.map(unnamed), [148, 10, 15]);
    let sample = |position: usize| reading.rows[position].sample.as_str();
    assert_eq!((sample(58), sample(59)), ("FER2013Train/fer0000058.png", "FER2013Train/row00059"));
    assert_eq!((sample(60), sample(35_886)), ("FER2013Train/fer0000059.png", "FER2013Test/fer0035801.png"));
    for (first, again, name) in [
        (5_274, 6_968, "fer0006953"),
        (5_348, 11_817, "fer0011785"),
        (8_423, 15_835, "fer0008403"),
        (33_200, 34_334, "fer0033120"),
    ] {
        assert!(sample(first).ends_with(&format!("/{name}.png")), "{}", sample(first));
        assert!(sample(again).ends_with(&format!("/{name}.png#row{again:05}")), "{}", sample(again));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0_usize..3) {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::new(folder.path());
        fer_plus_votes(&tree);
        tree.write("fer2013.csv", "emotion,pixels,Usage\n0,1 2,Training\n");
        tree.write(["fer2013.csv", "fer2013new.csv", "data/FER2013Train/label.csv"][which], &bytes);
        for (name, changes) in
            [("fer2013.toml", &[][..]), ("fer-plus.toml", &[]), ("fer-plus.toml", &FILES), ("fer-plus.toml", &[FILES[0], FILES[1], ("votes", None)])]
        {
            let _ = dataset(name, changes).reader().read(tree.root());
        }
    }
}

#[test]
fn damaged_tables_lose_no_row_silently() {
    let (_folder, tree) = miniature(|tree| {
        fer2013(tree);
        fer_plus_files(tree);
    });
    let files = ["fer2013.csv", "fer2013new.csv", "data/FER2013Train/label.csv", "data/FER2013Test/label.csv"];
    let whole = files.map(|file| fs::read(tree.root().join(file)).unwrap());
    let datasets = [
        dataset("fer2013.toml", &[]),
        dataset("fer-plus-probability.toml", &[]),
        dataset("fer-plus.toml", &[FILES[0], FILES[1], ("votes", None)]),
    ];
    let mut runner = TestRunner::new(ProptestConfig::with_cases(300));
    let damage = (any::<u64>(), 0..files.len());
    let outcome = runner.run(&damage, |(seed, which)| {
        tree.write(files[which], mutate(&whole[which], &mut Seed(seed).stream("damage", &[])));
        let readings = datasets.each_ref().map(|dataset| dataset.reader().read(tree.root()));
        tree.write(files[which], &whole[which]);
        for reading in readings.into_iter().flatten() {
            let counts = &reading.counts;
            let kept = reading.rows.len() as u64 + counts.ignored + counts.all.without_face;
            prop_assert_eq!(kept + reading.quarantine.items.len() as u64, counts.all.rows);
        }
        Ok(())
    });
    outcome.unwrap();
}

//! Which class and which pixels each row has.

use std::collections::BTreeMap;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{DataError, ImageSource};
use affekt_testkit::{Faces, Tree, fer_plus, fer_plus_files, fer_plus_votes, fer2013};

use crate::miniature::Miniature;
use crate::{FILES, dataset, edit, labels, note};

/// DATASETS: the codes of `fer2013.csv`, from 0.
const CODES: [&str; 7] = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"];
/// DATASETS: the vote columns of `fer2013new.csv`.
const COLUMNS: [&str; 8] =
    ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];

#[test]
fn fer2013_codes_are_in_the_order_of_the_table_not_of_the_alphabet() {
    let miniature = Miniature::new(fer2013);
    let dataset = dataset("fer2013", &[]);
    let reading = miniature.read(&dataset).unwrap();
    let table = miniature.text("fer2013.csv");
    let expected = table.lines().skip(1).map(|line| CODES[line[..1].parse::<usize>().unwrap()]);
    let got = labels(&dataset, &reading);
    assert_eq!(
        got.iter().map(|(_, class, _)| class.as_str()).collect::<Vec<_>>(),
        expected.collect::<Vec<_>>()
    );
    assert_eq!(reading.counts.all.per_class, [4, 1, 3, 3, 3, 2, 6]);
    assert_eq!(got[2].0, "FER2013Train/row00002", "without votes a row has no other name than its number");
}

#[test]
fn ten_votes_for_a_column_are_its_class_in_every_source_and_mode() {
    let parts = [FILES[0], FILES[1], ("votes", None)];
    for (write, changes) in
        [(fer_plus as fn(&Tree), &[][..]), (fer_plus_files, &FILES), (fer_plus_files, &parts)]
    {
        for name in ["fer-plus", "fer-plus-probability"] {
            let miniature = Miniature::new(write);
            let dataset = dataset(name, changes);
            let got: BTreeMap<_, _> = labels(&dataset, &miniature.read(&dataset).unwrap())
                .into_iter()
                .map(|(sample, class, _)| (sample, class))
                .collect();
            for (k, column) in COLUMNS.iter().enumerate() {
                assert_eq!(got[&format!("FER2013Train/fer{:07}.png", k + 6)], *column, "{name} {changes:?}");
            }
        }
    }
}

#[test]
fn vote_columns_are_found_by_name() {
    let miniature = Miniature::new(fer_plus);
    let dataset = dataset("fer-plus", &[]);
    let before = labels(&dataset, &miniature.read(&dataset).unwrap());
    edit(&miniature, "fer2013new.csv", |text| {
        let swap = |line: &str| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.swap(2, 9);
            cells.swap(0, 11);
            cells.join(",") + "\n"
        };
        text.lines().map(swap).collect()
    });
    assert_eq!(labels(&dataset, &miniature.read(&dataset).unwrap()), before);
    edit(&miniature, "fer2013new.csv", |text| text.replace("contempt", "scorn"));
    let error = miniature.read(&dataset).unwrap_err();
    assert!(matches!(&error, DataError::Column { column, .. } if column == "contempt"), "{error}");
}

#[test]
fn pixels_stay_in_the_table_and_pair_with_votes_by_row() {
    let miniature = Miniature::new(fer_plus);
    let plain = miniature.text("fer2013.csv").into_bytes();
    let text = String::from_utf8(plain.clone()).unwrap();
    let rows = || text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let quoted =
        rows().map(|row| [row[0], ",\"", row[1], "\",", row[2], "\r\n"].concat()).collect::<String>();
    let reordered = rows().map(|row| [row[0], ", ", row[2], ", ", row[1], "\n"].concat()).collect::<String>();
    let unended = format!("\u{feff}{}", quoted.replacen("\r\n", "\r\n\r\n", 1).trim_end());
    for table in [plain, quoted.into_bytes(), unended.into_bytes(), reordered.into_bytes()] {
        miniature.tree().write("fer2013.csv", &table);
        let reading = miniature.read(&dataset("fer-plus", &[])).unwrap();
        assert_eq!((reading.rows.len(), reading.counts.all.rows), (15, 22));
        for row in &reading.rows {
            let ImageSource::GreyText { file, offset, len, side } = &row.image else { panic!("{row:?}") };
            assert_eq!((file.as_str(), *side), ("fer2013.csv", 48));
            let from = usize::try_from(*offset).unwrap();
            let levels = str::from_utf8(&table[from..from + usize::try_from(*len).unwrap()]).unwrap();
            let levels: Vec<u8> = levels.split(' ').map(|level| level.parse().unwrap()).collect();
            let before = table[..from].split(|&byte| byte == b'\n').skip(1).count() as u64;
            assert_eq!(row.line, Some(before + 1), "the line is that of the pixels");
            let blank = u64::from(table.starts_with(b"\xef\xbb\xbf"));
            let face: Vec<u8> =
                Faces::default().pixels(before - 1 - blank, 48).into_iter().step_by(3).collect();
            assert_eq!(levels, face, "{}", row.sample);
        }
    }
}

#[test]
fn unnamed_and_repeated_rows_are_told_apart_by_row() {
    let miniature = Miniature::new(fer_plus);
    let reading = miniature.read(&dataset("fer2013", &[("votes", Some("fer2013new.csv"))])).unwrap();
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
    let miniature = Miniature::new(fer_plus);
    let reading = miniature.read(&dataset("fer-plus", &[])).unwrap();
    assert_eq!((reading.rows.len(), reading.counts.ignored, reading.quarantine.items.len()), (15, 7, 0));
    assert_eq!(note(&reading, "rows left out: voters are divided"), 3);
    assert_eq!(note(&reading, "rows left out: most voters cannot tell"), 1);
    assert_eq!(note(&reading, "rows left out: most voters see no face"), 3);
    assert!(reading.rows.iter().all(|row| row.distribution.is_none()));
    assert_eq!(reading.counts.splits[&Split::Test].rows, 4);
}

#[test]
fn probability_keeps_distributions_and_classes_by_their_first_largest_entry() {
    let miniature = Miniature::new(fer_plus);
    let dataset = dataset("fer-plus-probability", &[]);
    let reading = miniature.read(&dataset).unwrap();
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
    let miniature = Miniature::new(fer_plus_files);
    let dataset = dataset("fer-plus", &FILES);
    let reading = miniature.read(&dataset).unwrap();
    assert_eq!(reading.counts.all.rows, 22);
    let first = &reading.rows[0];
    assert_eq!(first.sample.as_str(), "FER2013Train/fer0000001.png");
    assert_eq!(first.image, ImageSource::File("data/FER2013Train/fer0000001.png".to_owned()));
    let reasons: Vec<_> = reading.quarantine.items.iter().map(|item| (item.reason, item.line)).collect();
    assert_eq!(reasons, [(QuarantineReason::DuplicateRow, Some(7))]);
    let report = miniature.check(&dataset);
    assert_eq!((report.images, report.images_without_rows, report.faults), (14, 0, 0));
}

#[test]
fn label_files_are_read_with_a_quoted_box_and_without_one() {
    let miniature = Miniature::new(fer_plus_files);
    let dataset = dataset("fer-plus", &[FILES[0], FILES[1], ("votes", None)]);
    let with_box = miniature.read(&dataset).unwrap();
    assert_eq!(with_box.counts.all.rows, 19, "one row for each name");
    let hint = with_box.rows[0].hint.bbox.unwrap();
    assert_eq!((hint.x, hint.y, hint.width, hint.height), (0.0, 0.0, 48.0, 48.0));
    // The authors' script writes no box, and CRLF.
    for part in ["Train", "Valid", "Test"] {
        edit(&miniature, &format!("data/FER2013{part}/label.csv"), |text| {
            text.replace(",\"(0, 0, 48, 48)\"", "").replace('\n', "\r\n")
        });
    }
    let without = miniature.read(&dataset).unwrap();
    assert_eq!(labels(&dataset, &without), labels(&dataset, &with_box));
    assert_eq!(without.rows[0].hint.bbox, None);
}

#[test]
fn labels_are_read_without_any_picture() {
    let miniature = Miniature::new(fer_plus_votes);
    let reading = miniature.read(&dataset("fer-plus", &FILES)).unwrap();
    assert_eq!((reading.rows.len(), reading.counts.all.rows), (14, 22));
}

#[test]
fn own_labels_of_exported_pictures_take_names_from_the_votes() {
    let miniature = Miniature::new(|tree| {
        fer2013(tree);
        fer_plus_files(tree);
    });
    let changes = [("images", Some("data")), ("votes", Some("fer2013new.csv"))];
    let reading = miniature.read(&dataset("fer2013", &changes)).unwrap();
    assert_eq!(reading.counts.all.rows, 22);
    assert_eq!(reading.counts.all.without_face, 1, "the row without a name has no file, and no face");
    assert_eq!(reading.rows.len(), 19);
}

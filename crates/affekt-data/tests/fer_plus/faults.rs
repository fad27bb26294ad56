//! What is wrong with a copy, and where.

use affekt_data::DataError;
use affekt_testkit::{fer_plus, fer_plus_files, fer_plus_votes, fer2013};
use proptest::prelude::*;

use crate::miniature::{Miniature, assert_accounted};
use crate::{FILES, dataset, described, edit};

#[test]
fn tables_that_do_not_go_together_are_refused_with_the_place() {
    let miniature = Miniature::new(fer_plus);
    let dataset = dataset("fer-plus", &[]);
    let refused = || {
        let error = miniature.read(&dataset).unwrap_err();
        assert!(matches!(error, DataError::Unpaired { .. }), "{error}");
        error.to_string()
    };
    let votes = miniature.text("fer2013new.csv");
    edit(&miniature, "fer2013new.csv", |text| text.lines().take(20).collect::<Vec<_>>().join("\n"));
    assert!(refused().contains("after 22 rows, that of the votes after 19"), "{}", refused());
    // One row dropped and another one added later: the numbers agree, the rows do not.
    let mut lines: Vec<&str> = votes.lines().collect();
    let moved = lines.remove(2);
    lines.push(moved);
    miniature.tree().write("fer2013new.csv", lines.join("\n"));
    assert!(refused().contains("fer2013.csv:16:"), "{}", refused());
}

#[test]
fn faulty_rows_are_named_and_the_others_stay_paired() {
    let miniature = Miniature::new(fer_plus);
    let name = dataset("fer-plus", &[]);
    edit(&miniature, "fer2013new.csv", |text| {
        text.replace("fer0000001.png,6,0,1", "fer0000001.png,six,0,1")
            .replace("fer0000003.png,9,", "fer0000003.png,-9,")
            .replace("fer0000005.png", "../fer0000005.png")
    });
    edit(&miniature, "fer2013.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[11] = "4,12 13".to_owned();
        lines[12] = "5,1 2 3,Training".to_owned();
        lines[13] = lines[13].replace(' ', " 999 ");
        lines.join("\n")
    });
    let reading = miniature.read(&name).unwrap();
    let found: Vec<_> =
        reading.quarantine.items.iter().map(|item| (item.reason.as_str(), item.line.unwrap())).collect();
    let expected = [("malformed-row", 3), ("label-range", 6), ("outside-root", 8), ("malformed-row", 12)];
    assert_eq!(found, expected);
    assert!(reading.quarantine.items[0].detail.starts_with("fer2013new.csv: "));
    assert!(reading.quarantine.items[3].detail.starts_with("fer2013.csv: "));
    assert_eq!(reading.rows.len() + reading.quarantine.items.len(), 15);
    let report = miniature.check(&name);
    assert_eq!(report.quarantine["unreadable-image"], 2, "{:?}", report.first_faults);
    assert!(
        report.first_faults.iter().any(|fault| fault.starts_with("fer2013.csv:13 ")),
        "{:?}",
        report.first_faults
    );
}

#[test]
fn codes_outside_the_table_are_label_faults() {
    let miniature = Miniature::new(fer2013);
    edit(&miniature, "fer2013.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (line, code) in [(1, "7"), (2, "-1"), (3, ""), (4, "happy")] {
            lines[line].replace_range(..1, code);
        }
        lines.join("\n")
    });
    let reading = miniature.read(&dataset("fer2013", &[])).unwrap();
    let reasons: Vec<_> = reading.quarantine.items.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(reasons, ["label-range", "label-range", "malformed-row", "malformed-row"]);
    assert_eq!(reading.rows.len(), 18);
}

#[test]
fn keys_that_do_not_fit_each_other_are_refused_by_name() {
    for (name, changes, key) in [
        ("fer2013", &[("pixels", None)][..], "layout.pixels"),
        ("fer2013", &[("images", Some("data"))], "layout.votes"),
        ("fer-plus", &[("pixels", None)], "layout.pixels"),
        ("fer-plus", &[("votes", None)], "layout.votes"),
        ("fer-plus", &[("images", Some("data"))], "layout.pixels"),
        ("fer-plus", &[("images", Some("../data")), ("pixels", None)], "layout.images"),
        ("fer-plus", &[("votes", Some("/votes.csv"))], "layout.votes"),
        ("fer-plus", &[("labels", Some("fer2013"))], "label_set"),
    ] {
        let error = described(name, changes).unwrap_err();
        assert!(
            matches!(&error, DataError::SpecValue { key: got, .. } if got == key),
            "{name} {changes:?}: {error}"
        );
    }
    assert!(described("fer2013", &[("pixles", Some("x"))]).is_err());
}

#[test]
fn damaged_tables_lose_no_row_silently() {
    let miniature = Miniature::new(|tree| {
        fer2013(tree);
        fer_plus_files(tree);
    });
    let parts = dataset("fer-plus", &[FILES[0], FILES[1], ("votes", None)]);
    for (dataset, file) in [
        (&dataset("fer2013", &[]), "fer2013.csv"),
        (&dataset("fer-plus-probability", &[]), "fer2013.csv"),
        (&dataset("fer-plus-probability", &[]), "fer2013new.csv"),
        (&dataset("fer-plus", &FILES), "fer2013new.csv"),
        (&parts, "data/FER2013Train/label.csv"),
        (&parts, "data/FER2013Test/label.csv"),
    ] {
        miniature.damage(dataset, file);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0_usize..3) {
        let miniature = Miniature::new(fer_plus_votes);
        let tree = miniature.tree();
        tree.write("fer2013.csv", "emotion,pixels,Usage\n0,1 2,Training\n");
        tree.write(["fer2013.csv", "fer2013new.csv", "data/FER2013Train/label.csv"][which], &bytes);
        let parts = [FILES[0], FILES[1], ("votes", None)];
        for (name, changes) in [("fer2013", &[][..]), ("fer-plus", &[]), ("fer-plus", &FILES), ("fer-plus", &parts)] {
            if let Ok(reading) = miniature.read(&dataset(name, changes)) {
                assert_accounted(&reading);
            }
        }
    }
}

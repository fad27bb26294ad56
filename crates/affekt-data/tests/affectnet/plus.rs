//! `AffectNet`+: documents.

use affekt_artifact::QuarantineReason::{LabelRange, MalformedRow};
use affekt_core::{LabelDistribution, Seed, Split};
use affekt_data::{Dataset, Reading, check};
use affekt_testkit::{affectnet_plus, mutate};
use proptest::prelude::*;

use super::{CODES, Miniature, all_accounted_for, class_of, samples, set_aside};

const FIVE: &str = "human_annotated/train_set/annotations/5.json";
const SOFT: &str = "[0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]";

fn dataset(changes: &[(&str, &str)]) -> Dataset {
    super::dataset("affectnet-plus.toml", changes)
}

/// The miniature after replacing the document of training number 5.
fn read_with(miniature: &Miniature, document: impl AsRef<[u8]>) -> Reading {
    miniature.tree.write(FIVE, document);
    miniature.read(&dataset(&[])).unwrap()
}

#[test]
fn each_code_is_the_class_that_the_documentation_says_as_number_and_as_text() {
    let miniature = Miniature::new(affectnet_plus);
    let dataset = dataset(&[]);
    for (code, class) in CODES {
        for written in [code.to_owned(), format!("\"{code}\""), format!("{code}.0")] {
            let reading = read_with(&miniature, format!("{{\"human-label\": {written}}}"));
            assert_eq!(class_of(&dataset, &reading.rows[0]).as_deref(), Some(class), "{written}");
        }
    }
}

#[test]
fn a_miniature_is_read_and_every_document_accounted_for() {
    let miniature = Miniature::new(affectnet_plus);
    let reading = miniature.read(&dataset(&[])).unwrap();
    let train: Vec<String> = (5..=12).map(|n| format!("human_annotated/train_set/images/{n}.jpg")).collect();
    assert_eq!(samples(&reading, Split::Train), train);
    assert_eq!(samples(&reading, Split::Valid).len(), 2);
    assert_eq!(reading.counts.all.per_class, [1, 1, 1, 1, 1, 2, 2, 1]);
    assert_eq!(reading.counts.all.va, 8, "two documents state none");
    assert!(reading.quarantine.items.is_empty() && all_accounted_for(&reading));
    let report = check(&dataset(&[]), miniature.tree.root()).unwrap();
    assert_eq!(
        (report.images, report.images_without_rows, report.needs_attention()),
        (10, 0, false),
        "{report}"
    );
}

#[test]
fn subsets_and_absent_keys_are_counted() {
    let reading = Miniature::new(affectnet_plus).read(&dataset(&[])).unwrap();
    let notes = [
        ("`soft-label` with a sum off 1 by rounding, renormalised", 1),
        ("no `soft-label`", 1),
        ("no `subset`", 1),
        ("subset challenging", 2),
        ("subset difficult", 4),
        ("subset easy", 3),
    ];
    assert_eq!(reading.counts.notes, notes.map(|(note, n)| (note.to_owned(), n)).into());
}

#[test]
fn chosen_subsets_leave_the_others_out_and_count_them() {
    for name in ["valid", "test"] {
        let changes = [
            ("kind = \"affectnet-plus\"", "kind = \"affectnet-plus\"\nsubset = [\"easy\", \"challenging\"]"),
            ("valid = \"human", &format!("{name} = \"human")),
        ];
        let reading = Miniature::new(affectnet_plus).read(&dataset(&changes)).unwrap();
        assert_eq!((reading.rows.len(), reading.counts.ignored, reading.counts.all.rows), (5, 5, 10));
        assert_eq!(reading.counts.notes["subset difficult"], 4);
        assert!(all_accounted_for(&reading) && reading.named_elsewhere.len() == 5);
    }
}

#[test]
fn a_soft_label_is_a_distribution_in_class_order() {
    let reading = Miniature::new(affectnet_plus).read(&dataset(&[])).unwrap();
    for row in reading.rows.iter().filter(|row| row.distribution.is_some()) {
        let entries = row.distribution.as_ref().map(LabelDistribution::as_slice).unwrap();
        assert!((entries.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let largest = (0..8).max_by(|&a, &b| entries[a].total_cmp(&entries[b]));
        // The one written with two decimals favours contempt, whatever its class.
        let expected =
            if row.sample.as_str().ends_with("/11.jpg") { 7 } else { row.expression.unwrap().get() };
        assert_eq!(largest, Some(expected), "{}", row.sample);
    }
    let rounded = reading.rows.iter().find(|row| row.sample.as_str().ends_with("/11.jpg")).unwrap();
    let entries = rounded.distribution.as_ref().map(LabelDistribution::as_slice).unwrap();
    assert!((entries[7] - 0.14 / 0.98).abs() < 1e-12, "{entries:?}");
}

#[test]
fn seven_expressions_renormalise_the_soft_label() {
    let map =
        "[label_map]\nname = \"affectnet-8-to-7\"\nto = \"affectnet-7\"\ndrop = [\"contempt\"]\n[decode]";
    let reading = Miniature::new(affectnet_plus).read(&dataset(&[("[decode]", map)])).unwrap();
    assert_eq!((reading.rows.len(), reading.counts.ignored), (9, 1));
    let entries = reading.rows[0].distribution.as_ref().map(LabelDistribution::as_slice).unwrap();
    assert!(entries.len() == 7 && (entries[5] - 0.86 / 0.98).abs() < 1e-12, "{entries:?}");
}

#[test]
fn numbers_may_be_text_and_a_byte_order_mark_makes_no_difference() {
    let miniature = Miniature::new(affectnet_plus);
    let points = vec!["\"1.5\""; 136].join(",");
    let reading = read_with(
        &miniature,
        format!(
            "\u{feff}{{\"human-label\": \" 3 \", \"subset\": \"1\", \"unknown\": {{}}, \"soft-label\": {SOFT},\r\n\
         \"meta-data\": {{\"valence\": \"-0.5\", \"arousal\": 1, \"landmark-68\": [{points}], \"age\": null}}}}\r\n"
        ),
    );
    let row = &reading.rows[0];
    assert_eq!(row.va.map(|va| (va.valence(), va.arousal())), Some((-0.5, 1.0)));
    assert_eq!(row.hint.landmarks.as_ref().map(|points| points.points()[67]), Some([1.5, 1.5]));
    assert!(row.distribution.is_some() && reading.quarantine.items.is_empty());
}

#[test]
fn both_minus_two_are_no_valence_and_arousal_and_null_is_an_absent_key() {
    let miniature = Miniature::new(affectnet_plus);
    for meta in ["{\"valence\": -2, \"arousal\": -2}", "{\"valence\": null, \"landmark-68\": null}", "null"] {
        let reading =
            read_with(&miniature, format!("{{\"human-label\": 3, \"subset\": null, \"meta-data\": {meta}}}"));
        assert_eq!((reading.rows[0].va, reading.rows.len()), (None, 10), "{meta}");
    }
}

#[test]
fn odd_documents_are_set_aside_with_the_reason() {
    let miniature = Miniature::new(affectnet_plus);
    let with = |more: &str| format!("{{\"human-label\": 3, {more}}}");
    let soft = |entries: &str| with(&format!("\"soft-label\": {entries}"));
    let meta = |keys: &str| with(&format!("\"meta-data\": {{{keys}}}"));
    let cases = [
        (String::new(), MalformedRow, "EOF"),
        ("{\"human-label\": 3".to_owned(), MalformedRow, "EOF"),
        ("{\"human-label\": NaN}".to_owned(), MalformedRow, "expected value"),
        ("{}".to_owned(), MalformedRow, "no `human-label`"),
        ("[3, null, null, null]".to_owned(), MalformedRow, "a list"),
        ("{\"human-label\": 8}".to_owned(), LabelRange, "expression 8"),
        ("{\"human-label\": -1}".to_owned(), LabelRange, "expression -1"),
        ("{\"human-label\": \"happy\"}".to_owned(), MalformedRow, "human-label \"happy\""),
        ("{\"human-label\": [3]}".to_owned(), MalformedRow, "line 1"),
        (with("\"subset\": 3"), LabelRange, "subset 3"),
        (soft("[1.0]"), MalformedRow, "1 entries"),
        (soft("[0.375, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0]"), LabelRange, "sums to 1.125"),
        (soft("[1.1, -0.1, 0, 0, 0, 0, 0, 0]"), LabelRange, "entry 1 is -0.1"),
        (soft("[0, 0, 0, 0, 0, 0, 0, 0]"), LabelRange, "sums to 0"),
        (soft("[\"nan\", 0, 0, 0, 0, 0, 0, 0]"), LabelRange, "sums to NaN"),
        (meta("\"valence\": 0.5"), MalformedRow, "without the other"),
        (meta("\"valence\": 0.5, \"arousal\": -2"), LabelRange, "arousal -2"),
        (meta("\"landmark-68\": [1, 2]"), MalformedRow, "2 landmark coordinates"),
        (" ".repeat(300 << 10), MalformedRow, "longer than"),
        ("[".repeat(200 << 10), MalformedRow, ""),
    ];
    for (document, reason, part) in cases {
        let reading = read_with(&miniature, &document);
        let found = set_aside(&reading);
        let head = &document[..document.len().min(80)];
        assert_eq!(
            (found.len(), found[0].0, found[0].2),
            (1, "human_annotated/train_set/images/5.jpg", reason),
            "{head}"
        );
        assert!(found[0].3.contains(part), "{head}: {:?} has no {part}", found[0].3);
    }
}

#[test]
fn a_picture_without_a_document_is_named() {
    let miniature = Miniature::new(affectnet_plus);
    std::fs::remove_file(miniature.path(FIVE)).unwrap();
    let reading = miniature.read(&dataset(&[])).unwrap();
    let detail = "no 5.json in human_annotated/train_set/annotations";
    assert_eq!(set_aside(&reading), [("human_annotated/train_set/images/5.jpg", None, MalformedRow, detail)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_makes_the_reader_panic(key: u64, noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let miniature = Miniature::new(|tree| {
            tree.write("human_annotated/train_set/images/5.jpg", "");
            let points = vec!["1.5"; 136].join(",");
            let meta = format!("{{\"valence\": 0.5, \"arousal\": -0.5, \"landmark-68\": [{points}]}}");
            tree.write(FIVE, format!("{{\"human-label\": \"3\", \"soft-label\": {SOFT}, \"subset\": 2, \"meta-data\": {meta}}}"));
        });
        let dataset = dataset(&[("valid = \"human_annotated/validation_set\"", "")]);
        let whole = std::fs::read(miniature.path(FIVE)).unwrap();
        prop_assert_eq!(miniature.read(&dataset).unwrap().rows.len(), 1);
        let mut stream = Seed(key).stream("damage", &[]);
        let damaged: Vec<Vec<u8>> = (0..8).map(|_| mutate(&whole, &mut stream)).collect();
        for bytes in damaged.into_iter().chain([noise]) {
            miniature.tree.write(FIVE, bytes);
            prop_assert!(all_accounted_for(&miniature.read(&dataset).unwrap()));
        }
    }
}

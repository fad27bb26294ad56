//! The votes as published, where they are at hand.

use std::fmt::Write as _;
use std::fs;

use affekt_core::Split;
use affekt_data::{Dataset, check};

use crate::miniature::{Miniature, manifest};
use crate::support::shared;
use crate::{FILES, dataset, note, set};

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
    let published = |name| {
        let mut table = manifest(name);
        set(&mut table, &FILES);
        Dataset::parse(&table.to_string()).unwrap()
    };
    for name in ["fer-plus", "fer-plus-probability"] {
        let report = check(&published(name), &root).unwrap();
        let differing: Vec<_> = report.published.iter().filter(|count| count.differs()).collect();
        assert!(differing.is_empty(), "{differing:?}");
        assert!(report.published.iter().filter(|count| count.published.is_some()).count() == 4 + 3 * 8);
    }
    let reading = published("fer-plus").reader().read(&root).unwrap();
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
    assert_eq!(
        reading.quarantine.faults().count(),
        0,
        "the conflicting name is no conflict: its second row is no face"
    );
}

#[test]
fn the_real_votes_pair_with_a_table_of_their_length() {
    let Some(root) = shared("ferplus") else { return };
    let votes = fs::read_to_string(root.join("fer2013new.csv")).unwrap();
    let miniature = Miniature::new(|tree| {
        tree.write("fer2013.csv", tiny_fer2013(&votes)).write("fer2013new.csv", &votes);
    });
    let reading = miniature.read(&dataset("fer2013", &[("votes", Some("fer2013new.csv"))])).unwrap();
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

//! Counts of a reading, and which rows stand for a class.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use std::collections::BTreeSet;

use affekt_core::{Split, VaPoint};
use affekt_data::{DataStats, Reading, open_pictures, rows_to_show};
use support::{Folder, dataset};

fn reading(folder: &Folder) -> Reading {
    dataset(&[]).reader().read(&folder.root()).unwrap()
}

#[test]
fn parts_add_up_to_the_whole() {
    let folder = Folder::with_rows(13);
    let mut reading = reading(&folder);
    for (k, row) in reading.rows.iter_mut().enumerate() {
        row.split = [Some(Split::Train), Some(Split::Test), None][k % 3];
        row.va = (k < 4).then(|| VaPoint::new(-1.0 + k as f64 / 2.0, 1.0).unwrap());
        row.aus = vec![Some(k % 2 == 0), (k < 3).then_some(true), None];
        row.video = (k < 5).then(|| "v".to_owned());
    }
    reading.rows[12].expression = None;
    let stats = DataStats::of(&dataset(&[("duplicates =", "aus = [1, 2, 45]\nduplicates =")]), &reading);
    let splits: Vec<_> = stats.parts.iter().map(|part| part.split).collect();
    assert_eq!(splits, [Some(Split::Train), Some(Split::Test), None]);
    let sum = |of: fn(&affekt_data::PartStats) -> u64| stats.parts.iter().map(of).sum::<u64>();
    assert_eq!((stats.all.rows, sum(|part| part.rows)), (13, 13));
    assert_eq!((stats.all.labelled.expression, sum(|part| part.labelled.expression)), (12, 12));
    assert_eq!(stats.all.classes.iter().map(|class| class.rows).collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!((stats.all.without_class.rows, stats.all.without_class.class.clone()), (1, None));
    // Two rows a subject, next to each other: of six pairs two lie in train and test, four partly in no part.
    assert_eq!((stats.all.subjects, stats.subjects_in_several_splits, stats.all.videos), (7, 2, 1));
    let coded: Vec<_> = stats.all.aus.iter().map(|au| (au.au, au.labelled, au.present)).collect();
    assert_eq!(coded, [(1, 13, 7), (2, 3, 3), (45, 0, 0)]);
    let va = stats.all.va.unwrap();
    assert_eq!((va.rows, va.grid.iter().flatten().sum::<u64>(), va.grid[19].iter().sum::<u64>()), (4, 4, 4));
    assert!((va.mean[0] + 0.25).abs() < 1e-12 && (va.mean[1] - 1.0).abs() < 1e-12);
    // Of -1, -0.5, 0, 0.5: squares 0.5625 + 0.0625 + 0.0625 + 0.5625 over 3.
    assert!((va.sd.unwrap()[0] - (1.25_f64 / 3.0).sqrt()).abs() < 1e-12);
    assert_eq!(stats.all.imbalance, Some(1.0));
    assert!(stats.parts[2].classes.iter().all(|class| class.va.is_none() || class.rows > 0));
}

#[test]
fn a_dataset_without_parts_has_none() {
    let stats = DataStats::of(&dataset(&[]), &reading(&Folder::with_rows(6)));
    assert!(stats.parts.is_empty() && stats.all.va.is_none() && stats.all.aus.is_empty());
}

#[test]
fn rows_shown_are_spread_over_subjects() {
    let folder = Folder::with_rows(60);
    let reading = reading(&folder);
    let rows = rows_to_show(&dataset(&[]), &reading, 5);
    assert_eq!(rows.len(), 15);
    for class in rows.chunks(5) {
        assert!(class.iter().all(|row| row.expression == class[0].expression));
        assert_eq!(class.iter().map(|row| &row.subject).collect::<BTreeSet<_>>().len(), 5);
    }
    assert_eq!(rows, rows_to_show(&dataset(&[]), &reading, 5));
    // More than there are: every row once.
    let all: BTreeSet<_> =
        rows_to_show(&dataset(&[]), &reading, 100).iter().map(|row| row.sample.clone()).collect();
    assert_eq!(all.len(), 60);
}

#[test]
fn few_subjects_give_several_rows_each() {
    let folder = Folder::new();
    let mut table = "image,subject,emotion\n".to_owned();
    for k in 0..10 {
        table += &["k", &k.to_string(), ".png,", if k < 9 { "a" } else { "b" }, ",joy\n"].concat();
    }
    folder.write("legend.csv", table.as_bytes());
    let reading = reading(&folder);
    let rows = rows_to_show(&dataset(&[]), &reading, 4);
    let names: Vec<&str> = rows.iter().map(|row| row.sample.as_str()).collect();
    assert_eq!(names, ["k1.png", "k4.png", "k7.png", "k9.png"]);
}

#[test]
fn pictures_that_cannot_be_opened_say_why() {
    let folder = Folder::with_rows(6);
    folder.write("images/0.png", b"no picture");
    let set = dataset(&[]);
    let reading = reading(&folder);
    let rows = rows_to_show(&set, &reading, 2);
    let widths = open_pictures(&set, &folder.root(), &rows, affekt_face::Picture::width).unwrap();
    let broken: Vec<_> = widths.iter().filter_map(|width| width.as_ref().err()).collect();
    assert_eq!((widths.len(), broken.len()), (6, 1));
    assert_eq!(broken[0].path, "images/0.png");
    assert!(widths.iter().flatten().all(|&width| width == 20));
    assert!(open_pictures(&set, &folder.outside("nowhere"), &rows, |_| ()).is_err());
}

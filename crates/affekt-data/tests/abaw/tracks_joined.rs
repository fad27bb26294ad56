//! Annotations of several tracks, joined.

use affekt_artifact::QuarantineReason;
use affekt_core::{Split, VaPoint};
use affekt_data::{DataError, Reading, check};
use affekt_testkit::{Tree, abaw_tracks};

use super::miniature::{Miniature, changed, dataset, layout, set_aside};
use super::{assert_accounted, class, note, row, samples};

const ROOT: &str = "6th_ABAW_Annotations";

fn read(build: impl FnOnce(&Tree)) -> Reading {
    let miniature = Miniature::new(|tree| {
        abaw_tracks(tree);
        build(tree);
    });
    let reading = miniature.read(&dataset("aff-wild2-tracks")).unwrap();
    assert_accounted(&reading);
    reading
}

#[test]
fn a_frame_has_the_labels_of_every_track() {
    let (set, reading) = (dataset("aff-wild2-tracks"), read(|_| {}));
    let first = row(&reading, "video45_1/00001.jpg");
    assert_eq!(first.va.map(|va| (va.valence(), va.arousal())), Some((0.602, 0.389)));
    assert_eq!(class(set.label_set(), first), Some("neutral"));
    assert_eq!(first.aus.iter().filter(|au| **au == Some(true)).count(), 1);
    let second = row(&reading, "video45_1/00002.jpg");
    assert_eq!((second.va, class(set.label_set(), second)), (None, Some("anger")));
    let fourth = row(&reading, "video45_1/00004.jpg");
    assert_eq!((fourth.va, class(set.label_set(), fourth)), (None, Some("fear")));
    assert!(fourth.aus.iter().all(Option::is_none));
    let side = row(&reading, "30-30-1920x1080_left/00002.jpg");
    assert!(side.va.is_some() && side.aus == vec![None; 12]);
    let all = &reading.counts.all;
    assert_eq!((all.rows, all.va, all.au, all.without_face), (25, 17, 13, 3));
    assert_eq!(all.per_class, [2, 2, 3, 2, 4, 3, 1, 2]);
}

#[test]
fn a_recording_that_one_track_validates_on_is_not_trained_on() {
    let reading = read(|_| {});
    let valid = samples(&reading, Split::Valid);
    for frame in ["10-60-1280x720/00001.jpg", "10-60-1280x720_right/00001.jpg"] {
        assert!(valid.contains(&frame), "{frame}");
    }
    assert_eq!(note(&reading, "different parts"), 1);
    let miniature = Miniature::new(abaw_tracks);
    let report = check(&dataset("aff-wild2-tracks"), &miniature.root()).unwrap();
    assert_eq!((report.subjects_in_several_splits, report.faults), (0, 0));
    // On its own track the official part stands.
    let alone = miniature.read(&dataset("aff-wild2-va")).unwrap();
    assert!(samples(&alone, Split::Train).contains(&"10-60-1280x720/00001.jpg"));
    assert_eq!(note(&alone, "different parts"), 0);
}

#[test]
fn a_video_in_both_parts_of_a_track_is_validation_and_the_other_file_is_set_aside() {
    let train = format!("{ROOT}/VA_Estimation_Challenge/Train_Set/426.txt");
    let reading = read(|tree| {
        tree.write(&train, "valence,arousal\n1,1\n");
    });
    assert_eq!(set_aside(&reading), [(train.as_str(), None, QuarantineReason::MalformedRow)]);
    assert_eq!(row(&reading, "426/00001.jpg").va, VaPoint::new(0.0, 0.054).ok());
    assert!(samples(&reading, Split::Valid).contains(&"426/00001.jpg"));
}

#[test]
fn a_fault_on_one_track_is_a_fault_of_the_frame() {
    let file = format!("{ROOT}/VA_Estimation_Challenge/Validation_Set/426.txt");
    let reading = read(|tree| {
        tree.write(&file, "valence,arousal\n0.5,3\n0.5,0.5\n");
    });
    let image = "cropped_aligned/426/00001.jpg";
    assert_eq!(set_aside(&reading), [(image, Some(2), QuarantineReason::LabelRange)]);
    assert!(reading.quarantine.items[0].detail.starts_with(&file));
    // The file ends after frame 2; the other tracks go on.
    let third = row(&reading, "426/00003.jpg");
    assert!(third.va.is_none() && third.expression.is_some());
}

#[test]
fn keys_that_contradict_each_other_are_refused() {
    let refused = |key: &str, value: toml::Value| {
        let set = changed("aff-wild2-tracks", |table| drop(layout(table).insert(key.to_owned(), value)));
        matches!(set, Err(DataError::SpecValue { key: refused, .. }) if refused == format!("layout.{key}"))
    };
    let list = |texts: &[&str]| toml::Value::from(texts.to_vec());
    assert!(refused("tracks", list(&[])));
    assert!(refused("tracks", list(&["va", "va"])));
    assert!(refused("images", list(&[])));
    assert!(refused("images", list(&["../elsewhere"])));
    assert!(refused("annotations", "/etc".into()));
    assert!(refused("parts", toml::Table::new().into()));
    assert!(refused("test_list", "list.txt".into()));
    let test_twice = changed("aff-wild2-va", |table| {
        let layout = layout(table);
        layout.insert("test_list".to_owned(), "list.txt".into());
        layout["parts"].as_table_mut().unwrap().insert("test".to_owned(), "Test_Set".into());
    });
    assert!(matches!(test_twice, Err(DataError::SpecValue { .. })));
    let set = changed("aff-wild2-au", |table| drop(table.remove("aus"))).unwrap();
    let error = Miniature::new(abaw_tracks).read(&set).unwrap_err();
    assert!(matches!(&error, DataError::SpecValue { key, .. } if key == "aus"), "{error}");
}

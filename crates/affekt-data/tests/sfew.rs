//! SFEW 2.0: stills, and the organisers' aligned faces beside them.

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod miniature;

use std::collections::BTreeSet;

use affekt_core::Split;
use affekt_data::{Dataset, Reading};
use affekt_testkit::{sfew, sfew_aligned};
use miniature::{Miniature, changed, class_name, dataset, set_aside};

/// Folders as the organisers call them, and the classes they mean.
const FOLDERS: [(&str, &str); 7] = [
    ("Angry", "anger"),
    ("Disgust", "disgust"),
    ("Fear", "fear"),
    ("Happy", "happiness"),
    ("Neutral", "neutral"),
    ("Sad", "sadness"),
    ("Surprise", "surprise"),
];

fn subjects(reading: &Reading, split: Split) -> BTreeSet<&str> {
    let rows = reading.rows.iter().filter(|row| row.split == Some(split));
    rows.map(|row| row.subject.as_str()).collect()
}

#[test]
fn each_folder_is_the_class_it_is_called_after() {
    for (name, train, valid) in
        [("sfew", "Train", "Val"), ("sfew-aligned", "Train/Train_Aligned_Faces", "Val/Val_Aligned_Faces")]
    {
        let set = dataset(name);
        for (k, (folder, class)) in FOLDERS.into_iter().enumerate() {
            let miniature = Miniature::new(|tree| {
                tree.write(&format!("{train}/{folder}/A_000000001_00000001.png"), "");
                tree.write(&format!("{valid}/Fear/B_000000001_00000001.png"), "");
            });
            let reading = miniature.read(&set).unwrap();
            assert_eq!(
                (class_name(&set, &reading, 0), set.label_set().classes()[k].as_str()),
                (class, class)
            );
        }
    }
}

#[test]
fn stills_are_grouped_by_film_and_the_unlabelled_part_is_not_read() {
    let (miniature, set) = (Miniature::new(sfew), dataset("sfew"));
    let reading = miniature.read(&set).unwrap();
    assert_eq!(reading.counts.splits[&Split::Train].per_class, [2; 7]);
    assert_eq!(reading.counts.splits[&Split::Valid].per_class, [1; 7]);
    assert_eq!(subjects(&reading, Split::Train), BTreeSet::from(["Airheads", "Harry_Potter"]));
    assert_eq!(subjects(&reading, Split::Valid), BTreeSet::from(["Terminator"]));
    let report = miniature.check(&set);
    assert!(!report.needs_attention(), "{report}");
    assert_eq!(report.first_without_rows.len(), 3, "{:?}", report.first_without_rows);
    assert!(report.first_without_rows.iter().all(|path| path.starts_with("Test/Hangover_")));
}

#[test]
fn aligned_faces_within_the_stills_are_counted_and_left_out() {
    let reading =
        Miniature::new(|tree| sfew_aligned(tree, "Val_Aligned_Faces_new")).read(&dataset("sfew")).unwrap();
    assert_eq!((reading.rows.len(), reading.counts.ignored), (21, 20));
    assert!(reading.quarantine.items.is_empty());
}

#[test]
fn aligned_faces_lie_in_either_of_two_folders_and_some_are_missing() {
    for valid in ["Val_Aligned_Faces", "Val_Aligned_Faces_new"] {
        let miniature = Miniature::new(|tree| sfew_aligned(tree, valid));
        let reading = miniature.read(&dataset("sfew-aligned")).unwrap();
        let n = |split: Split| reading.counts.splits[&split].rows;
        assert_eq!((n(Split::Train), n(Split::Valid)), (13, 7));
        assert_eq!(subjects(&reading, Split::Valid), BTreeSet::from(["Terminator"]));
        let last = reading.rows.last().unwrap().image.file();
        assert!(last.starts_with(&format!("Val/{valid}/Surprise/Terminator_")), "{last}");
    }
}

#[test]
fn of_two_folders_that_are_both_there_the_first_counts_and_the_other_is_reported() {
    let miniature = Miniature::new(|tree| sfew_aligned(tree, "Val_Aligned_Faces"));
    let newer = "Val/Val_Aligned_Faces_new/Happy/Juno_000000001_00000001.png";
    miniature.tree().write(newer, affekt_testkit::Faces::default().png(1, 24));
    let set = dataset("sfew-aligned");
    let reading = miniature.read(&set).unwrap();
    assert_eq!((reading.rows.last().unwrap().image.file(), reading.rows.len()), (newer, 14));
    let without = miniature.check(&set).images_without_rows;
    assert_eq!(without, 7 + 21 + 3, "older faces, stills and the test part");
}

#[test]
fn without_any_of_the_folders_the_error_names_them_all() {
    let error = Miniature::new(sfew).read(&dataset("sfew-aligned")).unwrap_err().to_string();
    assert!(error.contains("Train/Train_Aligned_Faces or Train_Aligned_Faces"), "{error}");
}

#[test]
fn folders_in_lower_case_are_read_and_unknown_ones_set_aside() {
    let miniature = Miniature::new(sfew);
    miniature.tree().write("Train/angry/Juno_000000001_00000001.png", "").write("Train/Contempt/x.png", "");
    let reading = miniature.read(&dataset("sfew")).unwrap();
    assert_eq!(reading.counts.splits[&Split::Train].per_class[0], 3);
    assert_eq!(set_aside(&reading)[0].0, "Train/Contempt/x.png");
}

#[test]
fn names_without_a_film_are_counted() {
    let miniature = Miniature::new(sfew);
    miniature.tree().write("Train/Angry/still.png", "");
    let reading = miniature.read(&dataset("sfew")).unwrap();
    assert_eq!(reading.counts.notes.values().copied().collect::<Vec<_>>(), [1], "{:?}", reading.counts.notes);
    assert!(subjects(&reading, Split::Train).contains("still.png"));
}

#[test]
fn a_subject_rule_with_wrong_values_is_refused() {
    let refused = |key: &str, value: toml::Value| -> bool {
        let change = |table: &mut toml::Table| {
            table["subject"].as_table_mut().unwrap().insert(key.to_owned(), value);
        };
        let changed: Result<Dataset, _> = changed("sfew", change);
        changed.is_err()
    };
    assert!(refused("parts", 0.into()) && refused("separator", "".into()) && refused("text", "_".into()));
    assert!(refused("kind", "until".into()) && refused("kind", "film".into()));
    assert!(!refused("parts", 3.into()));
}

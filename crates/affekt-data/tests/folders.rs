//! A folder per class.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;
use affekt_data::{DataError, Dataset, check, prepare_files};
use support::{DESCRIPTION, Folder, SPLIT, preparing};

fn folders(splits: &str) -> Dataset {
    let head = DESCRIPTION.split("[layout]").next().unwrap();
    let head = head.replace("happy = \"joy\"", "0 = \"calm\", 1 = \"joy\"");
    let head = head.replace("duplicates", "subject = { kind = \"until\", text = \"_\" }\nduplicates");
    let layout = format!("[layout]\nkind = \"folders\"\nimages = \"images\"\n{splits}");
    Dataset::parse(&(head + &layout)).unwrap()
}

#[test]
fn folder_names_are_labels_and_unknown_ones_are_set_aside() {
    let folder = Folder::new();
    for (k, name) in
        ["0/ann_1.png", "0/ann_2.png", "1/deep/bob_1.png", "Rage/c_1.png", "7/x.png", "unsure/y.png"]
            .into_iter()
            .enumerate()
    {
        folder.image(&format!("images/{name}"), k);
    }
    folder.write("images/readme.txt", b"hello");
    folder.write("images/limits.json", b"{}");
    folder.write("images/cover.JPG", b"x");
    folder.write("images/0/.DS_Store", b"x");
    let dataset = folders("");
    let reading = dataset.reader().read(&folder.root()).unwrap();
    assert_eq!(reading.counts.all.per_class, [2, 1, 1]);
    assert_eq!((reading.counts.ignored, reading.counts.all.rows), (1, 6));
    assert_eq!(reading.rows[0].subject.as_str(), "ann");
    assert_eq!(reading.rows[2].image.file(), "images/1/deep/bob_1.png");
    let item = &reading.quarantine.items[0];
    assert_eq!((item.path.as_str(), item.reason), ("images/7/x.png", QuarantineReason::UnknownLabel));
    assert_eq!(check(&dataset, &folder.root()).unwrap().first_without_rows, ["images/cover.JPG"]);
}

#[test]
fn official_splits_stay_and_the_missing_one_is_carved_from_train() {
    let folder = Folder::new();
    for k in 0..60 {
        folder.image(&format!("images/train/{}/t{}_{k}.png", k % 2, k / 2), k);
    }
    for k in 0..6 {
        folder.image(&format!("images/val/{}/t0_{k}.png", k % 2), k);
    }
    let dataset = folders("splits = { train = \"train\", test = \"val\" }\n");
    let prepared =
        prepare_files(&dataset, &folder.root(), preparing(SPLIT, &mut |_| ()), &folder.out()).unwrap();
    let n = |split| prepared.manifest.split(split).count();
    assert_eq!(n(Split::Test), 6);
    assert!((10..=16).contains(&n(Split::Valid)), "{}", n(Split::Valid));
    assert_eq!(n(Split::Train) + n(Split::Valid), 60);
    assert_eq!(check(&dataset, &folder.root()).unwrap().subjects_in_several_splits, 1);
}

#[test]
fn a_tree_without_files_or_without_a_split_folder_is_an_error() {
    let folder = Folder::new();
    std::fs::create_dir(folder.root().join("images/0")).unwrap();
    let error = folders("").reader().read(&folder.root()).unwrap_err();
    assert!(matches!(error, DataError::Empty { .. }), "{error}");
    let error = folders("splits = { train = \"train\" }\n").reader().read(&folder.root()).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "split folder", .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_ring_of_links_does_not_trap_the_reader() {
    let folder = Folder::new();
    folder.image("images/0/a.png", 1);
    std::os::unix::fs::symlink(folder.root().join("images"), folder.root().join("images/0/again")).unwrap();
    let reading = folders("").reader().read(&folder.root()).unwrap();
    assert_eq!(reading.counts.all.rows, 2);
}

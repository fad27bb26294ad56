//! From a folder to manifest, cache and quarantine, and what broken images do.

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use affekt_artifact::{Manifest, QuarantineReason};
use affekt_core::Split;
use affekt_data::{
    DataError, Dataset, LabelNoise, NoiseError, NoiseShape, NoisyLabels, Prepared, PreparedStamp, Preparing,
    SplitSpec, check, fingerprint, prepare_files,
};
use affekt_face::FaceCache;
use support::{Folder, SPLIT, dataset, jpeg, preparing, preprocess};

fn prepare(folder: &Folder, dataset: &Dataset) -> Result<Prepared, DataError> {
    prepare_files(dataset, &folder.root(), preparing(SPLIT, &mut |_| ()), &folder.out())
}

fn noise(rate: f64) -> LabelNoise {
    LabelNoise { rate, seed: 4, shape: NoiseShape::Uniform {} }
}

fn prepare_noisy(folder: &Folder, rate: f64) -> Result<Prepared, DataError> {
    let noise = noise(rate);
    let mut progress = |_: &_| ();
    let preparing = Preparing { noise: Some(&noise), ..preparing(SPLIT, &mut progress) };
    prepare_files(&dataset(&[]), &folder.root(), preparing, &folder.out())
}

/// Set-aside images with their reasons.
fn reasons(prepared: &Prepared) -> Vec<(&str, QuarantineReason)> {
    prepared.quarantine.items.iter().map(|item| (item.path.as_str(), item.reason)).collect()
}

#[test]
fn manifest_and_cache_are_in_the_same_order() {
    let folder = Folder::with_rows(40);
    let prepared = prepare(&folder, &dataset(&[])).unwrap();
    let cache = FaceCache::open(&folder.out().join("faces")).unwrap();
    assert_eq!(Manifest::load(&folder.out()).unwrap(), prepared.manifest);
    assert_eq!((cache.len(), prepared.manifest.rows.len()), (40, 40));
    assert_eq!(cache.preprocess_digest(), &preprocess().digest());
    for (k, row) in prepared.manifest.rows.iter().enumerate() {
        let number: u8 = row.sample.as_str().strip_suffix(".png").unwrap().parse().unwrap();
        let mut face = Vec::new();
        cache.image(k).unwrap().copy_rgb(&mut face);
        assert_eq!(face[..3], [number, 100, 50]);
    }
}

#[test]
fn truncated_empty_missing_and_oversized_images_are_set_aside() {
    let folder = Folder::with_rows(40);
    folder.append(
        "legend.csv",
        "cut.jpg,x,joy\nempty.jpg,x,joy\nnone.jpg,x,joy\nbig.jpg,x,joy\ntext.jpg,x,joy\n",
    );
    let whole = jpeg(1);
    folder.write("images/cut.jpg", &whole[..whole.len() - 20]);
    folder.write("images/empty.jpg", b"");
    folder.write("images/big.jpg", &vec![0; 200_000]);
    folder.write("images/text.jpg", b"not a picture");
    let prepared = prepare(&folder, &dataset(&[("max_quarantine = 3", "max_quarantine = 5")])).unwrap();
    let expected = [
        ("images/cut.jpg", QuarantineReason::UnreadableImage),
        ("images/empty.jpg", QuarantineReason::EmptyImage),
        ("images/none.jpg", QuarantineReason::MissingImage),
        ("images/big.jpg", QuarantineReason::OversizedImage),
        ("images/text.jpg", QuarantineReason::UnreadableImage),
    ];
    assert_eq!(reasons(&prepared), expected);
    assert_eq!(prepared.manifest.rows.len(), 40);
    assert_eq!(FaceCache::open(&folder.out().join("faces")).unwrap().len(), 40);
    let lines = fs::read_to_string(folder.out().join("quarantine.csv")).unwrap();
    assert_eq!(lines.lines().count(), 6);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_root_are_set_aside_and_links_within_it_read() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with_rows(20);
    folder.append("legend.csv", "out.png,x,joy\nsub/a.png,x,joy\nin.png,x,joy\n");
    fs::create_dir(folder.outside("elsewhere")).unwrap();
    fs::write(folder.outside("elsewhere/a.png"), support::png(3)).unwrap();
    symlink(folder.outside("elsewhere/a.png"), folder.root().join("images/out.png")).unwrap();
    symlink(folder.outside("elsewhere"), folder.root().join("images/sub")).unwrap();
    symlink(folder.root().join("images/3.png"), folder.root().join("images/in.png")).unwrap();
    let prepared = prepare(&folder, &dataset(&[])).unwrap();
    let outside = QuarantineReason::OutsideRoot;
    assert_eq!(reasons(&prepared), [("images/out.png", outside), ("images/sub/a.png", outside)]);
    assert_eq!(prepared.manifest.rows.len(), 21);
}

#[test]
fn too_many_faults_are_an_error_with_a_written_list() {
    let folder = Folder::with_rows(20);
    for k in 0..4 {
        folder.write(&format!("images/{k}.png"), b"");
    }
    let error = prepare(&folder, &dataset(&[])).unwrap_err();
    let DataError::TooManyFaults { got: 4, limit: 3, first, report } = &error else { panic!("{error}") };
    assert_eq!(first.len(), 4);
    assert!(first[0].contains("images/0.png") && first[0].contains("empty"), "{first:?}");
    assert_eq!(fs::read_to_string(report).unwrap().lines().count(), 5);
    // The faces stay for the next try; nothing says that the folder is whole.
    let is_there = |name: &str| folder.out().join(name).exists();
    assert!(!is_there("manifest.csv") && !is_there("manifest.toml") && !is_there(PreparedStamp::FILE));
    // A share of the rows: 0.2 of 20 is 4.
    assert!(prepare(&folder, &dataset(&[("max_quarantine = 3", "max_quarantine = 0.2")])).is_ok());
}

#[test]
fn a_broken_image_moves_no_other_into_another_split() {
    let folder = Folder::with_rows(60);
    let splits = |prepared: &Prepared| -> BTreeMap<String, Split> {
        prepared.manifest.rows.iter().map(|row| (row.sample.to_string(), row.split)).collect()
    };
    let before = splits(&prepare(&folder, &dataset(&[])).unwrap());
    folder.write("images/7.png", b"broken");
    fs::remove_file(folder.root().join("images/30.png")).unwrap();
    let after = splits(&prepare(&folder, &dataset(&[])).unwrap());
    assert_eq!(after.len(), 58);
    assert!(after.iter().all(|(sample, split)| before[sample] == *split));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Folder::with_rows(30);
    let first = prepare(&folder, &dataset(&[])).unwrap();
    let second = prepare(&folder, &dataset(&[])).unwrap();
    assert_eq!((&first.digest, &first.fingerprint), (&second.digest, &second.fingerprint));
}

#[test]
fn the_fingerprint_follows_description_annotation_and_images() {
    let folder = Folder::with_rows(10);
    let of = |dataset: &Dataset| fingerprint(dataset, &folder.root()).unwrap();
    let mut seen = BTreeSet::from([of(&dataset(&[]))]);
    assert!(!seen.insert(of(&dataset(&[]))), "not stable");
    assert!(seen.insert(of(&dataset(&[("A tiny dataset", "Another title")]))), "description");
    folder.write("images/3.png", b"other length");
    assert!(seen.insert(of(&dataset(&[]))), "length of an image");
    fs::remove_file(folder.root().join("images/3.png")).unwrap();
    assert!(seen.insert(of(&dataset(&[]))), "missing image");
    folder.append("legend.csv", "3.png,s1,rage\n");
    assert!(seen.insert(of(&dataset(&[]))), "annotation");
}

#[test]
fn the_stamp_tells_whether_a_folder_is_current() {
    let folder = Folder::with_rows(30);
    assert!(PreparedStamp::load(&folder.out()).is_none());
    let prepared = prepare(&folder, &dataset(&[])).unwrap();
    let stamp = PreparedStamp::load(&folder.out()).unwrap();
    assert_eq!(stamp.digest, prepared.digest);
    let now = || fingerprint(&dataset(&[]), &folder.root()).unwrap();
    assert!(stamp.is_current(&now(), preprocess(), SPLIT, None));
    assert!(!stamp.is_current(&now(), preprocess(), SPLIT, Some(&noise(0.2))));
    folder.write("images/3.png", b"");
    assert!(!stamp.is_current(&now(), preprocess(), SPLIT, None));
    // A refused attempt leaves no stamp: the folder is no longer to be trusted.
    assert!(prepare(&folder, &dataset(&[("max_quarantine = 3", "max_quarantine = 0")])).is_err());
    assert!(PreparedStamp::load(&folder.out()).is_none());
}

#[test]
fn noise_changes_training_labels_only_and_is_part_of_the_identity() {
    let folder = Folder::with_rows(90);
    let clean = prepare(&folder, &dataset(&[])).unwrap();
    let noisy = prepare_noisy(&folder, 0.5).unwrap();
    assert_ne!(noisy.digest, clean.digest);
    assert_eq!(noisy.fingerprint, clean.fingerprint, "the input is the same");
    assert_eq!(Manifest::load(&folder.out()).unwrap(), noisy.manifest);
    let mut changed = 0;
    for (before, after) in clean.manifest.rows.iter().zip(&noisy.manifest.rows) {
        if before.split == Split::Train {
            assert_eq!(after.clean_expression, before.expression);
            changed += usize::from(after.is_mislabelled().unwrap());
        } else {
            assert_eq!(after, before);
        }
    }
    let labels = NoisyLabels::load(&folder.out().join("noise.csv")).unwrap();
    assert_eq!(
        (labels.n_changed(), labels.rows.len()),
        (changed, clean.manifest.split(Split::Train).count())
    );
    assert!(changed > 0);
    let stamp = PreparedStamp::load(&folder.out()).unwrap();
    assert_eq!((stamp.noise, stamp.digest), (Some(noise(0.5)), noisy.digest.clone()));

    assert_eq!(prepare_noisy(&folder, 0.5).unwrap().digest, noisy.digest);
    assert_ne!(prepare_noisy(&folder, 0.4).unwrap().digest, noisy.digest);
    assert!(matches!(prepare_noisy(&folder, 1.5), Err(DataError::Noise(NoiseError::Rate { .. }))));
}

#[test]
fn counts_far_from_the_published_are_refused() {
    let folder = Folder::with_rows(30);
    let with = |tolerance: &str, joy: &str| {
        let published =
            format!("[published]\ntolerance = {tolerance}\nall.classes = {{ joy = {joy} }}\n[layout]");
        prepare(&folder, &dataset(&[("[layout]", &published)]))
    };
    assert!(with("0.0", "10").is_ok());
    assert!(with("0.1", "11").is_ok());
    let error = with("0.1", "12").unwrap_err();
    assert!(matches!(&error, DataError::PublishedCount { what, expected: 12, got: 10, .. } if what == "joy"));
}

#[test]
fn too_few_subjects_for_the_splits_is_an_error() {
    let folder = Folder::with_rows(2);
    let error = prepare(&folder, &dataset(&[])).unwrap_err();
    assert!(matches!(error, DataError::EmptySplit { subjects: 1, .. }), "{error}");
}

#[test]
fn the_check_reports_what_is_wrong() {
    let folder = Folder::with_rows(30);
    folder.append("legend.csv", "0.png,s0,calm\n1.png,s0,rage\nnone.png,s9,joy\n");
    folder.image("images/unlisted.png", 1);
    folder.write("images/5.png", b"");
    let published = "[published]\ntolerance = 0.5\nall.classes = { calm = 10 }\n[layout]";
    let report = check(&dataset(&[("[layout]", published)]), &folder.root()).unwrap();
    assert_eq!((report.counts.all.rows, report.counts.duplicates, report.counts.conflicts), (33, 1, 1));
    assert_eq!((report.images, report.images_without_rows, report.faults), (28, 1, 4));
    assert_eq!(report.quarantine["missing-image"], 1);
    assert_eq!(report.quarantine["empty-image"], 1);
    let calm = report.published.iter().find(|count| count.what == "calm").unwrap();
    assert_eq!((calm.found, calm.published, report.classes[0].rows), (11, Some(10), 11));
    assert!(report.needs_attention());
    let text = report.to_string();
    for part in ["images/unlisted.png", "empty-image", "needs attention", "calm"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_clean_dataset_needs_no_attention() {
    let folder = Folder::with_rows(30);
    let report = check(&dataset(&[]), &folder.root()).unwrap();
    assert!(!report.needs_attention(), "{report}");
}

#[test]
fn a_share_of_the_subjects_takes_part_and_a_larger_share_holds_it() {
    let folder = Folder::with_rows(60);
    let subjects = |keep: Option<f64>| -> BTreeSet<String> {
        let split = SplitSpec { keep, ..SPLIT };
        let prepared =
            prepare_files(&dataset(&[]), &folder.root(), preparing(split, &mut |_| ()), &folder.out())
                .unwrap();
        let stamp = PreparedStamp::load(&folder.out()).unwrap();
        let now = fingerprint(&dataset(&[]), &folder.root()).unwrap();
        assert!(stamp.is_current(&now, preprocess(), split, None));
        assert_eq!(FaceCache::open(&folder.out().join("faces")).unwrap().len(), prepared.manifest.rows.len());
        prepared.manifest.rows.iter().map(|row| row.subject.to_string()).collect()
    };
    let (all, most, half) = (subjects(None), subjects(Some(0.8)), subjects(Some(0.5)));
    assert_eq!(all.len(), 30);
    assert!(most.len() < 30 && half.len() < most.len() && half.is_subset(&most), "{half:?} of {most:?}");
    assert!(half.len() >= 8, "{} of 30", half.len());
}

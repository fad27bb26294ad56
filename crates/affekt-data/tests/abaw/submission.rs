//! From frames as the readers name them to a submission.

use std::path::PathBuf;

use affekt_artifact::{PredictionRow, Predictions, Selection};
use affekt_core::{ABAW_AUS, LabelSet, Seed, Split};
use affekt_data::{
    AbawTask, AuThresholds, HolePolicy, Reading, Submission, SubmissionError, SubmissionFormat,
    SubmissionReport, read_abaw_test_list,
};
use affekt_testkit::{abaw_mtl, abaw_test_lists, abaw_tracks, mutate};

use super::miniature::{Miniature, changed, dataset, layout};

/// Predictions of every row of a part: of the n-th row class n, and valence n / 100.
fn predict(miniature: &Miniature, reading: &Reading, split: Split) -> PathBuf {
    let label_set = LabelSet::aff_wild2();
    let of_part = reading.rows.iter().filter(|row| row.split == Some(split));
    let rows = of_part.zip(0_u8..).map(|(row, n)| PredictionRow {
        selection: Selection::Last,
        sample: row.sample.clone(),
        subject: row.subject.clone(),
        video: row.video.clone(),
        split,
        true_class: None,
        predicted_class: label_set.class_at(usize::from(n % 8)).unwrap(),
        probabilities: (0..8).map(|k| f32::from(u8::from(k == n % 8))).collect(),
        true_va: None,
        predicted_va: Some([f32::from(n) / 100.0, 0.0]),
        true_aus: vec![None; ABAW_AUS.len()],
        au_probabilities: vec![0.25; ABAW_AUS.len()],
    });
    let rows = rows.collect();
    let path = miniature.outside("predictions.csv");
    Predictions { label_set, aus: ABAW_AUS.to_vec(), rows }.save(&path).unwrap();
    path
}

fn submission(
    miniature: &Miniature,
    list: &str,
    predictions: PathBuf,
    edition: u8,
    task: AbawTask,
) -> Submission {
    Submission {
        format: SubmissionFormat::of(edition, task).unwrap(),
        list: miniature.root().join(list),
        lengths: None,
        predictions: vec![predictions],
        selection: Selection::Last,
        holes: HolePolicy::Nearest,
        au_thresholds: AuThresholds::new(&[0.5]).unwrap(),
        decimals: Submission::DECIMALS,
    }
}

fn write(miniature: &Miniature, submission: &Submission) -> (SubmissionReport, String) {
    let out = miniature.outside("submission.txt");
    let report = submission.write(&out).unwrap();
    (report, std::fs::read_to_string(out).unwrap())
}

#[test]
fn multi_task_frames_are_answered_as_the_reader_names_them_repetitions_too() {
    let miniature = Miniature::new(abaw_mtl);
    let reading = miniature.read(&dataset("aff-wild2-mtl")).unwrap();
    let predictions = predict(&miniature, &reading, Split::Test);
    let list = "MTL_Challenge_test_set_release.txt";
    let (report, text) = write(&miniature, &submission(&miniature, list, predictions, 7, AbawTask::Mtl));
    let none = "0,0,0,0,0,0,0,0,0,0,0,0";
    let rows = [
        format!("video96/00008.jpg,0.000,0.000,0,{none}"),
        format!("video96/00001.jpg,0.010,0.000,1,{none}"),
        // The reader calls it video96/00008.jpg#2.
        format!("video96/00008.jpg,0.020,0.000,2,{none}"),
        format!("video96/00009.jpg,0.000,0.000,0,{none}"),
    ];
    assert_eq!(text, format!("image,valence,arousal,expression,aus\n{}\n", rows.join("\n")));
    let counts = &report.counts;
    assert_eq!((counts.predicted, counts.nearest, counts.repeated, counts.unlisted), (3, 1, 1, 0));
    assert_eq!(counts.nearest, reading.counts.splits[&Split::Test].without_face);
    assert_eq!(report.published_otherwise(), Some(51_159));
}

#[test]
fn frames_of_a_track_are_answered_as_the_reader_names_them() {
    let miniature = Miniature::new(|tree| {
        abaw_tracks(tree);
        abaw_test_lists(tree);
    });
    let list = "CVPR_6th_ABAW_Expr_test_set_example.txt";
    let with_list =
        changed("aff-wild2-expr", |table| drop(layout(table).insert("test_list".to_owned(), list.into())));
    let reading = miniature.read(&with_list.unwrap()).unwrap();
    let predictions = predict(&miniature, &reading, Split::Test);
    let (report, text) = write(&miniature, &submission(&miniature, list, predictions, 6, AbawTask::Expr));
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let expected =
        ["video96/00001.jpg,0", "video96/00002.jpg,0", "video96/00003.jpg,1", "video96/00004.jpg,1"];
    assert_eq!(rows, expected);
    assert_eq!((report.counts.predicted, report.counts.nearest, report.counts.farthest), (2, 2, 1));
}

#[test]
fn predictions_of_another_part_answer_nothing() {
    let miniature = Miniature::new(abaw_mtl);
    let reading = miniature.read(&dataset("aff-wild2-mtl")).unwrap();
    let predictions = predict(&miniature, &reading, Split::Valid);
    let mut of_valid =
        submission(&miniature, "MTL_Challenge_test_set_release.txt", predictions, 7, AbawTask::Mtl);
    // Not even neutral rows are written: all of them would be.
    of_valid.holes = HolePolicy::Neutral;
    let error = of_valid.write(&miniature.outside("submission.txt")).unwrap_err();
    let SubmissionError::NoneListed { listed, predicted, .. } = &error else { panic!("{error}") };
    assert_eq!(
        (listed.as_str(), predicted.as_str()),
        ("video96/00008.jpg", "10-60-1280x720_right/00001.jpg")
    );
    // The annotation of a part is a list, too: a rehearsal where the truth is known.
    of_valid.list = miniature.root().join("validation_set_annotations.txt");
    let (report, text) = write(&miniature, &of_valid);
    assert_eq!((report.rows, report.counts.predicted, report.counts.neutral), (3, 2, 1));
    assert!(text.contains("\n10-60-1280x720_right/00002.jpg,0.010,0.000,1,"), "{text}");
}

#[test]
fn damaged_lists_are_refused_or_answered_row_for_row() {
    let miniature = Miniature::new(|tree| {
        abaw_mtl(tree);
        abaw_test_lists(tree);
    });
    let reading = miniature.read(&dataset("aff-wild2-mtl")).unwrap();
    let predictions = predict(&miniature, &reading, Split::Test);
    let mut answered = 0;
    for (list, edition, task) in [
        ("MTL_Challenge_test_set_release.txt", 7, AbawTask::Mtl),
        ("CVPR_5th_ABAW_EXPR_test_set_sample.txt", 5, AbawTask::Expr),
        ("CVPR_6th_ABAW_VA_test_set_example.txt", 6, AbawTask::Va),
    ] {
        let whole = std::fs::read(miniature.root().join(list)).unwrap();
        let mut submission = submission(&miniature, list, predictions.clone(), edition, task);
        submission.holes = HolePolicy::NearestThenNeutral;
        for n in 0..150 {
            let damaged = mutate(&whole, &mut Seed(5).stream(list, &[n]));
            std::fs::write(&submission.list, damaged).unwrap();
            let out = miniature.outside("submission.txt");
            match submission.write(&out) {
                Err(SubmissionError::ReadBack { .. }) => panic!("{list} {n}"),
                Err(error) => assert!(!error.to_string().is_empty()),
                Ok(report) => {
                    answered += 1;
                    let names = read_abaw_test_list(&submission.list).unwrap();
                    let text = std::fs::read_to_string(&out).unwrap();
                    assert_eq!((text.lines().count() - 1, report.rows), (names.len(), names.len() as u64));
                    for (row, listed) in text.lines().skip(1).zip(&names) {
                        assert!(row.starts_with(&format!("{},", listed.name)), "{list} {n}: {row}");
                    }
                }
            }
        }
    }
    assert!(answered > 20, "{answered}");
}

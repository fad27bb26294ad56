//! The synthetic study for TensorBoard: what stands under which tag, where, and what is refused.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../../affekt-tensorboard/tests/reader/mod.rs"]
mod reader;
#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{PlannedArm, Predictions, TrainingLog};
use affekt_report::{TensorBoardRuns, write_tensorboard};
use support::{Names, Study, write_study};

const FILE: &str = "events.out.tfevents.0000000000.affekt";

fn exported(root: &Path) -> (Study, PathBuf, TensorBoardRuns) {
    let study = write_study(root, &Names::default());
    let folder = root.join("events");
    let runs = write_tensorboard(&study.dir, &folder).unwrap();
    (study, folder, runs)
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "the format has 32 bits")]
fn every_run_says_its_epochs_and_at_the_last_one_its_scores() {
    let root = tempfile::tempdir().unwrap();
    let (study, folder, runs) = exported(root.path());
    assert_eq!(runs.missing, ["affectnet-like-permuted-seed4-0a1b2c3d"]);
    assert_eq!(runs.written.len(), 47);
    for run in study.plan.runs.iter().filter(|run| runs.written.contains(&run.id)) {
        let file = fs::read(folder.join(&run.id).join(FILE)).unwrap();
        let log = TrainingLog::load(&study.dir.join("runs").join(&run.id).join("metrics.jsonl")).unwrap();
        let loss: Vec<(u64, f32)> =
            log.epochs.iter().map(|e| (e.epoch, e.train_loss.unwrap() as f32)).collect();
        assert_eq!((reader::scalars(&file, "loss/total"), loss.len()), (loss, 20), "{}", run.id);
        let of_run = study.results.rows.iter().filter(|r| {
            (&r.dataset, &r.arm, r.seed, r.split.as_str()) == (&run.dataset, &run.arm, run.seed, "test")
        });
        for row in of_run {
            let expected: Vec<(u64, f32)> = row.value.map(|v| (20, v as f32)).into_iter().collect();
            assert_eq!(reader::scalars(&file, &format!("test/{}", row.metric)), expected, "{row:?}");
        }
    }
}

#[test]
fn each_class_and_each_labelled_action_unit_has_a_curve() {
    let root = tempfile::tempdir().unwrap();
    let (study, folder, _) = exported(root.path());
    let run = &study.plan.runs[0];
    let tags = reader::tags(&fs::read(folder.join(&run.id).join(FILE)).unwrap());
    let of = |plugin: &str| tags.iter().filter(|t| t.1 == plugin).map(|t| t.0.as_str()).collect::<Vec<_>>();
    let classes = study.plan.datasets[0].label_set.classes().iter().map(|class| format!("pr/{class}"));
    // AU 12 is labelled nowhere in the fixture.
    let expected: Vec<String> = classes.chain(["pr/au1".to_owned()]).collect();
    assert_eq!(of("pr_curves"), expected);
    let scalars = of("scalars");
    for tag in ["loss/total", "valid/macro_f1", "train/seconds", "train/step", "test/f1:fear"] {
        assert!(scalars.contains(&tag), "{tag} is missing in {scalars:?}");
    }
}

#[test]
fn a_run_that_decides_again_stands_at_the_epoch_of_the_one_it_takes_from() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    let run = study.plan.runs.iter().find(|run| run.arm == "permuted" && run.seed == 3).unwrap().clone();
    study.plan.arms[3] = PlannedArm { post_hoc: Some("base".to_owned()), ..study.plan.arms[3].clone() };
    study.plan.save(&study.dir.join("plan.toml")).unwrap();
    fs::remove_file(study.dir.join("runs").join(&run.id).join("metrics.jsonl")).unwrap();
    write_tensorboard(&study.dir, &root.path().join("events")).unwrap();
    let file = fs::read(root.path().join("events").join(&run.id).join(FILE)).unwrap();
    assert_eq!(reader::scalars(&file, "loss/total"), []);
    let steps: Vec<u64> = reader::scalars(&file, "test/macro_f1").into_iter().map(|s| s.0).collect();
    assert_eq!(steps, [20]);
}

#[test]
fn the_same_study_gives_the_same_bytes_and_a_second_export_leaves_one_file() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (study, first, runs) = exported(a.path());
    let (_, second, _) = exported(b.path());
    let folder = first.join(&runs.written[0]);
    // What an export that was killed leaves.
    fs::write(folder.join(format!(".{FILE}.1-0.tmp")), "half").unwrap();
    write_tensorboard(&study.dir, &first).unwrap();
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [FILE]);
    for run in &runs.written {
        let bytes = |folder: &Path| fs::read(folder.join(run).join(FILE)).unwrap();
        assert_eq!(bytes(&first), bytes(&second), "{run}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let folder = root.path().join("events");
    let refused = || {
        let error = write_tensorboard(&study.dir, &folder).unwrap_err();
        format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default())
    };
    let run = study.dir.join("runs").join(&study.plan.runs[0].id);
    let kept = fs::read(run.join("metrics.jsonl")).unwrap();
    fs::write(run.join("metrics.jsonl"), "{\"epoch\":1}\n[1]\n").unwrap();
    assert!(refused().contains("metrics.jsonl:2"), "{}", refused());
    fs::write(run.join("metrics.jsonl"), kept).unwrap();

    let dataset = &study.plan.datasets[0];
    let path = run.join("predictions.csv");
    let mut predictions = Predictions::load(&path, &dataset.label_set, &dataset.aus).unwrap();
    predictions.rows[1].probabilities[0] = 1.5;
    predictions.save(&path).unwrap();
    let said = refused();
    assert!(said.contains("predictions.csv") && said.contains("neutral"), "{said}");
    assert!(said.contains("score 1 is 1.5; expected a number in [0, 1]"), "{said}");

    fs::remove_file(study.dir.join("results.csv")).unwrap();
    assert!(refused().contains("results.csv"), "{}", refused());
}

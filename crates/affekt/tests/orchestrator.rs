//! A study whose own process is interrupted and killed: what is finished stays, and the same command ends it.
#![cfg(all(feature = "torch", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use support::{TWO_ARMS, affekt_with, repository, toy_study};

fn words(folder: &Path, out: &Path) -> Vec<String> {
    let path = folder.join("study.toml");
    std::fs::write(&path, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let words = ["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "1"];
    words.iter().chain(&["--set", "train.epochs=40"]).map(ToString::to_string).collect()
}

fn start(words: &[String]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_affekt"));
    let nothing = || Stdio::null();
    command.args(words).current_dir(repository()).stdin(nothing()).stdout(nothing()).stderr(nothing());
    command.spawn().unwrap()
}

/// When each finished run finished.
fn finished(out: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let runs =
        std::fs::read_dir(out.join("toy/runs")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let marks = runs.map(|run| run.join("DONE"));
    marks.filter_map(|mark| Some((mark.clone(), mark.metadata().ok()?.modified().unwrap()))).collect()
}

/// Waits until more runs than `n` are finished and another has begun.
fn wait_beyond(out: &Path, n: usize, study: &mut Child) {
    let deadline = Instant::now() + Duration::from_mins(2);
    let begun = || {
        let runs =
            std::fs::read_dir(out.join("toy/runs")).into_iter().flatten().map(|entry| entry.unwrap().path());
        runs.filter(|run| run.join("lock").exists() && !run.join("DONE").exists()).count()
    };
    while finished(out).len() <= n || begun() == 0 {
        assert!(study.try_wait().unwrap().is_none(), "the study ended before it was disturbed");
        assert!(Instant::now() < deadline, "no run finished");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn what_is_finished_survives_an_interruption_and_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let [alone, out] = ["alone", "out"].map(|name| folder.path().join(name));
    let whole = affekt_with(&words(folder.path(), &alone));
    assert_eq!(whole.code, 0, "{}", whole.stderr);

    let told = words(folder.path(), &out);
    let mut study = start(&told);
    wait_beyond(&out, 0, &mut study);
    signal("-INT", &study);
    assert_eq!(study.wait().unwrap().code(), Some(130), "Ctrl-C is told by the code");
    let first = finished(&out);

    let mut study = start(&told);
    wait_beyond(&out, first.len(), &mut study);
    // This process alone: the run it started sees its standard input end, and ends.
    signal("-KILL", &study);
    study.wait().unwrap();
    let second = finished(&out);
    assert!(second.len() > first.len() && second.len() < 4, "{second:?}");

    // The orphan may need a moment to end; a run that is held is told and not done twice.
    let deadline = Instant::now() + Duration::from_secs(30);
    let ran = loop {
        let ran = affekt_with(&told);
        if ran.code == 0 {
            break ran;
        }
        assert!(ran.stderr.contains("is held by") && Instant::now() < deadline, "{}", ran.stderr);
    };
    let last = finished(&out);
    assert_eq!(last.len(), 4, "{}", ran.stderr);
    for (mark, when) in first.iter().chain(&second) {
        assert_eq!(last[mark], *when, "{} was finished and not touched again", mark.display());
    }
    let results = |out: &Path| std::fs::read(out.join("toy/results.csv")).unwrap();
    assert!(results(&out) == results(&alone), "the same bytes as a study that was left alone");
}

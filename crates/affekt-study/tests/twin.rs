//! A run that another study has finished is taken over, whole and unchanged or not at all.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{Machine, Machines};
use affekt_study::{
    Done, RUN_OUTPUTS, ResolvedRun, RunLock, STATE_FILE, Twins, finish_run, is_done, is_intact, take_twin,
};
use support::planned;

/// Two studies with a run of the same inputs under other names: where the one finished, where the other is to be made.
struct Pair {
    out: tempfile::TempDir,
    finished: PathBuf,
    open: PathBuf,
}

fn machine(device: &str) -> Machine {
    Machine {
        version: "0".to_owned(),
        commit: None,
        dirty: None,
        device: device.to_owned(),
        gpu: None,
        driver: None,
        cpu: Some("a processor".to_owned()),
        cores: 2,
    }
}

fn take(folder: &Path) -> Option<String> {
    take_twin(folder, &machine("cpu")).unwrap()
}

fn run_in(out: &Path, run: ResolvedRun) -> PathBuf {
    let run = run.identified();
    let folder = out.join(&run.study).join("runs").join(&run.id);
    run.save(&folder).unwrap();
    folder
}

fn pair() -> Pair {
    let out = tempfile::tempdir().unwrap();
    let run = planned(&[]).runs.remove(0);
    let finished = run_in(out.path(), run.clone());
    for name in RUN_OUTPUTS.iter().filter(|name| **name != "run.json") {
        fs::write(finished.join(name), format!("content of {name}")).unwrap();
    }
    fs::write(finished.join("weights.txt"), "what was loaded").unwrap();
    Machines::note(&finished, &machine("cpu")).unwrap();
    finish_run(&finished, &[]).unwrap();
    let open =
        run_in(out.path(), ResolvedRun { study: "ablation".to_owned(), arm: "lambda-0".to_owned(), ..run });
    Pair { out, finished, open }
}

#[test]
fn the_same_inputs_under_other_names_are_not_trained_twice() {
    let Pair { out, finished, open } = pair();
    let own = ResolvedRun::load(&open).unwrap();
    assert!(Twins::below(out.path(), &own.study).of(&own, |_| true).is_some());
    fs::write(open.join(STATE_FILE), "half a training").unwrap();
    let from = take(&open).unwrap();
    assert!(!open.join(STATE_FILE).exists());
    assert_eq!(fs::read_to_string(open.join("weights.txt")).unwrap(), "what was loaded");
    assert_eq!(out.path().join(&from), finished);
    assert!(is_intact(&open));
    assert_eq!(ResolvedRun::load(&open).unwrap(), own, "it keeps its names");
    for name in RUN_OUTPUTS.iter().filter(|name| **name != "run.json") {
        assert_eq!(fs::read(open.join(name)).unwrap(), fs::read(finished.join(name)).unwrap());
    }
    assert_eq!(Done::load(&open).unwrap().seconds, Done::load(&finished).unwrap().seconds);
    let noted = Machines::of(&open).unwrap();
    assert_eq!(
        (noted.machines.len(), noted.taken_from.as_ref()),
        (1, Some(&from)),
        "who trained it is not forgotten"
    );
    assert_eq!(take(&open), None, "once is enough");
    let mut again = noted;
    Machines::note(&open, &machine("cuda(0)")).unwrap();
    again.taken_from = None;
    again.machines = vec![machine("cuda(0)")];
    assert_eq!(Machines::of(&open).unwrap(), again, "trained after all");
    again.taken_from = Some(from.clone());
    again.machines = vec![machine("cpu")];
    again.save(&open).unwrap();

    let third = run_in(out.path(), ResolvedRun { study: "third".to_owned(), ..own });
    fs::remove_dir_all(out.path().join(&ResolvedRun::load(&finished).unwrap().study)).unwrap();
    take(&third).unwrap();
    assert_eq!(
        Machines::of(&third).unwrap().taken_from,
        Machines::of(&open).unwrap().taken_from,
        "the study that trained it, not the last one it went through"
    );
}

#[test]
fn other_inputs_another_device_or_a_changed_file_is_no_twin() {
    let Pair { out: _out, finished, open } = pair();
    assert_eq!(take_twin(&open, &machine("cuda(0)")).unwrap(), None);
    let newer = Machine { cpu: Some("a newer processor".to_owned()), ..machine("cpu") };
    assert_eq!(take_twin(&open, &newer).unwrap(), None);

    let mut other = ResolvedRun::load(&open).unwrap();
    other.seed += 1;
    other.save(&open).unwrap();
    assert_eq!(take(&open), None);
    other.seed -= 1;
    other.save(&open).unwrap();

    let weights = finished.join("checkpoint.safetensors");
    fs::write(&weights, "changed").unwrap();
    assert_eq!(take(&open), None);
    fs::remove_file(&weights).unwrap();
    assert_eq!(take(&open), None);
    assert!(!is_done(&open));
}

#[test]
fn a_study_trains_each_of_its_arms_itself() {
    let Pair { out, finished, open } = pair();
    let run = ResolvedRun::load(&finished).unwrap();
    let sister = run_in(out.path(), ResolvedRun { arm: "sister".to_owned(), ..run });
    assert_eq!(take(&sister), None, "not from an arm beside it");
    let run = ResolvedRun::load(&open).unwrap();
    let twin = run_in(out.path(), ResolvedRun { arm: "lambda-0-again".to_owned(), ..run });
    assert_eq!((take(&twin), take(&open)), (None, None), "nor both from the same run elsewhere");
}

#[test]
fn a_run_that_someone_works_on_is_left_alone() {
    let Pair { out: _out, finished: _, open } = pair();
    let lock = RunLock::acquire(&open).unwrap();
    assert_eq!(take(&open), None);
    drop(lock);
    assert!(take(&open).is_some());
}

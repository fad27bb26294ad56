//! One writer per run.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::process::{Command, Stdio};
use std::sync::Barrier;

use affekt_study::{LockError, RUN_OUTPUTS, RunLock, STATE_FILE, finish_run, is_done, run_folder};
use support::planned;

/// Content of a lock whose process has ended.
fn stale_lock() -> String {
    let mut child = Command::new("true").stdout(Stdio::null()).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let _mine = RunLock::acquire(folder.path()).unwrap();
    let mut owner = RunLock::owner(folder.path()).unwrap();
    owner.pid = pid;
    serde_json::to_string(&owner).unwrap()
}

#[test]
fn a_held_lock_is_refused_and_a_dropped_one_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let lock = RunLock::acquire(folder.path()).unwrap();
    assert!(lock.taken_over().is_none());
    let Err(LockError::Held { owner, .. }) = RunLock::acquire(folder.path()) else {
        panic!("two locks on one run");
    };
    assert_eq!(owner.pid, std::process::id());
    assert_eq!(RunLock::holder(folder.path()), Some(owner));
    drop(lock);
    assert!(!folder.path().join("lock").exists());
    assert!(RunLock::acquire(folder.path()).is_ok());
}

#[test]
fn a_lock_of_a_dead_process_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lock"), stale_lock()).unwrap();
    assert!(RunLock::holder(folder.path()).is_none());
    let lock = RunLock::acquire(folder.path()).unwrap();
    assert!(lock.taken_over().is_some());
    assert_eq!(RunLock::holder(folder.path()).unwrap().pid, std::process::id());
}

#[test]
fn a_reused_pid_does_not_keep_a_lock_alive() {
    let folder = tempfile::tempdir().unwrap();
    let lock = RunLock::acquire(folder.path()).unwrap();
    let mut owner = RunLock::owner(folder.path()).unwrap();
    drop(lock);
    let Some(start) = owner.start else { return };
    owner.start = Some(start + 1);
    std::fs::write(folder.path().join("lock"), serde_json::to_string(&owner).unwrap()).unwrap();
    assert!(RunLock::acquire(folder.path()).is_ok());
}

#[test]
fn a_lock_of_another_host_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"pid":1,"host":"some-other-host","start":null,"boot":null}"#;
    std::fs::write(folder.path().join("lock"), text).unwrap();
    assert!(matches!(RunLock::acquire(folder.path()), Err(LockError::Held { .. })));
}

#[test]
fn a_half_written_lock_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lock"), "{\"pid\":").unwrap();
    assert!(RunLock::acquire(folder.path()).is_ok());
}

#[test]
fn of_many_that_see_a_stale_lock_one_takes_it() {
    let stale = stale_lock();
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lock"), &stale).unwrap();
        let start = Barrier::new(8);
        let taken: Vec<Option<RunLock>> = std::thread::scope(|scope| {
            let contend = || {
                start.wait();
                RunLock::acquire(folder.path()).ok()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(contend)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(taken.iter().flatten().count(), 1);
    }
}

#[test]
fn a_lock_of_another_host_that_gives_no_sign_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let lock = RunLock::acquire(folder.path()).unwrap();
    let beat = folder.path().join("lock.beat");
    assert!(beat.exists());
    let mut owner = RunLock::owner(folder.path()).unwrap();
    drop(lock);
    assert!(!beat.exists(), "nothing is left behind");
    owner.host = "another-host".to_owned();
    std::fs::write(folder.path().join("lock"), serde_json::to_string(&owner).unwrap()).unwrap();
    std::fs::write(&beat, "").unwrap();
    assert!(RunLock::acquire(folder.path()).is_err(), "it lives");
    let file = std::fs::File::options().write(true).open(&beat).unwrap();
    let long_ago = file.metadata().unwrap().modified().unwrap() - std::time::Duration::from_mins(11);
    file.set_modified(long_ago).unwrap();
    assert!(RunLock::holder(folder.path()).is_none());
    assert!(RunLock::acquire(folder.path()).unwrap().taken_over().is_some());
}

#[test]
fn what_a_kill_after_the_last_act_left_goes_with_the_next_plan() {
    let folder = tempfile::tempdir().unwrap();
    let planned = planned(&[]);
    planned.save(folder.path()).unwrap();
    let run = run_folder(folder.path(), &planned.plan.runs[0]);
    for name in RUN_OUTPUTS.iter().filter(|name| **name != "run.json") {
        std::fs::write(run.join(name), name).unwrap();
    }
    finish_run(&run, &[]).unwrap();
    let (state, lock) = (run.join(STATE_FILE), run.join("lock"));
    std::fs::write(&state, "state").unwrap();

    let held = RunLock::acquire(&run).unwrap();
    planned.save(folder.path()).unwrap();
    assert!(state.exists() && lock.exists(), "its process may be about to remove them");
    drop(held);

    std::fs::write(&lock, stale_lock()).unwrap();
    std::fs::write(run.join("lock.beat"), "").unwrap();
    planned.save(folder.path()).unwrap();
    assert!(is_done(&run));
    for left in [state, lock, run.join("lock.beat")] {
        assert!(!left.exists(), "{}", left.display());
    }
}

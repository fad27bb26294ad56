//! What a training meets on a bad day: no room, no rights, no memory, a signal, numbers that are none.
#![cfg(all(feature = "torch", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use support::{TWO_ARMS, affekt_with, repository, toy_study};

fn text(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    both.concat()
}

/// Words of the toy study, in `folder`, its results in `out`.
fn study(folder: &Path, out: &Path, rest: &[&str]) -> Vec<String> {
    let path = folder.join("study.toml");
    std::fs::write(&path, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let words = ["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "2"];
    words.iter().chain(&["--save-every", "0"]).chain(rest).map(ToString::to_string).collect()
}

fn states(out: &Path) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(out.join("toy/runs")).unwrap().map(|entry| entry.unwrap().path());
    runs.map(|run| run.join("resume.safetensors")).filter(|state| state.exists()).collect()
}

fn results(out: &Path) -> Vec<u8> {
    std::fs::read(out.join("toy/results.csv")).unwrap()
}

/// Runs a shell line where file systems can be mounted; `None` where the system does not let us.
fn in_own_mounts(line: &str) -> Option<Output> {
    let can = Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|status| status.success());
    if !can {
        affekt_testkit::skip("faults: this system does not let a test mount file systems");
        return None;
    }
    Some(Command::new("unshare").args(["-rm", "sh", "-c", line]).current_dir(repository()).output().unwrap())
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_full_disk_is_told_and_what_is_on_it_stays_good() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (folder.path().join("small"), folder.path().join("large"));
    std::fs::create_dir(&small).unwrap();
    let program = env!("CARGO_BIN_EXE_affekt");
    let told = quoted(&study(folder.path(), &small, &[]));
    // Room for the data and little else; then what is there moves to where there is more.
    let line = format!(
        "mount -t tmpfs -o size=700k tmpfs {small} && {program} {told}; code=$?; cp -r {small} {large}; exit $code",
        small = small.display(),
        large = large.display()
    );
    let Some(ran) = in_own_mounts(&line) else { return };
    assert!(matches!(ran.status.code(), Some(1 | 2)), "{:?}: {}", ran.status, text(&ran));
    assert!(text(&ran).contains("No space left on device"), "{}", text(&ran));
    let on = affekt_with(&study(folder.path(), &large, &[]));
    assert_eq!(on.code, 0, "{}", on.stderr);
    let elsewhere = folder.path().join("elsewhere");
    let whole = affekt_with(&study(folder.path(), &elsewhere, &[]));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    assert!(results(&large) == results(&elsewhere), "the same bytes as on a disk with room");
}

#[test]
fn a_folder_that_takes_no_files_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let told = quoted(&study(folder.path(), &out, &[]));
    let line =
        format!("mount -t tmpfs -o ro tmpfs {} && {} {told}", out.display(), env!("CARGO_BIN_EXE_affekt"));
    let Some(ran) = in_own_mounts(&line) else { return };
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran));
    let said = text(&ran);
    assert!(said.contains("Read-only file system") && said.contains(out.to_str().unwrap()), "{said}");
}

#[test]
fn numbers_that_are_none_end_a_run_and_leave_its_last_good_state() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let ran = affekt_with(&study(folder.path(), &out, &["--set", "train.optimizer.lr=1e30"]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("epoch 1") && ran.stderr.contains("loss"), "{}", ran.stderr);
    assert!(!states(&out).is_empty(), "the state before the step that broke down is there");
    // The same again comes to the same end, from that state.
    let again = affekt_with(&study(folder.path(), &out, &["--set", "train.optimizer.lr=1e30"]));
    assert_eq!(again.code, 1, "{}", again.stderr);
}

/// The folder of a run that is planned and not done: that of a study stopped at once.
fn planned(folder: &Path, out: &Path) -> PathBuf {
    let words = study(folder, out, &["--set", "train.epochs=5000"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_affekt"))
        .args(&words)
        .current_dir(repository())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !out.join("toy/runs").exists() || states(out).is_empty() {
        assert!(Instant::now() < deadline, "no run kept a state within a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130), "a study that was stopped");
    states(out)[0].parent().unwrap().to_owned()
}

#[test]
fn a_signal_is_obeyed_at_the_next_step_and_says_so_by_the_code() {
    let folder = tempfile::tempdir().unwrap();
    let run = planned(folder.path(), &folder.path().join("out"));
    let state = run.join("resume.safetensors");
    for signal in ["TERM", "USR1", "INT"] {
        let before = std::fs::read(&state).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_affekt"))
            .args(["train", "--save-every", "1000", "--run"])
            .arg(&run)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Its first line on standard output tells of an epoch: it listens by then.
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
            .unwrap();
        let status =
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(child.wait().unwrap().code(), Some(85), "{signal}");
        assert!(std::fs::read(&state).unwrap() != before, "{signal}: the state went on");
    }
}

#[test]
fn too_little_memory_is_told_and_the_state_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = planned(folder.path(), &folder.path().join("out"));
    let state = run.join("resume.safetensors");
    let before = std::fs::read(&state).unwrap();
    // From a start that fails to one that nearly succeeds: somewhere in between every allocation of a step fails once.
    for mib in [24, 60, 80, 100, 120, 140, 170, 200] {
        let ran = Command::new("prlimit")
            .arg(format!("--data={}", mib << 20_u64))
            .args(["timeout", "--signal=KILL", "8"])
            .arg(env!("CARGO_BIN_EXE_affekt"))
            .args(["train", "--save-every", "1000", "--run"])
            .arg(&run)
            .output();
        let Ok(ran) = ran else {
            affekt_testkit::skip("faults too_little_memory_is_told_and_the_state_stays: no prlimit");
            return;
        };
        let now = std::fs::read(&state).unwrap();
        // Killed for its time: it had enough.
        if ran.status.code() == Some(137) || ran.status.signal() == Some(9) {
            continue;
        }
        assert!(!ran.status.success(), "{mib} MiB: nothing ended it well so soon");
        let said = text(&ran).to_lowercase();
        let told = ["memory", "bad_alloc", "failed to spawn thread"].iter().any(|sign| said.contains(sign));
        // A library that does not look at what it was given ends by a signal, which whoever started the run names.
        assert!(told || ran.status.signal().is_some(), "{mib} MiB, {:?}: {said}", ran.status);
        assert!(now == before, "{mib} MiB: a state is whole or absent");
    }
}

#[test]
fn a_step_too_large_for_memory_names_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // One map of the first layer alone is 268 MB.
    let large = ["input.size=128", "model.backbone.width=64", "train.batch_size=256", "seeds=[0]"];
    let rest: Vec<&str> = large.iter().flat_map(|pair| ["--set", pair]).collect();
    let ran = Command::new("prlimit")
        .arg(format!("--data={}", 400_u64 << 20))
        .arg(env!("CARGO_BIN_EXE_affekt"))
        .args(study(folder.path(), &out, &rest))
        .current_dir(repository())
        .output();
    let Ok(ran) = ran else {
        affekt_testkit::skip("faults a_step_too_large_for_memory_names_the_way_out: no prlimit");
        return;
    };
    assert_eq!(ran.status.code(), Some(1), "{}", text(&ran));
    assert!(text(&ran).contains("out of memory; lower train.batch_size"), "{}", text(&ran));
}

//! A study that is killed over and over ends with the files of one that was left alone.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use affekt_core::Seed;
use affekt_study::{LockOwner, RunLock};
use support::{affekt_with, repository, toy_study};

const KILLS: u32 = 60;

const ARMS: &str = r#"
[[arm]]
name = "plain"
isolates = "plain."
cost = { kind = "none" }

[[arm]]
name = "crt"
isolates = "crt."
cost = { kind = "none" }
second_stage = { kind = "crt", epochs = 1, lr = 1e-3 }

[[arm]]
name = "ada-df"
isolates = "ada-df."
cost = { kind = "none" }
METHOD
"#;

/// Words of the study's command, its file written to `folder`, its results to go to `out`.
fn words(folder: &Path, out: &Path) -> Vec<String> {
    let published = std::fs::read_to_string(repository().join("configs/ada-df-worlds.toml")).unwrap();
    let method = published.lines().find(|line| line.starts_with("method = ")).unwrap();
    let text = toy_study("kills", ["ada-df", "plain"], &ARMS.replace("METHOD", method));
    let path = folder.join("study.toml");
    std::fs::write(&path, text).unwrap();
    let words = ["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "2"];
    // A state a step: many kills then fall into the writing of one.
    words.into_iter().chain(["--save-every", "0"]).map(str::to_owned).collect()
}

/// Bytes of every file of a study by its path, but for logs with their clocks and what is derived from them:
/// `collected.json` and `DONE` hold digests of logs.
fn files(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        // A study that was killed at once has no folder yet.
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let root = out.join("kills");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let timed = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        ["metrics.jsonl", "log.txt", "epochs.csv", "collected.json", "DONE"].contains(&name)
            || path.starts_with(root.join("report.html"))
            || path.starts_with(root.join("figures"))
            || path.starts_with(root.join("tables"))
    };
    let kept = paths.into_iter().filter(|path| !timed(path));
    kept.map(|path| (path.strip_prefix(&root).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
}

/// Processes that hold a run of the study and are not gone yet.
fn holders(out: &Path) -> impl Iterator<Item = LockOwner> {
    let runs = std::fs::read_dir(out.join("kills").join("runs")).into_iter().flatten();
    runs.filter_map(|run| RunLock::holder(&run.unwrap().path()))
}

#[test]
fn sixty_kills_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    // One after the other in one place: the plan tells the command, and with it the place.
    let [alone, killed] = ["alone", "runs"].map(|name| folder.path().join(name));
    let told = words(folder.path(), &killed);
    let ran = affekt_with(&told);
    assert_eq!(ran.code, 0, "{}", ran.stderr);

    std::fs::rename(&killed, &alone).unwrap();
    let mut stream = Seed(60).stream("kills", &[]);
    let mut states = 0;
    for _ in 0..KILLS {
        let mut child = Command::new(env!("CARGO_BIN_EXE_affekt"))
            .args(&told)
            .current_dir(repository())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs_f64(stream.range(0.2, 1.6)));
        // The study and the runs it started, at one stroke.
        let _ = Command::new("sh").args(["-c", &format!("kill -KILL -{}", child.id())]).status();
        child.wait().unwrap();
        // What is killed takes a moment to be gone, and its lock is respected for as long.
        let gone = (0..3000).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            holders(&killed).next().is_none()
        });
        assert!(gone, "killed half a minute ago: {:?}", holders(&killed).next());
        states += usize::from(files(&killed).keys().any(|path| path.ends_with("resume.safetensors")));
    }
    assert!(states > 0, "no kill met a training that had kept a state");
    let ran = affekt_with(&told);
    assert_eq!(ran.code, 0, "{}", ran.stderr);

    let (expected, got) = (files(&alone), files(&killed));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&got), names(&expected), "neither states nor temporary files stay");
    for (path, bytes) in &expected {
        let apart = got[path].iter().zip(bytes).position(|(a, b)| a != b);
        assert!(got[path] == *bytes, "{} differs from byte {apart:?} on", path.display());
    }
}

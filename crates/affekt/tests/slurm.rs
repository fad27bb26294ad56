//! A study on a real Slurm of one node: the bytes of the local pool, whatever happens to jobs, daemon and node.
#![cfg(all(feature = "torch", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use support::{Ran, TWO_ARMS, affekt_with, repository, toy_study};

/// A running Slurm; stopped when dropped.
struct Slurm {
    folder: PathBuf,
}

impl Slurm {
    /// Starts one below `folder`; `None`, counted as a skip, where Slurm cannot be installed.
    fn start(folder: &Path) -> Option<Self> {
        let folder = folder.join("slurm");
        let ran = script().arg("start").arg(&folder).args(["2"]).output().unwrap();
        if ran.status.code() == Some(3) {
            affekt_testkit::skip(&format!("slurm: {}", text(&ran).trim()));
            return None;
        }
        assert!(ran.status.success(), "{}", text(&ran));
        Some(Self { folder })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.folder.join("slurm.conf")).current_dir(repository());
        command
    }

    fn run(&self, program: &str, words: &[&str]) -> String {
        let ran = self.command(program).args(words).output().unwrap();
        assert!(ran.status.success(), "{program} {words:?}: {}", text(&ran));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }

    /// Waits until the states of the tasks of an array, by their index, are as wanted.
    fn wait_for(&self, array: u64, what: &str, reached: impl Fn(&[(usize, String)]) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(3);
        let array = array.to_string();
        loop {
            let told = self.run("squeue", &["-h", "-r", "-t", "all", "-o", "%K %T", "-j", &array]);
            let states: Vec<(usize, String)> = told
                .lines()
                .filter_map(|line| {
                    let (index, state) = line.split_once(' ')?;
                    Some((index.parse().ok()?, state.trim().to_owned()))
                })
                .collect();
            if reached(&states) {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: {states:?}\n{}", self.account());
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// Why things wait, and the end of the controller's log, for the message of a failure.
    fn account(&self) -> String {
        let waits = self.run("squeue", &["-h", "-r", "-o", "%K %T %r"]);
        let node = self.run("sinfo", &["-h", "-o", "%T %E"]);
        let log = std::fs::read_to_string(self.folder.join("slurmctld.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        format!("{waits}{node}{}", lines[lines.len().saturating_sub(60)..].join("\n"))
    }

    fn wait_until_runs(&self, array: u64, task: usize) {
        let running = |states: &[(usize, String)]| states.contains(&(task, "RUNNING".to_owned()));
        self.wait_for(array, &format!("task {task} runs"), running);
    }

    /// Waits until nothing of any task but those named runs on the node. A node that returns while what it lost is still
    /// ending is drained by Slurm, and a person is asked for.
    fn wait_until_ended(&self, array: u64, but: &[usize]) {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let ids = self.run("squeue", &["-h", "-r", "-t", "all", "-o", "%K %A", "-j", &array.to_string()]);
            let stay: Vec<&str> = ids
                .lines()
                .filter_map(|line| line.split_once(' '))
                .filter(|(task, _)| but.iter().any(|k| k.to_string() == *task))
                .map(|(_, id)| id.trim())
                .collect();
            // It fails where there are none.
            let told = self.command("scontrol").arg("listpids").output().unwrap();
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            let jobs = told.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
            if jobs.filter(|id| !stay.contains(id)).count() == 0 {
                return;
            }
            assert!(Instant::now() < deadline, "{told}{}", self.account());
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// How often a task was begun again.
    fn restarts(&self, task: &str) -> u64 {
        let told = self.run("scontrol", &["-o", "show", "job", task]);
        let number = told.split(' ').find_map(|word| word.strip_prefix("Restarts="));
        number.unwrap_or_else(|| panic!("{told}")).parse().unwrap()
    }

    fn pid_of_daemon(&self) -> String {
        std::fs::read_to_string(self.folder.join("slurmd.pid")).unwrap().trim().to_owned()
    }

    /// `affekt` with the words, under this Slurm.
    fn affekt(&self, words: &[String]) -> Ran {
        let Output { status, stdout, stderr } =
            self.command(env!("CARGO_BIN_EXE_affekt")).args(words).output().unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ran { code: status.code().unwrap_or(-1), stdout, stderr }
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        let _ = self.command("scancel").args(["-u", "root"]).output();
        let _ = script().arg("stop").arg(&self.folder).output();
    }
}

fn script() -> Command {
    Command::new(repository().join("tests/slurm/slurm.sh"))
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn words(folder: &Path, out: &Path, rest: &[&str]) -> Vec<String> {
    let path = folder.join("study.toml");
    std::fs::write(&path, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let words = ["study", "run", path.to_str().unwrap(), "--out", out.to_str().unwrap()];
    words.iter().chain(rest).map(ToString::to_string).collect()
}

fn results(out: &Path) -> Vec<u8> {
    std::fs::read(out.join("toy/results.csv")).unwrap()
}

const SEEDS: [&str; 2] = ["--set", "seeds=[0,1,2,3]"];
const SLURM: [&str; 4] = ["--executor", "slurm", "--submit", "--wait"];

#[test]
fn eight_runs_give_the_bytes_of_the_local_pool() {
    let folder = tempfile::tempdir().unwrap();
    let Some(slurm) = Slurm::start(folder.path()) else { return };
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    let local = affekt_with(&words(folder.path(), &here, &SEEDS));
    assert_eq!(local.code, 0, "{}", local.stderr);

    // Without --submit nothing is handed over, and the commands are there to read.
    let dry = slurm.affekt(&words(folder.path(), &there, &[&SEEDS[..], &SLURM[..2]].concat()));
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("sbatch --parsable --array=0-7%256"), "{}", dry.stdout);
    assert!(slurm.run("squeue", &["-h"]).is_empty());

    let ran = slurm.affekt(&words(folder.path(), &there, &[&SEEDS[..], &SLURM[..]].concat()));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(results(&there) == results(&here), "the same bytes");
    assert!(there.join("toy/report.html").is_file(), "the report ran as a job of its own");
    let again = slurm.affekt(&words(folder.path(), &there, &[&SEEDS[..], &SLURM[..]].concat()));
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    let unknown =
        slurm.affekt(&words(folder.path(), &there, &["--executor", "slurm", "--slurm-set", "mem=4"]));
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("mem_gb"), "the keys there are: {}", unknown.stderr);
}

/// The process that holds the lock of a run, once it does.
fn holder(run: &Path) -> u64 {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let text = std::fs::read_to_string(run.join("lock")).unwrap_or_default();
        let owner: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        if let Some(pid) = owner.and_then(|owner| owner.get("pid")?.as_u64()) {
            return pid;
        }
        assert!(Instant::now() < deadline, "{} was never held", run.display());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The runs of the first submission, in the order of its tasks.
fn tasks(out: &Path) -> Vec<PathBuf> {
    let index = std::fs::read_to_string(out.join("toy/slurm/0001/index.tsv")).unwrap();
    index.lines().map(|line| line.split('\t').nth(1).unwrap().into()).collect()
}

/// Waits until a task trains, and until Slurm lets it be altered: in the first seconds of a task it does not, and
/// `scancel` then tries again by itself, more and more seldom.
fn settled(slurm: &Slurm, array: u64, task: usize, run: &Path) {
    slurm.wait_until_runs(array, task);
    holder(run);
    std::thread::sleep(Duration::from_secs(6));
}

fn kill(signal: &str, pid: &str) {
    assert!(Command::new("kill").args([signal, pid]).status().unwrap().success());
}

#[test]
fn no_disturbance_changes_a_byte() {
    let folder = tempfile::tempdir().unwrap();
    let Some(slurm) = Slurm::start(folder.path()) else { return };
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    let long = ["--set", "train.epochs=400"];
    let local = affekt_with(&words(folder.path(), &here, &long));
    assert_eq!(local.code, 0, "{}", local.stderr);

    let ran = slurm.affekt(&words(folder.path(), &there, &[&long[..], &SLURM[..3]].concat()));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let jobs = std::fs::read_to_string(there.join("toy/slurm/0001/jobs.json")).unwrap();
    let jobs: serde_json::Value = serde_json::from_str(&jobs).unwrap();
    let array = jobs["arrays"][0].as_u64().unwrap();
    let runs = tasks(&there);
    assert_eq!(runs.len(), 4);
    let task = |k: usize| format!("{array}_{k}");

    // Two tasks run at a time. The second is killed outright, and its job fails.
    slurm.wait_until_runs(array, 1);
    kill("-KILL", &holder(&runs[1]).to_string());
    // The first is asked to stop: its state is kept, and its script asks for another turn.
    settled(&slurm, array, 0, &runs[0]);
    slurm.run("scancel", &["--signal=USR2", &task(0)]);
    // The third is requeued from outside.
    settled(&slurm, array, 2, &runs[2]);
    slurm.run("scontrol", &["requeue", &task(2)]);
    slurm.wait_until_ended(array, &[0, 3]);
    // The daemon dies and starts anew beside the fourth, and then the node goes, and what runs on it, and comes back.
    slurm.wait_until_runs(array, 3);
    holder(&runs[3]);
    kill("-KILL", &slurm.pid_of_daemon());
    let conf = slurm.folder.join("slurm.conf");
    assert!(slurm.command("slurmd").arg("-f").arg(conf).status().unwrap().success());
    let node = slurm.run("sinfo", &["-h", "-o", "%n"]);
    let node = format!("NodeName={}", node.trim());
    slurm.run("scontrol", &["update", &node, "State=DOWN", "Reason=test"]);
    assert!(slurm.run("sinfo", &["-h", "-o", "%T"]).starts_with("down"), "it stays down until it is resumed");
    slurm.wait_until_ended(array, &[]);
    slurm.run("scontrol", &["update", &node, "State=RESUME"]);
    let over = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"];
    slurm
        .wait_for(array, "the array ends", |states| states.iter().all(|(_, state)| over.contains(&&**state)));
    for k in [0, 2, 3] {
        assert!(slurm.restarts(&task(k)) > 0, "task {k} was begun again");
    }
    assert!(!runs[1].join("DONE").exists(), "what was killed is not done");
    // It is done by the same command.
    let ran = slurm.affekt(&words(folder.path(), &there, &[&long[..], &SLURM[..]].concat()));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(results(&there) == results(&here), "the same bytes");
}

#[test]
fn two_submissions_and_a_pool_do_no_run_twice() {
    let folder = tempfile::tempdir().unwrap();
    let Some(slurm) = Slurm::start(folder.path()) else { return };
    let out = folder.path().join("out");
    let long = ["--set", "train.epochs=40"];
    let submit = words(folder.path(), &out, &[&long[..], &SLURM[..3]].concat());
    for _ in 0..2 {
        let ran = slurm.affekt(&submit);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
    let runs = tasks(&out);
    holder(&runs[0]);
    let pool = affekt_with(&words(folder.path(), &out, &long));
    assert!([0, 1].contains(&pool.code), "{}", pool.stderr);
    assert!(pool.code == 0 || pool.stderr.contains("held by"), "{}", pool.stderr);
    let ran = slurm.affekt(&words(folder.path(), &out, &[&long[..], &SLURM[..]].concat()));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    // Every epoch of every run was trained once: its metrics hold each number once.
    for run in &runs {
        let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
        assert_eq!(metrics.lines().count(), 40, "{}", run.display());
    }
}

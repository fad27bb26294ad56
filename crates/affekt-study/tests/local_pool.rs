//! Runs as child processes, a shell script standing in for training.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use affekt_study::{EpochReport, Executor, Job, JobOutcome, JobStatus, LocalPool, Progress, RunLock};

/// What happened, in order.
#[derive(Default)]
struct Record {
    lines: Vec<String>,
    stop_on_report: Option<Arc<AtomicBool>>,
}

impl Progress for Record {
    fn started(&mut self, job: &Job) {
        self.lines.push(format!("start {}", job.id));
    }

    fn advanced(&mut self, job: &Job, report: &EpochReport) {
        self.lines.push(format!("{} {}/{}", job.id, report.epoch, report.epochs));
        if let Some(stop) = &self.stop_on_report {
            stop.store(true, Ordering::Relaxed);
        }
    }

    fn finished(&mut self, outcome: &JobOutcome) {
        self.lines.push(format!("end {}", outcome.job.id));
    }
}

/// One test at a time: a child forked while another test writes its script would hold that file open for
/// writing, and the kernel refuses to execute such a file.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Stage {
    _turn: MutexGuard<'static, ()>,
    folder: tempfile::TempDir,
    pool: LocalPool,
}

/// Leaves what a finished run leaves: every output, and `DONE` with their BLAKE3 (here of nothing).
const FINISH: &str = r#"finish() {
    for name in run.json metrics.jsonl checkpoint.safetensors predictions.csv; do : > "$1/$name"; done
    empty=af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262
    echo '{"schema":"affekt-done/1","files":{"predictions.csv":"'$empty'"},"seconds":null}' > "$1/DONE"
}"#;

impl Stage {
    /// `script` runs with the run folder as `$3`; `finish "$3"` ends a run well.
    fn new(script: &str) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        std::fs::write(&program, format!("#!/bin/sh\n{FINISH}\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let pool = LocalPool {
            program,
            jobs: 1,
            threads_per_run: 1,
            fail_fast: false,
            save_every: 60.0,
            devices: Vec::new(),
            stop,
        };
        Self { _turn: turn, folder, pool }
    }

    fn jobs(&self, names: &[&str]) -> Vec<Job> {
        let job = |name: &&str| {
            let folder: PathBuf = self.folder.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            Job { id: (*name).to_owned(), folder }
        };
        names.iter().map(job).collect()
    }
}

const GOOD: &str =
    r#"echo '{"epoch":1,"epochs":2,"loss":0.5,"images_per_second":9}'; echo noise; finish "$3""#;

#[test]
fn runs_report_and_come_out_in_order() {
    let stage = Stage::new(GOOD);
    let mut record = Record::default();
    let outcomes = stage.pool.execute(&stage.jobs(&["a", "b"]), &mut record).unwrap();
    assert!(outcomes.iter().all(|o| matches!(o.status, JobStatus::Done { .. })), "{outcomes:?}");
    assert_eq!(record.lines, ["start a", "a 1/2", "end a", "start b", "b 1/2", "end b"]);
}

#[test]
fn threads_are_fixed_by_the_environment() {
    let stage = Stage::new(r#"test "$OMP_NUM_THREADS$MKL_NUM_THREADS" = 11 && finish "$3""#);
    let outcomes = stage.pool.execute(&stage.jobs(&["a"]), &mut Record::default()).unwrap();
    assert!(matches!(outcomes[0].status, JobStatus::Done { .. }));
}

#[test]
fn a_failed_run_shows_its_log_and_the_others_go_on() {
    let script = format!(r#"case "$3" in *bad) echo oh no >&2; exit 3;; esac; {GOOD}"#);
    let mut stage = Stage::new(&script);
    let jobs = stage.jobs(&["a", "bad", "c"]);
    let outcomes = stage.pool.execute(&jobs, &mut Record::default()).unwrap();
    let JobStatus::Failed { how, log_tail } = &outcomes[1].status else { panic!("{outcomes:?}") };
    assert!(how.contains('3') && log_tail == "oh no", "{how} {log_tail}");
    assert!(matches!(outcomes[2].status, JobStatus::Done { .. }));

    std::fs::remove_file(jobs[2].folder.join("DONE")).unwrap();
    stage.pool.fail_fast = true;
    let outcomes = stage.pool.execute(&jobs, &mut Record::default()).unwrap();
    assert_eq!(outcomes[2].status, JobStatus::Stopped);
}

#[test]
fn a_run_without_its_mark_is_not_done() {
    let stage = Stage::new("exit 0");
    let outcomes = stage.pool.execute(&stage.jobs(&["a"]), &mut Record::default()).unwrap();
    let JobStatus::Failed { how, .. } = &outcomes[0].status else { panic!("{outcomes:?}") };
    assert!(how.contains("DONE"));
}

#[test]
fn a_held_run_is_skipped() {
    let stage = Stage::new(GOOD);
    let jobs = stage.jobs(&["a", "b"]);
    let _lock = RunLock::acquire(&jobs[0].folder).unwrap();
    let outcomes = stage.pool.execute(&jobs, &mut Record::default()).unwrap();
    assert!(matches!(outcomes[0].status, JobStatus::Held { .. }));
    assert!(matches!(outcomes[1].status, JobStatus::Done { .. }));
}

#[test]
fn stopping_ends_what_runs_and_starts_nothing() {
    let report = r#"echo '{"epoch":1,"epochs":2,"loss":0.5,"images_per_second":9}'; exec sleep 60"#;
    let stage = Stage::new(report);
    let jobs = stage.jobs(&["a", "b"]);
    let mut record = Record { stop_on_report: Some(stage.pool.stop.clone()), ..Record::default() };
    let begun = Instant::now();
    let outcomes = stage.pool.execute(&jobs, &mut record).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(9), "SIGTERM sufficed");
    assert!(outcomes.iter().all(|outcome| outcome.status == JobStatus::Stopped), "{outcomes:?}");
    assert!(!record.lines.contains(&"start b".to_owned()));
}

#[test]
fn a_missing_program_is_an_error() {
    let mut stage = Stage::new("");
    stage.pool.program = Path::new("/nowhere/affekt").to_owned();
    assert!(stage.pool.execute(&stage.jobs(&["a"]), &mut Record::default()).is_err());
}

//! Runs as child processes of this one.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use affekt_artifact::Machines;

use crate::{
    EXIT_KEPT, EpochReport, Executor, Job, JobOutcome, JobStatus, Progress, RunLock, StudyError, is_done,
};

/// Keep freed blocks of up to 1 GiB in the process, in huge pages where the system grants them on request.
const MALLOC_TUNABLES: &str = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:\
    glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=67108864";

/// How long a child may take to end after being asked to.
const GRACE: Duration = Duration::from_secs(10);
/// How often the stop flag is looked at.
const TICK: Duration = Duration::from_millis(100);
/// Lines of a failed run's log that are shown.
const TAIL_LINES: usize = 15;

/// Runs jobs on this machine, some at a time, each a process `<program> train --run <folder> --save-every <seconds> --follow-parent`.
///
/// A child's standard input is a pipe that nobody writes to: it closes when this process dies, and the child
/// ends itself then, so that not even `kill -9` leaves runs behind.
#[derive(Clone, Debug)]
pub struct LocalPool {
    /// The program; this one's own executable.
    pub program: PathBuf,
    /// Runs at a time.
    pub jobs: usize,
    /// Threads of one run.
    pub threads_per_run: u32,
    /// Stop at the first failed run.
    pub fail_fast: bool,
    /// Seconds between two savings of a run's state.
    pub save_every: f64,
    /// Devices by name, taken in turn; none for the program's own choice.
    pub devices: Vec<String>,
    /// Set from outside to stop: nothing new starts, and what runs is asked to end.
    pub stop: Arc<AtomicBool>,
}

enum Event {
    Report(usize, EpochReport),
    Closed(usize),
}

struct Running {
    child: Child,
    started: Instant,
    /// Held open for as long as the child may run.
    _stdin: Option<ChildStdin>,
}

impl LocalPool {
    /// Runs that fit on this machine at a time.
    pub fn default_jobs(threads_per_run: u32) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (cores / (threads_per_run as usize).max(1)).max(1)
    }

    fn start(&self, index: usize, job: &Job, events: &Sender<Event>) -> Result<Running, StudyError> {
        let log_path = job.folder.join("log.txt");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log_path)
            .map_err(StudyError::io("open", &log_path))?;
        let threads = self.threads_per_run.to_string();
        // Tensors of a step are as large as its predecessor's: keeping their memory, in huge pages, instead of
        // handing it back saves the page faults, about a tenth of a step. A choice of the user's own wins.
        let tunables = std::env::var_os("GLIBC_TUNABLES").unwrap_or_else(|| MALLOC_TUNABLES.into());
        let device = self.devices.get(index % self.devices.len().max(1)).map(String::as_str);
        let mut child = Command::new(&self.program)
            .arg("train")
            .arg("--run")
            .arg(&job.folder)
            .arg("--save-every")
            .arg(self.save_every.to_string())
            .args(device.into_iter().flat_map(|device| ["--device", device]))
            .arg("--follow-parent")
            .env("GLIBC_TUNABLES", tunables)
            .env("OMP_NUM_THREADS", &threads)
            .env("MKL_NUM_THREADS", &threads)
            .env("RAYON_NUM_THREADS", &threads)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(StudyError::io("start", &self.program))?;
        let stdin = child.stdin.take();
        if let Some(stdout) = child.stdout.take() {
            let events = events.clone();
            std::thread::spawn(move || follow(index, stdout, &events));
        }
        Ok(Running { child, started: Instant::now(), _stdin: stdin })
    }
}

impl Executor for LocalPool {
    fn execute(&self, jobs: &[Job], progress: &mut dyn Progress) -> Result<Vec<JobOutcome>, StudyError> {
        let (sender, events) = channel();
        let mut running: BTreeMap<usize, Running> = BTreeMap::new();
        let mut statuses: Vec<Option<JobStatus>> = vec![None; jobs.len()];
        let mut waiting = 0..jobs.len();
        let mut failed = false;
        loop {
            let stopping = self.stop.load(Ordering::Relaxed) || (failed && self.fail_fast);
            while !stopping && running.len() < self.jobs.max(1) {
                let Some(index) = waiting.next() else { break };
                let job = &jobs[index];
                // Another study process may have finished or taken it in the meantime.
                if is_done(&job.folder) {
                    statuses[index] = Some(JobStatus::Done { seconds: 0.0 });
                } else if let Some(owner) = RunLock::holder(&job.folder) {
                    statuses[index] = Some(JobStatus::Held { owner });
                } else {
                    match self.start(index, job, &sender) {
                        Ok(child) => {
                            progress.started(job);
                            running.insert(index, child);
                            continue;
                        }
                        Err(error) => {
                            end_all(&mut running);
                            return Err(error);
                        }
                    }
                }
                report(progress, job, statuses[index].as_ref());
            }
            if stopping {
                for index in end_all(&mut running) {
                    // A run that finished while it was being ended is done all the same.
                    let done = is_done(&jobs[index].folder);
                    statuses[index] = done.then_some(JobStatus::Done { seconds: 0.0 });
                }
            }
            if running.is_empty() {
                break;
            }
            match next(&events) {
                Some(Event::Report(index, epoch)) => progress.advanced(&jobs[index], &epoch),
                Some(Event::Closed(index)) => {
                    if let Some(ended) = running.remove(&index) {
                        let status = self.status_of(&jobs[index], ended)?;
                        failed |= matches!(status, JobStatus::Failed { .. });
                        statuses[index] = Some(status);
                        report(progress, &jobs[index], statuses[index].as_ref());
                    }
                }
                None => {}
            }
        }
        let outcomes = jobs.iter().zip(statuses);
        Ok(outcomes
            .map(|(job, status)| JobOutcome {
                job: job.clone(),
                status: status.unwrap_or(JobStatus::Stopped),
            })
            .collect())
    }
}

impl LocalPool {
    fn status_of(&self, job: &Job, mut ended: Running) -> Result<JobStatus, StudyError> {
        let exit = ended.child.wait().map_err(StudyError::io("wait for", &self.program))?;
        if is_done(&job.folder) {
            if let Some(from) = Machines::of(&job.folder)?.taken_from {
                return Ok(JobStatus::Taken { from });
            }
            return Ok(JobStatus::Done { seconds: ended.started.elapsed().as_secs_f64() });
        }
        // Ctrl-C in a terminal reaches the children too; one that was asked to stop by itself says so by its code.
        if self.stop.load(Ordering::Relaxed) || exit.code() == Some(i32::from(EXIT_KEPT)) {
            return Ok(JobStatus::Stopped);
        }
        if let Some(owner) = RunLock::holder(&job.folder).filter(|owner| owner.pid != ended.child.id()) {
            return Ok(JobStatus::Held { owner });
        }
        Ok(JobStatus::Failed { how: describe(exit), log_tail: log_tail(&job.folder) })
    }
}

fn report(progress: &mut dyn Progress, job: &Job, status: Option<&JobStatus>) {
    if let Some(status) = status {
        progress.finished(&JobOutcome { job: job.clone(), status: status.clone() });
    }
}

fn next(events: &Receiver<Event>) -> Option<Event> {
    // The pool holds a sender itself, so the channel never closes while it listens.
    events.recv_timeout(TICK).ok()
}

/// Passes on what a child reports, until it closes its output; other lines are not ours to read.
fn follow(index: usize, stdout: ChildStdout, events: &Sender<Event>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if let Ok(report) = serde_json::from_str(&line) {
            let _ = events.send(Event::Report(index, report));
        }
    }
    let _ = events.send(Event::Closed(index));
}

/// Asks every child to end, waits, and kills what does not; returns which these were.
fn end_all(running: &mut BTreeMap<usize, Running>) -> Vec<usize> {
    for running in running.values() {
        // std has no way to send SIGTERM; the shell's own `kill` needs no further program.
        let command = format!("kill -TERM {} 2>/dev/null", running.child.id());
        let _ = Command::new("sh").args(["-c", &command]).status();
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && running.values_mut().any(|r| matches!(r.child.try_wait(), Ok(None))) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut ended = Vec::new();
    while let Some((index, mut running)) = running.pop_first() {
        let _ = running.child.kill();
        let _ = running.child.wait();
        ended.push(index);
    }
    ended
}

fn describe(exit: ExitStatus) -> String {
    if exit.success() { "ended without writing DONE".to_owned() } else { format!("ended with {exit}") }
}

fn log_tail(folder: &Path) -> String {
    let log = fs::read(folder.join("log.txt")).unwrap_or_default();
    let text = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

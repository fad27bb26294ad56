//! One writer per run: the `lock` file.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use affekt_artifact::{ArtifactError, write_atomic};
use serde::{Deserialize, Serialize};

use crate::run::plain_value;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockOwner {
    /// Process id.
    pub pid: u32,
    /// Host the process runs on.
    pub host: String,
    /// When the process started, in the kernel's ticks since boot; a reused pid has another start.
    pub start: Option<u64>,
    /// The boot these ticks count from.
    pub boot: Option<String>,
    /// The task of a queue it runs in, as `slurm:123_4`; requeued, a task has the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

impl LockOwner {
    fn this_process() -> Self {
        let pid = std::process::id();
        Self { pid, host: host_name(), start: start_ticks(pid), boot: boot_id(), job: queue_task() }
    }

    /// False only when the owner of the lock in `folder` is gone: its process is not there any more, or, on another host,
    /// it was this very task of a queue, which a queue runs once at a time, or has given no sign for ten minutes.
    pub fn may_live(&self, folder: &Path) -> bool {
        if self.host != host_name() {
            let requeued = self.job.is_some() && self.job == queue_task();
            return !requeued && !is_silent(folder);
        }
        if self.boot.is_some() && self.boot != boot_id() {
            return false;
        }
        match self.start {
            Some(start) => start_ticks(self.pid) == Some(start),
            None => exists(self.pid),
        }
    }
}

/// The right to write a run's folder; given back on drop.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    owner: LockOwner,
    taken_over: Option<LockOwner>,
    _beat: Beat,
}

/// A sign of life beside a lock, `lock.beat`, written again every half minute until dropped.
#[derive(Debug)]
struct Beat {
    path: PathBuf,
    /// Dropped to end the thread, which is waited for: a late beat would leave a file behind.
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Beat {
    const EVERY: Duration = Duration::from_secs(30);
    /// Twenty beats: file systems of clusters are late.
    const SILENCE: Duration = Duration::from_mins(10);

    fn start(folder: &Path) -> Self {
        let path = folder.join(RunLock::BEAT);
        let (stop, stopped) = channel();
        let beaten = path.clone();
        // A beat that cannot be written leaves the lock to whoever waits ten minutes for it.
        let _ = fs::write(&beaten, "");
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(Self::EVERY) == Err(RecvTimeoutError::Timeout) {
                let _ = fs::write(&beaten, "");
            }
        });
        Self { path, thread: Some((stop, thread)) }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// True when the holder of a folder's lock once gave signs of life, and has not for long.
fn is_silent(folder: &Path) -> bool {
    let modified = folder.join(RunLock::BEAT).metadata().and_then(|metadata| metadata.modified());
    #[expect(clippy::disallowed_methods, reason = "the age of a sign of life is no part of any result")]
    let now = SystemTime::now();
    let age = modified.ok().and_then(|then| now.duration_since(then).ok());
    age.is_some_and(|age| age > Beat::SILENCE)
}

/// A run's lock could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process that may be alive holds it.
    #[error(
        "{} is held by process {} on {}; wait for it, or remove the file if that process is gone",
        path.display(), owner.pid, owner.host
    )]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The holder.
        owner: LockOwner,
    },
    /// The operating system refused.
    #[error("cannot lock run folder {}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The lock file could not be replaced.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

impl RunLock {
    /// Name in a run's folder.
    pub(crate) const FILE: &str = "lock";
    /// Name of the sign of life beside it.
    pub(crate) const BEAT: &str = "lock.beat";

    /// Takes the lock of the run in `folder`, which must exist; a lock whose owner is gone is taken over.
    ///
    /// # Errors
    /// [`LockError::Held`] when another process has it, this one included.
    pub fn acquire(folder: &Path) -> Result<Self, LockError> {
        let refuse = |source| LockError::Io { path: folder.to_owned(), source };
        // The kernel's lock on the folder guards the few steps below, so that of two processes that see one
        // stale lock only one takes it over. The kernel drops it when a process dies.
        let guard = File::open(folder).map_err(refuse)?;
        guard.lock().map_err(refuse)?;

        let path = folder.join(Self::FILE);
        let owner = LockOwner::this_process();
        let text = plain_value(&owner).to_string();
        let taken_over = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
                None
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let previous = Self::owner(folder);
                if let Some(owner) = previous.as_ref().filter(|owner| owner.may_live(folder)) {
                    return Err(LockError::Held { path, owner: owner.clone() });
                }
                write_atomic(&path, text.as_bytes())?;
                previous
            }
            Err(error) => return Err(refuse(error)),
        };
        Ok(Self { path, owner, taken_over, _beat: Beat::start(folder) })
    }

    /// The process that left the lock behind, if this one took it over.
    pub fn taken_over(&self) -> Option<&LockOwner> {
        self.taken_over.as_ref()
    }

    /// Who the lock file of a run folder names; none without a lock, or when its writer died while writing it.
    pub fn owner(folder: &Path) -> Option<LockOwner> {
        serde_json::from_slice(&fs::read(folder.join(Self::FILE)).ok()?).ok()
    }

    /// The process that holds the run in `folder` and may be alive.
    pub fn holder(folder: &Path) -> Option<LockOwner> {
        Self::owner(folder).filter(|owner| owner.may_live(folder))
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if Self::owner(folder).as_ref() == Some(&self.owner) {
            // A lock that stays behind is stale from now on and will be taken over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn host_name() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map_or_else(|| "unknown-host".to_owned(), |name| name.trim().to_owned())
}

/// The task of a Slurm array that this process runs in.
fn queue_task() -> Option<String> {
    let [array, task] = ["SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"].map(|name| std::env::var(name).ok());
    Some(format!("slurm:{}_{}", array?, task?))
}

fn boot_id() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

/// Field 22 of `/proc/<pid>/stat`, none for a zombie; the command before it may hold spaces, but ends with the
/// last `)`.
fn start_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

/// Where there is no `/proc`: the shell's own `kill -0`.
fn exists(pid: u32) -> bool {
    let probe = std::process::Command::new("sh").args(["-c", &format!("kill -0 {pid} 2>/dev/null")]).status();
    probe.map_or(true, |status| status.success())
}

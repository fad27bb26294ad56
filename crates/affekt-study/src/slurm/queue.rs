//! The commands of Slurm that a submission needs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Slurm as its commands show it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Queue;

/// A command of Slurm did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It is not there.
    #[error("cannot run {command}; is Slurm on this machine's PATH?")]
    Missing {
        /// The command.
        command: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// It refused.
    #[error("{command} refused: {message}")]
    Refused {
        /// The command.
        command: &'static str,
        /// What it said.
        message: String,
    },
    /// It answered something else.
    #[error("{command} said {said:?}; expected {expected}")]
    Answer {
        /// The command.
        command: &'static str,
        /// What it said.
        said: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl Queue {
    /// Largest index of an array plus one, as Slurm has it by default.
    pub const DEFAULT_ARRAY_SIZE: usize = 1001;

    /// Says before anything is written whether the commands of a submission are there.
    ///
    /// # Errors
    /// [`QueueError::Missing`].
    pub fn check(self) -> Result<(), QueueError> {
        ["sbatch", "scontrol", "squeue"].into_iter().try_for_each(|command| {
            // What they answer is another matter: an older one may not know the option.
            let started = Command::new(command).arg("--version").output();
            started.map(drop).map_err(|source| QueueError::Missing { command, source })
        })
    }

    /// Largest index of an array plus one; the default where Slurm does not say.
    ///
    /// # Errors
    /// [`QueueError`].
    pub fn max_array_size(self) -> Result<usize, QueueError> {
        let text = run("scontrol", ["show", "config"])?;
        let line = text.lines().find_map(|line| line.trim().strip_prefix("MaxArraySize"));
        let value = line.and_then(|line| line.trim().strip_prefix('=')?.trim().parse().ok());
        Ok(value.unwrap_or(Self::DEFAULT_ARRAY_SIZE))
    }

    /// Submits a script and gives the job's number.
    ///
    /// # Errors
    /// [`QueueError`].
    pub fn submit(self, options: &[String], script: &Path) -> Result<u64, QueueError> {
        let words = options.iter().map(AsRef::as_ref).chain([OsStr::new("--parsable"), script.as_os_str()]);
        let text = run("sbatch", words.collect::<Vec<&OsStr>>())?;
        let number = text.trim().split(';').next().and_then(|number| number.parse().ok());
        number.ok_or(QueueError::Answer { command: "sbatch", said: text, expected: "the number of a job" })
    }

    /// How many tasks of these jobs wait or run.
    ///
    /// # Errors
    /// [`QueueError`].
    pub fn left(self, jobs: &[u64]) -> Result<usize, QueueError> {
        let list: Vec<String> = jobs.iter().map(ToString::to_string).collect();
        let words = ["-h", "-r", "-t", "all", "-o", "%T", "-j", &list.join(",")].map(str::to_owned);
        let text = match run("squeue", words) {
            Ok(text) => text,
            // Jobs that ended long ago are forgotten.
            Err(QueueError::Refused { message, .. }) if message.contains("Invalid job id") => String::new(),
            Err(error) => return Err(error),
        };
        let ended = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY"];
        Ok(text.lines().filter(|state| !ended.contains(&state.trim())).count())
    }
}

fn run<S: AsRef<OsStr>>(
    command: &'static str,
    words: impl IntoIterator<Item = S>,
) -> Result<String, QueueError> {
    let output = Command::new(command)
        .args(words)
        .output()
        .map_err(|source| QueueError::Missing { command, source })?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(QueueError::Refused { command, message });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

//! Running other programs: output passed through, the tail of stderr kept for the error message.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result};

/// Lines of stderr repeated in an error message.
const TAIL_LINES: usize = 12;

/// How a program ended and the last lines it wrote to stderr.
pub(crate) struct Ended {
    pub status: ExitStatus,
    pub tail: String,
}

/// Runs `command` without input, its stdout shown on our stderr, its stderr shown as it comes and its tail kept.
pub(crate) fn run_with_tail(command: &mut Command) -> Result<Ended> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()))
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{name}`"))?;
    let pipe = child.stderr.take().expect("because stderr was piped above");
    let mut tail = VecDeque::new();
    for line in BufReader::new(pipe).split(b'\n') {
        let line = line.with_context(|| format!("cannot read what `{name}` prints"))?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        eprintln!("{line}");
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    let status = child.wait().with_context(|| format!("cannot wait for `{name}`"))?;
    Ok(Ended { status, tail: Vec::from(tail).join("\n") })
}

/// The first line a program prints (`--version` and the like), or `None` when it cannot be run or fails.
pub(crate) fn first_line(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// The Python to use: the active virtual environment's, else `python3` on the path.
pub(crate) fn python() -> PathBuf {
    std::env::var_os("VIRTUAL_ENV")
        .map(|folder| Path::new(&folder).join("bin").join("python"))
        .filter(|program| program.is_file())
        .unwrap_or_else(|| "python3".into())
}

/// Free bytes of the file system that holds `folder` (its nearest existing ancestor), by `df -Pk`.
pub(crate) fn free_bytes(folder: &Path) -> Result<u64> {
    let existing = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let output = Command::new("df").arg("-Pk").arg(existing).output().context("cannot run `df`")?;
    parse_df(&String::from_utf8_lossy(&output.stdout))
        .with_context(|| format!("`df -Pk {}` printed no free space", existing.display()))
}

/// The fourth column of the second line, in bytes.
fn parse_df(text: &str) -> Option<u64> {
    let kib: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_gives_the_available_column_in_bytes() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 264212084 13210152 82075736 14% /\n";
        assert_eq!(parse_df(text), Some(82_075_736 * 1024));
        assert_eq!(parse_df("Filesystem\n"), None);
    }

    #[test]
    fn the_tail_keeps_the_last_lines() {
        let mut command = Command::new("sh");
        command.args(["-c", "for i in $(seq 1 20); do echo line $i >&2; done; exit 3"]);
        let ended = run_with_tail(&mut command).expect("sh runs");
        assert_eq!(ended.status.code(), Some(3));
        assert!(ended.tail.starts_with("line 9\n") && ended.tail.ends_with("line 20"), "{}", ended.tail);
    }
}

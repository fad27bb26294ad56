//! Files that are either whole or absent.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ArtifactError;

/// Writes `bytes` to `path` so that a reader sees the old content or the new, never a part.
///
/// The content goes to a temporary sibling, is synced, renamed over `path`, and the folder is synced.
///
/// # Errors
/// [`ArtifactError::Io`]; the old file, if any, is untouched then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), ArtifactError> {
    write_atomic_with(path, |out| out.write_all(bytes))
}

/// Removes what writers that were killed left in a folder: the temporary files of [`write_atomic`].
///
/// Only for a folder nobody else writes to, as that of a run whose lock is held.
pub fn remove_strays(folder: &Path) {
    remove_temporary(folder, |_| true);
}

/// As [`remove_strays`], but only what writers left that are not there any more: for a folder that others may write to.
///
/// Where it cannot be told, as of another host's processes, the file stays.
pub fn remove_dead_strays(folder: &Path) {
    remove_temporary(folder, is_of_the_dead);
}

fn remove_temporary(folder: &Path, which: impl Fn(&str) -> bool) {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp")).is_some_and(&which) {
            // A stray that stays is never taken for a result.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// True for `<name>.<host>.<pid>-<count>` of this host and a process that is gone.
fn is_of_the_dead(writer: &str) -> bool {
    let mut parts = writer.rsplitn(3, '.');
    let (pid, named) = (parts.next().unwrap_or_default(), parts.next());
    let pid = pid.split('-').next().unwrap_or_default();
    let is_number = !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
    let processes = Path::new("/proc");
    named == Some(host()) && is_number && processes.join("self").exists() && !processes.join(pid).exists()
}

/// This host, as part of a file name.
fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        if name.is_empty() { "host".to_owned() } else { name }
    })
}

/// As [`write_atomic`], the content coming from `fill`.
///
/// # Errors
/// [`ArtifactError::Io`], also when `fill` fails; the old file, if any, is untouched then.
pub fn write_atomic_with(
    path: &Path,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> std::io::Result<()>,
) -> Result<(), ArtifactError> {
    // Unique per process and call, so that two writers of one path never share a temporary file.
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(ArtifactError::io("create folder", folder))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".{name}.{}.{}-{count}.tmp", host(), std::process::id()));

    let written = (|| {
        let mut out = BufWriter::new(File::create(&temporary)?);
        fill(&mut out)?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // The temporary file is ours alone; failing to remove it leaves a stray, never a wrong result.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(ArtifactError::io("write", path))
}

//! One setup at a time: an advisory file lock that the system drops with its process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// Holds the lock until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock at `path`, waiting for another setup and saying so.
pub(super) fn acquire(path: &Path) -> Result<Lock> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).ok();
            eprintln!("waiting for another `cargo xtask setup` (process {})", holder.trim());
            file.lock().with_context(|| format!("cannot wait for the lock {}", path.display()))?;
        }
        // Some network file systems have no locks; two setups at once still cannot leave a half-made folder.
        Err(TryLockError::Error(error)) => {
            eprintln!("no lock on {} ({error}); going on without", path.display());
        }
    }
    // The number is only for the message of a process that waits.
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| writeln!(file, "{}", std::process::id()))
        .with_context(|| format!("cannot write the lock {}", path.display()))?;
    Ok(Lock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_left_by_a_dead_process_is_free() {
        let path = std::env::temp_dir().join(format!("affekt-xtask-lock-{}", std::process::id()));
        fs::write(&path, "999999999\n").expect("writable temp folder");
        let lock = acquire(&path).expect("nobody holds it");
        let second = File::open(&path).expect("exists");
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(lock);
        assert!(second.try_lock().is_ok());
        fs::remove_file(&path).expect("ours");
    }
}

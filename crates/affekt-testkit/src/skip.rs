//! Tests that cannot run here.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Says that a test does not run and why, and has `cargo xtask test` count it.
///
/// # Panics
/// When the log of skipped tests cannot be written: a skip that is not counted would look like a pass.
pub fn skip(test_and_reason: &str) {
    eprintln!("skipped {test_and_reason}");
    if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .and_then(|mut file| writeln!(file, "{test_and_reason}"));
        if let Err(error) = written {
            panic!("cannot write {}: {error}", log.display());
        }
    }
}

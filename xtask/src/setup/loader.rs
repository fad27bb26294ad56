//! Whether the dynamic loader takes a LibTorch: every library it needs is found, none is too new for this system.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::process;

/// Loads `libtorch_cpu` in a Python subprocess; without a Python the check is left to the first start of a binary.
pub(super) fn check(folder: &Path) -> Result<()> {
    let library = folder.join("lib").join("libtorch_cpu.so");
    if !library.is_file() {
        return Ok(()); // Another system's name; inspect() has looked at it.
    }
    let output = Command::new(process::python())
        .args(["-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])"])
        .arg(&library)
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("no python3: {} was not tried in the loader", library.display());
        return Ok(());
    };
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let reason = text.trim().lines().last().unwrap_or("no message").to_owned();
        bail!("the dynamic loader refuses {}: {reason}", library.display());
    }
    Ok(())
}

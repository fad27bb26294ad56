//! The Python the peers of a bench run in.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{python, run_with_tail};
use crate::workspace::Workspace;

/// What the peers need; the versions installed are printed with every result.
const PACKAGES: [&str; 4] = ["torch==2.11.0", "torchvision", "timm", "pillow"];

/// A Python with the peers' packages: the given one, or a virtual environment under the target folder, made on
/// first use (about 5 GB, for the torch wheel comes with CUDA).
pub(super) fn peer_python(workspace: &Workspace, given: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given);
    }
    let folder = workspace.target.join("peer");
    let program = folder.join("bin").join("python");
    let imports = |program: &PathBuf| {
        let check = Command::new(program).args(["-c", "import torch, torchvision, timm, PIL"]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if imports(&program) {
        return Ok(program);
    }
    eprintln!("making {} with {} (some minutes, once)", folder.display(), PACKAGES.join(", "));
    let venv = run_with_tail(Command::new(python()).args(["-m", "venv"]).arg(&folder))?;
    ensure!(venv.status.success(), "cannot make {}: {}", folder.display(), venv.tail);
    let mut pip = Command::new(&program);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    let installed = run_with_tail(&mut pip)?;
    ensure!(
        installed.status.success(),
        "pip could not install the peers: {}; install {} yourself and pass --python",
        installed.tail,
        PACKAGES.join(", ")
    );
    imports(&program)
        .then_some(program)
        .context("the peers were installed but cannot be imported; pass --python")
}

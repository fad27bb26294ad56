//! Python environments of our own, under the target folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{python, run_with_tail};
use crate::workspace::Workspace;

/// The Python of an environment with these packages, made on first use; `imports` are what must be importable in it.
pub(crate) fn environment(
    workspace: &Workspace,
    name: &str,
    packages: &[&str],
    imports: &[&str],
) -> Result<PathBuf> {
    let folder = workspace.target.join("venv").join(name);
    let program = folder.join("bin").join("python");
    let check = || {
        let check = Command::new(&program).args(["-c", &format!("import {}", imports.join(", "))]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if check() {
        return Ok(program);
    }
    eprintln!("making {} with {} (once)", folder.display(), packages.join(", "));
    let venv = run_with_tail(Command::new(python()).args(["-m", "venv"]).arg(&folder))?;
    ensure!(venv.status.success(), "cannot make {}: {}", folder.display(), venv.tail);
    let mut pip = Command::new(&program);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    let installed = run_with_tail(&mut pip)?;
    ensure!(installed.status.success(), "pip could not install {}: {}", packages.join(", "), installed.tail);
    check()
        .then_some(program)
        .with_context(|| format!("{} were installed but cannot be imported", imports.join(", ")))
}

//! The Python the peers of a bench run in.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{python, run_with_tail};
use crate::workspace::Workspace;

/// A virtual environment of peers.
pub(super) struct Peer {
    /// Its folder under the target folder.
    pub(super) folder: &'static str,
    /// What pip installs; the versions that came are printed with every result.
    pub(super) packages: &'static [&'static str],
    /// The modules that must import.
    pub(super) modules: &'static str,
    /// What making it costs.
    pub(super) size: &'static str,
}

/// Peers of the input pipeline.
pub(super) const TORCH: Peer = Peer {
    folder: "peer",
    packages: &["torch==2.11.0", "torchvision", "timm", "pillow"],
    modules: "torch, torchvision, timm, PIL",
    size: "about 5 GB, for the torch wheel comes with CUDA",
};

/// Peer of optimal transport.
pub(super) const POT: Peer = Peer {
    folder: "peer-ot",
    packages: &["POT==0.9.7", "numpy", "scipy"],
    modules: "ot, numpy, scipy",
    size: "about 200 MB",
};

/// A Python with a peer's packages: the given one, or a virtual environment under the target folder, made on first use.
pub(super) fn peer_python(workspace: &Workspace, peer: &Peer, given: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given);
    }
    let folder = workspace.target.join(peer.folder);
    let program = folder.join("bin").join("python");
    let imports = |program: &PathBuf| {
        let check = Command::new(program).args(["-c", &format!("import {}", peer.modules)]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if imports(&program) {
        return Ok(program);
    }
    let packages = peer.packages.join(", ");
    eprintln!("making {} with {packages} ({}, once)", folder.display(), peer.size);
    let venv = run_with_tail(Command::new(python()).args(["-m", "venv"]).arg(&folder))?;
    ensure!(venv.status.success(), "cannot make {}: {}", folder.display(), venv.tail);
    let mut pip = Command::new(&program);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(peer.packages);
    let installed = run_with_tail(&mut pip)?;
    ensure!(
        installed.status.success(),
        "pip could not install the peers: {}; install {packages} yourself and pass --python",
        installed.tail
    );
    imports(&program)
        .then_some(program)
        .context("the peers were installed but cannot be imported; pass --python")
}

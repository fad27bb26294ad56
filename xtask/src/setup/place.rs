//! Putting a LibTorch at `target/libtorch`: one rename or one link, never a folder half made.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Makes `target/libtorch` lead to a LibTorch that lies elsewhere.
pub(super) fn link(workspace: &Workspace, folder: &Path) -> Result<()> {
    point(workspace, folder)?;
    eprintln!("LibTorch: {} -> {}", workspace.libtorch().display(), folder.display());
    forget_builds(workspace);
    Ok(())
}

/// As [`link`] for the folder of `$LIBTORCH`, so that a shell without the variable builds too; a LibTorch of our own
/// stays, since the variable wins while it is set.
pub(super) fn link_variable(workspace: &Workspace, folder: &Path) -> Result<()> {
    let place = workspace.libtorch();
    let own = place.symlink_metadata().is_ok_and(|data| data.is_dir());
    let there = fs::read_link(&place).is_ok_and(|leads_to| leads_to == folder);
    if own || there { Ok(()) } else { link(workspace, folder) }
}

/// Refuses, before anything is fetched, what [`install`] would have to refuse afterwards.
pub(super) fn check_before_fetch(workspace: &Workspace) -> Result<()> {
    let place = workspace.libtorch();
    let storage = workspace.target.join("libtorch");
    if storage != place && place.symlink_metadata().is_ok_and(|data| data.is_dir()) {
        bail!(
            "{} is a folder and would stay in use, while this setup (CARGO_TARGET_DIR) writes {}; remove the former \
             or unset the variable",
            place.display(),
            storage.display()
        );
    }
    Ok(())
}

/// Moves a finished folder from staging to the target folder and removes what was fetched for it.
pub(super) fn install(workspace: &Workspace, made: &Path) -> Result<()> {
    let storage = workspace.target.join("libtorch");
    let old = workspace.target.join("libtorch.old");
    clear(&old)?;
    if storage.symlink_metadata().is_ok() {
        fs::rename(&storage, &old).with_context(|| format!("cannot move {} away", storage.display()))?;
    }
    fs::rename(made, &storage)
        .with_context(|| format!("cannot move {} to {}", made.display(), storage.display()))?;
    clear(&old)?;
    if storage != workspace.libtorch() {
        point(workspace, &storage)?;
    }
    clear(&workspace.target.join("libtorch.partial"))?;
    eprintln!("LibTorch: {}", storage.display());
    forget_builds(workspace);
    Ok(())
}

/// Replaces whatever is at `target/libtorch` by a link to `folder`.
fn point(workspace: &Workspace, folder: &Path) -> Result<()> {
    let place = workspace.libtorch();
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    clear(&place)?;
    symlink(folder, &place)
        .with_context(|| format!("cannot link {} to {}", place.display(), folder.display()))
}

/// Removes a file, link or folder if it is there.
fn clear(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// The build script of torch-sys looks at the variable's text, not at what lies there: a build against another
/// LibTorch at the same path would be kept. Best effort; on a fresh checkout there is nothing to forget.
fn forget_builds(workspace: &Workspace) {
    for profile in ["dev", "release"] {
        let mut clean = workspace.cargo();
        clean.args(["clean", "--quiet", "--package", "torch-sys", "--profile", profile]);
        clean.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok();
    }
}

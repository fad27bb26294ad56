//! `cargo xtask setup`: LibTorch at `target/libtorch`, found or fetched, and verified.
//!
//! Order: `$LIBTORCH` when you set it, an active Python that holds torch, then the torch wheel through pip.

mod fetch;
mod found;
mod inspect;
mod loader;
mod lock;
mod manifest;
mod place;
mod unpack;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub(crate) use self::inspect::{Flavour, inspect};
use crate::Outcome;
use crate::workspace::Workspace;

/// The LibTorch release the `tch` version in `Cargo.toml` is written for.
pub(crate) const TORCH_VERSION: &str = "2.11.0";

/// Options of `cargo xtask setup`.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Fetch the CUDA libraries too (several GB); without it a fetched LibTorch runs on the CPU
    #[arg(long)]
    cuda: bool,
    /// Set LibTorch up again even when it is in place
    #[arg(long)]
    force: bool,
    /// Check the content of every installed file against its recorded hash, not only its size
    #[arg(long)]
    verify: bool,
}

/// Runs the command: silent when there is nothing to do.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    let wanted = if args.cuda { Flavour::Cuda } else { Flavour::Cpu };
    if let Some(folder) = user_libtorch(workspace)? {
        found::check_variable(&folder, wanted)?;
        place::link_variable(workspace, &folder)?;
        return Ok(Outcome::Done);
    }
    let unusable = match in_place(workspace, wanted, args.verify) {
        Ok(()) if !args.force => return Ok(Outcome::Done),
        Ok(()) => None,
        Err(reason) => reason,
    };
    let _lock = lock::acquire(&workspace.target.join("libtorch.lock"))?;
    // Another setup may have finished while this one waited.
    if !args.force && in_place(workspace, wanted, args.verify).is_ok() {
        return Ok(Outcome::Done);
    }
    if let Some(reason) = unusable {
        eprintln!("{} cannot be used: {reason}; setting LibTorch up again", workspace.libtorch().display());
    }
    if let Some(folder) = found::python_torch(wanted) {
        loader::check(&folder).with_context(|| {
            format!(
                "the torch of your Python ({}) does not load; leave that environment or repair it",
                folder.display()
            )
        })?;
        place::link(workspace, &folder)?;
    } else {
        place::check_before_fetch(workspace)?;
        let fetched = fetch::fetch(workspace, wanted)?;
        place::install(workspace, &fetched)?;
    }
    Ok(Outcome::Done)
}

/// Sets LibTorch up with the default options, for the commands that need it.
pub(crate) fn ensure(workspace: &Workspace) -> Result<()> {
    run(workspace, &Args::default()).map(|_| ()).context("LibTorch is not set up")
}

/// `$LIBTORCH` where it is the user's own: `.cargo/config.toml` sets it to `target/libtorch` for everything cargo starts.
pub(crate) fn user_libtorch(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let Some(value) = env::var_os("LIBTORCH").filter(|value| !value.is_empty()) else { return Ok(None) };
    let folder = PathBuf::from(value);
    if folder == workspace.libtorch() || folder == workspace.target.join("libtorch") {
        return Ok(None);
    }
    if !folder.is_absolute() {
        bail!(
            "$LIBTORCH is {}, expected an absolute path: build scripts run in other folders",
            folder.display()
        );
    }
    Ok(Some(folder))
}

/// Whether what lies at `target/libtorch` can be used as it is; the error is the reason, none when nothing lies there.
fn in_place(workspace: &Workspace, wanted: Flavour, verify: bool) -> Result<(), Option<String>> {
    let folder = workspace.libtorch();
    if folder.symlink_metadata().is_err() {
        return Err(None);
    }
    let checked = inspect(&folder).and_then(|found| {
        manifest::check(&folder, verify)?;
        Ok(found.flavour)
    });
    match checked {
        Ok(Flavour::Cpu) if wanted == Flavour::Cuda => Err(Some("it has no CUDA libraries".into())),
        Ok(_) => Ok(()),
        Err(error) => Err(Some(format!("{error:#}"))),
    }
}

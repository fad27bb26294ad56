//! Where the workspace and its build output lie.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The two folders every command works in.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// Holds the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's build output.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the workspace this program was built from and the target folder cargo uses for it.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest_dir
            .ancestors()
            .find(|folder| folder.join("xtask").is_dir() && folder.join("Cargo.toml").is_file())
            .with_context(|| {
                format!(
                    "{} lies in no affekt workspace; run `cargo xtask` in a checkout",
                    manifest_dir.display()
                )
            })?
            .to_path_buf();
        let target = target_folder(&root)?;
        Ok(Self { root, target })
    }

    /// Where `.cargo/config.toml` points `LIBTORCH`: plain `cargo build` looks here whatever the target folder.
    pub(crate) fn libtorch(&self) -> PathBuf {
        self.root.join("target").join("libtorch")
    }

    /// A cargo command in the workspace root, free of what `cargo run` exported for xtask itself.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            let package_variable = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
            if package_variable.iter().any(|prefix| text.starts_with(prefix)) || text == "CARGO_CRATE_NAME" {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Cargo's own answer, by the cheapest way: the variable, the folder this program runs from, then `cargo metadata`.
fn target_folder(root: &Path) -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
        return std::path::absolute(folder).context("CARGO_TARGET_DIR is not a usable path");
    }
    let program = env::current_exe().context("cannot tell where xtask runs from")?;
    if let Some(folder) = program.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file()) {
        return Ok(folder.to_path_buf());
    }
    let metadata = metadata(root, &["--no-deps"])?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target_directory")?;
    Ok(folder.into())
}

/// The output of `cargo metadata` with these extra arguments.
pub(crate) fn metadata(root: &Path, extra: &[&str]) -> Result<serde_json::Value> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--format-version", "1"])
        .args(extra)
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("`cargo metadata` printed no JSON")
}

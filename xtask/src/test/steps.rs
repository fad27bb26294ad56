//! The steps of `cargo xtask test` and the command behind each.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::{Verdict, smoke};
use crate::venv::environment;
use crate::workspace::{self, Workspace};
use crate::{Outcome, process, setup, tidy};

/// One check, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Format,
    Tidy,
    Deny,
    Clippy,
    Readers,
    Tests,
    DocTests,
    Docs,
    TorchDocs,
    SetUp,
    TorchClippy,
    TorchTests,
    TorchDocTests,
    Smoke,
}

/// Programs that read what affekt writes.
const READERS: [&str; 3] = ["tensorboard==2.21.0", "pandas==3.1.1", "pyarrow==26.0.1"];

/// What the steps share.
pub(super) struct Context<'a> {
    pub workspace: &'a Workspace,
    skip_log: PathBuf,
    /// A Python with what reads a study's files: tests hand them to it.
    readers: OnceCell<PathBuf>,
    nextest: bool,
    /// Members outside `default-members`: the crates that need LibTorch.
    island: Vec<String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(workspace: &'a Workspace, skip_log: &Path) -> Result<Self> {
        let metadata = workspace::metadata(&workspace.root, &["--no-deps"])?;
        Ok(Self {
            workspace,
            skip_log: skip_log.to_path_buf(),
            readers: OnceCell::new(),
            nextest: process::first_line("cargo", &["nextest", "--version"]).is_some(),
            island: island(&metadata),
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.cargo();
        command.args(arguments).env("AFFEKT_SKIP_LOG", &self.skip_log);
        if let Some(python) = self.readers.get() {
            command.env("AFFEKT_INTEROP_PYTHON", python);
        }
        command
    }

    /// One profile for everything that compiles torch-sys, the one `reproduce` uses: its C++ part takes minutes.
    fn island_cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo(arguments);
        for package in &self.island {
            command.args(["--package", package]);
        }
        command.args(["--package", "affekt", "--features", "affekt/torch"]);
        command
    }

    /// The island's documentation as docs.rs builds it: without LibTorch.
    fn docs_of_island(&self) -> Command {
        let mut command = self.cargo(&["doc", "--no-deps"]);
        for package in &self.island {
            command.args(["--package", package, "--features", &format!("{package}/check-only")]);
        }
        command.env_remove("LIBTORCH").env_remove("LIBTORCH_USE_PYTORCH");
        command
    }
}

impl Step {
    pub(super) const ALL: [Self; 14] = [
        Self::Format,
        Self::Tidy,
        Self::Deny,
        Self::Clippy,
        Self::Readers,
        Self::Tests,
        Self::DocTests,
        Self::Docs,
        Self::TorchDocs,
        Self::SetUp,
        Self::TorchClippy,
        Self::TorchTests,
        Self::TorchDocTests,
        Self::Smoke,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Tidy => "tidy",
            Self::Deny => "cargo-deny",
            Self::Clippy => "clippy",
            Self::Readers => "Python readers",
            Self::Tests => "tests",
            Self::DocTests => "doctests",
            Self::Docs => "docs",
            Self::SetUp => "LibTorch set-up",
            Self::TorchClippy => "clippy (torch)",
            Self::TorchTests => "tests (torch)",
            Self::TorchDocTests => "doctests (torch)",
            Self::TorchDocs => "docs (torch, without LibTorch)",
            Self::Smoke => "reproduce --tier smoke",
        }
    }

    pub(super) fn needs_libtorch(self) -> bool {
        Self::ALL.iter().position(|step| *step == self)
            >= Self::ALL.iter().position(|step| *step == Self::SetUp)
    }

    pub(super) fn run(self, context: &Context<'_>) -> Result<Verdict> {
        match self {
            Self::Format => status(context.cargo(&["fmt", "--all", "--check"])),
            Self::Tidy => Ok(match tidy::run(context.workspace)? {
                Outcome::Done => Verdict::Passed,
                Outcome::CheckFailed => Verdict::Failed("see the list above".into()),
            }),
            Self::Deny => deny(context),
            Self::Clippy => {
                status(deny_warnings(context.cargo(&["clippy", "--all-targets", "--keep-going"])))
            }
            Self::Readers => Ok(readers(context)),
            Self::Tests if context.nextest => status(context.cargo(&["nextest", "run", "--no-tests=pass"])),
            Self::Tests => status(context.cargo(&["test", "--lib", "--bins", "--tests", "--no-fail-fast"])),
            Self::DocTests => status(context.cargo(&["test", "--doc", "--no-fail-fast"])),
            Self::Docs => status(strict_docs(context.cargo(&["doc", "--no-deps"]))),
            Self::SetUp => setup::ensure(context.workspace).map(|()| Verdict::Passed),
            Self::TorchClippy => status(deny_warnings(context.island_cargo(&[
                "clippy",
                "--release",
                "--all-targets",
                "--keep-going",
            ]))),
            Self::TorchTests if context.nextest => status(context.island_cargo(&[
                "nextest",
                "run",
                "--cargo-profile=release",
                "--no-tests=pass",
            ])),
            Self::TorchTests => {
                let mut command = context.island_cargo(&[
                    "test",
                    "--release",
                    "--lib",
                    "--bins",
                    "--tests",
                    "--no-fail-fast",
                ]);
                // LibTorch's default generator is one per process: tests that draw from it must not interleave.
                command.args(["--", "--test-threads=1"]);
                status(command)
            }
            Self::TorchDocTests => {
                status(context.island_cargo(&["test", "--release", "--doc", "--no-fail-fast"]))
            }
            Self::TorchDocs => status(strict_docs(context.docs_of_island())),
            Self::Smoke => smoke::run(context.workspace),
        }
    }
}

/// Where there is no network to fetch them, the tests that need them are skipped and counted.
fn readers(context: &Context<'_>) -> Verdict {
    let modules = ["tensorboard", "pandas", "pyarrow"];
    match environment(context.workspace, "readers", &READERS, &modules) {
        Ok(python) => {
            context.readers.get_or_init(|| python);
            Verdict::Passed
        }
        Err(error) => Verdict::Skipped(format!("{error:#}")),
    }
}

/// Runs a command to its end, its output shown; it passes by exiting with 0.
fn status(mut command: Command) -> Result<Verdict> {
    let status = command.stdin(Stdio::null()).status().context("cannot run cargo")?;
    Ok(if status.success() { Verdict::Passed } else { Verdict::Failed(status.to_string()) })
}

fn deny_warnings(mut clippy: Command) -> Command {
    clippy.args(["--", "-D", "warnings"]);
    clippy
}

fn strict_docs(mut doc: Command) -> Command {
    doc.env("RUSTDOCFLAGS", "-D warnings");
    doc
}

/// cargo-deny is an extra: `tidy` checks the fence of `deny.toml` without it.
fn deny(context: &Context<'_>) -> Result<Verdict> {
    if process::first_line("cargo", &["deny", "--version"]).is_none() {
        return Ok(Verdict::Skipped("cargo-deny is not installed".into()));
    }
    status(context.cargo(&["deny", "check", "bans", "licenses", "sources"]))
}

fn island(metadata: &serde_json::Value) -> Vec<String> {
    let default = metadata["workspace_default_members"].as_array().map(Vec::as_slice).unwrap_or_default();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .filter(|package| !default.contains(&package["id"]))
        .filter_map(|package| package["name"].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_island_is_what_default_members_leave_out() {
        let metadata = serde_json::json!({
            "packages": [{ "id": "a#0", "name": "a" }, { "id": "b#0", "name": "b" }],
            "workspace_default_members": ["a#0"],
        });
        assert_eq!(island(&metadata), ["b"]);
    }

    #[test]
    fn nothing_before_set_up_needs_libtorch() {
        assert!(!Step::Docs.needs_libtorch());
        assert!(Step::SetUp.needs_libtorch() && Step::Smoke.needs_libtorch());
    }
}

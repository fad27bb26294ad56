//! `cargo xtask reproduce` and `cargo xtask affekt`: build the binary with LibTorch and become it.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::workspace::Workspace;

/// Every run of the configuration.
const FULL: &str = "full";
/// The main comparison of the built-in study, in ten to fifteen minutes.
const LAPTOP: &str = "laptop";
/// The same path in about two minutes.
const SMOKE: &str = "smoke";

/// Options of `cargo xtask reproduce`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Study to run [default: configs/circumplex-worlds.toml]
    config: Option<PathBuf>,
    /// How much to run: full, or a [tier.NAME] of the configuration, such as laptop or smoke [default: laptop for the
    /// built-in study, full for others]
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// Where the data sets named by the configuration lie
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
    /// Folder for the study's results [default: runs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Runs at a time
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Where runs execute: local, slurm or kubernetes
    #[arg(long, value_name = "NAME", conflicts_with = "dry_run")]
    executor: Option<String>,
    /// Slurm: hand the scripts over instead of printing them
    #[arg(long, requires = "executor")]
    submit: bool,
    /// Slurm: wait until every job has ended
    #[arg(long, requires = "submit")]
    wait: bool,
    /// Print the plan: runs, what is done already, cost, where results go
    #[arg(long)]
    dry_run: bool,
    /// Override a configuration key; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Further arguments for `affekt study`, after `--`
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Options of `cargo xtask affekt`.
#[derive(clap::Args, Debug)]
pub(crate) struct AffektArgs {
    /// Arguments of the affekt command
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds affekt and replaces this process by the study, so that signals and the exit code are the study's own.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<std::convert::Infallible> {
    let here = env::current_dir().context("cannot tell the current folder")?;
    let arguments = study_arguments(args, &workspace.root, &here)?;
    become_affekt(workspace, &arguments)
}

/// Builds affekt and replaces this process by it.
pub(crate) fn affekt(workspace: &Workspace, args: &AffektArgs) -> Result<std::convert::Infallible> {
    become_affekt(workspace, &args.arguments)
}

/// The arguments of the smoke study with its results below `out`, for `cargo xtask test`.
pub(crate) fn smoke_arguments(workspace: &Workspace, out: &Path) -> Result<Vec<OsString>> {
    let args = Args {
        config: None,
        tier: Some(SMOKE.to_owned()),
        data_root: None,
        out: Some(out.to_path_buf()),
        jobs: None,
        executor: None,
        submit: false,
        wait: false,
        dry_run: false,
        set: Vec::new(),
        rest: Vec::new(),
    };
    study_arguments(&args, &workspace.root, &workspace.root)
}

/// Sets up LibTorch and builds the binary; cargo's own progress is shown. Returns the binary.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    setup::ensure(workspace)?;
    let status = workspace
        .cargo()
        .args(["build", "--release", "--package", "affekt", "--features", "torch"])
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("building affekt failed ({status}); `cargo xtask doctor` says what this machine lacks");
    }
    Ok(workspace.target.join("release").join("affekt"))
}

fn become_affekt(workspace: &Workspace, arguments: &[OsString]) -> Result<std::convert::Infallible> {
    let binary = build(workspace)?;
    let error = Command::new(&binary).args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", binary.display()))
}

fn study_arguments(args: &Args, root: &Path, here: &Path) -> Result<Vec<OsString>> {
    let config = match &args.config {
        Some(config) => find_config(config, root, here)?,
        None => from_root("configs/circumplex-worlds.toml", root, here),
    };
    let verb = if args.dry_run { "plan" } else { "run" };
    let mut line: Vec<OsString> = vec!["study".into(), verb.into(), config.into()];
    let mut option = |name: &str, value: OsString| line.extend([name.into(), value]);
    option("--out", args.out.clone().unwrap_or_else(|| from_root("runs", root, here)).into());
    let default = if args.config.is_none() { LAPTOP } else { FULL };
    let tier = args.tier.as_deref().unwrap_or(default);
    if tier != FULL {
        option("--tier", tier.into());
    }
    if let Some(folder) = &args.data_root {
        option("--data-root", folder.into());
    }
    if let Some(jobs) = args.jobs {
        option("--jobs", jobs.to_string().into());
    }
    if let Some(executor) = &args.executor {
        option("--executor", executor.into());
    }
    for pair in &args.set {
        if !pair.contains('=') {
            bail!("--set {pair}: expected KEY=VALUE");
        }
        option("--set", pair.into());
    }
    let flags = [("--submit", args.submit), ("--wait", args.wait)];
    line.extend(flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.into()));
    line.extend(args.rest.iter().cloned());
    Ok(line)
}

/// A path of the checkout as the user would write it from here.
fn from_root(path: &str, root: &Path, here: &Path) -> PathBuf {
    if here == root { path.into() } else { root.join(path) }
}

/// The configuration as given from the current folder, else from the workspace root; refused before anything is built.
fn find_config(config: &Path, root: &Path, here: &Path) -> Result<PathBuf> {
    if here.join(config).is_file() {
        return Ok(config.to_path_buf());
    }
    if root.join(config).is_file() {
        return Ok(root.join(config));
    }
    let mut known: Vec<String> = std::fs::read_dir(root.join("configs"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| format!("configs/{}", entry.file_name().to_string_lossy()))
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "toml"))
        .collect();
    known.sort();
    bail!("no such configuration: {}; there are {}", config.display(), known.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &[&str]) -> Result<Vec<String>> {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            args: Args,
        }
        let parsed = <Only as clap::Parser>::try_parse_from([&["xtask"], line].concat())?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
        let line = study_arguments(&parsed.args, root, root)?;
        Ok(line.into_iter().map(|argument| argument.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn the_default_study_is_told_the_tier() {
        let told = ["study", "run", "configs/circumplex-worlds.toml", "--out", "runs"];
        assert_eq!(arguments(&["--tier", "full"]).expect("valid"), told);
        assert_eq!(arguments(&[]).expect("valid"), [&told[..], &["--tier", "laptop"]].concat());
        let smoke = arguments(&["--tier", "smoke"]).expect("valid");
        assert_eq!(smoke, [&told[..], &["--tier", "smoke"]].concat());
    }

    #[test]
    fn a_queue_and_a_tier_of_the_studys_own_are_passed_on() {
        let told = ["study", "run", "Cargo.toml", "--out", "runs", "--tier", "noise20"];
        let queue = ["--executor", "slurm", "--submit", "--wait"];
        let line = [&["Cargo.toml", "--tier", "noise20"][..], &queue].concat();
        assert_eq!(arguments(&line).expect("valid"), [&told[..], &queue].concat());
    }

    #[test]
    fn a_named_study_is_told_the_tier_and_the_rest() {
        assert_eq!(
            arguments(&["Cargo.toml"]).expect("valid"),
            ["study", "run", "Cargo.toml", "--out", "runs"]
        );
        let line = ["Cargo.toml", "--tier", "smoke", "--set", "epochs=1", "--dry-run", "--", "--json"];
        let expected = [
            "study",
            "plan",
            "Cargo.toml",
            "--out",
            "runs",
            "--tier",
            "smoke",
            "--set",
            "epochs=1",
            "--json",
        ];
        assert_eq!(arguments(&line).expect("valid"), expected);
    }

    #[test]
    fn bad_input_is_refused_before_a_build() {
        assert!(arguments(&["no-such.toml"]).is_err());
        assert!(arguments(&["Cargo.toml", "--submit"]).is_err(), "to whom?");
        assert!(arguments(&["Cargo.toml", "--set", "epochs"]).is_err());
    }
}

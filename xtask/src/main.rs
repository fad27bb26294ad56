//! Project automation: `cargo xtask <command>`.
//!
//! Exit codes: 0 done, 1 a check failed, 2 usage or input error. Results go to stdout, progress to stderr.
#![allow(clippy::print_stdout, reason = "a command's result belongs on stdout")]
#![allow(clippy::doc_markdown, reason = "clap prints these comments; LibTorch is a name")]

mod bench;
mod doctor;
mod golden;
mod process;
mod reproduce;
mod setup;
mod test;
mod tidy;
mod venv;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Sets up LibTorch, builds and drives affekt, runs every check.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put LibTorch into the target folder: from $LIBTORCH, an active Python with torch, or through pip
    Setup(setup::Args),
    /// Set up, build and run a study: every table, figure and claim, with the report's path at the end
    Reproduce(reproduce::Args),
    /// Build affekt with LibTorch and run it with these arguments
    Affekt(reproduce::AffektArgs),
    /// Everything CI checks, cheapest first
    Test(test::Args),
    /// The rules of the workspace that no compiler checks
    Tidy,
    /// Speed as a ratio beside a peer, both measured in one run
    #[command(subcommand)]
    Bench(bench::Args),
    /// Reference values of tests, written again by their generators
    #[command(subcommand)]
    Golden(golden::Args),
    /// What is missing on this machine and how to get it
    Doctor,
}

/// How a command that ran to its end came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything asked for was done (exit code 0).
    Done,
    /// It ran, and a check failed (exit code 1).
    CheckFailed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::CheckFailed => Self::from(1),
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli.command) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: &Command) -> anyhow::Result<Outcome> {
    let workspace = Workspace::find()?;
    match command {
        Command::Setup(args) => setup::run(&workspace, args),
        Command::Reproduce(args) => match reproduce::run(&workspace, args)? {},
        Command::Affekt(args) => match reproduce::affekt(&workspace, args)? {},
        Command::Test(args) => test::run(&workspace, args),
        Command::Tidy => tidy::run(&workspace),
        Command::Bench(args) => bench::run(&workspace, args),
        Command::Golden(args) => golden::run(&workspace, args),
        Command::Doctor => Ok(doctor::run(&workspace)),
    }
}

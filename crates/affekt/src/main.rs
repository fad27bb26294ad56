//! The affekt command: data, worlds, studies, training, comparison and report.
//!
//! Exit codes: 0 done, 1 a check failed (a run failed, a dataset needs attention), 2 usage or input error,
//! 85 a training was asked to stop and kept its state, 130 interrupted. Results go to standard output, progress and logs to standard error.

mod cli;
mod commands;
mod detector;
mod identity;
#[cfg(any(feature = "torch", test))]
mod machine;
mod output;
#[cfg(feature = "torch")]
mod predict;
mod prepare;
#[cfg(feature = "torch")]
mod train;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::output::Outcome;

/// Preparing pictures makes many small buffers per picture on every thread: a sixth of its time with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter = EnvFilter::try_from_env("AFFEKT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match commands::run(cli.command) {
        Ok(outcome) => outcome.into(),
        Err(error) if output::is_closed_pipe(&error) => Outcome::Done.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

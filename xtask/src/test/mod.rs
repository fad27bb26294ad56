//! `cargo xtask test`: everything CI checks, cheapest first, going on after a failure.

mod report;
mod smoke;
mod steps;

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};

use self::report::Report;
use self::steps::Step;
use crate::Outcome;
use crate::workspace::Workspace;

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what needs no LibTorch: format, lints, tidy, tests
    #[arg(long)]
    quick: bool,
}

/// How one step came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The check holds.
    Passed,
    /// It does not; the text says what to look at.
    Failed(String),
    /// It was not made; the text says why.
    Skipped(String),
}

/// Runs every step and prints the table.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<Outcome> {
    let scratch = workspace.target.join("xtask");
    fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    // Tests that cannot run here (no GPU, no data set) add a line with the reason instead of passing silently.
    let skip_log = scratch.join("skipped-tests.log");
    fs::write(&skip_log, "").with_context(|| format!("cannot write {}", skip_log.display()))?;
    let context = steps::Context::new(workspace, &skip_log)?;

    let steps = Step::ALL;
    let mut report = Report::default();
    let mut libtorch = true;
    for (index, step) in steps.iter().enumerate() {
        eprintln!("\n[{}/{}] {}", index + 1, steps.len(), step.name());
        let start = Instant::now();
        let verdict = if step.needs_libtorch() && args.quick {
            Verdict::Skipped("--quick".into())
        } else if step.needs_libtorch() && !libtorch {
            Verdict::Skipped("LibTorch could not be set up".into())
        } else {
            step.run(&context).unwrap_or_else(|error| Verdict::Failed(format!("{error:#}")))
        };
        if *step == Step::SetUp && verdict != Verdict::Passed {
            libtorch = false;
        }
        if let Verdict::Failed(why) | Verdict::Skipped(why) = &verdict {
            eprintln!("{}: {why}", step.name());
        }
        report.add(step.name(), verdict, start.elapsed());
    }
    let skipped = fs::read_to_string(&skip_log).unwrap_or_default();
    print!("{}", report.render(&skipped));
    Ok(if report.failed() == 0 { Outcome::Done } else { Outcome::CheckFailed })
}

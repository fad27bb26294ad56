//! `affekt study status`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use affekt_artifact::{Failure, Plan};
use affekt_study::{RunLock, Study, is_done, run_folder};
use anyhow::Context;
use serde::Serialize;

use crate::cli::StatusArgs;
use crate::output::{self, Outcome, Table};

/// What `--json` prints.
#[derive(PartialEq, Serialize)]
struct Status {
    study: String,
    folder: String,
    done: u64,
    running: u64,
    failed: u64,
    to_do: u64,
    runs: Vec<RunStatus>,
}

#[derive(PartialEq, Serialize)]
struct RunStatus {
    id: String,
    state: &'static str,
    held_by: Option<String>,
    /// Epochs done of those there are.
    epochs: Option<[u64; 2]>,
    /// What ended it, for a run that failed.
    failure: Option<Failure>,
}

pub(super) fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let dir = study_dir(args)?;
    let plan = Plan::load(&dir.join("plan.toml"))
        .with_context(|| format!("{} holds no planned study; `affekt study run` makes one", dir.display()))?;
    let mut last = status(&dir, &plan);
    if args.json {
        output::json(&last)?;
        return Ok(Outcome::Done);
    }
    output::print(&render(&last))?;
    let Some(seconds) = args.watch else { return Ok(Outcome::Done) };
    let every = Duration::try_from_secs_f64(seconds).context("--watch")?;
    // Until nothing is left that could change by itself.
    while last.running + last.to_do > 0 {
        std::thread::sleep(every);
        let now = status(&dir, &plan);
        if now != last {
            let clear = if std::io::stdout().is_terminal() { "\x1b[H\x1b[2J" } else { "\n" };
            output::print(&format!("{clear}{}", render(&now)))?;
            last = now;
        }
    }
    Ok(Outcome::Done)
}

fn study_dir(args: &StatusArgs) -> anyhow::Result<PathBuf> {
    if args.study.is_dir() {
        return Ok(args.study.clone());
    }
    let study = Study::load(&args.study, args.tier.as_deref(), &[])?;
    Ok(args.out.join(&study.spec().study))
}

fn status(dir: &Path, plan: &Plan) -> Status {
    let runs: Vec<RunStatus> = plan
        .runs
        .iter()
        .map(|run| {
            let folder = run_folder(dir, run);
            let held_by =
                RunLock::holder(&folder).map(|owner| format!("pid {} on {}", owner.pid, owner.host));
            let done = is_done(&folder);
            let failure = if done { None } else { Failure::of(&folder) };
            let state = match (done, &held_by, &failure) {
                (true, ..) => "done",
                (false, Some(_), _) => "running",
                (false, None, Some(_)) => "failed",
                (false, None, None) => "to do",
            };
            let epochs = if done { None } else { epochs(&folder) };
            RunStatus { id: run.id.clone(), state, held_by, epochs, failure }
        })
        .collect();
    let count = |state: &str| runs.iter().filter(|run| run.state == state).count() as u64;
    Status {
        study: plan.study.clone(),
        folder: dir.display().to_string(),
        done: count("done"),
        running: count("running"),
        failed: count("failed"),
        to_do: count("to do"),
        runs,
    }
}

/// Epochs a run has done, of those it is to do: the last line of its `metrics.jsonl`.
fn epochs(folder: &Path) -> Option<[u64; 2]> {
    let text = std::fs::read_to_string(folder.join("metrics.jsonl")).ok()?;
    let record: serde_json::Value = serde_json::from_str(text.lines().last()?).ok()?;
    Some([record.get("epoch")?.as_u64()?, record.get("epochs")?.as_u64()?])
}

fn render(status: &Status) -> String {
    let mut table = Table::new(&["run", "state", "epoch", ""]);
    // What is done needs no line of its own.
    for run in status.runs.iter().filter(|run| run.state != "done") {
        let epoch = run.epochs.map_or_else(String::new, |[epoch, epochs]| format!("{epoch}/{epochs}"));
        let told = |failure: &Failure| {
            format!("{}: {}", failure.class, failure.message.lines().next().unwrap_or_default())
        };
        let why = run.held_by.clone().or_else(|| run.failure.as_ref().map(told)).unwrap_or_default();
        table.row([run.id.clone(), run.state.to_owned(), epoch, why]);
    }
    let (done, running, failed, to_do) = (status.done, status.running, status.failed, status.to_do);
    format!(
        "study {} in {}: {done} done, {running} running, {failed} failed, {to_do} to do\n\n{}",
        status.study,
        status.folder,
        table.render()
    )
}

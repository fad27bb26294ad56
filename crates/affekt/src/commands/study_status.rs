//! `affekt study status`

use std::path::{Path, PathBuf};

use affekt_artifact::Plan;
use affekt_study::{RunLock, Study, is_done, run_folder};
use anyhow::Context;
use serde::Serialize;

use crate::cli::StatusArgs;
use crate::output::{self, Outcome, Table};

/// What `--json` prints.
#[derive(Serialize)]
struct Status {
    study: String,
    folder: String,
    done: u64,
    running: u64,
    to_do: u64,
    runs: Vec<RunStatus>,
}

#[derive(Serialize)]
struct RunStatus {
    id: String,
    state: &'static str,
    held_by: Option<String>,
}

pub(super) fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let dir = study_dir(args)?;
    let plan = Plan::load(&dir.join("plan.toml"))
        .with_context(|| format!("{} holds no planned study; `affekt study run` makes one", dir.display()))?;
    let status = status(&dir, &plan);
    if args.json {
        output::json(&status)?;
    } else {
        output::print(&render(&status))?;
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
            let state = match (is_done(&folder), &held_by) {
                (true, _) => "done",
                (false, Some(_)) => "running",
                (false, None) => "to do",
            };
            RunStatus { id: run.id.clone(), state, held_by }
        })
        .collect();
    let count = |state: &str| runs.iter().filter(|run| run.state == state).count() as u64;
    Status {
        study: plan.study.clone(),
        folder: dir.display().to_string(),
        done: count("done"),
        running: count("running"),
        to_do: count("to do"),
        runs,
    }
}

fn render(status: &Status) -> String {
    let mut table = Table::new(&["run", "state", ""]);
    for run in &status.runs {
        table.row([run.id.clone(), run.state.to_owned(), run.held_by.clone().unwrap_or_default()]);
    }
    let (done, running, to_do) = (status.done, status.running, status.to_do);
    format!(
        "study {} in {}: {done} done, {running} running, {to_do} to do\n\n{}",
        status.study,
        status.folder,
        table.render()
    )
}

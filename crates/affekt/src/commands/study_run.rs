//! `affekt study run`

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use affekt_artifact::{Digest, Failure, Plan};
use affekt_study::{
    Collected, Console, Executor, Job, JobOutcome, JobStatus, LocalPool, Study, collection_key, plan_study,
};
use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::kubernetes;
use super::slurm::{self, Handed};
use super::study_collect::collect_now;
use super::{report, summary};
use crate::cli::{ExecutorArg, RunArgs, StudyArgs};
use crate::output::{self, Outcome};
use crate::{identity, prepare};

pub(super) fn run(args: &RunArgs) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        args.executor == ExecutorArg::Local || !args.fail_fast,
        "--fail-fast works on this machine only; in a queue its own command (scancel, kubectl delete) ends the rest"
    );
    let slurm = (args.executor == ExecutorArg::Slurm).then(|| slurm::spec(args)).transpose()?;
    let stop = stop_flag()?;
    let out = &args.study.out;
    let study = Study::load(&args.study.config, args.study.tier.as_deref(), &args.study.overrides)?;
    // Told before data are prepared, which may take hours.
    study.weights()?;
    let located = prepare::locate(&study, out, args.study.data_root.as_deref())?;
    let datasets = prepare::prepare(located, out)?;
    let planned = plan_study(&study, &datasets, &identity::plan_context(command(&args.study)))?;
    let dir = out.join(&study.spec().study);
    planned.save(&dir)?;
    study.save(&dir)?;

    let to_do = only(planned.to_do(&dir), args.only.as_deref());
    if args.executor == ExecutorArg::Kubernetes {
        return kubernetes::run(args, &study, &dir, &to_do);
    }
    if let Some(spec) = slurm {
        let total = planned.plan.n_trained();
        if slurm::run(&args.slurm, &spec, &study, &dir, &to_do, total, &stop)? == Handed::Over {
            return Ok(Outcome::Done);
        }
        conclude(out, &dir, &planned.plan, to_do.is_empty())?;
        let left = planned.to_do(&dir).len();
        if left > 0 {
            eprintln!(
                "{left} of {total} runs did not end well; their logs say why, and the same command goes on"
            );
        }
        return Ok(if left > 0 { Outcome::CheckFailed } else { Outcome::Done });
    }
    let outcomes = execute(args, &study, planned.plan.n_trained(), &to_do, stop.clone())?;
    if stop.load(Ordering::Relaxed) {
        let left = planned.to_do(&dir).len();
        let total = planned.plan.n_trained();
        eprintln!(
            "interrupted: {} of {total} runs are done; the same command goes on from here: {}",
            total - left,
            command(&args.study)
        );
        return Ok(Outcome::Interrupted);
    }
    // Failures are told, and count, whatever becomes of the tables.
    let unfinished = tell_unfinished(&outcomes);
    match conclude(out, &dir, &planned.plan, to_do.is_empty()) {
        Err(error) if !(unfinished && output::is_closed_pipe(&error)) => return Err(error),
        _ => {}
    }
    Ok(if unfinished { Outcome::CheckFailed } else { Outcome::Done })
}

/// Runs of the kind that `--only` names.
fn only(to_do: Vec<Job>, which: Option<&str>) -> Vec<Job> {
    let wanted = |job: &Job| match which {
        None => true,
        Some("failed") => Failure::of(&job.folder).is_some(),
        Some("missing") => Failure::of(&job.folder).is_none(),
        Some(text) => job.id.contains(text),
    };
    to_do.into_iter().filter(wanted).collect()
}

/// Set by Ctrl-C and SIGTERM; a second one ends this process at once, and its children with it.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, stop.clone())
            .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
            .context("cannot listen for signals")?;
    }
    Ok(stop)
}

fn execute(
    args: &RunArgs,
    study: &Study,
    total: usize,
    to_do: &[Job],
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Vec<JobOutcome>> {
    if to_do.is_empty() {
        return Ok(Vec::new());
    }
    let threads_per_run = study.spec().threads_per_run;
    let jobs = args.jobs.unwrap_or_else(|| LocalPool::default_jobs(threads_per_run));
    eprintln!("{}: {} of {total} runs to do, {jobs} at a time", study.spec().study, to_do.len());
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let (fail_fast, save_every) = (args.fail_fast, args.save_every);
    let each = |n| (0..n).map(|index| format!("cuda:{index}")).collect();
    let devices = args.gpus.map_or_else(|| args.device.clone(), each);
    let pool = LocalPool { program, jobs, threads_per_run, fail_fast, save_every, devices, stop };
    let mut console = Console::new(total, to_do.len());
    Ok(pool.execute(to_do, &mut console)?)
}

/// Collects and reports unless both are current, and prints what a person wants to see.
fn conclude(out: &Path, dir: &Path, plan: &Plan, nothing_ran: bool) -> anyhow::Result<()> {
    let key: Digest = collection_key(dir, plan, identity::COLLECT)?;
    let report_path = dir.join("report.html");
    let collected = Collected::load(dir).filter(|collected| collected.is_current(dir, &key));
    if let Some(collected) = &collected
        && collected.reported.as_ref() == Some(&key)
        && report_path.is_file()
    {
        summary::print_claims(dir)?;
        if nothing_ran && collected.holes.is_empty() {
            let total = plan.n_trained();
            let path = report_path.display();
            return output::line(&format!(
                "nothing to do: {total} of {total} runs done, report is current: {path}"
            ));
        }
        summary::print_limits(dir, out, plan)?;
        summary::tell_holes(collected);
        return output::line(&format!("\nreport: {}", report_path.display()));
    }
    let collected = match collected {
        Some(collected) => collected,
        None => collect_now(dir, plan)?,
    };
    let path = report::write(dir, None)?;
    summary::print_claims(dir)?;
    summary::print_limits(dir, out, plan)?;
    summary::tell_holes(&collected);
    output::line(&format!("\nreport: {path}"))
}

/// Names runs that failed or are held; true when there are any.
fn tell_unfinished(outcomes: &[JobOutcome]) -> bool {
    let mut any = false;
    for outcome in outcomes {
        match &outcome.status {
            JobStatus::Failed { how, log_tail } => {
                any = true;
                eprintln!("\nrun {} failed: {how}", outcome.job.id);
                eprintln!("  log: {}", outcome.job.folder.join("log.txt").display());
                for line in log_tail.lines() {
                    eprintln!("  | {line}");
                }
            }
            JobStatus::Held { owner } => {
                any = true;
                eprintln!(
                    "run {} is held by pid {} on {}; start again when it is done",
                    outcome.job.id, owner.pid, owner.host
                );
            }
            JobStatus::Stopped => {
                any = true;
                eprintln!("run {} was not run", outcome.job.id);
            }
            JobStatus::Done { .. } | JobStatus::Taken { .. } => {}
        }
    }
    any
}

/// The command that makes this study again.
pub(super) fn command(args: &StudyArgs) -> String {
    let mut words = vec!["affekt study run".to_owned(), quoted(&args.config.to_string_lossy())];
    words.extend([String::from("--out"), quoted(&args.out.to_string_lossy())]);
    if let Some(root) = &args.data_root {
        words.extend([String::from("--data-root"), quoted(&root.to_string_lossy())]);
    }
    if let Some(tier) = &args.tier {
        words.extend([String::from("--tier"), quoted(tier)]);
    }
    for item in &args.overrides {
        words.extend([String::from("--set"), quoted(item)]);
    }
    words.join(" ")
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

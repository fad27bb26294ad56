//! `affekt study run --executor slurm`

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use affekt_study::{Job, Queue, SlurmSpec, Study, Submission};
use anyhow::Context;

use crate::cli::{RunArgs, SlurmArgs};
use crate::output;

/// How often the queue is asked.
const TICK: Duration = Duration::from_secs(2);

/// What came of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handed {
    /// Written and perhaps in the queue: there is nothing to collect yet.
    Over,
    /// Every job has ended.
    Ended,
}

/// What the submission asks for, where there is a Slurm to hand it to: both are known before hours of preparing data.
pub(super) fn spec(args: &RunArgs) -> anyhow::Result<SlurmSpec> {
    let mut set = args.slurm.set.clone();
    set.extend(args.gpus.map(|n| format!("gpus_per_node={n}")));
    let spec = SlurmSpec::load(args.slurm.file.as_deref(), &set)?;
    if args.slurm.submit {
        let way_out =
            "--submit needs Slurm: start it on a login node, or leave --submit out to write the scripts only";
        Queue.check().context(way_out)?;
    }
    Ok(spec)
}

/// Writes the scripts of a submission, says what they ask for, and hands them over where that is wanted.
pub(super) fn run(
    args: &SlurmArgs,
    spec: &SlurmSpec,
    study: &Study,
    dir: &Path,
    to_do: &[Job],
    total: usize,
    stop: &AtomicBool,
) -> anyhow::Result<Handed> {
    if to_do.is_empty() {
        return Ok(Handed::Ended);
    }
    let (name, threads) = (&study.spec().study, study.spec().threads_per_run);
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let submission = Submission::write(dir, name, to_do, threads, &program, spec)?;
    let n = to_do.len();
    output::line(&format!(
        "{name}: {n} of {total} runs to do\nwrote {}/{{array.sbatch, report.sbatch, index.tsv}}\narray of {n}, {} at a \
         time, {} CPUs, {} GPUs, {} min, signal {}@{}, at most {} time-outs a run",
        submission.folder.display(),
        spec.array_parallelism,
        spec.cpus_per_task.unwrap_or(threads),
        spec.gpus_per_node.unwrap_or(0),
        spec.timeout_min,
        spec.signal,
        spec.signal_delay_s,
        spec.max_num_timeout,
    ))?;
    if !args.submit {
        let lines = submission.commands(Queue::DEFAULT_ARRAY_SIZE);
        output::line(&format!("submit with:\n  {}\nor the same command with --submit", lines.join("\n  ")))?;
        return Ok(Handed::Over);
    }
    let submitted = submission.submit(Queue)?;
    let arrays: Vec<String> = submitted.arrays.iter().map(ToString::to_string).collect();
    output::line(&format!("submitted: arrays {}, report {}", arrays.join(", "), submitted.report))?;
    if !args.wait {
        output::line(&format!("see how it goes: affekt study status {}", dir.display()))?;
        return Ok(Handed::Over);
    }
    while Queue.left(&submitted.jobs())? > 0 {
        if stop.load(Ordering::Relaxed) {
            output::line("no longer waiting; the jobs stay in the queue (scancel ends them)")?;
            return Ok(Handed::Over);
        }
        std::thread::sleep(TICK);
    }
    Ok(Handed::Ended)
}

//! The shell scripts of a submission.

use std::path::Path;

use super::SlurmSpec;
use crate::EXIT_KEPT;

/// A word for the shell, whatever is in it.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Each text on a line of its own, after `before`.
fn lines(before: &str, texts: &[String]) -> String {
    texts.iter().map(|text| format!("{before}{text}\n")).collect::<Vec<_>>().concat()
}

/// The script of every run of the array. Task k of a chunk runs line `AFFEKT_OFFSET + k` of `index.tsv`.
pub(super) fn array(name: &str, folder: &Path, program: &Path, threads: u32, spec: &SlurmSpec) -> String {
    let logs = folder.join("logs").join("%A_%a.log").display().to_string();
    let fixed = [
        format!("--job-name=affekt-{name}"),
        format!("--output={logs}"),
        "--open-mode=append".to_owned(),
        "--requeue".to_owned(),
    ];
    let options = lines("#SBATCH ", &fixed.into_iter().chain(spec.options(threads)).collect::<Vec<_>>());
    let setup = lines("", &spec.setup);
    let srun = spec.srun_args.iter().map(|word| format!(" {}", quoted(word))).collect::<Vec<_>>().concat();
    let cpus = spec.cpus_per_task.unwrap_or(threads);
    // As submitit tells a time-out from a preemption: by whether the limit was near.
    let limit = u64::from(spec.timeout_min) * 60;
    let near = (limit * 8 / 10).min(limit.saturating_sub(u64::from(spec.signal_delay_s) + 60)).max(1);
    format!(
        r#"#!/bin/bash
{options}
set -u
folder={folder}
line=$((${{AFFEKT_OFFSET:-0}} + SLURM_ARRAY_TASK_ID + 1))
run=$(sed -n "${{line}}p" "$folder/index.tsv" | cut -f2)
if [ -z "$run" ]; then
    echo "no line $line in $folder/index.tsv" >&2
    exit 2
fi
{setup}export OMP_NUM_THREADS={threads} MKL_NUM_THREADS={threads} RAYON_NUM_THREADS={threads}
srun --ntasks=1 --cpus-per-task={cpus}{srun} {program} train --run "$run" --save-every 300
code=$?
# {EXIT_KEPT}: asked to stop, state kept. The script asks for another turn, for a container may have no scontrol; of its own task and
# not of the whole array.
if [ "$code" = {EXIT_KEPT} ]; then
    if [ "$SECONDS" -ge {near} ]; then
        count="$folder/timeouts/$line"
        n=$(($(cat "$count" 2>/dev/null || echo 0) + 1))
        echo "$n" >"$count"
        if [ "$n" -gt {max} ]; then
            echo "out of time $n times, more than max_num_timeout = {max}; its state is kept" >&2
            exit {EXIT_KEPT}
        fi
    fi
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}" && exit 0
fi
exit "$code"
"#,
        folder = quoted(&folder.display().to_string()),
        program = quoted(&program.display().to_string()),
        max = spec.max_num_timeout,
    )
}

/// The script that measures and reports when the runs have ended, however they did.
pub(super) fn report(
    name: &str,
    folder: &Path,
    program: &Path,
    study_dir: &Path,
    spec: &SlurmSpec,
) -> String {
    let log = folder.join("logs").join("report.log").display().to_string();
    let mut options = vec![
        format!("--job-name=affekt-{name}-report"),
        format!("--output={log}"),
        "--open-mode=append".to_owned(),
        "--time=60".to_owned(),
    ];
    options.extend(spec.partition.iter().map(|partition| format!("--partition={partition}")));
    options.extend(spec.account.iter().map(|account| format!("--account={account}")));
    options.extend(spec.qos.iter().map(|qos| format!("--qos={qos}")));
    let options = lines("#SBATCH ", &options);
    let setup = lines("", &spec.setup);
    let (program, study) = (quoted(&program.display().to_string()), quoted(&study_dir.display().to_string()));
    format!(
        "#!/bin/bash\n{options}\nset -eu\n{setup}{program} study collect {study}\n{program} report {study}\n"
    )
}

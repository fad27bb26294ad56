//! Arguments of `affekt study`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum StudyCommand {
    /// Run what is not done, collect, report; safe to stop and to start again
    Run(RunArgs),
    /// Show what would run, what is done and what it would cost; writes nothing
    Plan(PlanArgs),
    /// Show which runs are done, running or to do
    Status(StatusArgs),
    /// Measure the finished runs again: results.csv, tests.csv, claims.json
    Collect(CollectArgs),
    /// Print the JSON Schema of study files, with which editors complete and check them
    #[command(after_help = "\
Example:
  affekt study schema > configs/study.schema.json

A file whose first line is `#:schema ./study.schema.json` is then checked by taplo and by the editors that use it.")]
    Schema,
}

/// A study file and what is put over it.
#[derive(Args, Clone, Debug)]
pub(crate) struct StudyArgs {
    /// Study file (TOML)
    pub(crate) config: PathBuf,
    /// Folder of all studies and prepared datasets
    #[arg(long, default_value = "runs")]
    pub(crate) out: PathBuf,
    /// Folder with the files of the study's file datasets
    #[arg(long)]
    pub(crate) data_root: Option<PathBuf>,
    /// Merge the study file's [tier.NAME] table over it
    #[arg(long, value_name = "NAME")]
    pub(crate) tier: Option<String>,
    /// Change a value, such as train.epochs=2 or dataset.0.source.size.test=500; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt study run configs/circumplex-worlds.toml --tier smoke
  affekt study run configs/faces8.toml --data-root /data/faces8 --out runs --jobs 2 --set train.epochs=5
  affekt study run configs/faces8.toml --data-root /data/faces8 --only failed
  affekt study run configs/faces8.toml --data-root /data/faces8 --executor slurm --slurm-set partition=gpu --gpus 1 --submit

Stopped with Ctrl-C or killed, the same command goes on from what is done.")]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Runs at a time [default: cores / threads of a run]
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Stop at the first failed run instead of going on with the others (not with Slurm)
    #[arg(long, overrides_with = "keep_going")]
    pub(crate) fail_fast: bool,
    /// Go on with the other runs after a failed one: what is done without --fail-fast
    #[arg(long, overrides_with = "fail_fast")]
    pub(crate) keep_going: bool,
    /// Seconds between two savings of a run's state, from which it goes on after a kill; 0 for every step
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub(crate) save_every: f64,
    /// Where to compute: cpu, cuda, auto for CUDA where there is some; several with commas are taken in turn (cuda:0,cuda:1)
    #[arg(long, default_value = "auto", value_delimiter = ',')]
    pub(crate) device: Vec<String>,
    /// GPUs: of this machine, among which runs are shared out; of each run, with Slurm and Kubernetes
    #[arg(long, value_name = "N", conflicts_with = "device", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) gpus: Option<u32>,
    /// Runs of one kind only: failed, missing (never begun, or stopped), or those whose id holds this text
    #[arg(long, value_name = "failed|missing|TEXT")]
    pub(crate) only: Option<String>,
    /// Where runs are executed
    #[arg(long, value_enum, default_value = "local")]
    pub(crate) executor: ExecutorArg,
    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
    /// Kubernetes: file of image, claim, mount, parallelism and resources (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) kubernetes: Option<PathBuf>,
}

/// Where runs are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExecutorArg {
    /// On this machine, some at a time
    Local,
    /// As a Slurm array; its scripts are written and, with --submit, handed over
    Slurm,
    /// As an Indexed Job of Kubernetes; its manifest is written
    Kubernetes,
}

/// Options of a Slurm submission.
#[derive(Args, Clone, Debug)]
pub(crate) struct SlurmArgs {
    /// Slurm: hand the scripts over instead of printing what would
    #[arg(long)]
    pub(crate) submit: bool,
    /// Slurm: wait until every job of the submission has ended
    #[arg(long, requires = "submit")]
    pub(crate) wait: bool,
    /// Slurm: file of resources (TOML), under the names of submitit and Hydra: `timeout_min`, `cpus_per_task`,
    /// `gpus_per_node`, `mem_gb`, `partition`, `qos`, `account`, `constraint`, `exclude`, `array_parallelism`, `setup`,
    /// `srun_args`, `additional_parameters`, `max_num_timeout`, `signal`, `signal_delay_s`
    #[arg(long = "slurm", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Slurm: one of these; may be repeated
    #[arg(long = "slurm-set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt study plan configs/circumplex-worlds.toml --tier smoke
  affekt study plan configs/faces8.toml --data-root /data/faces8 --set seeds=[0,1] --json")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Runs at a time, for the estimate [default: cores / threads of a run]
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt study status runs/circumplex-worlds
  affekt study status configs/circumplex-worlds.toml --tier smoke --watch 5")]
pub(crate) struct StatusArgs {
    /// Study file or study folder
    pub(crate) study: PathBuf,
    /// Folder of all studies, where a study file is given
    #[arg(long, default_value = "runs")]
    pub(crate) out: PathBuf,
    /// Tier, where a study file is given
    #[arg(long, value_name = "NAME")]
    pub(crate) tier: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "watch")]
    pub(crate) json: bool,
    /// Look again every so many seconds, and print what changed, until no run is running or to do
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2")]
    pub(crate) watch: Option<f64>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt study collect runs/circumplex-worlds
  affekt study collect runs/circumplex-worlds --from /mnt/other/runs/circumplex-worlds")]
pub(crate) struct CollectArgs {
    /// Study folder, such as runs/circumplex-worlds
    pub(crate) study_dir: PathBuf,
    /// Folder of the same study from another machine, whose finished runs are taken first; may be repeated
    #[arg(long = "from", value_name = "DIR")]
    pub(crate) from: Vec<PathBuf>,
}

//! Arguments of `affekt doctor`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt doctor
  affekt doctor configs/faces8.toml --data-root /data/faces8
  srun --ntasks=1 affekt doctor configs/faces8.toml --data-root /data/faces8 --slurm

Exit code 1 when something is found that would stop a study.")]
pub(crate) struct DoctorArgs {
    /// Study file (TOML) to look at too: its keys, its weights, its datasets
    pub(crate) config: Option<PathBuf>,
    /// Folder of all studies and prepared datasets
    #[arg(long, default_value = "runs")]
    pub(crate) out: PathBuf,
    /// Folder with the files of the study's file datasets
    #[arg(long, requires = "config")]
    pub(crate) data_root: Option<PathBuf>,
    /// Tier of the study
    #[arg(long, value_name = "NAME", requires = "config")]
    pub(crate) tier: Option<String>,
    /// Look at Slurm too, best inside an allocation
    #[arg(long)]
    pub(crate) slurm: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

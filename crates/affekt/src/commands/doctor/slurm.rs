//! Slurm, from outside or inside an allocation.

use std::env;
use std::path::Path;

use affekt_study::Queue;

use super::Finding;
use super::machine::{df, existing};

/// File systems that are one machine's own.
const LOCAL: [&str; 7] = ["tmpfs", "overlay", "ext4", "xfs", "btrfs", "squashfs", "devtmpfs"];

pub(super) fn look(out: &Path) -> Vec<Finding> {
    vec![commands(), allocation(), gpus(), shared("output folder", out), program()]
}

fn commands() -> Finding {
    let what = "Slurm";
    match Queue.max_array_size() {
        Ok(size) => Finding::ok(what, format!("scontrol answers; arrays of up to {size} tasks")),
        Err(error) => Finding::fail(
            what,
            format!("{:#}", anyhow::Error::from(error)),
            "run this where sbatch and scontrol are on the PATH; inside a container, submit from outside",
        ),
    }
}

fn allocation() -> Finding {
    let what = "allocation";
    let of = |name| env::var(name).ok();
    let Some(job) = of("SLURM_JOB_ID") else {
        return Finding::warn(what, "none", "srun affekt doctor --slurm shows what a run will see");
    };
    let node = of("SLURMD_NODENAME").unwrap_or_default();
    let cpus = of("SLURM_CPUS_PER_TASK").unwrap_or_else(|| "1".to_owned());
    Finding::ok(what, format!("job {job} on {node}, {cpus} CPUs a task"))
}

fn gpus() -> Finding {
    let what = "GPUs given";
    match env::var("CUDA_VISIBLE_DEVICES") {
        Ok(devices) if !devices.is_empty() => Finding::ok(what, devices),
        _ => Finding::ok(what, "none"),
    }
}

/// Nodes must see what is here; a file system of this machine's own is a sign that they do not.
fn shared(what: &'static str, path: &Path) -> Finding {
    let folder = existing(path);
    match df("fstype", &folder) {
        Some(kind) if LOCAL.contains(&kind.as_str()) => Finding::warn(
            what,
            format!("{} is on {kind}", folder.display()),
            "the nodes must see it: keep it on the cluster's shared file system, unless this node is the only one",
        ),
        Some(kind) => Finding::ok(what, format!("{} is on {kind}", folder.display())),
        None => Finding::ok(what, folder.display().to_string()),
    }
}

fn program() -> Finding {
    match env::current_exe() {
        Ok(program) => shared("program", program.parent().unwrap_or(&program)),
        Err(error) => Finding::fail("program", error.to_string(), "start affekt by its full path"),
    }
}

//! Datasets of a study, prepared once under `<out>/data/<name>-<digest of inputs>/` and used by every run.

mod files;
mod noise;
mod progress;
mod thin;
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use affekt_artifact::Digest;
use affekt_core::LabelSet;
use affekt_face::Preprocess;
use affekt_study::{
    DatasetSource, DatasetSpec, LockError, Prepared, PreparedDataset, RunLock, Study, check_classes,
};
use anyhow::{Context, bail};

pub(crate) use noise::class_distances;
pub(crate) use progress::Progress;
pub(crate) use world::limits;

use files::Files;
use world::Rendering;

/// A dataset that may have to be prepared.
trait Preparation {
    /// Digest of everything the folder is made from.
    fn inputs(&self) -> &Digest;
    /// Classes of the dataset.
    fn label_set(&self) -> &LabelSet;
    /// Writes everything but `prepared.json` into a folder, which may hold what an interrupted try left there.
    fn write(&self, folder: &Path, progress: &mut Progress) -> anyhow::Result<Prepared>;
}

/// Where a dataset is or will be.
pub(crate) struct Located {
    /// Its name.
    pub(crate) name: String,
    /// Folder relative to the output folder.
    pub(crate) folder: String,
    /// Its summary, if it is prepared.
    pub(crate) prepared: Option<Prepared>,
    preparation: Box<dyn Preparation>,
}

/// Finds every dataset of a study without preparing any.
pub(crate) fn locate(study: &Study, out: &Path, data_root: Option<&Path>) -> anyhow::Result<Vec<Located>> {
    let located = study.spec().datasets.iter().map(|dataset| {
        let preparation =
            preparation(study, dataset, data_root).with_context(|| format!("dataset {}", dataset.name))?;
        // A table that lacks a class is told of before hours go into preparing.
        check_classes(study, dataset, preparation.label_set())?;
        let inputs = preparation.inputs();
        let folder = format!("data/{}-{}", dataset.name, inputs.short());
        let prepared = whole(&out.join(&folder), inputs);
        Ok(Located { name: dataset.name.clone(), folder, prepared, preparation })
    });
    located.collect()
}

/// Prepares what is not prepared.
pub(crate) fn prepare(located: Vec<Located>, out: &Path) -> anyhow::Result<Vec<PreparedDataset>> {
    let all = located.into_iter().map(|dataset| {
        let prepared = match dataset.prepared {
            Some(prepared) => prepared,
            None => {
                make(&dataset, out).with_context(|| format!("cannot prepare dataset {}", dataset.name))?
            }
        };
        report_quarantine(&dataset.name, &prepared, &out.join(&dataset.folder));
        noise::report(&dataset.name, &prepared);
        Ok(PreparedDataset { folder: dataset.folder, prepared })
    });
    all.collect()
}

fn preparation(
    study: &Study,
    dataset: &DatasetSpec,
    data_root: Option<&Path>,
) -> anyhow::Result<Box<dyn Preparation>> {
    let size = study.spec().input.size;
    match &dataset.source {
        source @ DatasetSource::World { .. } => {
            Ok(Box::new(Rendering::new(&dataset.name, &study.folder(), source, size)?))
        }
        DatasetSource::Files { manifest, folder, framing, colour, split, thin, noise } => {
            let Some(root) = data_root else {
                bail!(
                    "its files are not part of this repository; pass --data-root with the folder that holds them"
                );
            };
            let path = study.folder().join(manifest);
            let preprocess = Preprocess::framed(size, *framing)
                .context("cannot make faces of the pictures like this")?
                .with_colour(*colour);
            let root = folder.as_ref().map_or_else(|| root.to_owned(), |folder| root.join(folder));
            let changes = (thin.as_ref(), noise.as_ref());
            Ok(Box::new(Files::new(&dataset.name, &path, &root, preprocess, *split, changes)?))
        }
    }
}

/// The summary of a folder that was prepared to its end from the same inputs.
fn whole(folder: &Path, inputs: &Digest) -> Option<Prepared> {
    let names = ["manifest.csv", "manifest.toml", "faces/index.json"];
    let there = names.iter().all(|name| folder.join(name).is_file());
    Prepared::load(folder).ok().filter(|prepared| there && prepared.inputs == *inputs)
}

/// Writes into a temporary folder that is renamed when whole; of two processes one waits for the other.
fn make(dataset: &Located, out: &Path) -> anyhow::Result<Prepared> {
    let folder = out.join(&dataset.folder);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let data = folder.parent().unwrap_or(out);
    let lock_folder = data.join(".locks").join(&name);
    fs::create_dir_all(&lock_folder).with_context(|| format!("cannot create {}", lock_folder.display()))?;
    let _lock = wait_for_lock(&lock_folder, &dataset.name)?;
    let inputs = dataset.preparation.inputs();
    if let Some(prepared) = whole(&folder, inputs) {
        return Ok(prepared);
    }
    // Its name holds the digest of the inputs: what an interrupted try finished there is of use.
    let temporary = data.join(format!(".{name}.tmp"));
    fs::create_dir_all(&temporary).with_context(|| format!("cannot create {}", temporary.display()))?;
    eprintln!("preparing {} into {}", dataset.name, folder.display());
    let mut progress = Progress::new();
    let prepared = dataset.preparation.write(&temporary, &mut progress)?;
    progress.finish();
    prepared.save(&temporary)?;
    remove_folder(&folder)?;
    fs::rename(&temporary, &folder).with_context(|| format!("cannot rename to {}", folder.display()))?;
    Ok(prepared)
}

fn wait_for_lock(folder: &Path, name: &str) -> anyhow::Result<RunLock> {
    let mut told = false;
    loop {
        match RunLock::acquire(folder) {
            Ok(lock) => return Ok(lock),
            Err(LockError::Held { owner, .. }) => {
                if !told {
                    eprintln!("waiting for process {} on {}, which prepares {name}", owner.pid, owner.host);
                    told = true;
                }
                std::thread::sleep(Duration::from_millis(200));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn report_quarantine(name: &str, prepared: &Prepared, folder: &Path) {
    if prepared.quarantined.is_empty() {
        return;
    }
    let counts: Vec<String> =
        prepared.quarantined.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let path: PathBuf = folder.join("quarantine.csv");
    eprintln!("{name}: set aside {} (see {})", counts.join(", "), path.display());
}

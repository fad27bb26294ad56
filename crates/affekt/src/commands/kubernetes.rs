//! `affekt study run --executor kubernetes`

use std::path::Path;

use affekt_artifact::{save_json, write_atomic};
use affekt_study::{Job, KubernetesSpec, Study, relative_index};
use anyhow::{Context, ensure};

use crate::cli::RunArgs;
use crate::output::{self, Outcome};

/// Writes the manifest and the table of its runs, and says how to apply it.
pub(super) fn run(args: &RunArgs, study: &Study, dir: &Path, to_do: &[Job]) -> anyhow::Result<Outcome> {
    let way_out =
        "--executor kubernetes needs --kubernetes FILE with image, claim, mount and parallelism (TOML)";
    let path = args.kubernetes.as_ref().context(way_out)?;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut spec: KubernetesSpec = toml::from_str(&text).with_context(|| path.display().to_string())?;
    spec.gpus = args.gpus.or(spec.gpus);
    if to_do.is_empty() {
        output::line("nothing to do")?;
        return Ok(Outcome::Done);
    }
    let (name, threads, out) = (&study.spec().study, study.spec().threads_per_run, &args.study.out);
    ensure!(spec.parallelism > 0, "{}: parallelism is 0; expected at least 1", path.display());
    let folder = dir.join("kubernetes");
    let index = folder.join("index.tsv");
    write_atomic(&index, relative_index(to_do, out).as_bytes())?;
    let within = index.strip_prefix(out).unwrap_or(&index).display().to_string();
    let manifest = folder.join("job.json");
    save_json(&manifest, &spec.manifest(name, to_do.len(), threads, &within))?;
    output::line(&format!(
        "{name}: {} runs to do\nwrote {} and {}\ncopy {} to the volume, then: kubectl apply -f {}\nafterwards: affekt \
         study collect {}",
        to_do.len(),
        manifest.display(),
        index.display(),
        out.display(),
        manifest.display(),
        dir.display()
    ))?;
    Ok(Outcome::Done)
}

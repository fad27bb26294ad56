//! `affekt report`

use std::path::Path;

use affekt_report::TensorBoardRuns;
use affekt_study::Collected;
use anyhow::Context;

use super::thumbnails;
use crate::cli::ReportArgs;
use crate::output::{self, Outcome};

pub(super) fn run(args: &ReportArgs) -> anyhow::Result<Outcome> {
    let dir = &args.study_dir;
    output::line(&write(dir, args.thumbnails)?)?;
    if let Some(folder) = &args.latex {
        let path = affekt_report::write_latex(dir, &out_root(dir), folder)
            .with_context(|| format!("cannot write the tables of {}", dir.display()))?;
        output::line(&path.display().to_string())?;
    }
    if let Some(folder) = &args.tensorboard {
        let TensorBoardRuns { written, missing } = affekt_report::write_tensorboard(dir, folder)
            .with_context(|| format!("cannot write the events of {}", dir.display()))?;
        output::line(&format!("{}: {} runs", folder.display(), written.len()))?;
        if !missing.is_empty() {
            eprintln!("no log and no result yet: {}", missing.join(", "));
        }
    }
    if let Some(folder) = &args.parquet {
        let paths = affekt_report::write_parquet(dir, folder)
            .with_context(|| format!("cannot write {} as Parquet", dir.display()))?;
        for path in paths {
            output::line(&path.display().to_string())?;
        }
    }
    Ok(Outcome::Done)
}

/// Writes the report of a study, with pictures of each dataset where they are asked for, and notes which collection it shows; returns its
/// path.
pub(super) fn write(study_dir: &Path, n_thumbnails: Option<u8>) -> anyhow::Result<String> {
    let out = out_root(study_dir);
    let written = match n_thumbnails {
        None => affekt_report::write(study_dir, &out),
        Some(n) => affekt_report::write_with_thumbnails(study_dir, &out, n, &mut thumbnails::of),
    };
    let path = written.with_context(|| format!("cannot write the report of {}", study_dir.display()))?;
    if let Some(mut collected) = Collected::load(study_dir) {
        collected.reported = Some(collected.key.clone());
        collected.save(study_dir)?;
    }
    Ok(path.display().to_string())
}

/// The output folder of all studies, which dataset folders are relative to.
pub(super) fn out_root(study_dir: &Path) -> std::path::PathBuf {
    match study_dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        // `affekt report .` and `affekt report my-study`
        _ if study_dir.file_name().is_some() => ".".into(),
        _ => study_dir.join(".."),
    }
}

//! Puts the report on disk.

use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;

use crate::ReportError;
use crate::page::{Page, render};
use crate::study::Study;
use crate::svg::standalone;

/// Writes `report.html`, `tables/*.csv`, `tables/*.tex` and `figures/*.svg` into a study's folder.
///
/// `out_root` is the folder that the dataset folders of `plan.toml` are relative to. Runs that are planned but
/// have no predictions appear as holes. The same input files give the same bytes.
///
/// # Errors
/// [`ReportError`], naming the path: a file is missing, malformed or disagrees with the plan, or the folder
/// cannot be written.
pub fn write(study_dir: &Path, out_root: &Path) -> Result<PathBuf, ReportError> {
    let study = Study::load(study_dir, out_root)?;
    let page = Page::of(&study)?;
    let html = render(&page)?;
    for table in page.tables() {
        write_atomic(&study_dir.join("tables").join(format!("{}.csv", table.id)), table.to_csv().as_bytes())?;
        write_atomic(&study_dir.join("tables").join(format!("{}.tex", table.id)), table.to_tex().as_bytes())?;
    }
    for figure in page.figures() {
        let path = study_dir.join("figures").join(format!("{}.svg", figure.id()));
        write_atomic(&path, standalone(&figure.svg()).as_bytes())?;
    }
    // The page goes last: a reader who sees it finds its tables and figures beside it.
    let path = study_dir.join("report.html");
    write_atomic(&path, html.as_bytes())?;
    Ok(path)
}

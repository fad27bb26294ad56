//! Puts the report on disk.

use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;

use crate::ReportError;
use crate::page::{Page, render, thumbnails};
use crate::study::{Study, most_wrong, selection};
use crate::svg::standalone;

/// Pictures that may be asked for of each dataset.
pub const MOST_THUMBNAILS: u8 = 24;
/// Bytes of pictures that a page has room for; in its text they take a third more.
const ROOM: usize = 450_000;

/// Gives small JPEG files of samples: the folder of a prepared dataset and names of samples to one picture, or none, for
/// each name; or to the reason why there are none.
pub type ThumbnailSource<'a> = dyn FnMut(&Path, &[String]) -> Result<Vec<Option<Vec<u8>>>, String> + 'a;

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
    put(study_dir, &Page::of(&study)?)
}

/// [`write()`] with pictures: of each dataset the `n` test faces, at most [`MOST_THUMBNAILS`], that the primary treatment is
/// most sure and most wrong about.
///
/// Licences of datasets may forbid passing faces on; the page says so beside them.
///
/// # Errors
/// As for [`write()`]. Pictures that `pictures` cannot give are told in the page.
pub fn write_with_thumbnails(
    study_dir: &Path,
    out_root: &Path,
    n: u8,
    pictures: &mut ThumbnailSource<'_>,
) -> Result<PathBuf, ReportError> {
    let study = Study::load(study_dir, out_root)?;
    let mut page = Page::of(&study)?;
    let chosen = selection(&study.plan, &study_dir.join("plan.toml"))?;
    let mut room = ROOM;
    for (at, dataset) in study.datasets.iter().enumerate() {
        // The last of the arms shown is the primary treatment.
        let Some(arm) = study.shown_arms(dataset).last().copied() else { continue };
        let faces = most_wrong(dataset, arm, chosen, study_dir, usize::from(n.min(MOST_THUMBNAILS)))?;
        let samples: Vec<String> = faces.iter().map(|face| face.sample.clone()).collect();
        let found = pictures(&out_root.join(&dataset.planned.folder), &samples);
        page.add_group(at, thumbnails::group(dataset, arm, &faces, found, &mut room));
    }
    put(study_dir, &page)
}

fn put(study_dir: &Path, page: &Page) -> Result<PathBuf, ReportError> {
    let html = render(page)?;
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

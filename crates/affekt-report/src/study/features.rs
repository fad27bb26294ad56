//! The features that runs kept of their test faces, as maps.

use std::path::Path;

use affekt_artifact::{Embeddings, Predictions, Selection};
use affekt_core::Split;

use super::ada_df::told;
use super::{Dataset, Run};
use crate::ReportError;
use crate::principal::{Plane, plane};

/// Faces drawn; more would hide one another.
const MOST_FACES: usize = 600;

/// The plane of one run's features.
#[derive(Clone, Debug)]
pub(crate) struct FeatureMap {
    pub(crate) arm: String,
    pub(crate) seed: u64,
    /// Class and place of each face.
    pub(crate) faces: Vec<(usize, [f64; 2])>,
    /// Share of the variance along each direction.
    pub(crate) shares: [f64; 2],
}

/// The maps of a dataset and what could not be drawn, one sentence each.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeatureMaps {
    pub(crate) maps: Vec<FeatureMap>,
    pub(crate) notes: Vec<String>,
}

impl FeatureMaps {
    /// The map of the first seed of each arm that kept its features.
    pub(crate) fn load(dataset: &Dataset, arms: &[&str], study_dir: &Path) -> Self {
        let mut found = Self::default();
        // Embeddings are of the test split of the dataset a run was trained on.
        if dataset.planned.transfer.is_some() {
            return found;
        }
        for arm in arms {
            let Some(run) = dataset.runs_of(arm).into_iter().next() else { continue };
            let folder = study_dir.join("runs").join(&run.id);
            if !folder.join(Embeddings::FILE).is_file() {
                continue;
            }
            match map(dataset, run, &folder) {
                Ok(Some(map)) => found.maps.push(map),
                Ok(None) => found.notes.push(format!(
                    "runs/{}/{}: its rows are not one a test face, or have no plane; no map is drawn.",
                    run.id,
                    Embeddings::FILE
                )),
                // Without the folder: a note names no folder of the machine.
                Err(error) => found.notes.push(format!(
                    "The features of runs/{} are not shown: {}.",
                    run.id,
                    told(&error).replace(&*folder.to_string_lossy(), "").trim_start_matches('/')
                )),
            }
        }
        found
    }
}

fn map(dataset: &Dataset, run: &Run, folder: &Path) -> Result<Option<FeatureMap>, ReportError> {
    let embeddings = Embeddings::load(&folder.join(Embeddings::FILE))?;
    let planned = &dataset.planned;
    let predictions = Predictions::load(&folder.join("predictions.csv"), &planned.label_set, &planned.aus)?;
    let rows = predictions.rows.iter().filter(|r| r.selection == Selection::Last && r.split == Split::Test);
    let classes: Vec<_> = rows.map(|row| row.true_class).collect();
    if classes.len() != embeddings.n() {
        return Ok(None);
    }
    let features = embeddings.values.chunks_exact(embeddings.dimensions);
    let labelled: Vec<(usize, &[f32])> =
        classes.iter().zip(features).filter_map(|(class, row)| Some(((*class)?.get(), row))).collect();
    let step = labelled.len().div_ceil(MOST_FACES).max(1);
    let shown: Vec<(usize, &[f32])> = labelled.into_iter().step_by(step).collect();
    let rows: Vec<Vec<f64>> =
        shown.iter().map(|(_, row)| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let Some(Plane { places, shares }) = plane(&rows) else { return Ok(None) };
    let faces = shown.iter().map(|(class, _)| *class).zip(places).collect();
    Ok(Some(FeatureMap { arm: run.arm.clone(), seed: run.seed, faces, shares }))
}

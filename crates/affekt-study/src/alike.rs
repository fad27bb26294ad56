//! How alike what two networks learned is: the rows `cka_control` and `cka_seed` of `representation.csv`.

use std::path::Path;

use affekt_artifact::{Embeddings, PlannedDataset, PlannedRun, RepresentationRow};
use affekt_metrics::{Points, debiased_linear_cka};

use crate::run_folder;

/// Most test faces compared, evenly spaced: the work grows with their number, the answer no longer does.
const MOST_ITEMS: usize = 4096;

/// Debiased linear CKA of the features of each run on the test faces.
///
/// `cka_control` is with the control arm's run of the same seed; `cka_seed` with the next seed of the same arm, which
/// says what another beginning alone does. Runs that kept no features take no part.
///
/// Returns the rows, and a sentence for each comparison that could not be made.
pub(crate) fn alike(
    study_dir: &Path,
    dataset: &PlannedDataset,
    runs: &[&PlannedRun],
    control: &str,
) -> (Vec<RepresentationRow>, Vec<String>) {
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    // The features of a transfer's faces are not kept.
    if dataset.transfer.is_some() {
        return (rows, notes);
    }
    let kept = |run: &&&PlannedRun| run_folder(study_dir, run).join(Embeddings::FILE).is_file();
    let runs: Vec<&PlannedRun> = runs.iter().filter(kept).copied().collect();
    for run in &runs {
        let of_control =
            |other: &&&PlannedRun| other.arm == control && other.seed == run.seed && run.arm != control;
        let later = runs.iter().filter(|other| other.arm == run.arm && other.seed > run.seed);
        let partners = [
            ("cka_control", runs.iter().find(of_control)),
            ("cka_seed", later.min_by_key(|other| other.seed)),
        ];
        for (measure, other) in partners {
            let Some(other) = other else { continue };
            match cka(study_dir, run, other) {
                Ok(value) => rows.push(RepresentationRow {
                    dataset: dataset.name.clone(),
                    arm: run.arm.clone(),
                    seed: run.seed,
                    pair: String::new(),
                    measure: measure.to_owned(),
                    value,
                }),
                Err(why) => notes.push(format!(
                    "{measure} of {} on {}, seed {}, is left out of representation.csv: {}",
                    run.arm,
                    dataset.name,
                    run.seed,
                    why.replace(&format!("{}/", study_dir.display()), "")
                )),
            }
        }
    }
    (rows, notes)
}

fn cka(study_dir: &Path, a: &PlannedRun, b: &PlannedRun) -> Result<Option<f64>, String> {
    let points = |run: &PlannedRun| {
        let path = run_folder(study_dir, run).join(Embeddings::FILE);
        let embeddings = Embeddings::load(&path).map_err(|error| error.to_string())?;
        let every = embeddings.n().div_ceil(MOST_ITEMS).max(1);
        let rows = embeddings.values.chunks_exact(embeddings.dimensions).step_by(every);
        Points::new(embeddings.dimensions, rows.flatten().map(|&x| f64::from(x)).collect())
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    debiased_linear_cka(&points(a)?, &points(b)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use affekt_artifact::Digest;
    use affekt_core::LabelSet;

    use super::*;

    fn dataset() -> PlannedDataset {
        PlannedDataset {
            name: "toy".to_owned(),
            folder: "data/toy".to_owned(),
            digest: Digest::of_bytes(b"toy"),
            prototype_source: "empirical".to_owned(),
            prototypes: vec![[0.0, 0.0]; 8],
            aus: Vec::new(),
            has_limits: false,
            class_counts: [vec![10; 8], vec![10; 8], vec![10; 8]],
            label_set: LabelSet::aff_wild2(),
            pair: None,
            label_noise: None,
            transfer: None,
        }
    }

    #[test]
    fn a_turned_copy_is_alike_and_another_seed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let run = |arm: &str, seed| PlannedRun {
            id: format!("{arm}{seed}"),
            dataset: "toy".into(),
            arm: arm.into(),
            seed,
        };
        let (base, seven, turned) = (run("base", 0), run("base", 7), run("circumplex", 0));
        let wave = |i: u16, step: f32| (f32::from(i) * step).sin();
        let save = |run: &PlannedRun, feature: &dyn Fn(u16) -> [f32; 2]| {
            let path = run_folder(folder.path(), run);
            std::fs::create_dir_all(&path).unwrap();
            let values = (0..400).flat_map(feature).collect();
            Embeddings { dimensions: 2, values }.save(&path.join(Embeddings::FILE)).unwrap();
        };
        save(&base, &|i| [wave(i, 0.7), wave(i, 1.9)]);
        save(&turned, &|i| [wave(i, 1.9) * 3.0 + 1.0, wave(i, 0.7) * -3.0]);
        save(&seven, &|i| [wave(i, 5.3), wave(i, 2.3)]);

        let (rows, notes) = alike(folder.path(), &dataset(), &[&base, &seven, &turned], "base");
        assert!(notes.is_empty(), "{notes:?}");
        let said: Vec<(&str, &str, u64)> =
            rows.iter().map(|row| (&*row.arm, &*row.measure, row.seed)).collect();
        assert_eq!(said, [("base", "cka_seed", 0), ("circumplex", "cka_control", 0)]);
        assert!(
            (rows[1].value.unwrap() - 1.0).abs() < 1e-6 && rows[0].value.unwrap().abs() < 0.1,
            "{rows:?}"
        );

        // What is cut short is said, and costs nobody else a row.
        Embeddings { dimensions: 2, values: vec![0.0; 20] }
            .save(&run_folder(folder.path(), &turned).join(Embeddings::FILE))
            .unwrap();
        let (rows, notes) = alike(folder.path(), &dataset(), &[&base, &seven, &turned], "base");
        assert!(
            rows.len() == 1 && notes[0].contains("cka_control of circumplex on toy, seed 0"),
            "{notes:?}"
        );
    }
}

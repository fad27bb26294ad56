//! A study as Parquet, which pandas and polars read with every column's type: results and predictions.

mod column;

use std::io;
use std::path::{Path, PathBuf};

use affekt_artifact::{
    Plan, PlannedDataset, PlannedRun, PredictionRow, Predictions, Results, write_atomic_with,
};
use affekt_core::VaPoint;
use column::{Cells, Kind, TableWriter};

use crate::ReportError;

/// Writes a finished or unfinished study into `<folder>/results.parquet` and, for each dataset,
/// `<folder>/predictions-<dataset>.parquet`; returns their paths.
///
/// Columns are those of `results.csv` and `predictions.csv`, the latter behind `arm`, `seed` and `run`; what is empty there
/// is null here. Probabilities are `f32`, scores `f64`, seeds `u64`, true action units booleans, all else text. The rows of
/// a run are a row group, in the order of the plan. The same study gives the same bytes.
///
/// # Errors
/// [`ReportError`], naming the path: a file is missing, malformed or cannot be written.
pub fn write_parquet(study_dir: &Path, folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let plan = Plan::load(&study_dir.join("plan.toml"))?;
    let results = Results::load(&study_dir.join("results.csv"))?;
    let path = folder.join("results.parquet");
    write(&path, &result_columns(), std::iter::once(Ok(result_cells(&results))))?;
    let mut paths = vec![path];
    for dataset in &plan.datasets {
        let path = folder.join(format!("predictions-{}.parquet", dataset.name));
        let runs = dataset.runs(&plan).filter_map(|run| {
            let file = study_dir.join("runs").join(&run.id).join(dataset.predictions_file());
            // The results are of the finished runs; another's predictions may be on their way out.
            let counts = results
                .rows
                .iter()
                .any(|row| (&row.dataset, &row.arm, row.seed) == (&dataset.name, &run.arm, run.seed));
            counts.then(|| {
                let predictions = Predictions::load(&file, &dataset.label_set, &dataset.aus)?;
                Ok(prediction_cells(run, &predictions))
            })
        });
        write(&path, &prediction_columns(dataset), runs)?;
        paths.push(path);
    }
    Ok(paths)
}

/// Writes a table whose row groups are made one after the other.
fn write(
    path: &Path,
    columns: &[(String, Kind)],
    mut groups: impl Iterator<Item = Result<Vec<Cells>, ReportError>>,
) -> Result<(), ReportError> {
    let mut broken = None;
    let written = write_atomic_with(path, |out| {
        let mut table = TableWriter::new(out, columns)?;
        for group in &mut groups {
            match group {
                Ok(cells) => table.group(&cells)?,
                Err(error) => {
                    broken = Some(error);
                    return Err(io::Error::other("no table of a study that cannot be read"));
                }
            }
        }
        Ok(table.finish()?)
    });
    // What could not be read says more than that nothing was written.
    broken.map_or_else(|| Ok(written?), Err)
}

fn result_columns() -> Vec<(String, Kind)> {
    let named = |(name, kind): (&str, Kind)| (name.to_owned(), kind);
    [
        ("study", Kind::Text),
        ("dataset", Kind::Text),
        ("arm", Kind::Text),
        ("seed", Kind::Unsigned),
        ("split", Kind::Text),
        ("selection", Kind::Text),
        ("metric", Kind::Text),
        ("value", Kind::Double),
    ]
    .map(named)
    .to_vec()
}

fn result_cells(results: &Results) -> Vec<Cells> {
    let rows = &results.rows;
    vec![
        text(rows, |row| Some(&row.study)),
        text(rows, |row| Some(&row.dataset)),
        text(rows, |row| Some(&row.arm)),
        Cells::Unsigned(rows.iter().map(|row| Some(row.seed)).collect()),
        text(rows, |row| Some(row.split.as_str())),
        text(rows, |row| Some(&row.selection)),
        text(rows, |row| Some(&row.metric)),
        Cells::Double(rows.iter().map(|row| row.value).collect()),
    ]
}

fn prediction_columns(dataset: &PlannedDataset) -> Vec<(String, Kind)> {
    let mut columns = vec![
        ("arm".to_owned(), Kind::Text),
        ("seed".to_owned(), Kind::Unsigned),
        ("run".to_owned(), Kind::Text),
    ];
    for name in ["selection", "sample", "subject", "video", "split", "true_class", "predicted_class"] {
        columns.push((name.to_owned(), Kind::Text));
    }
    columns.extend(dataset.label_set.classes().iter().map(|class| (format!("p_{class}"), Kind::Single)));
    columns.extend(["true_valence", "true_arousal"].map(|name| (name.to_owned(), Kind::Double)));
    columns.extend(["predicted_valence", "predicted_arousal"].map(|name| (name.to_owned(), Kind::Single)));
    columns.extend(dataset.aus.iter().map(|au| (format!("true_au{au}"), Kind::Flag)));
    columns.extend(dataset.aus.iter().map(|au| (format!("p_au{au}"), Kind::Single)));
    columns
}

fn prediction_cells(run: &PlannedRun, predictions: &Predictions) -> Vec<Cells> {
    let rows = &predictions.rows;
    let class = |index| predictions.label_set.name_of(index).ok();
    let single =
        |cell: &dyn Fn(&PredictionRow) -> Option<f32>| Cells::Single(rows.iter().map(cell).collect());
    let truth = |cell: fn(VaPoint) -> f64| {
        Cells::Double(rows.iter().map(|row: &PredictionRow| row.true_va.map(cell)).collect())
    };
    let mut cells = vec![
        text(rows, |_| Some(&run.arm)),
        Cells::Unsigned(vec![Some(run.seed); rows.len()]),
        text(rows, |_| Some(&run.id)),
        text(rows, |row| Some(row.selection.as_str())),
        text(rows, |row| Some(row.sample.as_str())),
        text(rows, |row| Some(row.subject.as_str())),
        text(rows, |row| row.video.as_deref()),
        text(rows, |row| Some(row.split.as_str())),
        text(rows, |row| row.true_class.and_then(class)),
        text(rows, |row| class(row.predicted_class)),
    ];
    let classes = 0..predictions.label_set.len();
    cells.extend(classes.map(|k| single(&|row| row.probabilities.get(k).copied())));
    cells.extend([truth(VaPoint::valence), truth(VaPoint::arousal)]);
    cells.extend((0..2).map(|k| single(&|row| row.predicted_va.map(|va| va[k]))));
    let units = 0..predictions.aus.len();
    let is_on = |k: usize| rows.iter().map(|row| row.true_aus.get(k).copied().flatten()).collect();
    cells.extend(units.clone().map(|k| Cells::Flag(is_on(k))));
    cells.extend(units.map(|k| single(&|row| row.au_probabilities.get(k).copied())));
    cells
}

fn text<'a, R, T: AsRef<str> + ?Sized + 'a>(rows: &'a [R], cell: impl Fn(&'a R) -> Option<&'a T>) -> Cells {
    Cells::Text(rows.iter().map(|row| cell(row).map(|text| text.as_ref().to_owned())).collect())
}

//! The synthetic study as Parquet, read back: what is in the tables stands there, typed, and nothing else.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs::{self, File};

use affekt_artifact::{Plan, Predictions};
use affekt_report::write_parquet;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use support::{Names, write_study};

#[test]
fn results_and_predictions_read_back_cell_by_cell() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let folder = root.path().join("parquet");
    let paths = write_parquet(&study.dir, &folder).unwrap();
    let names = ["results", "predictions-degenerate", "predictions-affectnet-like"];
    assert_eq!(paths, names.map(|name| folder.join(format!("{name}.parquet"))));

    let results = SerializedFileReader::new(File::open(&paths[0]).unwrap()).unwrap();
    let mut rows = results.get_row_iter(None).unwrap();
    for expected in &study.results.rows {
        let cells: Vec<Field> =
            rows.next().unwrap().unwrap().get_column_iter().map(|(_, field)| field.clone()).collect();
        assert_eq!(cells[2], Field::Str(expected.arm.clone()));
        assert_eq!(cells[3], Field::ULong(expected.seed));
        assert_eq!(cells[6], Field::Str(expected.metric.clone()));
        assert_eq!(cells[7], expected.value.map_or(Field::Null, Field::Double));
    }
    assert!(rows.next().is_none());

    let dataset = &study.plan.datasets[0];
    let predictions = SerializedFileReader::new(File::open(&paths[1]).unwrap()).unwrap();
    let runs: Vec<_> = dataset.runs(&study.plan).collect();
    assert_eq!(predictions.num_row_groups(), runs.len(), "a run a row group");
    let columns = predictions.metadata().file_metadata().schema_descr().columns();
    let columns: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    assert_eq!(columns[..3], ["arm", "seed", "run"]);
    let first = study.dir.join("runs").join(&runs[0].id).join("predictions.csv");
    let header = fs::read_to_string(&first).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(columns[3..].join(","), header, "the columns of the CSV file");
    let first = Predictions::load(&first, &dataset.label_set, &dataset.aus).unwrap();
    let mut rows = predictions.get_row_iter(None).unwrap();
    for expected in &first.rows {
        let row = rows.next().unwrap().unwrap();
        let cell = |name: &str| row.get_column_iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert_eq!(cell("run"), Field::Str(runs[0].id.clone()));
        assert_eq!(cell("sample"), Field::Str(expected.sample.as_str().to_owned()));
        let class = dataset.label_set.name_of(expected.predicted_class).unwrap();
        assert_eq!(cell("predicted_class"), Field::Str(class.to_owned()));
        assert_eq!(
            cell(&format!("p_{class}")),
            Field::Float(expected.probabilities[expected.predicted_class.get()])
        );
        let truth = expected.true_va.map_or(Field::Null, |va| Field::Double(va.valence()));
        assert_eq!(cell("true_valence"), truth);
        let unit = expected.true_aus[0].map_or(Field::Null, Field::Bool);
        assert_eq!(cell(&format!("true_au{}", dataset.aus[0])), unit);
    }
}

#[test]
fn the_same_study_gives_the_same_bytes_and_a_broken_one_is_named() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    let paths = write_parquet(&study.dir, &a).unwrap();
    write_parquet(&study.dir, &b).unwrap();
    for path in &paths {
        assert_eq!(fs::read(path).unwrap(), fs::read(b.join(path.file_name().unwrap())).unwrap());
    }
    let plan = Plan::load(&study.dir.join("plan.toml")).unwrap();
    let broken = study.dir.join("runs").join(&plan.runs[0].id).join("predictions.csv");
    fs::write(&broken, "selection,sample\n").unwrap();
    let before = fs::read(&paths[1]).unwrap();
    let error = write_parquet(&study.dir, &a).unwrap_err().to_string();
    assert!(error.contains(&plan.runs[0].id), "{error}");
    assert_eq!(fs::read(&paths[1]).unwrap(), before, "what was there stays");
}

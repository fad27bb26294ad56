//! Agreement with the reference numbers shared by the project.

use affekt_metrics::{
    Confusion, NullModel, Points, Quadrant, ccc, debiased_linear_cka, error_severity, expected_cost,
    linear_cka, null_severity, preservation, severity_index,
};
use serde_json::Value;

const TOLERANCE: f64 = 1e-12;

fn vector(id: &str) -> Option<(Value, Value)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ot_ml_vectors.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        skipped(id);
        return None;
    };
    let file: Value = serde_json::from_str(&text).expect("the vector file is JSON");
    let vectors = file["vectors"].as_array().expect("an array of vectors");
    let find = |id: &str| vectors.iter().find(|v| v["id"] == id).expect("the vector is in the file").clone();
    Some((find(id), find("ot_onehot_closed_form")["mu"].clone()))
}

/// Says and counts that a check cannot run here.
fn skipped(vector: &str) {
    let line = format!("SKIP (shared vectors absent): {vector}\n");
    eprint!("{line}");
    if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
        use std::io::Write as _;
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
        file.write_all(line.as_bytes()).expect("the log can be written");
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

#[track_caller]
fn close(got: f64, expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    assert!((got - expected).abs() <= TOLERANCE, "expected {expected}, got {got}");
}

#[test]
fn vector_ccc() {
    let Some((v, _)) = vector("ccc") else { return };
    let (y, pred) = (numbers(&v["y"]), numbers(&v["pred"]));
    close(ccc(&y, &pred).unwrap(), &v["ccc_population"]);
    close(ccc(&y, &[0.3; 6]).unwrap(), &v["constant_pred"]);
}

#[test]
fn vector_error_structure() {
    let Some((v, mu)) = vector("error_structure") else { return };
    let points: Vec<[f64; 2]> =
        mu.as_array().unwrap().iter().map(|p| numbers(p).try_into().unwrap()).collect();
    let distance: Vec<f64> =
        points.iter().flat_map(|a| points.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1]))).collect();
    let n = points.len();
    let rows = v["confusion_rows_true"].as_array().unwrap().iter().map(numbers);
    // The file writes counts as floats.
    let cells = rows.flatten().enumerate().flat_map(|(cell, count)| {
        std::iter::successors(Some(1.0), |k| Some(k + 1.0))
            .take_while(move |k| *k <= count)
            .map(move |_| (cell / n, cell % n))
    });
    let table = Confusion::from_pairs(n, cells).unwrap();

    close(error_severity(&table, &distance).unwrap().unwrap(), &v["severity_mean_over_errors"]);
    for (model, key) in [
        (NullModel::RowUniform, "severity_null_row_uniform"),
        (NullModel::MarginalProduct, "severity_null_marginal_product"),
        (NullModel::QuasiIndependence, "severity_null_quasi_independence"),
    ] {
        close(null_severity(&table, &distance, model).unwrap().unwrap(), &v[key]);
    }
    close(severity_index(&table, &distance).unwrap().unwrap(), &v["severity_index_1_minus_ratio_quasi"]);
    close(expected_cost(&table, &distance).unwrap(), &v["expected_cost_all"]);

    let quadrants: Vec<f64> = points.iter().map(|&p| f64::from(Quadrant::of(p, 0.1) as u8)).collect();
    assert_eq!(quadrants, numbers(&v["quadrants_affectnet_means"]));
    let kept = preservation(&table, &points, 0.1, &[0]).unwrap();
    close(kept.errors.unwrap().quadrant, &v["quadrant_preservation_errors_true_nonneutral"]);
    close(kept.all.unwrap().quadrant, &v["quadrant_preservation_all_true_nonneutral"]);
}

#[test]
fn vector_cka() {
    let Some((v, _)) = vector("cka") else { return };
    let points = |name: &str| {
        let rows: Vec<Vec<f64>> = v[name].as_array().unwrap().iter().map(numbers).collect();
        Points::new(rows[0].len(), rows.concat()).unwrap()
    };
    let (x, y) = (points("X"), points("Y"));
    close(linear_cka(&x, &y).unwrap().unwrap(), &v["linear_cka_biased"]);
    close(debiased_linear_cka(&x, &y).unwrap().unwrap(), &v["linear_cka_debiased"]);
}

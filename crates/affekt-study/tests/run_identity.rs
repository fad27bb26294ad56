//! A run's id is its content.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![allow(clippy::float_cmp, reason = "exact p-values and copied numbers have exact values")]

mod support;

use affekt_study::ResolvedRun;
use proptest::prelude::*;
use serde_json::{Map, Value};
use support::planned;

fn run_of(arm: &str, seed: u64) -> ResolvedRun {
    let planned = planned(&[]);
    planned.runs.into_iter().find(|run| run.arm == arm && run.seed == seed).unwrap()
}

#[test]
fn ids_are_unique_stable_and_readable() {
    let (a, b) = (planned(&[]), planned(&[]));
    assert_eq!(a, b);
    let mut ids: Vec<&String> = a.runs.iter().map(|run| &run.id).collect();
    assert!(ids[0].starts_with("degenerate-base-seed0-"), "{}", ids[0]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 48);
}

#[test]
fn with_lambda_zero_arms_differ_in_name_and_cost_only() {
    let planned = planned(&[
        "loss.lambda=0.0",
        "arm.1.cost={kind=\"none\"}",
        "arm.2.cost={kind=\"none\"}",
        "arm.3.cost={kind=\"none\"}",
    ]);
    let mut runs = planned.runs.into_iter().filter(|run| run.seed == 0 && run.dataset == "degenerate");
    let base = runs.next().unwrap();
    for mut run in runs {
        assert_eq!(run.lambda.to_bits(), 0);
        assert_eq!(run.digest(), base.digest());
        run.arm.clone_from(&base.arm);
        run.id.clone_from(&base.id);
        assert_eq!(run, base);
    }
}

#[test]
fn arms_of_a_seed_differ_in_what_they_isolate_only() {
    let (base, mut other) = (run_of("base", 2), run_of("circumplex", 2));
    assert_eq!((base.lambda, base.cost.as_ref()), (0.0, None));
    assert!(other.lambda > 0.0);
    other.lambda = base.lambda;
    other.cost.clone_from(&base.cost);
    assert_eq!(other.digest(), base.digest());
}

#[test]
fn permuted_costs_are_the_circumplex_costs_elsewhere() {
    let sorted = |run: &ResolvedRun| {
        let mut cells: Vec<f64> = run.cost.clone().unwrap().concat();
        cells.sort_by(f64::total_cmp);
        cells
    };
    let circumplex = run_of("circumplex", 0);
    let cells = sorted(&circumplex);
    assert!((cells.iter().sum::<f64>() / 56.0 - 1.0).abs() < 1e-12, "mean off-diagonal 1");
    for seed in 0..6 {
        let permuted = run_of("permuted", seed);
        assert_ne!(permuted.cost, circumplex.cost);
        for (a, b) in sorted(&permuted).iter().zip(&cells) {
            assert!((a - b).abs() < 1e-12);
        }
    }
    assert_ne!(run_of("permuted", 0).cost, run_of("permuted", 1).cost);
}

#[test]
fn names_do_not_decide_numbers() {
    let run = run_of("uniform", 1);
    let mut renamed = run.clone();
    renamed.study = "other".to_owned();
    renamed.dataset = "other".to_owned();
    renamed.data_folder = "elsewhere".to_owned();
    renamed.arm = "other".to_owned();
    renamed.id = "other".to_owned();
    assert_eq!(run.digest(), renamed.digest());
}

/// A run planned before there were averages keeps its id; with one it is another run.
#[test]
fn an_absent_average_leaves_the_id_alone() {
    let run = run_of("base", 0);
    let train = &serde_json::to_value(&run).unwrap()["train"];
    assert!(train.get("ema").is_none(), "{train}");
    let mut averaged = run.clone();
    averaged.train.ema = Some(0.99);
    assert_ne!(averaged.digest(), run.digest());
    let text = serde_json::to_string(&averaged).unwrap();
    assert_eq!(serde_json::from_str::<ResolvedRun>(&text).unwrap(), averaged);
}

#[test]
fn every_other_field_decides() {
    let run = run_of("circumplex", 1);
    let value = serde_json::to_value(&run).unwrap();
    let names = ["id", "study", "dataset", "data_folder", "arm", "schema"];
    let mut leaves = Vec::new();
    collect_leaves(&value, &mut Vec::new(), &mut leaves);
    let mut tried = 0;
    for path in leaves {
        if names.contains(&path[0].as_str()) {
            continue;
        }
        let mut changed = value.clone();
        let leaf = path.iter().fold(&mut changed, |value, key| match value {
            Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
            other => &mut other[key.as_str()],
        });
        *leaf = match &*leaf {
            Value::Number(n) if n.is_u64() => Value::from(n.as_u64().unwrap() + 1),
            Value::Number(n) => Value::from(n.as_f64().unwrap() + 0.125),
            Value::String(text) => Value::from(format!("{text}0")),
            _ => continue,
        };
        // Names of variants and classes cannot take any text; those that parse must change the digest.
        if let Ok(other) = serde_json::from_value::<ResolvedRun>(changed) {
            assert_ne!(other.digest(), run.digest(), "{path:?} does not decide");
            tried += 1;
        }
    }
    assert!(tried > 90, "only {tried} fields were tried");
}

fn collect_leaves(value: &Value, path: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
    let mut descend = |key: String, value: &Value| {
        path.push(key);
        collect_leaves(value, path, leaves);
        path.pop();
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| descend(key.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| descend(i.to_string(), value)),
        _ => leaves.push(path.clone()),
    }
}

#[test]
fn runs_read_back_and_find_their_data() {
    let out = tempfile::tempdir().unwrap();
    let run = run_of("circumplex", 3);
    let folder = out.path().join("study/runs").join(&run.id);
    run.save(&folder).unwrap();
    assert_eq!(ResolvedRun::load(&folder).unwrap(), run);
    let data = run.data_path(&folder).unwrap();
    assert_eq!(data, out.path().canonicalize().unwrap().join("data/degenerate"));
    assert!(ResolvedRun::load(out.path()).is_err());
}

proptest! {
    /// Field order and spacing of `run.json` do not reach the id.
    #[test]
    fn field_order_does_not_matter(rotation in 0_usize..30, seed in 0_u64..6) {
        let run = run_of("circumplex", seed);
        let Value::Object(fields) = serde_json::to_value(&run).unwrap() else { unreachable!() };
        let mut entries: Vec<(String, Value)> = fields.into_iter().collect();
        let middle = rotation % entries.len();
        entries.rotate_left(middle);
        let text: Vec<String> = entries.iter().map(|(k, v)| format!("{}: {v}", Value::from(k.as_str()))).collect();
        let read: ResolvedRun = serde_json::from_str(&format!("{{ {} }}", text.join(" ,\n"))).unwrap();
        prop_assert_eq!(read.identified().id, run.id);
        let _: Map<String, Value> = entries.into_iter().collect();
    }
}

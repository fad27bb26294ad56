//! Ada-DF in the fixture: two arms of the study leave what its trainings leave, made up.

use std::fmt::Write as _;
use std::fs;

use affekt_artifact::{EpochRow, Epochs, PlannedDataset, PlannedRun, WarningRow, Warnings};

use super::Study;
use super::runs::Lcg;

/// Arms that play Ada-DF, the first without its adaptive fusion.
const ARMS: [&str; 2] = ["uniform", "circumplex"];
const N_EPOCHS: u64 = 20;
const N_FACES: usize = 400;

/// Adds `epochs.csv`, `warnings.csv`, the class distributions of the logs and `distributions.csv` to a study.
///
/// The dataset with limits is a world with label noise: its truth is known. The other one is neither.
pub(crate) fn add_ada_df(study: &Study) {
    let (mut epochs, mut warnings) = (Epochs::default(), Warnings::default());
    for run in study.plan.runs.iter().filter(|run| ARMS.contains(&run.arm.as_str())) {
        let dataset = study.plan.dataset(&run.dataset).unwrap();
        let folder = study.dir.join("runs").join(&run.id);
        let mut rng = Lcg::new(run.seed * 17 + run.arm.len() as u64);
        for epoch in 1..=N_EPOCHS {
            for (name, value) in numbers(run, epoch, dataset.has_limits, &mut rng) {
                let (dataset, arm) = (run.dataset.clone(), run.arm.clone());
                epochs.rows.push(EpochRow { dataset, arm, seed: run.seed, epoch, name, value });
            }
            if let Some(warning) = warning(run, epoch) {
                let (dataset, arm) = (run.dataset.clone(), run.arm.clone());
                warnings.rows.push(WarningRow { dataset, arm, seed: run.seed, epoch, warning });
            }
        }
        let rows = class_rows(dataset);
        let log = (1..=N_EPOCHS).fold(String::new(), |mut log, epoch| {
            let _ = writeln!(
                log,
                "{{\"epoch\":{epoch},\"train_loss\":{},\"class_distributions\":{rows:?}}}",
                1.0 / epoch as f64
            );
            log
        });
        fs::write(folder.join("metrics.jsonl"), log).unwrap();
        fs::write(folder.join("distributions.csv"), faces(dataset, &rows, &mut rng)).unwrap();
    }
    epochs.save(&study.dir.join("epochs.csv")).unwrap();
    warnings.save(&study.dir.join("warnings.csv")).unwrap();
}

fn numbers(run: &PlannedRun, epoch: u64, knows_truth: bool, rng: &mut Lcg) -> Vec<(String, f64)> {
    let full = if run.arm == "circumplex" { 1.0 } else { 0.0 };
    let t = epoch as f64;
    let mut list = vec![
        ("loss:rank", 0.4 * (-t / 8.0).exp()),
        ("auxiliary_entropy", 0.8 + (-t / 5.0).exp()),
        ("attention_spread", 0.2 + 0.3 * full * (1.0 - (-t / 6.0).exp())),
        ("attention_saturated", 0.01 * t / 20.0),
        ("fusion_weight", 0.5 + 0.1 * full),
    ];
    if full > 0.0 {
        list.push(("loss:divergence", 0.2 * (-t / 8.0).exp()));
    }
    if knows_truth {
        let label = 0.52 - 0.08 * full + 0.9 * (-t / 4.0).exp() + 0.006 * t;
        list.push(("kl_label_distribution", label + 0.03 * rng.normal()));
        list.push(("kl_class_distribution", 0.95 + 0.5 * (-t / 3.0).exp() + 0.01 * rng.normal()));
        list.push(("kl_fused_distribution", label - 0.11 * full + 0.06 + 0.02 * rng.normal()));
    }
    list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn warning(run: &PlannedRun, epoch: u64) -> Option<String> {
    if run.arm == "uniform" && run.seed.is_multiple_of(2) && epoch >= 4 {
        return Some(format!(
            "attention collapsed: mean spread within a batch {epoch}.10e-4, expected at least 0.001"
        ));
    }
    (run.seed == 1 && epoch == 1).then(|| "class distribution 3 rests on 6 items".to_owned())
}

/// Each class shows most of itself, and of its neighbours what nearness on the circumplex gives them.
fn class_rows(dataset: &PlannedDataset) -> Vec<Vec<f64>> {
    let points = &dataset.prototypes;
    let row = |a: &[f64; 2]| {
        let weights: Vec<f64> =
            points.iter().map(|b| (-4.5 * (a[0] - b[0]).hypot(a[1] - b[1])).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    };
    points.iter().map(row).collect()
}

fn faces(dataset: &PlannedDataset, rows: &[Vec<f64>], rng: &mut Lcg) -> String {
    let classes = dataset.label_set.classes();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let of =
        |kind: &str| classes.iter().map(|c| quoted(&format!("{kind}:{c}"))).collect::<Vec<_>>().join(",");
    let eta = if dataset.has_limits { format!(",{}", of("eta")) } else { String::new() };
    let mut text = format!("sample,class,clean_class,attention,{}{eta},x,y\n", of("p"));
    let total: u64 = dataset.class_counts[0].iter().sum();
    for k in 0..N_FACES {
        let mut at = (k as f64 + 0.5) / N_FACES as f64 * total as f64;
        let clean = dataset.class_counts[0].iter().position(|n| {
            at -= *n as f64;
            at < 0.0
        });
        let clean = clean.unwrap_or(0);
        let doubt = rng.unit();
        let truth = mixed(&rows[clean], clean, doubt);
        let class =
            if dataset.has_limits && rng.unit() < 0.2 { (clean + 1 + k % 3) % classes.len() } else { clean };
        let label = mixed(&rows[clean], clean, 0.7 * doubt + 0.3 * rng.unit());
        let clear = if class == clean { 2.6 - 3.4 * doubt } else { -1.6 };
        let attention = 1.0 / (1.0 + (-clear - 0.8 * rng.normal()).exp());
        let [v, a] = dataset.prototypes[clean];
        let spread = 0.5 + doubt;
        let place = [6.0 * v + spread * rng.normal(), 3.0 * a + spread * rng.normal()];
        let list = |shares: &[f64]| shares.iter().map(|s| format!("{s:.6}")).collect::<Vec<_>>().join(",");
        let (clean_name, eta) = if dataset.has_limits {
            (quoted(&classes[clean]), format!(",{}", list(&truth)))
        } else {
            (String::new(), String::new())
        };
        let _ = writeln!(
            text,
            "face-{k:04},{},{clean_name},{attention:.5},{}{eta},{:.4},{:.4}",
            quoted(&classes[class]),
            list(&label),
            place[0],
            place[1]
        );
    }
    text
}

/// A class alone at doubt 0, all it is mistaken for at doubt 1.
fn mixed(row: &[f64], class: usize, doubt: f64) -> Vec<f64> {
    row.iter()
        .enumerate()
        .map(|(c, share)| doubt * share + if c == class { 1.0 - doubt } else { 0.0 })
        .collect()
}

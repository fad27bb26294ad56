//! Where every number comes from and how to make it again.

use std::collections::BTreeSet;

use crate::study::Study;
use crate::{Cell, DataTable};

/// The section's content.
pub(crate) struct Provenance {
    /// Name and value.
    pub(crate) facts: Vec<(String, String)>,
    /// The command that makes the study again.
    pub(crate) command: String,
    pub(crate) tables: Vec<DataTable>,
}

/// Versions, digests, seeds and policies.
pub(crate) fn provenance(study: &Study) -> Provenance {
    let plan = &study.plan;
    let source = &plan.provenance;
    let seeds: BTreeSet<u64> = plan.runs.iter().map(|run| run.seed).collect();
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let absent = match plan.absent_class.as_str() {
        "zero" => "zero: a class neither true nor predicted counts as F1 0 (the ABAW rule)",
        "skip" => "skip: a class neither true nor predicted is left out of the mean",
        other => other,
    };
    let margins = plan.margins.iter().map(|(metric, margin)| format!("{metric} {margin}"));
    let margins = margins.collect::<Vec<_>>().join(", ");
    let facts = vec![
        fact("affekt", &source.version),
        fact("code digest", &source.code),
        fact("LibTorch", &source.libtorch),
        fact("configuration digest", source.config.as_str()),
        fact("threads per run", &source.threads_per_run.to_string()),
        fact("seeds", &seeds.join(", ")),
        fact("selection of weights", &plan.selection),
        fact("absent-class policy", absent),
        fact("test level alpha", &plan.alpha.to_string()),
        fact("equivalence margins", &margins),
    ];
    let mut data = DataTable::new("datasets", "Datasets and their digests", &["dataset", "digest"]);
    for dataset in &plan.datasets {
        data.rows.push(vec![Cell::text(&*dataset.name), Cell::text(dataset.digest.as_str())]);
    }
    let mut inputs =
        DataTable::new("inputs", "Files of the study this page was computed from", &["file", "digest"]);
    for (name, digest) in &study.inputs {
        inputs.rows.push(vec![Cell::text(&**name), Cell::text(digest.as_str())]);
    }
    let columns = ["run", "dataset", "arm", "seed", "test items", "digest of predictions"];
    let mut runs = DataTable::new("runs", "Runs and the digest of their predictions", &columns);
    for dataset in &study.datasets {
        for run in &dataset.runs {
            runs.rows.push(vec![
                Cell::text(&*run.id),
                Cell::text(dataset.name()),
                Cell::text(&*run.arm),
                Cell::Count(run.seed),
                Cell::Count(run.confusion.total()),
                Cell::text(run.digest.as_str()),
            ]);
        }
    }
    Provenance { facts, command: source.command.clone(), tables: vec![data, inputs, runs] }
}

//! Where every number comes from and how to make it again.

use std::collections::BTreeSet;

use affekt_artifact::TestRow;

use super::origins;
use crate::study::Study;
use crate::{Cell, DataTable};

/// The section's content.
pub(crate) struct Provenance {
    /// Name and value.
    pub(crate) facts: Vec<(String, String)>,
    /// How the runs were computed, and on which data.
    pub(crate) run: Vec<DataTable>,
    /// What a command does, and the command.
    pub(crate) commands: Vec<(String, String)>,
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
    let mut facts = vec![
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
    facts.extend(origins::sentence(&study.origins).map(|text| fact("runs", &text)));
    for (arm, variants) in &study.origins.variants {
        let variants: Vec<&str> = variants.iter().map(String::as_str).collect();
        facts.push(fact(&format!("variant of {arm}"), &variants.join("; ")));
    }
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
    Provenance {
        facts,
        run: vec![origins::table(study), data],
        commands: commands(study),
        tables: vec![inputs, runs],
    }
}

/// The whole study, and its stages one by one from the study's folder.
fn commands(study: &Study) -> Vec<(String, String)> {
    let plan = &study.plan;
    let mut list = vec![(
        "The whole study; runs that are finished are left as they are".to_owned(),
        plan.provenance.command.clone(),
    )];
    let missing = study.datasets.iter().flat_map(|dataset| &dataset.missing);
    // Of the runs that train, rather one that is not there.
    if let Some(run) = missing.chain(&plan.runs).find(|run| plan.is_trained(run)) {
        let what = "One run, in the folder of this page; it goes on where it stopped";
        list.push((what.to_owned(), format!("affekt train --run runs/{}", run.id)));
    }
    let what = "Results, tests and claims from the predictions";
    list.push((what.to_owned(), "affekt study collect .".to_owned()));
    if let Some(row) = study.tests.rows.iter().find(|row| row.family == "primary") {
        let TestRow { metric, treatment, control, .. } = row;
        list.push((
            "The primary comparison by itself".to_owned(),
            format!(
                "affekt compare results.csv --metric {metric} --treatment {treatment} --control {control}"
            ),
        ));
    }
    list.push(("This page".to_owned(), "affekt report .".to_owned()));
    list
}

//! Which measures become dot panels.

use affekt_artifact::Limits;

use super::{DotPanel, DotPanels, DotRow, Reference};
use crate::number::mean_sd;
use crate::study::{Dataset, Run, Study};
use crate::svg::ArmStyle;

/// A panel of a metric of `results.csv`.
pub(crate) fn arm_panel(study: &Study, dataset: &Dataset, metric: &str, measure: &str) -> DotPanel {
    let rows = study.arms().enumerate().map(|(index, arm)| DotRow {
        arm: arm.to_owned(),
        style: ArmStyle::of(index),
        points: study
            .scores(dataset.name(), arm, metric)
            .into_iter()
            .filter_map(|(seed, value)| Some((seed, value?)))
            .collect(),
        n_planned: dataset.n_planned(arm),
        level: None,
    });
    DotPanel { measure: measure.to_owned(), note: None, rows: rows.collect(), reference: None }
}

/// Arms against the limit no rule can pass.
pub(crate) fn limits(study: &Study, dataset: &Dataset, limits: &Limits, slug: &str) -> DotPanels {
    let with = |metric: &str, measure: &str, value: f64, spread: f64| {
        let reference = Reference { label: "Bayes limit".to_owned(), value, spread: Some(spread) };
        DotPanel { reference: Some(reference), ..arm_panel(study, dataset, metric, measure) }
    };
    DotPanels {
        id: format!("limits-{slug}"),
        title: format!("{}: arms against the Bayes limit", dataset.name()),
        description: "Small dots are seeds, the large marker is their mean, printed at the right. The dashed \
                      line is the best any decision rule can expect when it knows the true posterior; the band \
                      is one standard deviation of that rule's score on a test split of this size."
            .to_owned(),
        panels: vec![
            with("macro_f1", "macro-F1", limits.macro_f1, limits.macro_f1_sd),
            with("accuracy", "accuracy", limits.accuracy, limits.accuracy_sd),
        ],
        linked: false,
    }
}

/// Macro-F1 with the seeds joined across arms.
pub(crate) fn paired_scores(study: &Study, dataset: &Dataset, slug: &str) -> DotPanels {
    DotPanels {
        id: format!("seeds-{slug}"),
        title: format!("{}: macro-F1 by arm, paired by seed", dataset.name()),
        description:
            "Each thin line joins the runs of one seed, which share initial weights, batch order and \
                      augmentation. A line that leans the same way for every seed is a consistent difference."
                .to_owned(),
        panels: vec![arm_panel(study, dataset, "macro_f1", "macro-F1 (test split)")],
        linked: true,
    }
}

/// Where the mistakes go: severity, its index, and quadrant preservation.
pub(crate) fn error_structure(study: &Study, dataset: &Dataset, slug: &str) -> DotPanels {
    let panel = |measure: &str,
                 note: Option<&str>,
                 value: fn(&Run) -> Option<f64>,
                 level: fn(&Run) -> Option<f64>| {
        let rows = study.arms().enumerate().map(|(index, arm)| {
            let runs = dataset.runs_of(arm);
            let levels: Vec<f64> = runs.iter().filter_map(|run| level(run)).collect();
            DotRow {
                arm: arm.to_owned(),
                style: ArmStyle::of(index),
                points: runs.iter().filter_map(|run| Some((run.seed, value(run)?))).collect(),
                n_planned: dataset.n_planned(arm),
                level: mean_sd(&levels).0,
            }
        });
        DotPanel {
            measure: measure.to_owned(),
            note: note.map(str::to_owned),
            rows: rows.collect(),
            reference: None,
        }
    };
    DotPanels {
        id: format!("errors-{slug}"),
        title: format!("{}: where the mistakes go", dataset.name()),
        description: format!(
            "Severity is the mean valence-arousal distance of a mistake (prototypes: {}); the index compares it \
             with the severity that the error margins alone imply (above 0: nearer than that). Quadrant \
             preservation is the share of mistakes that stay in the true class's quadrant; neutral and other are \
             left out as true classes.",
            dataset.planned.prototype_source
        ),
        panels: vec![
            panel("error severity (lower is nearer)", None, |run| run.severity, |_| None),
            panel("severity index (higher is nearer)", None, |run| run.severity_index, |_| None),
            panel(
                "quadrant preservation among mistakes",
                Some("vertical tick: level expected from the error margins"),
                |run| run.quadrant,
                |run| run.quadrant_chance,
            ),
        ],
        linked: false,
    }
}

/// Separability of the degenerate pair, where the results hold an area under the ROC curve.
pub(crate) fn pair_auc(study: &Study, dataset: &Dataset, slug: &str) -> Option<DotPanels> {
    let of_pair = |metric: &String| metric == "pair_auc";
    let metrics: Vec<String> = study.metrics(dataset.name()).into_iter().filter(of_pair).collect();
    let pair = dataset.pair(&study.plan);
    let limit = dataset.limits.as_ref().and_then(|limits| {
        let value = limits.of("pair_auc", pair)?;
        Some(Reference { label: "true posterior".to_owned(), value, spread: None })
    });
    let with_limit =
        |metric: &String| DotPanel { reference: limit.clone(), ..arm_panel(study, dataset, metric, metric) };
    let panels: Vec<DotPanel> = metrics.iter().map(with_limit).collect();
    (!panels.is_empty()).then(|| DotPanels {
        id: format!("auc-{slug}"),
        title: format!("{}: separability of the degenerate pair", dataset.name()),
        description:
            "Area under the ROC curve for telling the two classes apart: 0.5 is chance, 1 is perfect. The dashed \
             line, where the truth is known, is what the true posterior reaches in expectation; on a finite test split \
             an arm may lie above it by chance."
                .to_owned(),
        panels,
        linked: false,
    })
}

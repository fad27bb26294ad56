//! The section of one dataset.

use affekt_artifact::{PlannedDataset, Transfer};

use super::thumbnails::Thumbnail;
use super::{ada_df, differences, maps, structure, videos};
use crate::figures::{ArmCurves, ArmF1, ArmReliability, CONFIDENCE, ClassF1};
use crate::figures::{
    ClassCounts, ConfusionMatrix, LearningCurves, PerClassF1, ReliabilityDiagram, error_structure, pair_auc,
    paired_scores,
};
use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Epoch, Study};
use crate::svg::ArmStyle;
use crate::{Cell, DataTable, Figure, ReportError};

/// Figures and tables on one topic.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) heading: String,
    pub(crate) intro: String,
    pub(crate) figures: Vec<Box<dyn Figure>>,
    /// Tables beyond those of the figures.
    pub(crate) tables: Vec<DataTable>,
    /// Sentences below them.
    pub(crate) notes: Vec<String>,
    /// Figures of unlike height, set in columns.
    pub(crate) flow: bool,
    /// Small pictures, each with its words.
    pub(crate) pictures: Vec<Thumbnail>,
    /// True for what even the shortest page shows.
    pub(crate) is_essential: bool,
}

/// Everything about one dataset.
pub(crate) struct DatasetSection {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) intro: String,
    pub(crate) groups: Vec<Group>,
}

/// Builds the section.
pub(crate) fn section(study: &Study, dataset: &Dataset, slug: &str) -> Result<DatasetSection, ReportError> {
    let planned = &dataset.planned;
    let finished = dataset.runs.len();
    let intro = format!(
        "{}{} classes ({}), prototypes: {}.{} {} of {} planned runs finished. Test-split numbers, weights: {}.",
        whence(planned),
        dataset.classes().len(),
        planned.label_set.name(),
        planned.prototype_source,
        planned.label_noise.map(noise).unwrap_or_default(),
        finished,
        finished + dataset.missing.len(),
        study.plan.selection,
    );
    let group = |heading: &str, intro: &str, figures, tables| Group {
        heading: heading.to_owned(),
        intro: intro.to_owned(),
        figures,
        tables,
        ..Group::default()
    };
    let essential = |group: Group| Group { is_essential: true, ..group };
    let mut mistakes: Vec<Box<dyn Figure>> = vec![Box::new(error_structure(study, dataset, slug))];
    mistakes.extend(pair_auc(study, dataset, slug).map(|auc| Box::new(auc) as Box<dyn Figure>));
    let mut training = curves(study, dataset, slug);
    training.extend(reliability(study, dataset, slug).map(|diagram| Box::new(diagram) as Box<dyn Figure>));
    let mut groups = vec![
        essential(group(
            "Scores",
            "",
            vec![
                class_counts(dataset, slug),
                Box::new(paired_scores(study, dataset, slug)),
                Box::new(per_class(study, dataset, slug)?),
            ],
            vec![headline_metrics(study, dataset, slug)],
        )),
        group(
            "Confusion",
            "One matrix per arm, all seeds together.",
            confusions(study, dataset, slug),
            Vec::new(),
        ),
        essential(group(
            "Structure of the mistakes",
            "",
            mistakes,
            differences::table(study, dataset, slug)?.into_iter().collect(),
        )),
        group("On the circumplex", "", maps::figures(study, dataset, slug), Vec::new()),
        group("Training and calibration", "", training, vec![calibration_table(study, dataset, slug)]),
    ];
    groups.extend(videos::group(study, dataset, slug));
    groups.extend(structure::group(study, dataset, slug));
    groups.extend(maps::features(study, dataset, slug));
    groups.extend(ada_df::group(study, dataset, slug));
    Ok(DatasetSection { name: dataset.name().to_owned(), slug: slug.to_owned(), intro, groups })
}

/// For a transfer, what the runs were trained and what they are tested on.
fn whence(planned: &PlannedDataset) -> String {
    let Some(Transfer { train, test }) = &planned.transfer else { return String::new() };
    format!(
        "Trained on {train}, tested on the test split of {test} over the classes both have; samples of other classes are \
         not scored. "
    )
}

fn noise(share: f64) -> String {
    format!(" Label noise made {} of the training labels wrong.", NumberKind::Share.print(share))
}

fn class_counts(dataset: &Dataset, slug: &str) -> Box<dyn Figure> {
    Box::new(ClassCounts {
        id: format!("classes-{slug}"),
        title: format!("{}: items per class", dataset.name()),
        classes: dataset.classes().to_vec(),
        counts: dataset.planned.class_counts.clone(),
    })
}

/// Every metric that is not about one class, mean and spread per arm.
pub(crate) fn headline_metrics(study: &Study, dataset: &Dataset, slug: &str) -> DataTable {
    let caption =
        format!("{}: every overall metric, mean ± sd over seeds (n in the seed table)", dataset.name());
    let mut table = DataTable::new(format!("metrics-{slug}"), caption, &["metric"]);
    table.columns.extend(study.arms().map(str::to_owned));
    for metric in study.metrics(dataset.name()).into_iter().filter(|m| !m.contains(':')) {
        let mut row = vec![Cell::text(&*metric)];
        for arm in study.arms() {
            let scores = study.scores(dataset.name(), arm, &metric);
            let values: Vec<f64> = scores.iter().filter_map(|(_, v)| *v).collect();
            let (mean, sd) = mean_sd(&values);
            row.push(if scores.is_empty() { Cell::Hole } else { Cell::Spread(mean, sd) });
        }
        table.rows.push(row);
    }
    table
}

fn per_class(study: &Study, dataset: &Dataset, slug: &str) -> Result<PerClassF1, ReportError> {
    let mut arms = Vec::new();
    for (index, arm) in study.arms().enumerate() {
        let mut values = vec![Vec::new(); dataset.classes().len()];
        for run in dataset.runs_of(arm) {
            for (list, score) in values.iter_mut().zip(run.confusion.f1_per_class()) {
                list.extend(score);
            }
        }
        let interval = |values: &[f64]| {
            if values.len() < 2 {
                return Ok(None);
            }
            let what = format!("per-class F1 of {arm} on {}", dataset.name());
            let interval = affekt_stats::t_interval(values, CONFIDENCE);
            interval.map(|i| Some((i.low, i.high))).map_err(|source| ReportError::Statistic { what, source })
        };
        let classes = values
            .into_iter()
            .map(|values| Ok(ClassF1 { interval: interval(&values)?, values }))
            .collect::<Result<_, ReportError>>()?;
        arms.push(ArmF1 { arm: arm.to_owned(), style: ArmStyle::of(index), classes });
    }
    Ok(PerClassF1 {
        id: format!("f1-{slug}"),
        title: format!("{}: F1 of each class", dataset.name()),
        classes: dataset.classes().to_vec(),
        arms,
        limit: dataset.limits.as_ref().map(|l| l.best_f1_per_class.clone()),
    })
}

fn confusions(study: &Study, dataset: &Dataset, slug: &str) -> Vec<Box<dyn Figure>> {
    let one = |(index, arm): (usize, &str)| {
        Box::new(ConfusionMatrix {
            id: format!("confusion-{slug}-{}", crate::figures::slug(arm, index)),
            title: format!("{}: confusion under {arm}", dataset.name()),
            classes: dataset.classes().to_vec(),
            confusion: dataset.pooled_confusion(arm),
            n_runs: dataset.runs_of(arm).len(),
        }) as Box<dyn Figure>
    };
    study.arms().enumerate().filter(|(_, arm)| !dataset.runs_of(arm).is_empty()).map(one).collect()
}

fn curves(study: &Study, dataset: &Dataset, slug: &str) -> Vec<Box<dyn Figure>> {
    // The runs of a transfer are shown where they were trained.
    if dataset.planned.transfer.is_some() {
        return Vec::new();
    }
    let one = |id: &str, quantity: &str, of: fn(&Epoch) -> Option<f64>| {
        let arm_curves = |(index, arm): (usize, &str)| {
            let seeds = dataset.runs_of(arm).into_iter().map(|run| {
                let curve: Vec<(u64, f64)> =
                    run.curve.iter().filter_map(|e| Some((e.number, of(e)?))).collect();
                (run.seed, curve)
            });
            let seeds: Vec<_> = seeds.filter(|(_, curve)| !curve.is_empty()).collect();
            ArmCurves { arm: arm.to_owned(), style: ArmStyle::of(index), seeds }
        };
        let arms: Vec<ArmCurves> =
            study.arms().enumerate().map(arm_curves).filter(|arm| !arm.seeds.is_empty()).collect();
        (!arms.is_empty()).then(|| {
            Box::new(LearningCurves {
                id: format!("{id}-{slug}"),
                title: format!("{}: {quantity}", dataset.name()),
                quantity: quantity.to_owned(),
                arms,
            }) as Box<dyn Figure>
        })
    };
    let score = one("curve-valid", "validation macro-F1", |e| e.valid_macro_f1);
    score.into_iter().chain(one("curve-loss", "training loss", |e| e.train_loss)).collect()
}

fn reliability(study: &Study, dataset: &Dataset, slug: &str) -> Option<ReliabilityDiagram> {
    let arms: Vec<ArmReliability> = study
        .arms()
        .enumerate()
        .map(|(index, arm)| ArmReliability {
            arm: arm.to_owned(),
            style: ArmStyle::of(index),
            pooled: dataset.pooled_reliability(arm),
            ece: dataset.runs_of(arm).iter().filter_map(|run| Some(run.calibration?.ece)).collect(),
        })
        .filter(|arm| arm.pooled.total() > 0)
        .collect();
    (!arms.is_empty()).then(|| ReliabilityDiagram {
        id: format!("reliability-{slug}"),
        title: format!("{}: reliability", dataset.name()),
        arms,
    })
}

fn calibration_table(study: &Study, dataset: &Dataset, slug: &str) -> DataTable {
    let columns =
        ["arm", "n", "ECE", "mean max probability", "argmax accuracy", "entropy (nats)", "NLL (nats)"];
    let caption = format!(
        "{}: calibration, mean ± sd over seeds; argmax accuracy is that of the most probable class and differs from the \
         scores' accuracy for arms that decide by another rule",
        dataset.name()
    );
    let mut table = DataTable::new(format!("calibration-{slug}"), caption, &columns);
    for arm in study.arms() {
        let all: Vec<_> = dataset.runs_of(arm).iter().filter_map(|run| run.calibration).collect();
        let mut row = vec![Cell::text(arm), Cell::Count(all.len() as u64)];
        let of = [
            all.iter().map(|c| c.ece).collect::<Vec<_>>(),
            all.iter().map(|c| c.mean_max_probability).collect(),
            all.iter().map(|c| c.accuracy).collect(),
            all.iter().map(|c| c.mean_entropy).collect(),
            all.iter().map(|c| c.nll).collect(),
        ];
        row.extend(of.iter().map(|values| {
            // An infinite mean (a true class given probability zero) is printed as undefined.
            let (mean, sd) = mean_sd(values);
            Cell::Spread(mean, sd)
        }));
        table.rows.push(row);
    }
    table
}

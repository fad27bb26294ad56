//! What Ada-DF learnt: its distributions, its attention, its features, and what went wrong.

use std::fmt::Write as _;

use super::Group;
use super::ada_df_faces::{attention_kinds, chosen};
use super::ada_df_warnings::warnings;
use crate::figures::{
    ArmDistances, AttentionHistogram, ClassDistributions, KlByEpoch, LabelDistributions, Projection,
};
use crate::number::NumberKind;
use crate::study::{ADA_DF_NUMBERS, AdaDf, Dataset, Faces, ShownRun, Study};
use crate::{Cell, DataTable, Figure};

const INTRO: &str = "Ada-DF learns for each training face how much of every class it shows (the label distribution), \
    averages that over the faces of a class (the class distribution) and trains on a mixture of the two (the fused \
    distribution). Its attention, from 0 to 1, says how clear it finds a face.";

/// The group of a dataset; none where no arm is one of Ada-DF.
pub(crate) fn group(study: &Study, dataset: &Dataset, slug: &str) -> Option<Group> {
    let learnt = study.ada_df.get(dataset.name())?;
    let mut figures: Vec<Box<dyn Figure>> = Vec::new();
    figures.extend(distances(study, dataset, learnt, slug).map(|figure| Box::new(figure) as Box<dyn Figure>));
    let mut notes = warnings(study, dataset, learnt);
    notes.extend(learnt.notes.iter().cloned());
    let mut intro = INTRO.to_owned();
    if let Some(shown) = &learnt.shown {
        let figures_of_run = of_run(dataset, shown, slug);
        if !figures_of_run.is_empty() {
            let _ = write!(intro, " Single classes and faces are those of {}.", run_name(shown));
        }
        figures.extend(figures_of_run);
    }
    Some(Group {
        heading: "Ada-DF".to_owned(),
        intro,
        figures,
        tables: vec![last_epoch(study, dataset, learnt, slug)],
        notes,
        flow: true,
        ..Group::default()
    })
}

fn run_name(shown: &ShownRun) -> String {
    format!("{}, seed {}", shown.arm, shown.seed)
}

fn distances(study: &Study, dataset: &Dataset, learnt: &AdaDf, slug: &str) -> Option<KlByEpoch> {
    let names = ["kl_label_distribution", "kl_class_distribution", "kl_fused_distribution"];
    let arms: Vec<ArmDistances> = learnt
        .arms
        .iter()
        .map(|arm| ArmDistances {
            arm: arm.clone(),
            curves: names.map(|name| study.epoch_curves(dataset.name(), arm, name)),
        })
        .filter(|arm| arm.curves.iter().any(|curves| !curves.is_empty()))
        .collect();
    (!arms.is_empty()).then(|| KlByEpoch {
        id: format!("ada-df-kl-{slug}"),
        title: format!("{}: distance of the distributions to the truth", dataset.name()),
        arms,
    })
}

/// The figures of one run, as far as its files go.
fn of_run(dataset: &Dataset, shown: &ShownRun, slug: &str) -> Vec<Box<dyn Figure>> {
    let (name, classes, run) = (dataset.name(), dataset.classes().to_vec(), run_name(shown));
    let mut figures: Vec<Box<dyn Figure>> = Vec::new();
    if let Some((epoch, rows)) = &shown.class_distributions {
        figures.push(Box::new(ClassDistributions {
            id: format!("ada-df-classes-{slug}"),
            title: format!("{name}: what each class shows"),
            run: run.clone(),
            epoch: *epoch,
            classes: classes.clone(),
            rows: rows.clone(),
        }));
    }
    let Some(Faces { list, .. }) = &shown.faces else { return figures };
    let rows = shown.class_distributions.as_ref().map(|(_, rows)| rows.as_slice());
    figures.push(Box::new(AttentionHistogram {
        id: format!("ada-df-attention-{slug}"),
        title: format!("{name}: attention"),
        run: run.clone(),
        kinds: attention_kinds(list),
    }));
    figures.push(Box::new(LabelDistributions {
        id: format!("ada-df-labels-{slug}"),
        title: format!("{name}: what single faces show"),
        run: run.clone(),
        classes: classes.clone(),
        faces: chosen(list, rows),
    }));
    figures.push(Box::new(Projection {
        id: format!("ada-df-features-{slug}"),
        title: format!("{name}: features of the faces"),
        what: format!(
            "training faces of {run}, placed by the two main directions of the features of the target branch"
        ),
        shares: None,
        classes,
        pair: None,
        faces: list.iter().map(|face| (face.class, face.place)).collect(),
    }));
    figures
}

/// Every number of the method after the last epoch of each seed.
fn last_epoch(study: &Study, dataset: &Dataset, learnt: &AdaDf, slug: &str) -> DataTable {
    let caption = format!(
        "{}: Ada-DF after the last epoch, means over the training faces; mean, lowest and highest of the seeds",
        dataset.name()
    );
    let columns = ["arm", "quantity", "epoch", "seeds", "mean", "lowest", "highest"];
    let mut table = DataTable::new(format!("ada-df-last-{slug}"), caption, &columns);
    for arm in &learnt.arms {
        for (name, words) in ADA_DF_NUMBERS {
            let curves = study.epoch_curves(dataset.name(), arm, name);
            let last: Vec<(u64, f64)> =
                curves.iter().filter_map(|(_, curve)| curve.last().copied()).collect();
            let mut values: Vec<f64> = last.iter().map(|(_, value)| *value).collect();
            values.sort_by(f64::total_cmp);
            let Some(epoch) = last.iter().map(|(epoch, _)| *epoch).max() else { continue };
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let score = |value| Cell::Number(NumberKind::Score, value);
            table.rows.push(vec![
                Cell::text(&**arm),
                Cell::text(words),
                Cell::Count(epoch),
                Cell::Count(values.len() as u64),
                score(Some(mean)),
                score(values.first().copied()),
                score(values.last().copied()),
            ]);
        }
    }
    table
}

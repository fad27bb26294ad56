//! What the page says, section by section, before any of it is HTML.

mod across;
mod ada_df;
mod ada_df_faces;
mod ada_df_warnings;
mod answer;
mod checks;
mod dataset;
mod differences;
mod maps;
mod origins;
mod paper;
mod provenance;
mod ranks;
mod reach;
mod seeds;
mod settings;
mod structure;
mod tests_table;
pub(crate) mod thumbnails;
mod verdicts;
mod videos;
mod view;

pub(crate) use paper::PaperTables;
pub(crate) use view::render;

use answer::Answer;
use checks::Exclusions;
use dataset::{DatasetSection, Group};
use provenance::Provenance;
use settings::Departures;
use verdicts::VerdictRow;

use crate::figures::{AucByRho, CriticalDifference, DotPanels, Forest, limits, slug};
use crate::study::Study;
use crate::svg::ArmStyle;
use crate::{DataTable, Figure, ReportError};

/// The report's content in its order.
pub(crate) struct Page {
    study: String,
    question: String,
    answers: Vec<Answer>,
    answer_arms: Vec<(String, String)>,
    reach: Vec<String>,
    tally: Option<String>,
    unfinished: Option<String>,
    verdicts: Vec<VerdictRow>,
    verdict_table: DataTable,
    arms: Vec<(String, String)>,
    pub(crate) limits: Vec<DotPanels>,
    without_limits: Vec<String>,
    across: Vec<DataTable>,
    sweep: Option<AucByRho>,
    datasets: Vec<DatasetSection>,
    forests: Vec<Forest>,
    ranks: Vec<CriticalDifference>,
    tests: Vec<DataTable>,
    alpha: f64,
    exclusions: Exclusions,
    departures: Option<Departures>,
    provenance: Provenance,
    seeds: Vec<DataTable>,
}

impl Page {
    /// Computes every section.
    pub(crate) fn of(study: &Study) -> Result<Self, ReportError> {
        let plan = &study.plan;
        let slugs: Vec<String> = study.datasets.iter().enumerate().map(|(i, d)| slug(d.name(), i)).collect();
        let with_slug = || study.datasets.iter().zip(&slugs);
        let verdicts = verdicts::rows(study);
        Ok(Self {
            study: plan.study.clone(),
            question: plan.question.clone(),
            answers: answer::answers(study),
            answer_arms: answer::arms(study),
            reach: reach::sentences(study),
            tally: answer::tally(study),
            unfinished: answer::unfinished(study),
            verdict_table: verdicts::table(&verdicts),
            verdicts,
            arms: plan.arms.iter().map(|arm| (arm.name.clone(), arm.isolates.clone())).collect(),
            limits: with_slug()
                .filter_map(|(d, slug)| Some(limits(study, d, d.limits.as_ref()?, slug)))
                .collect(),
            without_limits: study
                .datasets
                .iter()
                .filter(|d| d.limits.is_none())
                .map(|d| d.name().to_owned())
                .collect(),
            across: across::tables(study),
            sweep: AucByRho::of(study),
            datasets: with_slug()
                .map(|(d, slug)| dataset::section(study, d, slug))
                .collect::<Result<_, _>>()?,
            forests: with_slug().filter_map(|(d, slug)| forest(study, d.name(), slug)).collect(),
            ranks: with_slug()
                .filter_map(|(d, slug)| ranks::diagram(study, d.name(), slug).transpose())
                .collect::<Result<_, _>>()?,
            tests: with_slug().flat_map(|(d, slug)| tests_table::tables(study, d.name(), slug)).collect(),
            alpha: plan.alpha,
            exclusions: checks::exclusions(study)?,
            departures: settings::departures(study),
            provenance: provenance::provenance(study),
            seeds: with_slug().map(|(d, slug)| seeds::table(study, d, slug)).collect(),
        })
    }

    /// Puts a group behind those of a dataset, by its position.
    pub(crate) fn add_group(&mut self, dataset: usize, group: Group) {
        if let Some(section) = self.datasets.get_mut(dataset) {
            section.groups.push(group);
        }
    }

    /// Every figure, each once.
    pub(crate) fn figures(&self) -> Vec<&dyn Figure> {
        let mut list: Vec<&dyn Figure> = self.limits.iter().map(|f| f as &dyn Figure).collect();
        list.extend(self.sweep.as_ref().map(|f| f as &dyn Figure));
        for dataset in &self.datasets {
            list.extend(dataset.groups.iter().flat_map(|group| group.figures.iter().map(AsRef::as_ref)));
        }
        list.extend(self.forests.iter().map(|f| f as &dyn Figure));
        list.extend(self.ranks.iter().map(|f| f as &dyn Figure));
        list
    }

    /// Every table, those of the figures included.
    pub(crate) fn tables(&self) -> Vec<DataTable> {
        let mut list = vec![self.verdict_table.clone()];
        list.extend(self.across.iter().cloned());
        list.extend(self.figures().into_iter().map(Figure::table));
        for dataset in &self.datasets {
            list.extend(dataset.groups.iter().flat_map(|group| group.tables.iter().cloned()));
        }
        list.extend(self.tests.iter().cloned());
        list.extend(self.exclusions.tables.iter().cloned());
        list.extend(self.departures.iter().map(|departures| departures.table.clone()));
        list.extend(self.provenance.run.iter().cloned());
        list.extend(self.provenance.tables.iter().cloned());
        list.extend(self.seeds.iter().cloned());
        list
    }
}

fn forest(study: &Study, dataset: &str, slug: &str) -> Option<Forest> {
    let rows: Vec<_> = study
        .tests
        .rows
        .iter()
        .filter(|row| row.dataset == dataset)
        .map(|row| (row.clone(), ArmStyle::of(study.arm_index(&row.treatment))))
        .collect();
    (!rows.is_empty()).then(|| Forest {
        id: format!("forest-{slug}"),
        title: format!("{dataset}: paired differences"),
        rows,
    })
}

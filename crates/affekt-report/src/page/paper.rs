//! The tables of a paper: the numbers of the page in the columns a paper has room for.

use super::dataset::headline_metrics;
use super::tests_table::contrast;
use super::verdicts;
use crate::figures::slug;
use crate::number::{NumberKind, interval};
use crate::study::{Dataset, Study};
use crate::{Cell, DataTable};

/// Per dataset every overall metric and every paired difference, and the claims.
pub(crate) struct PaperTables {
    /// Metrics against arms.
    pub(crate) results: Vec<DataTable>,
    /// Comparisons; none of a dataset without any.
    pub(crate) tests: Vec<DataTable>,
    /// Likewise.
    pub(crate) claims: Vec<DataTable>,
}

impl PaperTables {
    /// Takes the numbers from where the page takes them.
    pub(crate) fn of(study: &Study) -> Self {
        let with_slug = || study.datasets.iter().enumerate().map(|(i, d)| (d, slug(d.name(), i)));
        let tests = with_slug().map(|(dataset, slug)| tests(study, dataset.name(), &slug));
        let claims = with_slug().map(|(dataset, slug)| claims(study, dataset.name(), &slug));
        Self {
            results: with_slug().map(|(dataset, slug)| results(study, dataset, &slug)).collect(),
            tests: tests.filter(|table| !table.rows.is_empty()).collect(),
            claims: claims.filter(|table| !table.rows.is_empty()).collect(),
        }
    }
}

/// The page's table with the number of runs as first row, which the page shows elsewhere.
fn results(study: &Study, dataset: &Dataset, slug: &str) -> DataTable {
    let mut table = headline_metrics(study, dataset, slug);
    table.caption = format!(
        "{}: overall metrics on the test split, mean ± sd over seeds; weights: {}",
        dataset.name(),
        study.plan.selection
    );
    let mut runs = vec![Cell::text("runs")];
    runs.extend(study.arms().map(|arm| Cell::Count(dataset.runs_of(arm).len() as u64)));
    table.rows.insert(0, runs);
    table
}

fn tests(study: &Study, dataset: &str, slug: &str) -> DataTable {
    let columns = [
        "metric",
        "treatment − control",
        "n",
        "difference",
        "interval",
        "p",
        "Holm p",
        "d_z",
        "r_rb",
        "verdict",
    ];
    let caption = format!(
        "{dataset}: paired differences over the seeds both arms share. Difference: Hodges-Lehmann estimate with its exact \
         interval; p: two-sided sign-flip test; Holm p: corrected within the comparison's family; d_z: Cohen's d of the \
         differences; r_rb: matched-pairs rank-biserial correlation"
    );
    let mut table = DataTable::new(format!("tests-{slug}"), caption, &columns);
    let rows = study.tests.rows.iter().filter(|row| row.dataset == dataset);
    table.rows.extend(rows.map(|row| {
        vec![
            Cell::text(&*row.metric),
            contrast(row),
            Cell::Count(row.n),
            Cell::Number(NumberKind::Difference, Some(row.hodges_lehmann)),
            Cell::text(interval(row.ci_low, row.ci_high)),
            Cell::Number(NumberKind::PValue, Some(row.sign_flip_p)),
            Cell::Number(NumberKind::PValue, Some(row.holm_p)),
            Cell::Number(NumberKind::Effect, row.d_z),
            Cell::Number(NumberKind::Effect, row.rank_biserial),
            Cell::text(&*row.verdict),
        ]
    }));
    table
}

fn claims(study: &Study, dataset: &str, slug: &str) -> DataTable {
    let columns = ["claim", "statement", "verdict", "contrast", "difference", "interval", "p", "n"];
    let caption = format!(
        "{dataset}: claims of the papers and what these runs say. Difference: Hodges-Lehmann estimate with its exact \
         interval; p: two-sided sign-flip test"
    );
    let mut table = DataTable::new(format!("claims-{slug}"), caption, &columns);
    let rows = verdicts::rows(study).into_iter().filter(|row| row.claim.dataset == dataset);
    table.rows.extend(rows.map(|row| {
        let [shown @ .., _smallest_p] = row.cells();
        let words = [row.claim.id, row.claim.statement, row.claim.verdict.to_string()];
        words.into_iter().map(Cell::Text).chain(shown).collect()
    }));
    table
}

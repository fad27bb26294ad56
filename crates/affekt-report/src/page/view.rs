//! From content to HTML: everything passes the template's escaping except our own SVG and CSS.

use serde::Serialize;

use super::thumbnails::Thumbnail;
use super::verdicts::symbol;
use super::{Group, Page};
use crate::html::{Detail, FigureView, TableView, figure_view, fill, style, tables};
use crate::{DataTable, Figure, ReportError};

const TEMPLATE: &str = include_str!("../../templates/report.html");

#[derive(Serialize)]
struct GroupView {
    heading: String,
    intro: String,
    figures: Vec<FigureView>,
    tables: Vec<TableView>,
    notes: Vec<String>,
    flow: bool,
    pictures: Vec<PictureView>,
}

#[derive(Serialize)]
struct PictureView {
    src: String,
    alt: String,
    caption: String,
}

#[derive(Serialize)]
struct SectionView {
    name: String,
    slug: String,
    intro: String,
    groups: Vec<GroupView>,
}

#[derive(Serialize)]
struct VerdictView {
    id: String,
    dataset: String,
    statement: String,
    source: String,
    verdict: String,
    symbol: &'static str,
    reason: String,
    contrast: String,
    effect: String,
    interval: String,
    /// p, n and smallest attainable p.
    numbers: Vec<String>,
    evidence: Vec<String>,
}

#[derive(Serialize)]
struct AnswerView {
    dataset: String,
    headline: String,
    numbers: String,
}

#[derive(Serialize)]
struct PageView {
    css: String,
    study: String,
    question: String,
    answers: Vec<AnswerView>,
    answer_arms: Vec<(String, String)>,
    reach: Vec<String>,
    tally: Option<String>,
    unfinished: Option<String>,
    verdicts: Vec<VerdictView>,
    arms: Vec<(String, String)>,
    limits: Vec<FigureView>,
    without_limits: Vec<String>,
    across: Vec<TableView>,
    sweep: Option<FigureView>,
    datasets: Vec<SectionView>,
    forests: Vec<FigureView>,
    ranks: Vec<FigureView>,
    tests: Vec<TableView>,
    alpha: String,
    notes: Vec<String>,
    exclusions: Vec<TableView>,
    departures: Option<String>,
    departure_tables: Vec<TableView>,
    facts: Vec<(String, String)>,
    origins: Vec<TableView>,
    commands: Vec<(String, String)>,
    provenance: Vec<TableView>,
    seeds: Vec<TableView>,
    is_short: bool,
}

/// Bytes beyond which a page is slow to open and mail refuses it.
const LARGEST: usize = 2_000_000;
/// Figures of a topic that a page too large keeps, where the topic has twice as many: a matrix for each of many arms.
const FEW: usize = 4;
/// Rows of a table that the shortest page shows.
const MOST_ROWS: usize = 40;

/// How much of a study its page holds, from all of it to the least; the files beside it hold all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    Whole,
    /// Without the results by seed, the words of the parts of figures, and all but a few of many figures on a topic.
    Few,
    /// Without the numbers of figures.
    Pictures,
    /// Of each dataset the essential figures, and of large tables the beginning.
    Essential,
}

impl Extent {
    const fn detail(self) -> Detail {
        match self {
            Self::Whole => Detail::Whole,
            Self::Few => Detail::Numbers,
            Self::Pictures | Self::Essential => Detail::Picture,
        }
    }

    const fn most_rows(self) -> usize {
        if matches!(self, Self::Essential) { MOST_ROWS } else { usize::MAX }
    }

    /// How many of a topic's `all` figures are shown.
    fn figures(self, is_essential: bool, all: usize) -> usize {
        match self {
            Self::Essential if !is_essential => 0,
            Self::Few | Self::Pictures | Self::Essential if all >= 2 * FEW => FEW,
            _ => all,
        }
    }
}

/// The page, as much of it as is not too large.
pub(crate) fn render(page: &Page) -> Result<String, ReportError> {
    for extent in [Extent::Whole, Extent::Few, Extent::Pictures] {
        let html = fill("report.html", TEMPLATE, &view(page, extent))?;
        if html.len() < LARGEST {
            return Ok(html);
        }
    }
    fill("report.html", TEMPLATE, &view(page, Extent::Essential))
}

fn view(page: &Page, extent: Extent) -> PageView {
    let is_short = extent > Extent::Whole;
    let tables = |list: &[DataTable]| tables(list, extent.most_rows());
    let figure_view = |figure: &dyn Figure| figure_view(figure, "", extent.detail());
    PageView {
        css: style(),
        study: page.study.clone(),
        question: page.question.clone(),
        answers: page
            .answers
            .iter()
            .map(|a| AnswerView {
                dataset: a.dataset.clone(),
                headline: a.headline.clone(),
                numbers: a.numbers.clone(),
            })
            .collect(),
        answer_arms: page.answer_arms.clone(),
        reach: page.reach.clone(),
        tally: page.tally.clone(),
        unfinished: page.unfinished.clone(),
        verdicts: page.verdicts.iter().map(verdict_view).collect(),
        arms: page.arms.clone(),
        limits: page.limits.iter().map(|f| figure_view(f)).collect(),
        without_limits: page.without_limits.clone(),
        across: tables(&page.across),
        sweep: page.sweep.as_ref().map(|f| figure_view(f)),
        datasets: page
            .datasets
            .iter()
            .map(|d| SectionView {
                name: d.name.clone(),
                slug: d.slug.clone(),
                intro: d.intro.clone(),
                groups: d.groups.iter().map(|g| group_view(g, &d.name, extent)).collect(),
            })
            .collect(),
        forests: page.forests.iter().map(|f| figure_view(f)).collect(),
        ranks: page.ranks.iter().map(|f| figure_view(f)).collect(),
        tests: tables(&page.tests),
        alpha: page.alpha.to_string(),
        notes: page.exclusions.notes.clone(),
        exclusions: tables(&page.exclusions.tables),
        departures: page.departures.as_ref().map(|d| d.intro.clone()),
        departure_tables: page
            .departures
            .iter()
            .flat_map(|d| tables(std::slice::from_ref(&d.table)))
            .collect(),
        facts: page.provenance.facts.clone(),
        origins: tables(&page.provenance.run),
        commands: page.provenance.commands.clone(),
        provenance: tables(&page.provenance.tables),
        seeds: if is_short { Vec::new() } else { tables(&page.seeds) },
        is_short,
    }
}

fn verdict_view(row: &super::VerdictRow) -> VerdictView {
    let [contrast, effect, interval, numbers @ ..] = row.cells().map(|cell| cell.print());
    VerdictView {
        id: row.claim.id.clone(),
        dataset: row.claim.dataset.clone(),
        statement: row.claim.statement.clone(),
        source: row.claim.source.clone(),
        verdict: row.claim.verdict.to_string(),
        symbol: symbol(row.claim.verdict),
        reason: row.claim.reason.clone(),
        contrast,
        effect,
        interval,
        numbers: numbers.to_vec(),
        evidence: row.evidence(),
    }
}

fn group_view(group: &Group, dataset: &str, extent: Extent) -> GroupView {
    let all = group.figures.len();
    let shown = extent.figures(group.is_essential, all);
    let mut notes = group.notes.clone();
    if shown < all {
        let more = if shown == 0 { "The" } else { "More" };
        notes.push(format!("{more} figures ({}) are in figures/, their numbers in tables/.", all - shown));
    }
    GroupView {
        heading: group.heading.clone(),
        intro: group.intro.clone(),
        figures: group
            .figures
            .iter()
            .take(shown)
            .map(|f| figure_view(f.as_ref(), dataset, extent.detail()))
            .collect(),
        tables: tables(&group.tables, extent.most_rows()),
        notes,
        flow: group.flow || group.figures.len() == 3,
        pictures: group.pictures.iter().map(picture_view).collect(),
    }
}

fn picture_view(picture: &Thumbnail) -> PictureView {
    let Thumbnail { src, alt, caption } = picture.clone();
    PictureView { src, alt, caption }
}

#[cfg(test)]
mod tests {
    use super::Extent;

    #[test]
    fn each_shorter_page_holds_less() {
        let extents = [Extent::Whole, Extent::Few, Extent::Pictures, Extent::Essential];
        assert_eq!(extents.map(|extent| extent.figures(false, 21)), [21, 4, 4, 0]);
        assert_eq!(extents.map(|extent| extent.figures(true, 3)), [3; 4], "the essential stays");
        assert_eq!(extents.map(Extent::most_rows), [usize::MAX, usize::MAX, usize::MAX, 40]);
        assert!(extents.windows(2).all(|pair| pair[0].detail() <= pair[1].detail()));
    }
}

//! One page about a dataset: what it holds, how unbalanced it is, what its faces look like.

mod answers;
mod input;
mod tables;

pub use input::{DataAu, DataGroup, DataPart, DataPicture, DataVa, DataView, PublishedCount};

use serde::Serialize;

use crate::base64::base64;
use crate::figures::{AuRates, PartCounts, VaDensity};
use crate::html::{Detail, FigureView, TableView, figure_view, fill, style, tables as table_views};
use crate::{DataTable, ReportError};

const TEMPLATE: &str = include_str!("../../templates/data.html");
const DATA_CSS: &str = include_str!("../../templates/data.css");
/// Name of the rows that have no class.
const WITHOUT_CLASS: &str = "no class";

#[derive(Serialize)]
struct PictureView {
    src: String,
    alt: String,
    sample: String,
}

#[derive(Serialize)]
struct PictureGroup {
    heading: String,
    rows: u64,
    pictures: Vec<PictureView>,
}

#[derive(Serialize)]
struct DataPage<'a> {
    css: String,
    title: &'a str,
    subtitle: String,
    answers: Vec<(String, String)>,
    warnings: &'a [String],
    classes: Option<FigureView>,
    class_tables: Vec<TableView>,
    va: Option<FigureView>,
    aus: Option<FigureView>,
    pictures: Vec<PictureGroup>,
    broken: &'a [(String, String)],
    parts: Vec<TableView>,
    published: Vec<TableView>,
    remarks: &'a [(String, u64)],
    licence: &'a str,
    citation: &'a str,
}

/// The page about a dataset: one HTML file that loads nothing and runs nothing, its pictures inside.
///
/// Equal views give equal bytes. Every text of the view is escaped.
///
/// # Errors
/// [`ReportError::Template`].
pub fn data_page(view: &DataView) -> Result<String, ReportError> {
    let has_classes = view.whole.classes.iter().any(|class| class.rows > 0);
    let has_aus = view.whole.aus.iter().any(|au| au.labelled > 0);
    let list = |table: DataTable| table_views(&[table], usize::MAX);
    let page = DataPage {
        css: format!("{}{DATA_CSS}", style()),
        title: &view.title,
        subtitle: subtitle(view, has_classes),
        answers: answers::answers(view),
        warnings: &view.warnings,
        classes: has_classes.then(|| figure_view(&class_counts(view), "", Detail::Whole)),
        class_tables: if has_classes { list(tables::subjects(view)) } else { Vec::new() },
        va: density(view).map(|figure| figure_view(&figure, "", Detail::Whole)),
        aus: has_aus.then(|| figure_view(&AuRates::of(&view.whole, &view.parts), "", Detail::Whole)),
        pictures: picture_groups(view, has_classes),
        broken: &view.broken,
        parts: list(tables::parts(view)),
        published: list(tables::published(view)),
        remarks: &view.remarks,
        licence: &view.licence,
        citation: &view.citation,
    };
    fill("data.html", TEMPLATE, &page)
}

fn subtitle(view: &DataView, has_classes: bool) -> String {
    let mut parts = vec![view.name.clone()];
    if has_classes {
        parts.push(format!("{} expression classes ({})", view.classes.len(), view.label_set));
    }
    parts.extend(view.whole.va.as_ref().map(|_| "valence and arousal".to_owned()));
    let aus = view.whole.aus.iter().filter(|au| au.labelled > 0).count();
    parts.extend((aus > 0).then(|| format!("{aus} action units")));
    parts.join(" · ")
}

fn class_counts(view: &DataView) -> PartCounts {
    let counts = |part: &DataPart| part.classes.iter().map(|class| class.rows).collect();
    let parts = view.parts.iter().map(|part| (part.name.clone(), counts(part)));
    let whole = view.parts.is_empty().then(|| (String::new(), counts(&view.whole)));
    PartCounts {
        id: "class-counts".to_owned(),
        title: "Rows of each class".to_owned(),
        classes: view.classes.clone(),
        parts: whole.into_iter().chain(parts).collect(),
    }
}

/// One panel for all rows, one per class, one for the rows without a class; the first alone where it says it all.
fn density(view: &DataView) -> Option<VaDensity> {
    let whole = view.whole.va.clone()?;
    let groups = view.classes.iter().map(String::as_str).zip(&view.whole.classes);
    let groups = groups.chain([(WITHOUT_CLASS, &view.whole.without_class)]);
    let with_rows = groups.filter(|(_, group)| group.rows > 0);
    let (mut panels, mut without) = (vec![("all rows".to_owned(), whole)], Vec::new());
    for (name, group) in with_rows {
        match &group.va {
            Some(va) => panels.push((name.to_owned(), va.clone())),
            None => without.push(name.to_owned()),
        }
    }
    if panels.len() == 2 {
        panels.remove(0);
    }
    Some(VaDensity {
        id: "va-density".to_owned(),
        title: "Rows on the valence-arousal plane".to_owned(),
        panels,
        without,
    })
}

fn picture_groups(view: &DataView, has_classes: bool) -> Vec<PictureGroup> {
    let mut groups: Vec<(Option<usize>, PictureGroup)> = Vec::new();
    for picture in &view.pictures {
        let class = picture.class.and_then(|c| Some((view.classes.get(c)?, view.whole.classes.get(c)?.rows)));
        let label = match class {
            Some((name, _)) => format!("labelled {name}, "),
            None if has_classes => "without a class, ".to_owned(),
            None => String::new(),
        };
        let shown = PictureView {
            src: format!("data:image/jpeg;base64,{}", base64(&picture.jpeg)),
            alt: format!("{label}sample {}", picture.sample),
            sample: picture.sample.clone(),
        };
        match groups.last_mut() {
            Some((last, group)) if *last == picture.class => group.pictures.push(shown),
            _ => {
                let rows = class.map_or(view.whole.without_class.rows, |(_, rows)| rows);
                let rest = if has_classes { WITHOUT_CLASS } else { "all rows" };
                let heading = class.map_or(rest, |(name, _)| name).to_owned();
                groups.push((picture.class, PictureGroup { heading, rows, pictures: vec![shown] }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

//! Tables of the page that belong to no figure.

use super::DataView;
use crate::number::NumberKind;
use crate::{Cell, DataTable};

/// Who the rows of each class are of.
pub(super) fn subjects(view: &DataView) -> DataTable {
    let columns = ["class", "rows", "subjects", "rows of the largest subject", "its share"];
    let caption =
        "Subjects of each class; where one subject is most of a class, a model may learn the person";
    let mut table = DataTable::new("subjects", caption, &columns);
    let groups = view.classes.iter().map(String::as_str).zip(&view.whole.classes);
    let rest = (super::WITHOUT_CLASS, &view.whole.without_class);
    for (name, group) in groups.chain((rest.1.rows > 0).then_some(rest)) {
        let share = (group.rows > 0).then(|| group.largest_subject as f64 / group.rows as f64);
        table.rows.push(vec![
            Cell::text(name),
            Cell::Count(group.rows),
            Cell::Count(group.subjects),
            Cell::Count(group.largest_subject),
            share.map_or(Cell::Hole, |share| Cell::Number(NumberKind::Share, Some(share))),
        ]);
    }
    table
}

/// What the rows of each part carry; kinds of labels that no row has are left out.
pub(super) fn parts(view: &DataView) -> DataTable {
    let mut table = DataTable::new(
        "parts",
        "Usable rows, and how many of them carry what",
        &["part", "rows", "subjects"],
    );
    let has_videos = view.whole.videos > 0;
    table.columns.extend(has_videos.then(|| "videos".to_owned()));
    let kinds = view.whole.labelled.iter().enumerate().filter(|(_, (_, rows))| *rows > 0);
    let kinds: Vec<(usize, &String)> = kinds.map(|(k, (name, _))| (k, name)).collect();
    table.columns.extend(kinds.iter().map(|(_, name)| (*name).clone()));
    for part in view.parts.iter().chain([&view.whole]) {
        let mut row = vec![Cell::text(&*part.name), Cell::Count(part.rows), Cell::Count(part.subjects)];
        row.extend(has_videos.then_some(Cell::Count(part.videos)));
        row.extend(
            kinds.iter().map(|(k, _)| part.labelled.get(*k).map_or(Cell::Hole, |(_, n)| Cell::Count(*n))),
        );
        table.rows.push(row);
    }
    table
}

/// Every published count with what was found; without rows where nothing was published.
pub(super) fn published(view: &DataView) -> DataTable {
    let caption = "Rows of the annotation, those left out included, against what was published";
    let mut table = DataTable::new("published", caption, &["what", "part", "found", "published", "verdict"]);
    for count in &view.published {
        let verdict = match (count.found, count.published) {
            (found, published) if found == published => "as published".to_owned(),
            (found, published) if found > published => format!("✗ {} too many", found - published),
            (found, published) => format!("✗ {} missing", published - found),
        };
        table.rows.push(vec![
            Cell::text(&*count.what),
            Cell::text(&*count.part),
            Cell::Count(count.found),
            Cell::Count(count.published),
            Cell::text(verdict),
        ]);
    }
    table
}

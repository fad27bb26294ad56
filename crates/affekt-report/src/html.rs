//! From figures and tables to HTML: everything passes the template's escaping except our own SVG and CSS.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::svg::{FIGURE_CSS, page_variables};
use crate::{Cell, DataTable, Figure, ReportError};

const MACROS: &str = include_str!("../templates/macros.html");
const PAGE_CSS: &str = include_str!("../templates/page.css");

/// A cell as the templates print it.
#[derive(Serialize)]
pub(crate) struct CellView {
    text: String,
    numeric: bool,
}

/// A table as the templates print it.
#[derive(Serialize)]
pub(crate) struct TableView {
    id: String,
    caption: String,
    columns: Vec<CellView>,
    rows: Vec<Vec<CellView>>,
    /// Rows that only the file holds.
    more: usize,
    /// Name of that file.
    file: String,
}

/// A figure as the templates print it.
#[derive(Serialize)]
pub(crate) struct FigureView {
    id: String,
    title: String,
    description: String,
    svg: String,
    /// None where the page leaves it to the file beside it.
    table: Option<TableView>,
    /// Name of that file.
    file: String,
}

/// How much of a figure a page holds; its files hold all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// The picture, what its parts say when pointed at, and its numbers as a table.
    Whole,
    /// The picture and its numbers.
    Numbers,
    /// The picture.
    Picture,
}

/// Fills a template, which may import `table` and `figure` from `macros.html`; `name` ends in `.html`.
pub(crate) fn fill<V: Serialize>(name: &str, template: &str, view: &V) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // The `.html` names switch escaping on.
    environment.add_template("macros.html", MACROS)?;
    environment.add_template(name, template)?;
    Ok(environment.get_template(name)?.render(Serde(view))?)
}

/// The style sheet of a page: colours, page and figures.
pub(crate) fn style() -> String {
    format!("{}{PAGE_CSS}{FIGURE_CSS}", page_variables())
}

/// A figure in the page; under a dataset's heading its title need not name the dataset again.
pub(crate) fn figure_view(figure: &dyn Figure, dataset: &str, detail: Detail) -> FigureView {
    let title = figure.title();
    let (svg, table) = (figure.svg(), figure.table());
    let short = title.strip_prefix(dataset).and_then(|t| t.strip_prefix(": "));
    FigureView {
        id: figure.id().to_owned(),
        title: short.map_or_else(|| title.to_owned(), capitalised),
        description: figure.description(),
        svg: if detail == Detail::Whole { svg } else { without_tips(&svg) },
        file: file_of(&table),
        table: (detail < Detail::Picture).then(|| table_view(&table, usize::MAX)),
    }
}

/// A figure without the titles of its shapes; its own has an id and stays.
fn without_tips(svg: &str) -> String {
    let mut rest = svg;
    let mut short = String::with_capacity(svg.len());
    while let Some((before, tip)) = rest.split_once("><title>") {
        let Some((_, after)) = tip.split_once("</title></") else { break };
        let Some((_, after)) = after.split_once('>') else { break };
        short.push_str(before);
        short.push_str("/>");
        rest = after;
    }
    short + rest
}

fn file_of(table: &DataTable) -> String {
    format!("tables/{}.csv", table.id)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The tables that have a row, of each its first rows, `most` at most.
pub(crate) fn tables(list: &[DataTable], most: usize) -> Vec<TableView> {
    let filled = list.iter().filter(|table| !table.rows.is_empty());
    filled.flat_map(|table| pieces(table, most)).collect()
}

/// Columns of a table that a printed page has room for, in small type.
const MOST_COLUMNS: usize = 16;

/// A table, or where it is too wide several of about the same width.
fn pieces(table: &DataTable, most: usize) -> Vec<TableView> {
    let others = table.columns.len().saturating_sub(1);
    if others < MOST_COLUMNS {
        return vec![table_view(table, most)];
    }
    let n = others.div_ceil(MOST_COLUMNS / 2);
    let narrow = table.narrowed(others.div_ceil(n));
    let n = narrow.len();
    let numbered = narrow.into_iter().enumerate().map(|(at, piece)| TableView {
        caption: format!("{} ({} of {n})", piece.caption, at + 1),
        file: file_of(table),
        ..table_view(&piece, most)
    });
    numbered.collect()
}

fn table_view(table: &DataTable, most: usize) -> TableView {
    let columns = table.columns.iter().enumerate();
    TableView {
        id: table.id.clone(),
        caption: table.caption.clone(),
        columns: columns
            .map(|(i, name)| CellView { text: name.clone(), numeric: table.is_numeric(i) })
            .collect(),
        rows: table.rows.iter().take(most).map(|row| row.iter().map(cell_view).collect()).collect(),
        more: table.rows.len().saturating_sub(most),
        file: file_of(table),
    }
}

fn cell_view(cell: &Cell) -> CellView {
    CellView { text: cell.print(), numeric: cell.is_numeric() }
}

#[cfg(test)]
mod tests {
    use super::{MOST_COLUMNS, tables, without_tips};
    use crate::{Cell, DataTable};

    #[test]
    fn a_figure_loses_what_its_shapes_say_and_keeps_its_title() {
        let svg = "<svg><title id=\"t\">T</title><circle r=\"1\"><title>a &lt; b</title></circle><rect x=\"0\"/>\
                   <g><line y=\"2\"><title>c</title></line></g></svg>";
        let short =
            "<svg><title id=\"t\">T</title><circle r=\"1\"/><rect x=\"0\"/><g><line y=\"2\"/></g></svg>";
        assert_eq!(without_tips(svg), short);
        assert_eq!(without_tips(short), short);
    }

    #[test]
    fn a_wide_table_is_set_in_pieces_that_hold_every_column_and_a_long_one_is_cut() {
        let mut table = DataTable::new("t", "c", &["metric"]);
        table.columns.extend((0..21).map(|arm| format!("arm {arm}")));
        table.rows.extend((0..5).map(|row| (0..22).map(|at| Cell::Count(100 * row + at)).collect()));
        let views = tables(&[table, DataTable::new("empty", "c", &["x"])], 3);
        let columns = |at: usize| views[at].columns.iter().map(|c| c.text.as_str()).collect::<Vec<_>>();
        assert_eq!(views.len(), 3);
        assert!(views.iter().all(|view| view.columns.len() <= MOST_COLUMNS / 2 + 1));
        assert_eq!((columns(0)[0], columns(0)[1], columns(2)[7]), ("metric", "arm 0", "arm 20"));
        assert_eq!(views.iter().map(|view| view.columns.len() - 1).sum::<usize>(), 21);
        assert_eq!((views[1].rows.len(), views[1].more, views[1].file.as_str()), (3, 2, "tables/t.csv"));
        assert_eq!((views[1].caption.as_str(), views[2].rows[2][7].text.as_str()), ("c (2 of 3)", "221"));
    }
}

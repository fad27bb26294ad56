//! Tables as LaTeX floats that fit a page.

use super::{comment, escape};
use crate::{Cell, DataTable};

/// Rows of a float: a float cannot break across pages.
const MAX_ROWS: usize = 40;
/// Columns of means and deviations side by side.
pub(super) const MAX_SPREADS: usize = 5;
/// Characters beyond which a column of words wraps, and from which it is one of sentences.
const WIDE: usize = 28;
const SENTENCE: usize = 60;

/// A `tabular` in booktabs style with the given column types, numbers as printed in the page.
pub(crate) fn tabular(table: &DataTable, columns: &[&str], rows: &[Vec<Cell>]) -> String {
    let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
    let header = line(table.columns.iter().map(|c| escape(c)).collect());
    let body: String =
        rows.iter().map(|row| line(row.iter().map(|cell| escape(&cell.print())).collect())).collect();
    format!(
        "\\begin{{tabular}}{{{}}}\n\\toprule\n{header}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n",
        columns.concat()
    )
}

/// A table as `table` floats; one that is longer than a page goes on in the next.
pub(super) fn floats(table: &DataTable) -> String {
    let columns: Vec<&str> = (0..table.columns.len()).map(|i| column_type(table, i)).collect();
    let parts: Vec<&[Vec<Cell>]> = table.rows.chunks(MAX_ROWS).collect();
    let one = |(at, rows): (usize, &&[Vec<Cell>])| {
        let (part, label) = match at {
            0 => (String::new(), String::new()),
            _ => (format!(" (part {} of {})", at + 1, parts.len()), format!("-part{}", at + 1)),
        };
        format!(
            "% {}\n\\begin{{table}}[!htbp]\n\\centering\n\\setlength{{\\belowcaptionskip}}{{6pt}}\n\\caption{{{}{part}.}}\n\\label{{tab:{}{label}}}\n\\footnotesize\n\
             \\setlength{{\\tabcolsep}}{{4pt}}\n{}\\end{{table}}\n",
            comment(&table.id),
            escape(&table.caption),
            table.id,
            tabular(table, &columns, rows)
        )
    };
    parts.iter().enumerate().map(one).collect::<Vec<_>>().join("\n")
}

fn column_type(table: &DataTable, column: usize) -> &'static str {
    let cells = table.rows.iter().filter_map(|row| row.get(column));
    let widest = cells.map(|cell| cell.print().chars().count()).max().unwrap_or(0);
    match widest {
        _ if table.is_numeric(column) => "r",
        SENTENCE.. => ">{\\raggedright\\arraybackslash}p{0.3\\linewidth}",
        WIDE.. => ">{\\raggedright\\arraybackslash}p{0.15\\linewidth}",
        _ => "l",
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROWS, MAX_SPREADS, floats};
    use crate::{Cell, DataTable};

    #[test]
    fn many_arms_stand_in_several_tables_and_each_once() {
        let mut table = DataTable::new("m", "c", &["metric", "a", "b", "c", "d", "e", "f"]);
        table.rows.push((0..7).map(Cell::Count).collect());
        let parts = table.narrowed(MAX_SPREADS);
        assert_eq!(parts.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), ["m", "m-2"]);
        assert_eq!(parts[0].columns, ["metric", "a", "b", "c", "d", "e"]);
        assert_eq!(parts[1].columns, ["metric", "f"]);
        assert_eq!(parts[1].rows, [[Cell::Count(0), Cell::Count(6)]]);
    }

    #[test]
    fn a_long_table_goes_on_and_loses_no_row() {
        let mut table = DataTable::new("t", "a_b", &["row"]);
        table.rows.extend((0..=MAX_ROWS).map(|i| vec![Cell::text(format!("row {i}."))]));
        let text = floats(&table);
        assert_eq!(text.matches("\\begin{table}").count(), 2);
        assert!(
            text.contains("\\caption{a\\_b.}") && text.contains("\\caption{a\\_b (part 2 of 2).}"),
            "{text}"
        );
        assert!(text.contains("\\label{tab:t}") && text.contains("\\label{tab:t-part2}"));
        for i in 0..=MAX_ROWS {
            assert_eq!(text.matches(&format!("row {i}.")).count(), 1, "row {i}");
        }
    }

    #[test]
    fn long_words_wrap() {
        let mut table = DataTable::new("t", "c", &["a", "b"]);
        table.rows.push(vec![Cell::text("short"), Cell::text("long ".repeat(20))]);
        let text = floats(&table);
        assert!(text.contains("{tabular}{l>{\\raggedright\\arraybackslash}p{0.3\\linewidth}}"), "{text}");
    }
}

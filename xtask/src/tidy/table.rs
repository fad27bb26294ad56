//! The crate table of ARCHITECTURE.md, read as data: `crate | layer | purpose | may depend on`.

use std::collections::BTreeSet;

use super::Problem;

/// The document the table stands in.
pub(super) const DOCUMENT: &str = "ARCHITECTURE.md";

/// One crate's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub name: String,
    pub layer: u8,
    /// Layers (`L0`) and crates that may be depended on.
    pub allowed: Vec<String>,
    pub line: usize,
}

impl Row {
    /// Whether this crate may depend on that one.
    pub(super) fn allows(&self, to: &Row) -> bool {
        let layer = format!("L{}", to.layer);
        self.allowed.iter().any(|token| *token == to.name || *token == layer)
    }
}

/// All rows, in the document's order.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub rows: Vec<Row>,
    broken: Vec<Problem>,
}

impl Table {
    /// Reads the first table whose header names the four columns.
    pub(super) fn parse(text: &str) -> Self {
        let mut table = Self::default();
        let mut lines = text.lines().enumerate().skip_while(|(_, line)| {
            let header: Vec<_> = cells(line).into_iter().map(str::to_lowercase).collect();
            header != ["crate", "layer", "purpose", "may depend on"]
        });
        if lines.next().is_none() {
            table.broken.push(Problem::new(
                DOCUMENT,
                0,
                "no table with the header `crate | layer | purpose | may depend on`",
            ));
        }
        for (index, line) in lines.skip(1).take_while(|(_, line)| line.trim_start().starts_with('|')) {
            match row(line, index + 1) {
                Some(row) => table.rows.push(row),
                None => table.broken.push(Problem::new(
                    DOCUMENT,
                    index + 1,
                    "expected `crate | L<n> | purpose | list`",
                )),
            }
        }
        table
    }

    pub(super) fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    pub(super) fn layer(&self, name: &str) -> Option<u8> {
        self.row(name).map(|row| row.layer)
    }

    /// The table agrees with itself: whole layers only from above, neighbours of a layer only from further down the
    /// table, so that what it allows has no cycle.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut problems = self.broken.clone();
        let mut above = BTreeSet::new();
        for row in &self.rows {
            let mut add = |text: String| problems.push(Problem::new(DOCUMENT, row.line, text));
            if !above.insert(&row.name) {
                add(format!("{} has two rows", row.name));
            }
            for token in &row.allowed {
                match (layer_number(token), self.layer(token)) {
                    (Some(layer), _) if layer < row.layer => {}
                    (Some(_), _) => add(format!("{} (L{}) may not name all of {token}", row.name, row.layer)),
                    (None, None) => add(format!("{} names {token}, which has no row", row.name)),
                    (None, Some(layer)) if layer < row.layer => {}
                    (None, Some(layer))
                        if layer == row.layer && above.contains(token) && *token != row.name => {}
                    (None, Some(layer)) => {
                        add(format!(
                            "{} (L{}) names {token} (L{layer}), which is not below it",
                            row.name, row.layer
                        ));
                    }
                }
            }
        }
        problems
    }
}

fn row(line: &str, number: usize) -> Option<Row> {
    let cells = cells(line);
    let [name, layer, _, allowed] = cells.as_slice() else { return None };
    let allowed = allowed
        .split(',')
        .map(|token| plain(token).to_owned())
        .filter(|token| !token.is_empty() && token != "-")
        .collect();
    Some(Row { name: plain(name).to_owned(), layer: layer_number(layer)?, allowed, line: number })
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(str::trim).collect()
}

fn plain(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

/// `L3` is layer 3.
fn layer_number(text: &str) -> Option<u8> {
    plain(text).strip_prefix('L')?.parse().ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::tidy) const SMALL: &str = "\
| crate | layer | purpose | may depend on |
|---|---|---|---|
| `core` | L0 | words | - |
| `ot` | L1 | costs | L0 |
| `tensor` | L3 | tensors | L0 |
| `train` | L3 | loop | L0, `tensor` |
| `app` | L4 | all | L0, L1, L3 |

After the table.
";

    #[test]
    fn rows_are_read() {
        let table = Table::parse(SMALL);
        assert_eq!(table.check(), []);
        assert_eq!(table.rows.len(), 5);
        let train = table.row("train").expect("has a row");
        assert!(train.allows(table.row("tensor").expect("has a row")));
        assert!(!train.allows(table.row("ot").expect("has a row")));
    }

    #[test]
    fn a_table_that_points_up_or_sideways_is_refused() {
        for (from, to) in
            [("- |", "L1 |"), ("| costs | L0", "| costs | L1"), ("| tensors | L0", "| tensors | train")]
        {
            let table = Table::parse(&SMALL.replacen(from, to, 1));
            assert_eq!(table.check().len(), 1, "{from} -> {to}: {:?}", table.check());
        }
        assert_eq!(Table::parse("no table").check().len(), 1);
        assert_eq!(Table::parse(&SMALL.replace("L4", "top")).check().len(), 1);
    }
}

//! A table once, printed three ways: in the page, as CSV and as LaTeX.

use crate::latex::{comment, tabular};
use crate::number::{NumberKind, UNDEFINED};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number, or none where it is undefined.
    Number(NumberKind, Option<f64>),
    /// Mean and standard deviation; two columns in CSV.
    Spread(Option<f64>, Option<f64>),
    /// Something planned that is not there.
    Hole,
}

impl Cell {
    /// A cell of words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The cell as readers see it.
    pub fn print(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(kind, value) => kind.print_option(*value),
            Self::Spread(None, _) => UNDEFINED.to_owned(),
            Self::Spread(Some(mean), sd) => {
                let mean = NumberKind::Score.print(*mean);
                sd.map_or(mean.clone(), |sd| format!("{mean} ± {}", NumberKind::Score.print(sd)))
            }
            Self::Hole => "–".to_owned(),
        }
    }

    /// True for cells that are set flush right.
    pub(crate) fn is_numeric(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// The cell at full precision; empty where there is no value.
    fn exact(&self) -> Vec<String> {
        let number = |v: &Option<f64>| v.filter(|v| v.is_finite()).map(|v| v.to_string()).unwrap_or_default();
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Count(count) => vec![count.to_string()],
            Self::Number(_, value) => vec![number(value)],
            Self::Spread(mean, sd) => vec![number(mean), number(sd)],
            Self::Hole => vec![String::new()],
        }
    }
}

/// A table with a name that is also its file name.
#[derive(Clone, Debug, PartialEq)]
pub struct DataTable {
    /// File name without extension.
    pub id: String,
    /// What it shows, one sentence.
    pub caption: String,
    /// Column names.
    pub columns: Vec<String>,
    /// The rows; the first cell names the row.
    pub rows: Vec<Vec<Cell>>,
}

impl DataTable {
    /// An empty table.
    pub fn new(id: impl Into<String>, caption: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            columns: columns.iter().map(|&c| c.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The table as tables of the first column and at most `width` of the others; the first keeps the name.
    pub(crate) fn narrowed(&self, width: usize) -> Vec<Self> {
        let others: Vec<usize> = (1..self.columns.len()).collect();
        let pick = |block: &[usize]| [&[0], block].concat();
        let part = |(at, block): (usize, &[usize])| Self {
            id: if at == 0 { self.id.clone() } else { format!("{}-{}", self.id, at + 1) },
            caption: self.caption.clone(),
            columns: pick(block).iter().map(|i| self.columns[*i].clone()).collect(),
            rows: self
                .rows
                .iter()
                .map(|row| pick(block).iter().filter_map(|i| row.get(*i).cloned()).collect())
                .collect(),
        };
        others.chunks(width).enumerate().map(part).collect()
    }

    fn is_spread(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Spread(..))))
    }

    /// The table as CSV with full precision; undefined and missing cells are empty.
    pub fn to_csv(&self) -> String {
        let mut header = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            if self.is_spread(i) {
                header.extend([format!("{column} mean"), format!("{column} sd")]);
            } else {
                header.push(column.clone());
            }
        }
        let mut text = csv_line(&header);
        for row in &self.rows {
            let mut cells = Vec::new();
            for (i, cell) in row.iter().enumerate() {
                let exact = cell.exact();
                let width = if self.is_spread(i) { 2 } else { exact.len() };
                cells.extend((0..width).map(|k| exact.get(k).cloned().unwrap_or_default()));
            }
            text.push_str(&csv_line(&cells));
        }
        text
    }

    /// The table as a LaTeX `tabular` in booktabs style, numbers as printed in the page.
    pub fn to_tex(&self) -> String {
        let columns: Vec<&str> =
            (0..self.columns.len()).map(|i| if self.is_numeric(i) { "r" } else { "l" }).collect();
        format!("% {}\n{}", comment(&self.caption), tabular(self, &columns, &self.rows))
    }

    /// True for a column that is set flush right.
    pub(crate) fn is_numeric(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row.get(column).is_some_and(Cell::is_numeric))
    }
}

fn csv_line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::{Cell, DataTable};
    use crate::number::NumberKind;

    fn table() -> DataTable {
        let mut table = DataTable::new("t", "a caption", &["arm_1", "score", "mean, all"]);
        table.rows.push(vec![
            Cell::text("50% & \"more\""),
            Cell::Number(NumberKind::Score, Some(0.123_456)),
            Cell::Spread(Some(0.5), None),
        ]);
        table.rows.push(vec![Cell::text("b"), Cell::Number(NumberKind::Score, None), Cell::Hole]);
        table
    }

    #[test]
    fn csv_keeps_every_digit_and_every_column() {
        let text = table().to_csv();
        assert_eq!(
            text,
            "arm_1,score,\"mean, all mean\",\"mean, all sd\"\n\"50% & \"\"more\"\"\",0.123456,0.5,\nb,,,\n"
        );
    }

    #[test]
    fn latex_specials_are_harmless() {
        let text = table().to_tex();
        assert!(text.contains("arm\\_1 & score") && text.contains("50\\% \\& \"more\" & 0.1235"), "{text}");
        assert!(text.contains("b & undefined & -- \\\\"), "{text}");
    }
}

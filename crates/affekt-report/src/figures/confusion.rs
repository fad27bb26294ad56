//! A confusion matrix with counts and row shares.

use affekt_metrics::Confusion;

use crate::number::NumberKind;
use crate::svg::{Align, Svg, WIDTH, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// One arm's confusion, all seeds together.
#[derive(Clone, Debug)]
pub(crate) struct ConfusionMatrix {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) classes: Vec<String>,
    pub(crate) confusion: Confusion,
    pub(crate) n_runs: usize,
}

impl ConfusionMatrix {
    fn share(&self, truth: usize, predicted: usize) -> Option<f64> {
        let total = self.confusion.support()[truth];
        (total > 0).then(|| self.confusion.get(truth, predicted) as f64 / total as f64)
    }
}

impl Figure for ConfusionMatrix {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        format!(
            "Share of the true class in percent (large, also the shading) and count (small), {} runs together; \
             outlined cells are correct.",
            self.n_runs
        )
    }

    fn svg(&self) -> String {
        let n = self.classes.len();
        let widest =
            self.classes.iter().map(|c| text_width(c, 12.0)).fold(0.0, |a, b| if b > a { b } else { a });
        let left = widest.clamp(30.0, 74.0) + 8.0;
        // The slanted names of the columns reach past the last cell.
        let cell = ((WIDTH - left - 26.0) / n as f64).clamp(8.0, 44.0);
        let top = 0.72 * widest.clamp(30.0, 74.0) + 22.0;
        let mut svg = Svg::new(WIDTH, top + cell * n as f64 + 4.0);
        svg.text("note", Align::Start, [0.0, 11.0], "predicted →");
        svg.text("note", Align::Start, [0.0, top - 5.0], "true ↓");
        for (j, class) in self.classes.iter().enumerate() {
            let at = [left + cell * (j as f64 + 0.5) + 2.0, top - 5.0];
            svg.text_turned("name", Align::Start, at, -45.0, &ellipsis(class, 12.0, 74.0));
        }
        for i in 0..n {
            let y = top + cell * i as f64;
            svg.text(
                "name",
                Align::End,
                [left - 6.0, y + 0.5 * cell + 4.0],
                &ellipsis(&self.classes[i], 12.0, 74.0),
            );
            for j in 0..n {
                let x = left + cell * j as f64;
                let share = self.share(i, j);
                svg.rect("heat", [x, y], [cell, cell], share.unwrap_or(0.0));
                svg.rect("cell", [x, y], [cell, cell], 1.0);
                // In a finer grid the numbers would not fit; the table below has them all.
                if cell >= 22.0 {
                    let text = share.map_or_else(|| "–".to_owned(), |s| format!("{:.0}", 100.0 * s));
                    svg.text("share", Align::Middle, [x + 0.5 * cell, y + 0.5 * cell + 0.5], &text);
                    let count = self.confusion.get(i, j).to_string();
                    svg.text("count", Align::Middle, [x + 0.5 * cell, y + 0.5 * cell + 10.5], &count);
                }
            }
        }
        for i in 0..n {
            let at = cell * i as f64;
            svg.rect("right", [left + at, top + at], [cell, cell], 1.0);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["true class", "total"]);
        for class in &self.classes {
            table.columns.push(class.clone());
            table.columns.push(format!("{class} %"));
        }
        for (i, class) in self.classes.iter().enumerate() {
            let mut row = vec![Cell::text(&**class), Cell::Count(self.confusion.support()[i])];
            for j in 0..self.classes.len() {
                row.push(Cell::Count(self.confusion.get(i, j)));
                row.push(Cell::Number(NumberKind::Share, self.share(i, j)));
            }
            table.rows.push(row);
        }
        table
    }
}

//! Items per class and split.

use crate::svg::{Align, Svg, WIDTH, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct ClassCounts {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) classes: Vec<String>,
    /// Train, valid, test.
    pub(crate) counts: [Vec<u64>; 3],
}

const ROW: f64 = 22.0;

impl Figure for ClassCounts {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        "Bars and first number: training items per expression class; then validation and test items."
            .to_owned()
    }

    fn svg(&self) -> String {
        let widest = |list: &mut dyn Iterator<Item = f64>| list.fold(0.0, |a, b| if b > a { b } else { a });
        let left = widest(&mut self.classes.iter().map(|c| text_width(c, 12.0))).clamp(30.0, 90.0) + 10.0;
        let text = |c: usize| {
            let [train, valid, test] = [0, 1, 2].map(|split: usize| self.counts[split][c]);
            format!("{train} / {valid} / {test}")
        };
        let texts: Vec<String> = (0..self.classes.len()).map(text).collect();
        let right = widest(&mut texts.iter().map(|t| text_width(t, 10.5))) + 8.0;
        let most = self.counts[0].iter().copied().max().unwrap_or(0).max(1) as f64;
        let mut svg = Svg::new(WIDTH, 18.0 + ROW * self.classes.len() as f64);
        svg.text("note", Align::End, [WIDTH, 11.0], "train / valid / test");
        for (c, class) in self.classes.iter().enumerate() {
            let y = 18.0 + ROW * c as f64;
            svg.text("name", Align::Start, [0.0, y + 14.0], &ellipsis(class, 12.0, left - 8.0));
            let length = (WIDTH - left - right) * self.counts[0][c] as f64 / most;
            svg.rect("heat", [left, y + 3.0], [length, ROW - 7.0], 1.0);
            svg.text("note", Align::End, [WIDTH, y + 14.0], &texts[c]);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["class", "train", "valid", "test"]);
        for (c, class) in self.classes.iter().enumerate() {
            let mut row = vec![Cell::text(&**class)];
            row.extend(self.counts.iter().map(|split| Cell::Count(split[c])));
            table.rows.push(row);
        }
        table
    }
}

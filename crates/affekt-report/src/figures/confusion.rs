//! A confusion matrix with counts and row shares.

use affekt_metrics::Confusion;

use super::matrix::{Matrix, MatrixCell};
use crate::number::NumberKind;
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
        let matrix = Matrix { names: &self.classes, corner: ["predicted →", "true ↓"] };
        let svg = matrix.draw(|i, j| MatrixCell {
            share: self.share(i, j),
            small: Some(self.confusion.get(i, j).to_string()),
        });
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

//! What each class looks like to Ada-DF: its class distributions as a square.

use super::matrix::{Matrix, MatrixCell};
use crate::number::NumberKind;
use crate::{Cell, DataTable, Figure};

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct ClassDistributions {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Arm and seed, as a sentence says them.
    pub(crate) run: String,
    pub(crate) epoch: u64,
    pub(crate) classes: Vec<String>,
    /// Row c is the distribution of class c.
    pub(crate) rows: Vec<Vec<f64>>,
}

impl Figure for ClassDistributions {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        format!(
            "One row per class, in percent of the row: how much of every class the faces labelled so show on average, \
             after epoch {} of {}. An outlined cell is the share of the class itself.",
            self.epoch, self.run
        )
    }

    fn svg(&self) -> String {
        let matrix = Matrix { names: &self.classes, corner: ["shows →", "labelled ↓"] };
        let svg = matrix.draw(|i, j| MatrixCell { share: Some(self.rows[i][j]), small: None });
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["labelled"]);
        table.columns.extend(self.classes.iter().cloned());
        for (class, shares) in self.classes.iter().zip(&self.rows) {
            let mut row = vec![Cell::text(&**class)];
            row.extend(shares.iter().map(|share| Cell::Number(NumberKind::Score, Some(*share))));
            table.rows.push(row);
        }
        table
    }
}

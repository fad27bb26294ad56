//! Every measured number of a study, one per line: `results.csv`.

use std::path::Path;

use affekt_core::Split;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultRow {
    /// Study it belongs to.
    pub study: String,
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Run seed.
    pub seed: u64,
    /// Split measured on.
    pub split: String,
    /// Weights measured.
    pub selection: String,
    /// Metric name, such as `macro_f1` or `f1:fear`.
    pub metric: String,
    /// Value; `None` where the metric is undefined on these predictions.
    pub value: Option<f64>,
}

/// The long table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Its rows.
    pub rows: Vec<ResultRow>,
}

impl Results {
    const COLUMNS: [&'static str; 8] =
        ["study", "dataset", "arm", "seed", "split", "selection", "metric", "value"];

    /// Writes the table.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.study.clone(),
                row.dataset.clone(),
                row.arm.clone(),
                row.seed.to_string(),
                row.split.clone(),
                row.selection.clone(),
                row.metric.clone(),
                table::number(row.value),
            ]
        });
        table::save(path, &Self::COLUMNS.map(str::to_owned), rows)
    }

    /// Reads the table.
    ///
    /// # Errors
    /// [`ArtifactError`] with the place of the first bad cell.
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let raw = RawTable::load(path)?;
        raw.expect_columns(&Self::COLUMNS.map(str::to_owned))?;
        let rows = raw.rows(|row| {
            Ok(ResultRow {
                study: row.text().to_owned(),
                dataset: row.text().to_owned(),
                arm: row.text().to_owned(),
                seed: row.required("a whole number", |t| t.parse().ok())?,
                split: row.text().to_owned(),
                selection: row.text().to_owned(),
                metric: row.text().to_owned(),
                value: row.optional("a finite number", table::finite)?,
            })
        })?;
        Ok(Self { rows })
    }

    /// Test-split values of one metric for one dataset, arm and selection, keyed by seed, in seed order.
    pub fn by_seed(
        &self,
        dataset: &str,
        arm: &str,
        selection: &str,
        metric: &str,
    ) -> std::collections::BTreeMap<u64, Option<f64>> {
        self.rows
            .iter()
            .filter(|r| r.split == Split::Test.as_str() && r.dataset == dataset && r.arm == arm)
            .filter(|r| r.selection == selection && r.metric == metric)
            .map(|r| (r.seed, r.value))
            .collect()
    }
}

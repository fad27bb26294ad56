//! What the representation of each run knows of each pair of classes: `representation.csv`.

use std::path::Path;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub struct RepresentationRow {
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Run seed.
    pub seed: u64,
    /// The two classes, such as `anger-fear`; empty for a measure of all classes together.
    pub pair: String,
    /// Name of the measure, such as `probe_auc`.
    pub measure: String,
    /// Its value; none where the measure is undefined.
    pub value: Option<f64>,
}

/// The long table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepresentationTable {
    /// Its rows.
    pub rows: Vec<RepresentationRow>,
}

impl RepresentationTable {
    const COLUMNS: [&'static str; 6] = ["dataset", "arm", "seed", "pair", "measure", "value"];

    /// Writes the table.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.dataset.clone(),
                row.arm.clone(),
                row.seed.to_string(),
                row.pair.clone(),
                row.measure.clone(),
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
            Ok(RepresentationRow {
                dataset: row.text().to_owned(),
                arm: row.text().to_owned(),
                seed: row.required("a whole number", |t| t.parse().ok())?,
                pair: row.text().to_owned(),
                measure: row.text().to_owned(),
                value: row.optional("a finite number", table::finite)?,
            })
        })?;
        Ok(Self { rows })
    }
}

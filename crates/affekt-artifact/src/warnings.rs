//! What looked wrong during the trainings of a study: `warnings.csv`.

use std::path::Path;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One warning of one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningRow {
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Run seed.
    pub seed: u64,
    /// Epoch, from 1.
    pub epoch: u64,
    /// What looked wrong, with its number.
    pub warning: String,
}

/// The table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// Its rows.
    pub rows: Vec<WarningRow>,
}

impl Warnings {
    const COLUMNS: [&'static str; 5] = ["dataset", "arm", "seed", "epoch", "warning"];

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
                row.epoch.to_string(),
                row.warning.clone(),
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
            Ok(WarningRow {
                dataset: row.text().to_owned(),
                arm: row.text().to_owned(),
                seed: row.required("a whole number", |t| t.parse().ok())?,
                epoch: row.required("a whole number", |t| t.parse().ok())?,
                warning: row.text().to_owned(),
            })
        })?;
        Ok(Self { rows })
    }
}

//! Every number of every training, epoch by epoch: `epochs.csv`.

use std::path::Path;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One number of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRow {
    /// Dataset.
    pub dataset: String,
    /// Arm.
    pub arm: String,
    /// Run seed.
    pub seed: u64,
    /// Epoch, from 1.
    pub epoch: u64,
    /// `train_loss`, `valid_accuracy`, `valid_macro_f1`, `loss:<part>` or a number of the method's own.
    pub name: String,
    /// Its value, finite.
    pub value: f64,
}

/// The long table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epochs {
    /// Its rows.
    pub rows: Vec<EpochRow>,
}

impl Epochs {
    const COLUMNS: [&'static str; 6] = ["dataset", "arm", "seed", "epoch", "name", "value"];

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
                row.name.clone(),
                row.value.to_string(),
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
            Ok(EpochRow {
                dataset: row.text().to_owned(),
                arm: row.text().to_owned(),
                seed: row.required("a whole number", |t| t.parse().ok())?,
                epoch: row.required("a whole number", |t| t.parse().ok())?,
                name: row.text().to_owned(),
                value: row.required("a finite number", table::finite)?,
            })
        })?;
        Ok(Self { rows })
    }
}

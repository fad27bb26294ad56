//! What explains the failures of each arm, frequency or geometry: `degeneracy.csv`.

use std::path::Path;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One predictor of one regression.
#[derive(Clone, Debug, PartialEq)]
pub struct DegeneracyRow {
    /// Dataset.
    pub dataset: String,
    /// Arm, its runs of all seeds together.
    pub arm: String,
    /// `class`, `class-ranks` or `pair`: what an observation is.
    pub level: String,
    /// Observations.
    pub n: u64,
    /// Share of the variance that all predictors explain; none for a constant outcome.
    pub r_squared: Option<f64>,
    /// The predictor.
    pub term: String,
    /// Standardised coefficient; none, like all that follows, where the predictor is constant or redundant.
    pub beta: Option<f64>,
    /// Partial correlation with the outcome.
    pub partial_r: Option<f64>,
    /// Exact permutation p of it, two-sided.
    pub p: Option<f64>,
    /// Smallest coefficient with one class left out.
    pub leave_one_out_low: Option<f64>,
    /// Largest coefficient with one class left out.
    pub leave_one_out_high: Option<f64>,
}

/// The table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DegeneracyTable {
    /// Its rows.
    pub rows: Vec<DegeneracyRow>,
}

impl DegeneracyTable {
    #[rustfmt::skip] // the order of the fields
    const COLUMNS: [&'static str; 11] = [
        "dataset", "arm", "level", "n", "r_squared", "term", "beta", "partial_r", "p", "leave_one_out_low",
        "leave_one_out_high",
    ];

    /// Writes the table.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.dataset.clone(),
                row.arm.clone(),
                row.level.clone(),
                row.n.to_string(),
                table::number(row.r_squared),
                row.term.clone(),
                table::number(row.beta),
                table::number(row.partial_r),
                table::number(row.p),
                table::number(row.leave_one_out_low),
                table::number(row.leave_one_out_high),
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
            Ok(DegeneracyRow {
                dataset: row.text().to_owned(),
                arm: row.text().to_owned(),
                level: row.text().to_owned(),
                n: row.required("a whole number", |t| t.parse().ok())?,
                r_squared: row.optional("a finite number", table::finite)?,
                term: row.text().to_owned(),
                beta: row.optional("a finite number", table::finite)?,
                partial_r: row.optional("a finite number", table::finite)?,
                p: row.optional("a finite number", table::finite)?,
                leave_one_out_low: row.optional("a finite number", table::finite)?,
                leave_one_out_high: row.optional("a finite number", table::finite)?,
            })
        })?;
        Ok(Self { rows })
    }
}

//! Every paired comparison of a study: `tests.csv`.

use std::path::Path;

use crate::ArtifactError;
use crate::table::{self, RawTable};

/// One comparison of two arms over the seeds they share; differences are treatment minus control.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRow {
    /// Dataset.
    pub dataset: String,
    /// Metric compared.
    pub metric: String,
    /// Treatment arm.
    pub treatment: String,
    /// Control arm.
    pub control: String,
    /// `primary` for the one declared contrast, else the name of the Holm family.
    pub family: String,
    /// Number of seed pairs.
    pub n: u64,
    /// Mean of the treatment arm.
    pub treatment_mean: f64,
    /// Mean of the control arm.
    pub control_mean: f64,
    /// Mean paired difference.
    pub mean_difference: f64,
    /// Hodges-Lehmann estimate of the difference.
    pub hodges_lehmann: f64,
    /// Lower end of its exact interval; `None` where n is too small for one.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Confidence the interval attains.
    pub ci_confidence: Option<f64>,
    /// Exact two-sided sign-flip p.
    pub sign_flip_p: f64,
    /// Exact two-sided Wilcoxon p.
    pub wilcoxon_p: f64,
    /// Sign-flip p after Holm within the family.
    pub holm_p: f64,
    /// Cohen's d of the differences; `None` when they do not vary.
    pub d_z: Option<f64>,
    /// Matched-pairs rank-biserial correlation; `None` when all differences are zero.
    pub rank_biserial: Option<f64>,
    /// Equivalence margin declared beforehand.
    pub margin: Option<f64>,
    /// Equivalence p against the margin: two one-sided sign-flip tests.
    pub tost_p: Option<f64>,
    /// p of "the treatment is higher by the margin or more", one-sided; none without a margin.
    pub below_margin_p: Option<f64>,
    /// Posterior share below the margin's interval (Bayesian signed-rank).
    pub rope_below: Option<f64>,
    /// Posterior share within it.
    pub rope_within: Option<f64>,
    /// Posterior share above it.
    pub rope_above: Option<f64>,
    /// Smallest two-sided p that n pairs can give.
    pub min_attainable_p: f64,
    /// What the numbers allow one to say: `better`, `worse`, `equivalent` or `undecided`.
    pub verdict: String,
}

/// All comparisons of a study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests {
    /// The rows.
    pub rows: Vec<TestRow>,
}

impl Tests {
    const COLUMNS: [&'static str; 26] = [
        "dataset",
        "metric",
        "treatment",
        "control",
        "family",
        "n",
        "treatment_mean",
        "control_mean",
        "mean_difference",
        "hodges_lehmann",
        "ci_low",
        "ci_high",
        "ci_confidence",
        "sign_flip_p",
        "wilcoxon_p",
        "holm_p",
        "d_z",
        "rank_biserial",
        "margin",
        "tost_p",
        "below_margin_p",
        "rope_below",
        "rope_within",
        "rope_above",
        "min_attainable_p",
        "verdict",
    ];

    /// Writes the table.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let rows = self.rows.iter().map(|row| {
            let mut cells: Vec<String> =
                [&row.dataset, &row.metric, &row.treatment, &row.control, &row.family]
                    .map(Clone::clone)
                    .to_vec();
            cells.push(row.n.to_string());
            let numbers = [
                Some(row.treatment_mean),
                Some(row.control_mean),
                Some(row.mean_difference),
                Some(row.hodges_lehmann),
                row.ci_low,
                row.ci_high,
                row.ci_confidence,
                Some(row.sign_flip_p),
                Some(row.wilcoxon_p),
                Some(row.holm_p),
                row.d_z,
                row.rank_biserial,
                row.margin,
                row.tost_p,
                row.below_margin_p,
                row.rope_below,
                row.rope_within,
                row.rope_above,
                Some(row.min_attainable_p),
            ];
            cells.extend(numbers.map(table::number));
            cells.push(row.verdict.clone());
            cells
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
            let number = "a finite number";
            Ok(TestRow {
                dataset: row.text().to_owned(),
                metric: row.text().to_owned(),
                treatment: row.text().to_owned(),
                control: row.text().to_owned(),
                family: row.text().to_owned(),
                n: row.required("a whole number", |t| t.parse().ok())?,
                treatment_mean: row.required(number, table::finite)?,
                control_mean: row.required(number, table::finite)?,
                mean_difference: row.required(number, table::finite)?,
                hodges_lehmann: row.required(number, table::finite)?,
                ci_low: row.optional(number, table::finite)?,
                ci_high: row.optional(number, table::finite)?,
                ci_confidence: row.optional(number, table::finite)?,
                sign_flip_p: row.required(number, table::finite)?,
                wilcoxon_p: row.required(number, table::finite)?,
                holm_p: row.required(number, table::finite)?,
                d_z: row.optional(number, table::finite)?,
                rank_biserial: row.optional(number, table::finite)?,
                margin: row.optional(number, table::finite)?,
                tost_p: row.optional(number, table::finite)?,
                below_margin_p: row.optional(number, table::finite)?,
                rope_below: row.optional(number, table::finite)?,
                rope_within: row.optional(number, table::finite)?,
                rope_above: row.optional(number, table::finite)?,
                min_attainable_p: row.required(number, table::finite)?,
                verdict: row.text().to_owned(),
            })
        })?;
        Ok(Self { rows })
    }
}

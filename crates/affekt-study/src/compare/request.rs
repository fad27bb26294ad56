//! What is asked of a table.

use affekt_stats::{Alternative, Correction};

/// Names of the columns that say what a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumns {
    /// Arm, method, model.
    pub arm: String,
    /// What pairs the arms: seed, fold, subject, video.
    pub pair: String,
    /// Name of the metric, in tables with one number a row.
    pub metric: String,
    /// The number, in tables with one number a row.
    pub value: String,
    /// Dataset; each is compared by itself. A table without this column is one dataset.
    pub dataset: String,
}

impl Default for TableColumns {
    /// The names that `results.csv` has.
    fn default() -> Self {
        let [arm, pair, metric, value, dataset] =
            ["arm", "seed", "metric", "value", "dataset"].map(str::to_owned);
        Self { arm, pair, metric, value, dataset }
    }
}

/// Arms to compare, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareRequest {
    /// Names of the columns.
    pub columns: TableColumns,
    /// Rows kept: those with this value in this column.
    pub filters: Vec<(String, String)>,
    /// Metrics; empty where the table has one alone.
    pub metrics: Vec<String>,
    /// Treatment arms; empty means every arm but the control.
    pub treatments: Vec<String>,
    /// The arm all others are compared with.
    pub control: String,
    /// One dataset; none means each of the table.
    pub dataset: Option<String>,
    /// The one contrast that is not corrected, as (treatment, metric); none means all are one family.
    pub primary: Option<(String, String)>,
    /// Correction within the family of each dataset.
    pub correction: Correction,
    /// Name of the test in [`affekt_stats::PAIRED_TESTS`].
    pub test: String,
    /// Direction of the test, treatment against control.
    pub alternative: Alternative,
    /// Level of each test.
    pub alpha: f64,
    /// Margin within which arms count as equivalent, declared beforehand.
    pub margin: Option<f64>,
    /// Difference that would matter, in units of the metric; power is computed for it.
    pub effect: Option<f64>,
    /// Power that the number of seeds needed is for.
    pub power: f64,
    /// Pairs that every contrast must have.
    pub expected_pairs: Option<usize>,
}

impl CompareRequest {
    /// Every arm against a control on the columns of `results.csv`, at level 0.05 with Holm's correction.
    pub fn against(control: &str) -> Self {
        Self {
            columns: TableColumns::default(),
            filters: Vec::new(),
            metrics: Vec::new(),
            treatments: Vec::new(),
            control: control.to_owned(),
            dataset: None,
            primary: None,
            correction: Correction::Holm,
            test: "sign_flip".to_owned(),
            alternative: Alternative::TwoSided,
            alpha: 0.05,
            margin: None,
            effect: None,
            power: 0.8,
            expected_pairs: None,
        }
    }
}

//! What severity would be if errors ignored the circumplex, and the index that compares with it.

use serde::{Deserialize, Serialize};

use crate::quasi_independence::quasi_independence;
use crate::severity::{check_distance, off_diagonal};
use crate::{Confusion, MetricError, error_severity};

/// A model of errors that knows margins but no geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NullModel {
    /// Each class's errors spread evenly over the other classes.
    RowUniform,
    /// Support times predicted count, off the diagonal.
    MarginalProduct,
    /// `a_i b_j` off the diagonal with the observed error margins; the one to report.
    QuasiIndependence,
}

/// The error table expected under a null model, scaled to the observed number of errors.
///
/// # Equation
/// with `r_i` the errors of true class i, `c_j` the errors predicted as j, E their number:
/// row-uniform `r_i / (n - 1)`; marginal product `E s_i p_j / sum_{i != j} s_i p_j` with support `s` and
/// predicted counts `p`; quasi-independence `a_i b_j` such that row sums are `r` and column sums are `c`
///
/// # Shape
/// table `[n, n]` -> `[n * n]`, row-major, zero diagonal; `None` when there are no errors
///
/// # Range
/// `>= 0`, summing to E
///
/// # Numerics
/// Quasi-independence is fitted by iterative proportional fitting, finished by Newton steps where that crawls,
/// until every margin is within 1e-12 E. When every error involves one class (`r_k + c_k = E`) the fit lies on
/// the boundary and is filled in directly.
///
/// # Errors
/// [`MetricError::NotConverged`] when the iteration limit is reached.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, NullModel, null_table};
/// let c = Confusion::from_pairs(3, [(0, 1), (0, 1)])?;
/// let even = null_table(&c, NullModel::RowUniform)?.expect("there are errors");
/// assert_eq!(even[..3], [0.0, 1.0, 1.0]);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn null_table(confusion: &Confusion, model: NullModel) -> Result<Option<Vec<f64>>, MetricError> {
    let n = confusion.n_classes();
    let errors = confusion.errors();
    if errors == 0 {
        return Ok(None);
    }
    let (row_errors, column_errors) = error_margins(confusion);
    let mut table = vec![0.0; n * n];
    match model {
        NullModel::RowUniform => {
            for (i, j) in off_diagonal(n) {
                table[i * n + j] = row_errors[i] as f64 / (n - 1) as f64;
            }
        }
        NullModel::MarginalProduct => {
            let (support, predicted) = (confusion.support(), confusion.predicted_counts());
            for (i, j) in off_diagonal(n) {
                table[i * n + j] = support[i] as f64 * predicted[j] as f64;
            }
            // Positive, because an error (i, j) makes support[i] and predicted[j] at least 1.
            let scale = errors as f64 / table.iter().sum::<f64>();
            for cell in &mut table {
                *cell *= scale;
            }
        }
        NullModel::QuasiIndependence => {
            table = quasi_independence(&row_errors, &column_errors, errors)?;
        }
    }
    Ok(Some(table))
}

/// Severity expected under a null model; `None` when there are no errors.
///
/// # Equation
/// `(1/E) sum_{i != j} m_ij d_ij`, m from [`null_table`]
///
/// # Shape
/// table `[n, n]`, distance `[n * n]` -> scalar
///
/// # Range
/// `[min d, max d]` over the off-diagonal
///
/// # Numerics
/// as [`null_table`]
///
/// # Errors
/// As [`null_table`] and [`error_severity`].
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, NullModel, null_severity};
/// let c = Confusion::from_pairs(3, [(0, 1), (0, 1)])?;
/// let d = [0.0, 1.0, 3.0, 1.0, 0.0, 2.0, 3.0, 2.0, 0.0];
/// assert_eq!(null_severity(&c, &d, NullModel::RowUniform)?, Some(2.0));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn null_severity(
    confusion: &Confusion,
    distance: &[f64],
    model: NullModel,
) -> Result<Option<f64>, MetricError> {
    let n = confusion.n_classes();
    check_distance(n, distance)?;
    Ok(null_table(confusion, model)?.map(|table| {
        let cost: f64 = off_diagonal(n).map(|(i, j)| table[i * n + j] * distance[i * n + j]).sum();
        cost / confusion.errors() as f64
    }))
}

/// How much nearer the mistakes are than quasi-independence predicts; `None` when there are no errors.
///
/// # Equation
/// `1 - sev / sev_q`, `sev_q` the severity under [`NullModel::QuasiIndependence`]
///
/// # Shape
/// table `[n, n]`, distance `[n * n]` -> scalar
///
/// # Range
/// `<= 1`; positive when errors stay nearer than their margins imply, about 0 for errors blind to geometry
///
/// # Numerics
/// `None` also when `sev_q` is 0 (all expected errors at distance 0), where the ratio has no meaning. When all
/// errors involve one class (a single confused pair, say) the margins leave no freedom and the index is 0,
/// however near that pair is: the index measures structure beyond *which* classes err.
///
/// # Errors
/// As [`null_severity`].
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, severity_index};
/// // Two classes leave an error no choice, so nothing is nearer than implied.
/// let c = Confusion::from_pairs(2, [(0, 1), (1, 0), (1, 1)])?;
/// assert_eq!(severity_index(&c, &[0.0, 2.0, 2.0, 0.0])?, Some(0.0));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn severity_index(confusion: &Confusion, distance: &[f64]) -> Result<Option<f64>, MetricError> {
    let Some(severity) = error_severity(confusion, distance)? else { return Ok(None) };
    let expected = null_severity(confusion, distance, NullModel::QuasiIndependence)?;
    Ok(expected.filter(|expected| *expected > 0.0).map(|expected| 1.0 - severity / expected))
}

fn error_margins(confusion: &Confusion) -> (Vec<u64>, Vec<u64>) {
    let margin = |counts: Vec<u64>| {
        counts.into_iter().enumerate().map(|(c, count)| count - confusion.get(c, c)).collect()
    };
    (margin(confusion.support()), margin(confusion.predicted_counts()))
}

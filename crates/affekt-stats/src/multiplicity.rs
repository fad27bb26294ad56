//! Adjusted p-values for several contrasts.

use serde::{Deserialize, Serialize};

use crate::StatsError;

/// How a family of p-values is adjusted; the adjusted values keep the caller's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// Family-wise error, any dependence; dominated by Holm.
    Bonferroni,
    /// Family-wise error, any dependence. The choice for a few declared contrasts.
    Holm,
    /// Family-wise error, independent or positively dependent p-values; never larger than Holm.
    Hommel,
    /// False discovery rate, independent or positively dependent p-values.
    BenjaminiHochberg,
    /// False discovery rate, any dependence.
    BenjaminiYekutieli,
}

impl Correction {
    /// All corrections, for tests and tables.
    pub const ALL: [Self; 5] =
        [Self::Bonferroni, Self::Holm, Self::Hommel, Self::BenjaminiHochberg, Self::BenjaminiYekutieli];

    /// Adjusts a family of p-values.
    ///
    /// # Equation
    /// METHODS 8.2, sorted `p_(1) <= ... <= p_(m)`. Bonferroni: `m p`. Holm:
    /// `max_{j<=k} min(1, (m-j+1) p_(j))`. Benjamini-Hochberg: `min_{j>=k} min(1, m p_(j) / j)`;
    /// Benjamini-Yekutieli multiplies it by `sum_i 1/i`. Hommel: the smallest level at which the closed
    /// Simes test rejects (Wright 1992).
    ///
    /// # Range
    /// `[p, 1]`, and monotone in `p`.
    ///
    /// # Numerics
    /// Sorting and products only; ties get equal adjusted values. An empty family stays empty.
    ///
    /// # Errors
    /// [`StatsError::NotFinite`] or [`StatsError::OutOfRange`] for what is not a p-value.
    ///
    /// # Example
    /// ```
    /// use affekt_stats::Correction;
    /// let adjusted = Correction::Holm.adjust(&[0.25, 0.0625, 0.125])?;
    /// assert_eq!(adjusted, [0.25, 0.1875, 0.25]);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn adjust(self, p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
        match self {
            Self::Bonferroni => bonferroni(p_values),
            Self::Holm => holm(p_values),
            Self::Hommel => hommel(p_values),
            Self::BenjaminiHochberg => benjamini_hochberg(p_values),
            Self::BenjaminiYekutieli => benjamini_yekutieli(p_values),
        }
    }
}

fn bonferroni(p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
    sorted_adjustment(p_values, |sorted| {
        let m = sorted.len() as f64;
        sorted.iter().map(|p| m * p).collect()
    })
}

fn holm(p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
    sorted_adjustment(p_values, |sorted| {
        let m = sorted.len();
        let mut largest = 0.0;
        sorted
            .iter()
            .enumerate()
            .map(|(j, p)| {
                largest = larger(largest, (m - j) as f64 * p);
                largest
            })
            .collect()
    })
}

fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
    sorted_adjustment(p_values, |sorted| step_up(sorted, 1.0))
}

fn benjamini_yekutieli(p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
    sorted_adjustment(p_values, |sorted| {
        let harmonic: f64 = (1..=sorted.len()).map(|i| 1.0 / i as f64).sum();
        step_up(sorted, harmonic)
    })
}

fn hommel(p_values: &[f64]) -> Result<Vec<f64>, StatsError> {
    sorted_adjustment(p_values, |sorted| {
        let n = sorted.len();
        let mut adjusted = sorted.to_vec();
        // For each size m of an intersection hypothesis: the Simes bound of the m - 1 largest p-values,
        // joined with each of the smaller ones.
        for m in (1..=n).rev() {
            let size = m as f64;
            let first_large = n - m + 1;
            let simes = sorted[first_large..]
                .iter()
                .enumerate()
                .map(|(j, p)| size * p / (j + 2) as f64)
                .fold(f64::INFINITY, smaller);
            let bounds: Vec<f64> = sorted[..first_large].iter().map(|p| smaller(size * p, simes)).collect();
            for (i, value) in adjusted.iter_mut().enumerate() {
                *value = larger(*value, bounds[i.min(n - m)]);
            }
        }
        adjusted
    })
}

/// Benjamini-Hochberg on ascending p-values, each multiplied by `factor`.
fn step_up(sorted: &[f64], factor: f64) -> Vec<f64> {
    let m = sorted.len() as f64;
    let mut adjusted = sorted.to_vec();
    let mut smallest = f64::INFINITY;
    for (j, value) in adjusted.iter_mut().enumerate().rev() {
        smallest = smaller(smallest, factor * m * *value / (j + 1) as f64);
        *value = smallest;
    }
    adjusted
}

/// Checks, sorts, adjusts, caps at one, and puts the values back where they came from.
fn sorted_adjustment(
    p_values: &[f64],
    rule: impl FnOnce(&[f64]) -> Vec<f64>,
) -> Result<Vec<f64>, StatsError> {
    for (index, &value) in p_values.iter().enumerate() {
        if !value.is_finite() {
            return Err(StatsError::NotFinite { index, value });
        }
        if !(0.0..=1.0).contains(&value) {
            return Err(StatsError::OutOfRange { name: "p-value", range: "[0, 1]", value });
        }
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let sorted: Vec<f64> = order.iter().map(|&i| p_values[i]).collect();
    let mut adjusted = vec![0.0; p_values.len()];
    for (&place, value) in order.iter().zip(rule(&sorted)) {
        adjusted[place] = value.clamp(0.0, 1.0);
    }
    Ok(adjusted)
}

fn smaller(x: f64, y: f64) -> f64 {
    if x < y { x } else { y }
}

fn larger(x: f64, y: f64) -> f64 {
    if x > y { x } else { y }
}

//! Does the geometry of the classes in a representation follow another geometry?

use crate::MetricError;
use crate::permutation::{each_permutation, n_pairs, pair_position, pairs};
use crate::ranks::{midranks, standardised};

/// Agreement of two tables of distances between classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rsa {
    /// Spearman's correlation over pairs of classes.
    pub spearman: f64,
    /// Share of the relabellings of one table that agree at least as well, the labels as they are included.
    pub p: f64,
}

/// Representational similarity analysis of `n` classes, with its exact permutation test.
///
/// # Equation
/// Spearman's rho of `distance` and `model` over the pairs `i < j`; `p = #{sigma : rho(sigma) >= rho} / n!`,
/// `rho(sigma)` with `model_{sigma i, sigma j}`: one-sided, larger is closer (Kriegeskorte et al. 2008)
///
/// # Shape
/// two slices of `n (n - 1) / 2` pairs in the order (0, 1), (0, 2), .., (1, 2), .. -> two numbers
///
/// # Range
/// rho in `[-1, 1]`, p in `[1 / n!, 1]`; `None` when one of the tables is constant
///
/// # Numerics
/// midranks for ties; correlations are counted as reached within 1e-12
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::NonFinite`], [`MetricError::OutOfRange`] for more than 9 classes.
///
/// # Example
/// ```
/// let rsa = affekt_metrics::rsa(3, &[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0])?.expect("both vary");
/// assert!((rsa.spearman - 1.0).abs() < 1e-12);
/// assert_eq!(rsa.p, 1.0 / 6.0);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn rsa(n: usize, distance: &[f64], model: &[f64]) -> Result<Option<Rsa>, MetricError> {
    let (Some(mine), Some(other)) = (ranked(n, distance)?, ranked(n, model)?) else { return Ok(None) };
    let (mut spearman, mut reached, mut all) = (0.0, 0_u64, 0_u64);
    each_permutation(n, |order| {
        let moved = pairs(n).map(|(i, j)| other[pair_position(n, order[i], order[j])]);
        let rho: f64 = mine.iter().zip(moved).map(|(a, b)| a * b).sum();
        if all == 0 {
            spearman = rho;
        }
        reached += u64::from(rho >= spearman - 1e-12);
        all += 1;
    })?;
    Ok(Some(Rsa { spearman, p: reached as f64 / all as f64 }))
}

fn ranked(n: usize, table: &[f64]) -> Result<Option<Vec<f64>>, MetricError> {
    if table.len() != n_pairs(n) {
        return Err(MetricError::Length { what: "pairs of classes", expected: n_pairs(n), got: table.len() });
    }
    match table.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(MetricError::NonFinite { what: "pairs of classes", index, got: table[index] }),
        None => Ok(standardised(&midranks(table))),
    }
}

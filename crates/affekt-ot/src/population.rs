//! What a network that sees the posterior would predict under cross-entropy plus transport.

use crate::marginals::check_histogram;
use crate::{CostMatrix, OtError};

/// Steps of the root search; monotone Newton needs about ten.
const MAX_STEPS: usize = 200;
/// Permitted deviation of the posterior's mass from 1.
const SIMPLEX_TOLERANCE: f64 = 1e-6;

/// The minimiser found by [`population_optimum`].
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationOptimum {
    /// The optimal prediction.
    pub p: Vec<f64>,
    /// The multiplier of the sum constraint.
    pub nu: f64,
}

/// Expected cost of every prediction under a posterior.
///
/// # Equation
/// `c_j = sum_k C_jk eta_k`
///
/// # Shape
/// `eta [n]`, cost `[n, n]` -> `[n]`
///
/// # Range
/// `[0, max C]`
///
/// # Numerics
/// plain summation
///
/// # Errors
/// [`OtError::Length`], [`OtError::Entry`], [`OtError::NoMass`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, expected_costs};
/// let c = CostMatrix::from_rows(&[[0.0, 2.0], [4.0, 0.0]])?;
/// assert_eq!(expected_costs(&[0.75, 0.25], &c)?, [0.5, 3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn expected_costs(eta: &[f64], cost: &CostMatrix) -> Result<Vec<f64>, OtError> {
    check_histogram("eta", eta, cost.n_classes())?;
    let dot = |row: &[f64]| row.iter().zip(eta).map(|(c, e)| c * e).sum();
    Ok((0..eta.len()).map(|j| dot(cost.row(j))).collect())
}

/// The prediction of least expected cost: the post-hoc rule that needs no training.
///
/// # Equation
/// `argmin_j sum_k C_jk eta_k`
///
/// # Shape
/// `eta [n]`, cost `[n, n]` -> class index
///
/// # Range
/// `0..n`; under the uniform cost it is the argmax of eta
///
/// # Numerics
/// the first class among equals
///
/// # Errors
/// As [`expected_costs`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, minimum_risk};
/// // Missing class 1 is dear, so it is predicted at probability 0.4.
/// let c = CostMatrix::from_rows(&[[0.0, 10.0], [1.0, 0.0]])?;
/// assert_eq!(minimum_risk(&[0.6, 0.4], &c)?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn minimum_risk(eta: &[f64], cost: &CostMatrix) -> Result<usize, OtError> {
    let costs = expected_costs(eta, cost)?;
    Ok((1..costs.len()).fold(0, |best, j| if costs[j] < costs[best] { j } else { best }))
}

/// Population optimum of cross-entropy plus a one-hot transport term at a known posterior.
///
/// # Equation
/// `argmin_p -sum_j eta_j ln p_j + lambda sum_j p_j c_j`, `c = C eta`: `p_j = eta_j / (nu + lambda c_j)`, nu
/// fixing the sum. Under the uniform cost this sharpens eta without changing its argmax; other costs can move
/// the argmax to a cheaper class.
///
/// # Shape
/// `eta [n]` on the simplex, cost `[n, n]`, lambda -> `p [n]`, nu
///
/// # Range
/// p on the simplex; `p = eta`, `nu = 1` at `lambda = 0`
///
/// # Numerics
/// Newton from the left on a convex decreasing function: every step stays below the root. A class the
/// posterior excludes can still be the best hedge, when its expected cost is so low that the formula leaves
/// mass over; that mass goes to the cheapest such class (the first among equals).
///
/// # Errors
/// [`OtError::Parameter`] for `lambda` negative or not finite, or for an eta whose mass is not 1 within 1e-6;
/// [`OtError::Length`], [`OtError::Entry`], [`OtError::NoMass`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, population_optimum};
/// // Both classes cost 1/2, so each share is 0.5 / (nu + 0.5), and they sum to 1 at nu = 0.5.
/// let optimum = population_optimum(&[0.5, 0.5], &CostMatrix::uniform(2)?, 1.0)?;
/// assert!((optimum.p[0] - 0.5).abs() < 1e-12 && (optimum.nu - 0.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn population_optimum(eta: &[f64], cost: &CostMatrix, lambda: f64) -> Result<PopulationOptimum, OtError> {
    if !(0.0..f64::INFINITY).contains(&lambda) {
        return Err(OtError::Parameter { what: "lambda", expected: "a finite value >= 0", got: lambda });
    }
    let costs = expected_costs(eta, cost)?;
    let mass: f64 = eta.iter().sum();
    if (mass - 1.0).abs() > SIMPLEX_TOLERANCE {
        return Err(OtError::Parameter { what: "mass of eta", expected: "1 within 1e-6", got: mass });
    }
    let price: Vec<f64> = costs.iter().map(|c| lambda * c).collect();
    let mut nu = multiplier(eta, &price);
    let share = |nu: f64, j: usize| if eta[j] > 0.0 { eta[j] / (nu + price[j]) } else { 0.0 };
    let mut p: Vec<f64> = (0..eta.len()).map(|j| share(nu, j)).collect();

    let excluded = (0..eta.len()).filter(|&j| eta[j] <= 0.0);
    let hedge = excluded.reduce(|best, j| if price[j] < price[best] { j } else { best });
    if let Some(hedge) = hedge.filter(|&j| nu + price[j] < 0.0) {
        // Its reduced price would be negative, so it takes mass until that price is 0.
        nu = -price[hedge];
        p = (0..eta.len()).map(|j| share(nu, j)).collect();
        p[hedge] = 1.0 - p.iter().sum::<f64>();
    }
    Ok(PopulationOptimum { p, nu })
}

/// Root of `sum_j eta_j / (nu + price_j) = 1` over the classes with `eta_j > 0`, right of all poles.
fn multiplier(eta: &[f64], price: &[f64]) -> f64 {
    let support = || eta.iter().zip(price).filter(|(e, _)| **e > 0.0);
    // Here one term alone is 1, so the sum is at least 1 and the root lies to the right.
    let start =
        support().map(|(e, c)| e - c).fold(f64::NEG_INFINITY, |best, x| if x > best { x } else { best });
    let mut nu = start;
    for _ in 0..MAX_STEPS {
        let (sum, slope) = support().fold((0.0, 0.0), |(sum, slope), (e, c)| {
            let term = e / (nu + c);
            (sum + term, slope + term / (nu + c))
        });
        let next = nu + (sum - 1.0) / slope;
        if next <= nu {
            break; // the root is reached to rounding
        }
        nu = next;
    }
    nu
}

//! Transport to a one-hot target, in closed form.

use crate::marginals::{check_class, check_histogram};
use crate::{CostMatrix, OtError};

/// Transport cost of a prediction to a one-hot target.
///
/// # Equation
/// `W_C(p, e_y) = sum_j p_j C_jy`: the only feasible plan is `p e_y'`, so the value is exact for every C and,
/// under KL regularisation, for every eps
///
/// # Shape
/// `p [n]`, class y, cost `[n, n]` -> scalar
///
/// # Range
/// `[0, max_j C_jy]` for a distribution p
///
/// # Numerics
/// linear in p; the mass of p is taken to be that of the target
///
/// # Errors
/// [`OtError::Length`], [`OtError::Entry`], [`OtError::NoMass`], [`OtError::Class`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, one_hot_cost};
/// let c = CostMatrix::from_rows(&[[0.0, 2.0], [4.0, 0.0]])?;
/// assert_eq!(one_hot_cost(&[0.75, 0.25], 1, &c)?, 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn one_hot_cost(p: &[f64], y: usize, cost: &CostMatrix) -> Result<f64, OtError> {
    check_histogram("p", p, cost.n_classes())?;
    check_class(y, cost.n_classes())?;
    Ok(p.iter().enumerate().map(|(j, p_j)| p_j * cost.get(j, y)).sum())
}

/// Transport cost to a one-hot target under the uniform cost.
///
/// # Equation
/// `1 - p_y = (1/2) ||p - e_y||_1`, summed as `sum_{j != y} p_j`
///
/// # Shape
/// `p [n]`, class y -> scalar
///
/// # Range
/// `[0, 1]` for a distribution p
///
/// # Numerics
/// the sum keeps its relative precision when `p_y` is nearly 1, where `1 - p_y` cancels
///
/// # Errors
/// As [`one_hot_cost`].
///
/// # Example
/// ```
/// assert_eq!(affekt_ot::one_hot_uniform(&[0.5, 0.25, 0.25], 1)?, 0.75);
/// # Ok::<(), affekt_ot::OtError>(())
/// ```
pub fn one_hot_uniform(p: &[f64], y: usize) -> Result<f64, OtError> {
    check_histogram("p", p, p.len())?;
    check_class(y, p.len())?;
    Ok(p.iter().enumerate().filter(|(j, _)| *j != y).map(|(_, p_j)| p_j).sum())
}

/// Gradient in the logits of [`one_hot_cost`] for `p = softmax(z)`.
///
/// # Equation
/// `d/dz_k = p_k (C_ky - sum_j p_j C_jy)`
///
/// # Shape
/// `p [n]`, class y, cost `[n, n]` -> `[n]`
///
/// # Range
/// sums to 0; vanishes as `p_y -> 0` with p concentrated, so it does not pull on confident mistakes
///
/// # Numerics
/// finite for every p
///
/// # Errors
/// As [`one_hot_cost`].
///
/// # Example
/// ```
/// use affekt_ot::{CostMatrix, one_hot_logit_gradient};
/// // Uniform cost: -p_y (1 - p_y) for the true class.
/// let c = CostMatrix::uniform(2)?;
/// assert_eq!(one_hot_logit_gradient(&[0.75, 0.25], 0, &c)?, [-0.1875, 0.1875]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn one_hot_logit_gradient(p: &[f64], y: usize, cost: &CostMatrix) -> Result<Vec<f64>, OtError> {
    check_class(y, cost.n_classes())?;
    envelope_logit_gradient(p, &cost.column(y))
}

/// Gradient in the logits of a transport value whose gradient in p is the dual potential f.
///
/// # Equation
/// `d/dz_k = p_k (f_k - <f, p>)` for `p = softmax(z)`; by the envelope theorem f is held constant
///
/// # Shape
/// `p [n]`, `f [n]` -> `[n]`
///
/// # Range
/// sums to 0 for a distribution p; adding a constant to f changes nothing
///
/// # Numerics
/// exact transport is piecewise linear: at a kink (a degenerate plan) this is one subgradient of several
///
/// # Errors
/// [`OtError::Length`], [`OtError::Entry`], [`OtError::NoMass`]; [`OtError::Parameter`] when a potential is
/// not finite.
///
/// # Example
/// ```
/// let gradient = affekt_ot::envelope_logit_gradient(&[0.5, 0.5], &[1.0, 0.0])?;
/// assert_eq!(gradient, [0.25, -0.25]);
/// # Ok::<(), affekt_ot::OtError>(())
/// ```
pub fn envelope_logit_gradient(p: &[f64], f: &[f64]) -> Result<Vec<f64>, OtError> {
    check_histogram("p", p, f.len())?;
    if let Some(&got) = f.iter().find(|x| !x.is_finite()) {
        return Err(OtError::Parameter { what: "potential", expected: "a finite value", got });
    }
    let mean: f64 = p.iter().zip(f).map(|(p, f)| p * f).sum();
    Ok(p.iter().zip(f).map(|(p, f)| p * (f - mean)).collect())
}

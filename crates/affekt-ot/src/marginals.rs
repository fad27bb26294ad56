//! Checks on the two histograms of a transport problem.

use crate::{CostMatrix, OtError};

/// Largest difference of mass between the two histograms, relative to the larger of 1 and the mass.
pub const MASS_TOLERANCE: f64 = 1e-9;

/// Checks one histogram and returns its mass.
pub(crate) fn check_histogram(what: &'static str, h: &[f64], n_classes: usize) -> Result<f64, OtError> {
    if h.len() != n_classes {
        return Err(OtError::Length { what, expected: n_classes, got: h.len() });
    }
    if let Some(index) = h.iter().position(|x| !(0.0..f64::INFINITY).contains(x)) {
        return Err(OtError::Entry { what, index, got: h[index] });
    }
    let mass: f64 = h.iter().sum();
    if mass > 0.0 && mass.is_finite() { Ok(mass) } else { Err(OtError::NoMass { what }) }
}

/// Checks both histograms and that they carry the same mass, which is returned.
pub(crate) fn check_balanced(p: &[f64], q: &[f64], cost: &CostMatrix) -> Result<f64, OtError> {
    let expected = check_histogram("p", p, cost.n_classes())?;
    let got = check_histogram("q", q, cost.n_classes())?;
    let scale = if expected > 1.0 { expected } else { 1.0 };
    if (expected - got).abs() <= MASS_TOLERANCE * scale {
        Ok(expected)
    } else {
        Err(OtError::Mass { expected, got })
    }
}

/// Checks a class index.
pub(crate) fn check_class(class: usize, n_classes: usize) -> Result<(), OtError> {
    if class < n_classes { Ok(()) } else { Err(OtError::Class { n_classes, got: class }) }
}

/// Total variation of two histograms of equal mass: the transport cost under the uniform matrix.
///
/// # Equation
/// `(1/2) sum_i |p_i - q_i|`
///
/// # Shape
/// `p [n]`, `q [n]` -> scalar
///
/// # Range
/// `[0, 1]` for distributions
///
/// # Numerics
/// plain summation; masses are not compared here
///
/// # Errors
/// [`OtError::Length`], [`OtError::Entry`], [`OtError::NoMass`].
///
/// # Example
/// ```
/// assert_eq!(affekt_ot::total_variation(&[0.5, 0.5], &[0.75, 0.25])?, 0.25);
/// # Ok::<(), affekt_ot::OtError>(())
/// ```
pub fn total_variation(p: &[f64], q: &[f64]) -> Result<f64, OtError> {
    check_histogram("p", p, p.len())?;
    check_histogram("q", q, p.len())?;
    Ok(0.5 * p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>())
}

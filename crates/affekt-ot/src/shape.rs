//! Functions applied to every cost: how fast a confusion grows dearer with distance.

use crate::{CostError, CostMatrix};

impl CostMatrix {
    /// The matrix with every cost raised to the power `r`.
    ///
    /// # Equation
    /// `C'_ij = C_ij^r`; the transport cost of `C'` is reported without taking the root
    ///
    /// # Shape
    /// `[n, n]` -> `[n, n]`
    ///
    /// # Range
    /// `>= 0`; a metric stays one for `r <= 1` only
    ///
    /// # Numerics
    /// `powf`; normalise afterwards, not before
    ///
    /// # Errors
    /// [`CostError::Parameter`] unless `r` is finite and > 0; [`CostError::Entry`] on overflow.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_rows(&[[0.0, 2.0], [3.0, 0.0]])?;
    /// assert_eq!(c.power(2.0)?.as_slice(), [0.0, 4.0, 9.0, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn power(&self, r: f64) -> Result<Self, CostError> {
        check_positive("power", r)?;
        self.map(|cost| cost.powf(r))
    }

    /// Costs that level off: beyond a few scales every confusion is as bad as any other.
    ///
    /// # Equation
    /// `C'_ij = 1 - exp(-C_ij / s)`
    ///
    /// # Shape
    /// `[n, n]` -> `[n, n]`
    ///
    /// # Range
    /// `[0, 1)`; near `C / s` for `C << s`, near the uniform cost for `C >> s`; a metric stays one
    ///
    /// # Numerics
    /// `exp_m1`: small costs keep their digits
    ///
    /// # Errors
    /// [`CostError::Parameter`] unless the scale `s` is finite and > 0.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::uniform(2)?.concave(1.0 / std::f64::consts::LN_2)?;
    /// assert!((c.get(0, 1) - 0.5).abs() < 1e-15);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn concave(&self, scale: f64) -> Result<Self, CostError> {
        check_positive("scale", scale)?;
        self.map(|cost| -(-cost / scale).exp_m1())
    }

    /// Costs that grow with the square of small distances and with the distance itself beyond `delta`.
    ///
    /// # Equation
    /// `C'_ij = C_ij^2 / 2` for `C_ij <= delta`, else `delta (C_ij - delta / 2)`
    ///
    /// # Shape
    /// `[n, n]` -> `[n, n]`
    ///
    /// # Range
    /// `>= 0`, with a continuous slope; no metric even where C is one
    ///
    /// # Numerics
    /// plain arithmetic
    ///
    /// # Errors
    /// [`CostError::Parameter`] unless `delta` is finite and > 0; [`CostError::Entry`] on overflow.
    ///
    /// # Example
    /// ```
    /// let c = affekt_ot::CostMatrix::from_rows(&[[0.0, 1.0], [4.0, 0.0]])?;
    /// assert_eq!(c.huber(2.0)?.as_slice(), [0.0, 0.5, 6.0, 0.0]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn huber(&self, delta: f64) -> Result<Self, CostError> {
        check_positive("delta", delta)?;
        self.map(|cost| if cost <= delta { 0.5 * cost * cost } else { delta * (cost - 0.5 * delta) })
    }

    pub(crate) fn map(&self, change: impl Fn(f64) -> f64) -> Result<Self, CostError> {
        Self::from_row_major(self.n_classes(), self.as_slice().iter().map(|&cost| change(cost)).collect())
    }
}

fn check_positive(what: &'static str, got: f64) -> Result<(), CostError> {
    if got.is_finite() && got > 0.0 {
        Ok(())
    } else {
        Err(CostError::Parameter { what, expected: "a finite value > 0", got })
    }
}
